"""A plan as its buyers would see it, before it is saved: saved, drawn, and taken back, in one transaction."""

from __future__ import annotations

from collections.abc import Callable

from django.db import models, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse

View = Callable[[HttpRequest], HttpResponseBase]
_offers: list[View] = []


def register(view: View) -> None:
    """Let an app say how the offer is shown: this package has no pages of its own."""
    _offers.append(view)


def shown(plan: models.Model, request: HttpRequest) -> HttpResponseBase:
    """The offer with `plan` as it stands in the form. Nothing of it is kept."""
    with transaction.atomic():
        plan.save()
        response = _offers[-1](request)
        if isinstance(response, SimpleTemplateResponse):
            response.render()
        transaction.set_rollback(True)
    return response
