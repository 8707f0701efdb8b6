"""The one way a public page leaves the origin: rendered, with the keys of everything that it shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from . import headers
from .keys import shown_keys


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    keys: Iterable[str] = (),
    lifetime: int = headers.LIFETIME,
    status: int = 200,
) -> HttpResponse:
    """A page that is the same for everybody. `keys` are those that nothing in `context` carries; seconds."""
    response = render(request, template, dict(context), status=status)
    return headers.publish(request, response, {*keys, *shown_keys(context)}, lifetime)
