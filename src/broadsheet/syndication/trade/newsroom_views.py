"""A partner in the newsroom: where it pulls, the key that it lets in, what was brought, another token."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from broadsheet.newsroom.selectors import web

from ..models import Delivery
from ..shown_once import shown
from . import partners, pushing, sftp
from .models import Partner
from .partner_views import ALLOWED
from .viewsets import may_change

MOST = 50


def _partner(request: HttpRequest, pk: int) -> Partner:
    if not may_change(request):
        raise PermissionDenied
    return get_object_or_404(Partner, pk=pk)


@require_GET
def partner(request: HttpRequest, pk: int) -> HttpResponse:
    """Its addresses (without the token, which nobody knows any more), and the last of what was owed to it."""
    found = _partner(request, pk)
    rows = Delivery.objects.filter(channel=pushing.CHANNEL, payload__partner=found.pk).order_by("-pk")[:MOST]
    context = {
        "partner": found,
        "addresses": [
            web(f"/partners/{found.start}…/stories.{form}")
            for form, field in ALLOWED.items()
            if getattr(found, field)
        ],
        "key": sftp.public_key() if found.push_url.startswith("sftp:") else "",
        "rows": [(row, f"/api/v1/stories/{row.payload['story']}.ninjs") for row in rows],
    }
    return render(request, "syndication/trade/partner.html", context)


@require_POST
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Another token, shown now; the one before ends at once."""
    found = _partner(request, pk)
    token = partners.give(found)
    found.save(update_fields=["digest", "start"])
    return shown(request, found, token, reverse("syndication:partner", args=[pk]))
