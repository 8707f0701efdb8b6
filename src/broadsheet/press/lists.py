"""Which part of a list an address asks for, and by what its first page is purged."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from broadsheet.newsroom.selectors import Cursor


def cursor_of(request: HttpRequest) -> Cursor | None:
    """The place in the list that `?before=` names. Raises `Http404` for one we never gave out."""
    text = request.GET.get("before", "")
    cursor = Cursor.parse(text) if text else None
    if text and cursor is None:
        raise Http404("no such place in the list")
    return cursor


def list_key(request: HttpRequest, list_: str) -> tuple[str, ...]:
    """The key of a list's first page. What follows a cursor is older than whatever is published."""
    return () if request.GET.get("before") else (f"latest/{list_}",)
