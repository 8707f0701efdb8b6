"""Secrets of the paper's own making: shown in the answer to the form that made them, and nowhere else."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from wagtail.snippets.views.snippets import CreateView


def shown(request: HttpRequest, what: Model, secret: str, next_url: str) -> HttpResponse:
    """The page that shows it. It goes into no message, cookie or session, and no cache keeps the page."""
    context = {"what": what, "secret": secret, "next_url": next_url}
    response = render(request, "syndication/shown_once.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response


class AddShownOnce(CreateView):
    """A form that makes something with a secret. `give` puts a new one into what is not yet saved, and returns it."""

    def give(self, what: Any) -> str:
        raise NotImplementedError

    def save_instance(self) -> Any:
        self.secret = self.give(self.form.instance)
        return super().save_instance()

    def save_action(self) -> HttpResponse:
        return shown(self.request, self.object, self.secret, self.get_success_url())
