"""Gifts and donations: bought without an account, redeemed with one."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from broadsheet.readers import passes
from broadsheet.subscriptions import buying, donations, gifts, managing, offer, taxes
from broadsheet.subscriptions.gateways.protocol import GatewayAway
from broadsheet.subscriptions.models import Checkout, Plan, Seller

from . import buyers, places
from .subscribe import paths_back

WAITING_CODE = "bs_gift_code"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def gift(request: HttpRequest) -> HttpResponse:
    """`/subscribe/gift/?plan=<slug>&currency=EUR&country=AZ`."""
    told = (request.POST if request.method == "POST" else request.GET).dict()
    asked = offer.offer(
        currency=told.get("currency", "")[:3],
        language=translation.get_language() or "en",
        country=places.country_of(request, told),
    )
    plan = _plan(asked, told.get("plan", ""))
    context = _gift_context(request, asked, plan, told)
    if request.method != "POST" or plan is None or places.is_looking(told):
        return buyers.answer(request, "site/subscribe/gift.html", context)
    try:
        buyer, wish = _gift_wish(request, plan, asked, told)
        checkout = _pay(request, buyer, wish, told.get("form", ""))
    except buying.CannotBuy as reason:
        context |= {"line": str(reason), "where": reason.field}
        return buyers.answer(request, "site/subscribe/gift.html", context, 422)
    except GatewayAway:
        return buyers.answer(
            request, "site/subscribe/gift.html", {**context, "line": managing.away_line()}, 422
        )
    return buyers.onward(request, checkout.url)


def _plan(asked: offer.Offer, slug: str) -> Plan | None:
    plans = [offered.plan for offered in asked.plans]
    return next((plan for plan in plans if plan.slug == slug), plans[0] if plans else None)


def _gift_context(
    request: HttpRequest, asked: offer.Offer, plan: Plan | None, told: dict[str, str]
) -> dict[str, Any]:
    language = translation.get_language() or "en"
    today = timezone.localdate()
    return {
        "plans": [offered.plan for offered in asked.plans],
        "plan": plan,
        "currency": asked.currency,
        "choices": [
            (c.months, c.money.text(language))
            for c in (gifts.choices(plan, asked.currency, asked.tax) if plan else [])
        ],
        "tax": "" if taxes.is_automatic() else asked.tax.label,
        **places.question(asked.tax.country),
        "months": told.get("months", "3"),
        "told": told,
        "today": today,
        "last_day": today + gifts.LATEST_DELIVERY,
        "form": told.get("form") or uuid.uuid4().hex,
    }


def _gift_wish(
    request: HttpRequest, plan: Plan, asked: offer.Offer, told: dict[str, str]
) -> tuple[buying.Buyer, buying.Wish]:
    recipient = _email(told.get("recipient", ""), "recipient")
    country, currency = asked.tax.country, asked.currency
    places.check(told, country)
    seen, choice = (
        next((c for c in gifts.choices(plan, currency, tax) if str(c.months) == told.get("months")), None)
        for tax in (taxes.shown(told.get("shown", "")), asked.tax)
    )
    if choice is None or seen is None:
        raise buying.CannotBuy(_("Please choose for how long."), "months")
    places.check_seen(told, country, seen.money, choice.money)
    wish = buying.Wish(
        "gift",
        choice.money.amount,
        currency,
        label=_("Gift: %(plan)s, %(months)s months") % {"plan": plan.shown_name, "months": choice.months},
        price=choice.price,
        is_taxed=True,
        is_tax_inclusive=choice.price.is_tax_inclusive or not taxes.is_automatic(),
        details={
            "months": choice.months,
            "recipient": recipient,
            "giver": _line(told.get("giver", ""), 80),
            "message": _line(told.get("message", ""), 400),
            "deliver_at": _day(told.get("day", "")).isoformat(),
            "redeem_url": buyers.base_url() + reverse("redeem"),
        },
    )
    return _buyer(request, told, country), wish


def _day(text: str) -> datetime:
    """Nine in the morning of a day to come, in the paper's zone; now for today."""
    today = timezone.localdate()
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError:
        raise buying.CannotBuy(_("Please choose a day."), "day") from None
    if not today <= day <= today + gifts.LATEST_DELIVERY:
        raise buying.CannotBuy(_("Please choose a day within a year from today."), "day")
    if day == today:
        return timezone.now().replace(microsecond=0)
    return datetime.combine(day, time(9), tzinfo=settings.PAPER.zone)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def donate(request: HttpRequest) -> HttpResponse:
    """`/subscribe/donate/`."""
    told = (request.POST if request.method == "POST" else request.GET).dict()
    language = translation.get_language() or "en"
    asked = offer.offer(currency=told.get("currency", "")[:3], language=language)
    country = places.country_of(request, told) if Seller.current().are_donations_taxed else ""
    context: dict[str, Any] = {
        "currency": asked.currency,
        "currencies": asked.currencies,
        "is_taxed": Seller.current().are_donations_taxed,
        "tax": taxes.shown(country).label,
        **places.question(country),
        "amounts": [(m.amount, m.text(language)) for m in donations.suggested(asked.currency)],
        "told": told,
        "form": told.get("form") or uuid.uuid4().hex,
    }
    if request.method != "POST" or not asked.currency or places.is_looking(told):
        return buyers.answer(request, "site/subscribe/donate.html", context)
    try:
        money = donations.amount(told.get("amount", ""), told.get("other", ""), asked.currency)
        if context["is_taxed"]:
            places.check(told, country)
        wish = buying.Wish(
            "donation",
            money.amount,
            money.currency,
            label=_("Support for the paper"),
            is_taxed=context["is_taxed"],
        )
        checkout = _pay(request, _buyer(request, told, country), wish, told.get("form", ""))
    except buying.CannotBuy as reason:
        context |= {"line": str(reason), "where": reason.field}
        return buyers.answer(request, "site/subscribe/donate.html", context, 422)
    except GatewayAway:
        return buyers.answer(
            request, "site/subscribe/donate.html", {**context, "line": managing.away_line()}, 422
        )
    return buyers.onward(request, checkout.url)


def _buyer(request: HttpRequest, told: dict[str, str], country: str) -> buying.Buyer:
    if not buyers.may_try(request, "buy", 30):
        raise buying.CannotBuy(_("That was too often. Please try again in an hour."))
    reader = request.user if request.user.is_authenticated else None
    email = reader.email if reader else _email(told.get("email", ""), "email")
    language = translation.get_language() or ""
    return buying.Buyer(email, buyers.browser_of(request), language, reader, country)


def _pay(request: HttpRequest, buyer: buying.Buyer, wish: buying.Wish, form: str) -> Checkout:
    done, left = paths_back()
    back = buying.Return(buyers.base_url(), done=done, left=left, path=reverse("home"))
    return buying.pay_once(buyer, wish, form[:64], back)


def _email(text: str, where: str) -> str:
    email = text.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise buying.CannotBuy(_("Please write the e-mail address in full."), where) from None
    return email


def _line(text: str, most: int) -> str:
    return " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())[:most]


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def redeem(request: HttpRequest) -> HttpResponse:
    """`/subscribe/redeem/?code=…`: shows what it is, and redeems with the button."""
    waiting = request.session.get(WAITING_CODE, "") if request.user.is_authenticated else ""
    code = (request.POST.get("code") or request.GET.get("code") or waiting)[:60]
    context: dict[str, Any] = {"code": code}
    if request.method != "POST":
        return buyers.answer(request, "site/subscribe/redeem.html", context)
    if not buyers.may_try(request, "redeem", 10):
        context["line"] = _("That was too often. Please try again in an hour.")
        return buyers.answer(request, "site/subscribe/redeem.html", context, 429)
    try:
        if not request.user.is_authenticated:
            gifts.found(code)
            request.session[WAITING_CODE] = code
            return HttpResponseRedirect(f"/account/?next={reverse('redeem')}")
        grant = gifts.redeem(code, request.user)
    except gifts.CannotRedeem as reason:
        context["line"] = str(reason)
        return buyers.answer(request, "site/subscribe/redeem.html", context, 422)
    request.session.pop(WAITING_CODE, None)
    response = buyers.answer(request, "site/subscribe/redeemed.html", {"grant": grant})
    passes.issue(response, buyers.person(request), request)
    return response
