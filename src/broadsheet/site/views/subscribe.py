"""The offer: plan, e-mail, and on to the gateway's page; two screens in all, without any script."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from broadsheet.subscriptions import buying, managing, offer, taxes
from broadsheet.subscriptions.gateways.protocol import GatewayAway
from broadsheet.subscriptions.models import Price, Seller

from . import buyers, places

ADDRESS_OF_NOBODY = UUID(int=0)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """`/subscribe/?next=<path>&plan=<slug>&interval=year&currency=EUR&code=…`."""
    if request.method == "POST":
        return _buy(request)
    return _page(request, request.GET.dict())


def _buy(request: HttpRequest) -> HttpResponse:
    told = request.POST.dict()
    if places.is_looking(told):
        return _page(request, told)
    if not buyers.may_try(request, "buy", 30):
        return _page(request, told, line=_("That was too often. Please try again in an hour."), status=429)
    reader = request.user if request.user.is_authenticated else None
    email = reader.email if reader else told.get("email", "").strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        return _page(
            request, told, line=_("Please write your e-mail address in full."), where="email", status=422
        )
    number = told.get("price", "")
    price = Price.objects.select_related("plan").filter(pk=int(number)).first() if _is_id(number) else None
    if price is None:
        return _page(request, told, line=_("Please choose a plan."), where="price", status=422)
    path = buyers.safe_path(told.get("next", ""))
    story = buyers.story_at(path)
    country = places.country_of(request, told)
    language = translation.get_language() or "en"
    buyer = buying.Buyer(email, buyers.browser_of(request), language, reader, country)
    done, left = paths_back()
    back = buying.Return(
        buyers.base_url(),
        done=done,
        left=left,
        path=path,
        story=story,
        first_story=buyers.note_first_story(request, story),
    )
    try:
        places.check(told, country)
        seen, now = (taxes.cost(price, taxes.shown(code)).total for code in (told.get("shown", ""), country))
        places.check_seen(told, country, seen, now)
        checkout = buying.subscribe(buyer, price, told.get("code", ""), back)
    except buying.CannotBuy as reason:
        is_known = isinstance(reason, buying.Subscribed)
        return _page(request, told, line=str(reason), where=reason.field, is_known=is_known, status=422)
    except GatewayAway:
        # Not a 5xx: with one the session, and with it this browser's name, would not be kept.
        return _page(request, told, line=managing.away_line(), status=422)
    return buyers.onward(request, checkout.url)


def paths_back() -> tuple[str, str]:
    """Where the gateway sends a buyer who paid and one who left, with `KEY` where the checkout's key goes."""
    paths = [
        reverse(name, args=[ADDRESS_OF_NOBODY]).replace(str(ADDRESS_OF_NOBODY), "KEY")
        for name in ("subscribe_done", "subscribe_left")
    ]
    return paths[0], paths[1]


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 18


def _page(
    request: HttpRequest,
    told: dict[str, str],
    *,
    line: str = "",
    where: str = "",
    is_known: bool = False,
    status: int = 200,
) -> HttpResponse:
    language = translation.get_language() or "en"
    country = places.country_of(request, told)
    asked = offer.offer(
        interval=told.get("interval", ""),
        currency=told.get("currency", "")[:3],
        language=language,
        country=country,
    )
    path = buyers.safe_path(told.get("next", ""))
    kept = {
        name: told[name]
        for name in ("next", "plan", "code", "interval", "currency", "country")
        if told.get(name) and name != "next"
    }
    kept["next"] = path
    subscription = managing.own(request.user) if request.user.is_authenticated else None
    if subscription is not None and subscription.status == "expired":
        subscription = None
    seller = Seller.current()
    context: dict[str, Any] = {
        "offer": asked,
        "cards": [_card(offered, asked, language) for offered in asked.plans],
        "chosen": _chosen(asked, told),
        "intervals": [
            (code, code == asked.interval, _query(kept, interval=code, currency=asked.currency))
            for code in asked.intervals
        ],
        "currencies": [
            (code, code == asked.currency, _query(kept, interval=asked.interval, currency=code))
            for code in asked.currencies
        ],
        "next": path,
        "email": told.get("email", ""),
        "code": told.get("code", ""),
        "line": line,
        "where": where,
        "is_known": is_known,
        "subscription": subscription,
        "seller": seller,
        **places.question(country),
    }
    return buyers.answer(request, "site/subscribe/offer.html", context, status)


def _card(offered: offer.Offered, asked: offer.Offer, language: str) -> dict[str, Any]:
    price = offered.price
    return {
        "plan": offered.plan,
        "price": price,
        "saving": offered.saving,
        "words": offer.full_words(price, asked.tax, language),
        "intro": offer.intro_words(price, asked.tax, language),
        "trial": offer.trial_words(offered.plan),
        "renewal": offer.renewal_words(price, asked.tax, language),
        "tax": offer.tax_words(price, asked.tax, language),
    }


def _chosen(asked: offer.Offer, told: dict[str, str]) -> int | None:
    """The price that is ticked: the one sent, the plan asked for, the recommended one, the first."""
    if _is_id(told.get("price", "")) and asked.price(int(told["price"])):
        return int(told["price"])
    by_slug = [o.price.pk for o in asked.plans if o.plan.slug == told.get("plan")]
    recommended = [o.price.pk for o in asked.plans if o.plan.is_recommended]
    return next(iter([*by_slug, *recommended, *(o.price.pk for o in asked.plans)]), None)


def _query(kept: dict[str, str], **changed: str) -> str:
    return "?" + urlencode({**kept, **changed})
