"""Reads about accounts."""

from __future__ import annotations

from django.http import HttpRequest

from .models import User


def reader_of(request: HttpRequest) -> User:
    """Whoever is logged in; only for views behind `login_required`. Raises `ValueError` for a stranger."""
    if not request.user.is_authenticated:
        raise ValueError("nobody is logged in")
    return request.user
