"""One way for every answer out: who asks, how often, what for; then JSON with its tag, its links and its life in caches."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from pydantic import BaseModel

from broadsheet.newsroom.selectors import web
from broadsheet.press import headers
from broadsheet.press.keys import MISSING

from . import asking, keys, limits, shapes
from .keys import Caller
from .problems import NOT_ALLOWED, NOT_FOUND, TOO_MANY, Problem

ROOT = "/api/v1/"
METHODS = "GET, HEAD, OPTIONS"
JSON, PROBLEM_JSON = "application/json", "application/problem+json"
# No surrogate key says that something new belongs to these answers.
UNTOLD_LIFETIME = 60
PERSONAL = "private, no-cache"
EXPOSED = "ETag, Link, RateLimit, RateLimit-Policy, Retry-After"
PREFLIGHT = {
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "Authorization, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route found. `items` makes it a list, `older` leads on in it; `keys` are surrogate keys, `lifetime` seconds."""

    one: BaseModel | None = None
    items: Sequence[BaseModel] = ()
    older: object = None
    fields: str | None = None
    keys: Iterable[str] = ()
    lifetime: int = headers.LIFETIME
    language: str = ""


Find = Callable[..., Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """One address. `find` is called with the parameters, the caller and the parts of the path; `shape` is what it answers
    with, or of what its list holds; `gone` says that it may answer 410."""

    path: str
    name: str
    summary: str
    find: Find
    query: type[BaseModel]
    shape: type[BaseModel]
    is_list: bool = False
    is_single: bool = False
    has_gone: bool = False
    parts: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, request: HttpRequest, **parts: Any) -> HttpResponse:
        """The view."""
        return respond(request, lambda caller: self.answer(request, caller, parts))

    def answer(self, request: HttpRequest, caller: Caller, parts: Mapping[str, Any]) -> HttpResponse:
        if parts.get("pk", 0) > asking.LARGEST_ID:
            raise Problem(NOT_FOUND, "No id is as large.")
        asked = asking.parse(self.query, request)
        found = self.find(asked, caller, **parts)
        body = _body(found, request)
        response = json_response(body)
        if isinstance(body, dict) and self.is_list and body["next"]:
            response.headers["Link"] = f'<{body["next"]}>; rel="next"'
        if found.language:
            response.headers["Content-Language"] = found.language
        return live(request, response, caller, found.keys, found.lifetime)


def respond(request: HttpRequest, answer: Callable[[Caller], HttpResponse]) -> HttpResponse:
    """Answer whoever may ask and asks for what there is; everybody else is told why not."""
    if request.method == "OPTIONS":
        return _open(HttpResponse(status=204, headers={"Allow": METHODS, **PREFLIGHT}))
    caller: Caller | None = None
    told: Mapping[str, str] = {}
    try:
        if request.method not in ("GET", "HEAD"):
            raise Problem(NOT_ALLOWED, f"It is answered to {METHODS}.", headers={"Allow": METHODS})
        caller = keys.caller_of(request)
        allowance = limits.count(caller)
        told = allowance.fields if caller.key else {"RateLimit-Policy": allowance.policy_field}
        if allowance.is_spent:
            told = allowance.fields
            raise Problem(
                TOO_MANY,
                f"{allowance.most} a minute are allowed.",
                headers={"Retry-After": str(allowance.reset)},
            )
        response = answer(caller)
    except Problem as problem:
        response = refuse(request, problem, caller)
    for name, value in told.items():
        response.headers[name] = value
    _open(response)
    if response.status_code == HTTPStatus.OK:
        etag = response.headers.get("ETag")
        conditional = get_conditional_response(request, etag, None, response)
        return conditional if isinstance(conditional, HttpResponse) else response
    return response


def live(
    request: HttpRequest,
    response: HttpResponse,
    caller: Caller,
    surrogate_keys: Iterable[str],
    lifetime: int = headers.LIFETIME,
) -> HttpResponse:
    """Tag an answer, and say who may keep it: everybody what strangers get, nobody what a key opened."""
    response.headers["ETag"] = f'"{blake2b(response.content, digest_size=12).hexdigest()}"'
    if caller.key:
        response.headers["Cache-Control"] = PERSONAL
        return response
    return headers.publish(request, response, surrogate_keys, lifetime)


def json_response(body: object, status: int = 200, media_type: str = JSON) -> HttpResponse:
    """A body that is the same, byte for byte, for as long as what it says is."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text.encode("utf-8", "replace"), status=status, content_type=media_type)


def refuse(request: HttpRequest, problem: Problem, caller: Caller | None = None) -> HttpResponse:
    """Problem details. Whether nothing is there may be kept for seconds; what is about the caller never."""
    kind = problem.kind
    trouble = shapes.Trouble(
        type=web(f"{ROOT}#{kind.name}"),
        title=kind.title,
        status=kind.status,
        detail=problem.detail,
        errors=list(problem.errors),
    )
    body = trouble.model_dump(mode="json")
    if not body["errors"]:
        del body["errors"]
    response = json_response(body, kind.status, PROBLEM_JSON)
    for name, value in problem.headers.items():
        response.headers[name] = value
    if kind.status in (400, 404, 410) and (caller is None or caller.key is None):
        return headers.publish(request, response, (MISSING,), headers.LIFETIME_OF_NOTHING)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _open(response: HttpResponse) -> HttpResponse:
    """Any page's script may read it: there is nothing in it that depends on cookies."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = EXPOSED
    response.headers.setdefault("Content-Language", "en")
    patch_vary_headers(response, ("Authorization",))
    return response


def _body(found: Answer, request: HttpRequest) -> Any:
    names = set(found.fields.split(",")) | {"id"} if found.fields else None
    if found.one is not None:
        return found.one.model_dump(mode="json", include=names)
    # What a list's items hold is all there is to leave out, so a list of hits is asked about their stories.
    return {
        "items": [_item(item, names) for item in found.items],
        "next": _next(request, found.older),
    }


def _item(item: BaseModel, names: set[str] | None) -> dict[str, Any]:
    if isinstance(item, shapes.Hit):
        return {"story": _item(item.story, names), "excerpt_html": item.excerpt_html}
    if isinstance(item, shapes.Story) and names is None:
        return item.model_dump(mode="json", exclude={"body_html"})
    return item.model_dump(mode="json", include=names)


def _next(request: HttpRequest, older: object) -> str | None:
    if older is None:
        return None
    kept = {name: request.GET.getlist(name)[0] for name in request.GET if name != "before"}
    return web(f"{request.path}?{urlencode({**kept, 'before': str(older)})}")
