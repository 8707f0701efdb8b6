"""A webhook in the newsroom: what it was told, a ping, a message once more, another secret; each done by a POST."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ..models import Delivery
from ..shown_once import shown
from . import selectors, services
from .models import Webhook

CHANGE = "syndication.change_webhook"


def _hook(request: HttpRequest, pk: int) -> Webhook:
    if not request.user.has_perm(CHANGE):
        raise PermissionDenied
    return get_object_or_404(Webhook, pk=pk)


@require_GET
def log(request: HttpRequest, pk: int) -> HttpResponse:
    """What is and was owed, newest first."""
    hook = _hook(request, pk)
    before = request.GET.get("before", "")
    rows, older = selectors.log(hook, int(before) if before.isdecimal() and len(before) < 19 else None)
    return render(request, "syndication/webhooks/log.html", {"hook": hook, "rows": rows, "older": older})


@require_POST
def ping(request: HttpRequest, pk: int) -> HttpResponse:
    """Owe a ping."""
    services.ping(_hook(request, pk))
    messages.success(request, _("The ping goes out within seconds; what came of it stands here."))
    return redirect("syndication:webhook", pk)


@require_POST
def again(request: HttpRequest, pk: int, delivery: int) -> HttpResponse:
    """Owe a message once more."""
    hook = _hook(request, pk)
    row = get_object_or_404(Delivery, pk=delivery, channel=services.CHANNEL, payload__webhook=hook.pk)
    services.again(hook, row)
    messages.success(request, _("It goes out again within seconds."))
    return redirect("syndication:webhook", pk)


@require_POST
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Another secret, shown now."""
    hook = _hook(request, pk)
    return shown(request, hook, services.renew_secret(hook), reverse("syndication:webhook", args=[pk]))
