"""The API's addresses, the page that explains them to people, and what is none of them."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, re_path
from django.utils.cache import patch_vary_headers
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.csrf import csrf_exempt

from . import answering, openapi
from .answering import ROOT, json_response, live, respond
from .keys import PER_MINUTE
from .problems import KINDS, NOT_FOUND, Problem
from .routes import ROUTES

# It changes with a release only.
DOCUMENT_SECONDS = 300


def _view(route: answering.Route) -> Any:
    @csrf_exempt
    def view(request: HttpRequest, **parts: Any) -> HttpResponse:
        return route(request, **parts)

    return view


@csrf_exempt
def index(request: HttpRequest) -> HttpResponse:
    """For programs the index, for people in a browser the same as a page. The edge passes this address on: what comes
    depends on `Accept`."""
    if request.method in ("GET", "HEAD") and _wants_page(request):
        response = respond(request, lambda caller: _explain(request))
    else:
        response = ROUTES[0](request)
    patch_vary_headers(response, ("Accept",))
    return response


def _explain(request: HttpRequest) -> HttpResponse:
    operations = [
        {
            "path": address,
            **said["get"],
            "parameters": [
                {**parameter, "description": _coded(parameter.get("description", ""))}
                for parameter in said["get"].get("parameters", ())
            ],
        }
        for address, said in openapi.document()["paths"].items()
    ]
    context = {
        "paper": settings.PAPER,
        "root": ROOT,
        "operations": operations,
        "problems": [(kind, _coded(kind.mend)) for kind in KINDS],
        "per_minute": PER_MINUTE,
    }
    response = render(request, "syndication/api/index.html", context)
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def _coded(text: str) -> SafeString:
    """The little Markdown that descriptions have."""
    return mark_safe(re.sub("`([^`]+)`", r"<code>\1</code>", escape(text)))  # noqa: S308  (escaped first)


def _wants_page(request: HttpRequest) -> bool:
    return request.get_preferred_type(["application/json", "text/html"]) == "text/html"


@csrf_exempt
def document(request: HttpRequest) -> HttpResponse:
    """`openapi.json`."""
    return respond(
        request, lambda caller: live(request, json_response(openapi.document()), caller, (), DOCUMENT_SECONDS)
    )


@csrf_exempt
def missing(request: HttpRequest) -> HttpResponse:
    """Any other address below the API's root."""
    return respond(request, _refuse)


def _refuse(caller: Any) -> HttpResponse:
    raise Problem(NOT_FOUND, "The API has no such address; see its index.")


urlpatterns = [
    path(ROOT[1:], index, name="api"),
    path(f"{ROOT[1:]}openapi.json", document, name="api_document"),
    *(path(ROOT[1:] + route.path, _view(route), name=f"api_{route.name}") for route in ROUTES[1:]),
]
# Stands after every other address below the root, whoever it belongs to.
rest = [re_path(f"^{ROOT[1:]}", missing)]
