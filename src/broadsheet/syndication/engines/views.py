"""What crawlers ask for by a fixed name."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from broadsheet.press import headers

from . import rsl
from .adverts import ads_text
from .models import MachineTerms
from .robots import robots_text

TEXT = "text/plain; charset=utf-8"


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """`/robots.txt`: two queries."""
    answer = HttpResponse(robots_text(MachineTerms.current()), content_type=TEXT)
    return headers.publish(request, answer, {rsl.KEY})


@require_safe
def licence(request: HttpRequest) -> HttpResponse:
    """`/license.xml`."""
    answer = HttpResponse(rsl.licence_document(MachineTerms.current()), content_type=rsl.MEDIA_TYPE)
    return headers.publish(request, answer, {rsl.KEY})


@require_safe
def ads(request: HttpRequest) -> HttpResponse:
    """`/ads.txt`."""
    answer = HttpResponse(ads_text(MachineTerms.current().ads), content_type=TEXT)
    return headers.publish(request, answer, {rsl.KEY})
