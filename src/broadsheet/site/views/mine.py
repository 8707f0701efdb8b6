"""What a subscriber does with their subscription; every act is a form with a key of its own."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet.readers import passes
from broadsheet.subscriptions import leaving, managing, papers
from broadsheet.subscriptions.managing import CannotDo
from broadsheet.subscriptions.models import Departure, Invoice, Subscription

from . import buyers

HOME = "/account/"


def own(request: HttpRequest) -> Subscription:
    """The subscription of whoever is logged in. Raises `CannotDo`."""
    found = managing.own(buyers.person(request))
    if found is None:
        raise CannotDo(_("You have no subscription."))
    return found


def key_of(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        raise CannotDo(_("This form is broken. Please open the page again.")) from None


def home(request: HttpRequest, said: str = "") -> HttpResponse:
    if said:
        messages.success(request, said)
    response = HttpResponseRedirect(HOME)
    passes.issue(response, buyers.person(request), request)
    return response


def _try(request: HttpRequest, act: Callable[[Subscription, uuid.UUID], str]) -> HttpResponse:
    try:
        return home(request, act(own(request), key_of(request)))
    except CannotDo as reason:
        messages.error(request, str(reason))
        return HttpResponseRedirect(HOME)


@never_cache
@login_required(login_url="/account/")
@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    """`/subscribe/mine/pause/`, `months` 1 to 3."""
    months = request.POST.get("months", "")

    def act(subscription: Subscription, key: uuid.UUID) -> str:
        managing.pause(subscription, int(months) if months in {"1", "2", "3"} else 0, key)
        return _("Your subscription is paused. What is paid for stays open until its end.")

    return _try(request, act)


@never_cache
@login_required(login_url="/account/")
@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    """`/subscribe/mine/resume/`."""

    def act(subscription: Subscription, key: uuid.UUID) -> str:
        managing.resume(subscription, key)
        return _("Your subscription goes on.")

    return _try(request, act)


@never_cache
@login_required(login_url="/account/")
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """`/subscribe/mine/keep/`: not cancelled after all."""

    def act(subscription: Subscription, key: uuid.UUID) -> str:
        leaving.keep(subscription, key)
        return _("Good to have you: your subscription goes on.")

    return _try(request, act)


@never_cache
@login_required(login_url="/account/")
@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """`/subscribe/mine/stay/`: takes what is offered to those who are about to go."""

    def act(subscription: Subscription, key: uuid.UUID) -> str:
        leaving.stay(subscription, key)
        return _("Good to have you: you pay less from your next charge on.")

    return _try(request, act)


@never_cache
@login_required(login_url="/account/")
@require_POST
def portal(request: HttpRequest) -> HttpResponse:
    """`/subscribe/mine/payment/`: to the gateway's page for cards."""
    try:
        url = managing.portal(own(request), buyers.base_url() + HOME, translation.get_language() or "")
    except CannotDo as reason:
        messages.error(request, str(reason))
        return HttpResponseRedirect(HOME)
    return buyers.onward(request, url)


@never_cache
@login_required(login_url="/account/")
@require_safe
def invoice(request: HttpRequest, number: int) -> HttpResponse:
    """`/subscribe/mine/invoices/<id>.pdf`: one of one's own."""
    mine = Invoice.objects.filter(reader=buyers.person(request)).exclude(number=None)
    return papers.answer(get_object_or_404(mine, pk=number))


@never_cache
@login_required(login_url="/account/")
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest) -> HttpResponse:
    """`/subscribe/mine/cancel/`: the second of two clicks; a reason is welcome, not asked for."""
    subscription = managing.own(buyers.person(request))
    if subscription is None:
        return HttpResponseRedirect(HOME)
    context: dict[str, Any] = {"subscription": subscription, "key": request.POST.get("key") or uuid.uuid4()}
    if request.method == "POST":
        try:
            leaving.cancel(
                subscription, request.POST.get("reason", ""), request.POST.get("note", ""), key_of(request)
            )
        except CannotDo as reason:
            context["line"] = str(reason)
        else:
            context |= {"is_done": True, "key": uuid.uuid4()}
            response = buyers.answer(request, "site/subscribe/cancel.html", context)
            passes.issue(response, buyers.person(request), request)
            return response
    context |= {"reasons": Departure.REASONS, "offer": leaving.retention(subscription)}
    status = 422 if "line" in context else 200
    return buyers.answer(request, "site/subscribe/cancel.html", context, status)
