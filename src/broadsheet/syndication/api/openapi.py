"""The OpenAPI 3.1 document, made from the routes and the models that answer and check.

By hand because there is little to it: every address is a GET of the same form, and pydantic writes the JSON Schemas. What
django-ninja and drf-spectacular add (parsers, serializers, one media type for all statuses) would be in the way of problem
details, sparse fields and caching.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from broadsheet.newsroom.selectors import web

from . import shapes
from .answering import JSON, PROBLEM_JSON, ROOT, Route
from .asking import LARGEST_ID
from .problems import BAD_PARAMETER, GONE, NOT_ALLOWED, NOT_FOUND, TOO_MANY, UNKNOWN_KEY, Kind
from .routes import ROUTES

REF = "#/components/schemas/{model}"
LIMITS = {
    "RateLimit-Policy": "How many requests (`q`) are allowed in how many seconds (`w`).",
    "RateLimit": "How many are left (`r`) for how many seconds (`t`); not in answers that caches keep.",
}


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The whole document."""
    names, schemas = _schemas()
    paths: dict[str, Any] = {}
    for route in ROUTES:
        paths["/" + _path(route)] = {"get": _operation(route, names)}
    paths["/openapi.json"] = {
        "get": {
            "operationId": "openapi",
            "summary": "This document",
            "responses": {
                "200": _content("OpenAPI 3.1.", {"type": "object"}),
                **_refusals((BAD_PARAMETER, UNKNOWN_KEY, TOO_MANY)),
            },
        }
    }
    return {
        "openapi": "3.1.1",
        "info": {
            "title": f"{settings.PAPER.name}: public API",
            "version": "1",
            "description": (
                "Read only. Lists are newest first and go on by `next`. What is not free comes as its public beginning "
                "unless a key opens it. Fields may be added; none is taken away or changes its meaning within v1."
            ),
        },
        "servers": [{"url": web(ROOT).rstrip("/")}],
        "security": [{}, {"key": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "A key that the paper gave you."}
            },
        },
    }


def _schemas() -> tuple[dict[type[BaseModel], str], dict[str, Any]]:
    models: list[type[BaseModel]] = [shapes.Trouble]
    for route in ROUTES:
        model = _answered(route)
        if model not in models:
            models.append(model)
    made, whole = models_json_schema([(model, "serialization") for model in models], ref_template=REF)
    names = {model: made[model, "serialization"]["$ref"].rpartition("/")[2] for model in models}
    return names, whole["$defs"]


def _answered(route: Route) -> type[BaseModel]:
    return shapes.Page[route.shape] if route.is_list else route.shape  # type: ignore[name-defined]  # known when it runs


def _path(route: Route) -> str:
    return route.path.replace("<int:pk>", "{id}")


def _operation(route: Route, names: dict[type[BaseModel], str]) -> dict[str, Any]:
    found = _content("Here it is.", {"$ref": REF.format(model=names[_answered(route)])})
    found["headers"] = {
        "ETag": _header("For `If-None-Match`."),
        **{name: _header(why) for name, why in LIMITS.items()},
    }
    if route.is_list:
        found["headers"]["Link"] = _header('What follows, `rel="next"`.')
    kinds = [BAD_PARAMETER, UNKNOWN_KEY, NOT_FOUND, *([GONE] if route.has_gone else ()), TOO_MANY]
    parameters = _parameters(route.query)
    if "{id}" in _path(route):
        schema = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
        parameters.insert(0, {"name": "id", "in": "path", "required": True, "schema": schema})
    return {
        "operationId": route.name,
        "summary": route.summary,
        "parameters": parameters,
        "responses": {
            "200": found,
            "304": {"description": "What you have is still right."},
            **_refusals(kinds),
        },
    }


def _parameters(query: type[BaseModel]) -> list[dict[str, Any]]:
    schema = query.model_json_schema(ref_template=REF)
    required = schema.get("required", ())
    made = []
    for name, said in schema.get("properties", {}).items():
        described = {"description": said["description"]} if "description" in said else {}
        made.append(
            {
                "name": name,
                "in": "query",
                "required": name in required,
                **described,
                "schema": _plain(name, said),
            }
        )
    return made


def _plain(name: str, said: dict[str, Any]) -> dict[str, Any]:
    """A parameter's schema without what is said beside it: one that may be missing is never null."""
    some = [one for one in said.get("anyOf", ()) if one.get("type") != "null"]
    kept = {key: value for key, value in said.items() if key not in ("title", "description", "default")}
    if len(some) == 1:
        del kept["anyOf"]
        kept |= some[0]
    if said.get("default") is not None:
        kept["default"] = said["default"]
    if name == "language":
        kept["enum"] = [code for code, _ in settings.LANGUAGES]
    return kept


def _content(why: str, schema: dict[str, Any], media_type: str = JSON) -> dict[str, Any]:
    return {"description": why, "content": {media_type: {"schema": schema}}}


def _header(why: str) -> dict[str, Any]:
    return {"description": why, "schema": {"type": "string"}}


def _refusals(kinds: list[Kind] | tuple[Kind, ...]) -> dict[str, Any]:
    schema = {"$ref": REF.format(model="Trouble")}
    made = {
        str(kind.status): _content(f"{kind.title}. {kind.mend}", schema, PROBLEM_JSON)
        for kind in (*kinds, NOT_ALLOWED)
    }
    # The edge's word on an address that has two readings, or that is no address.
    made["400"]["content"]["text/plain"] = {"schema": {"type": "string"}}
    made["429"]["headers"] = {
        "Retry-After": _header("Seconds."),
        **{name: _header(why) for name, why in LIMITS.items()},
    }
    return dict(sorted(made.items()))
