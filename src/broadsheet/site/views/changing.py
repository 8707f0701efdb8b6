"""Another plan: chosen, reckoned by the gateway, shown to the cent, and only then confirmed."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from broadsheet.subscriptions import managing, offer, taxes
from broadsheet.subscriptions.gateways.protocol import Quote
from broadsheet.subscriptions.managing import CannotDo
from broadsheet.subscriptions.models import Price, Subscription
from broadsheet.subscriptions.money import Money

from . import buyers
from .mine import home, key_of

PAGE = "site/subscribe/change.html"
SALT = "subscriptions.quote"
# A quote that is older is reckoned anew: what is left of a period changes by the day.
QUOTE_LIVES = 3600


@never_cache
@login_required(login_url="/account/")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest) -> HttpResponse:
    """`/subscribe/mine/change/`: the choice; with `price` what it comes to; with its signed `quote` as well, done."""
    subscription = managing.own(buyers.person(request))
    if subscription is None:
        return HttpResponseRedirect(reverse("subscribe"))
    context = _context(request, subscription)
    if request.method != "POST":
        return buyers.answer(request, PAGE, context)
    try:
        price = _chosen(request)
        moment = _confirmed(request, subscription, price)
        if moment is None:
            context["quoted"] = _quoted(subscription, price)
            return buyers.answer(request, PAGE, context)
        managing.change(subscription, price, key_of(request), moment)
    except CannotDo as reason:
        return buyers.answer(request, PAGE, {**context, "line": str(reason)}, 422)
    return home(request, _("Your plan is changed."))


def _context(request: HttpRequest, subscription: Subscription) -> dict[str, Any]:
    language, tax, now = translation.get_language() or "en", taxes.tax_on(subscription), subscription.price
    return {
        "subscription": subscription,
        "choices": [
            (price, offer.full_words(price, tax, language), _direction(subscription, price))
            for price in managing.other_prices(subscription)
        ],
        "now": offer.full_words(now, tax, language) if now else "",
        "chosen": request.POST.get("price", ""),
        "key": request.POST.get("key") or uuid.uuid4(),
    }


def _chosen(request: HttpRequest) -> Price:
    number = request.POST.get("price", "")
    is_id = number.isascii() and number.isdigit() and len(number) < 18
    price = Price.objects.select_related("plan").filter(pk=int(number) if is_id else 0).first()
    if price is None:
        raise CannotDo(_("Please choose a plan."))
    return price


def _quoted(subscription: Subscription, price: Price) -> dict[str, Any]:
    """What the confirming page shows, and the sealed quote that its form brings back."""
    language = translation.get_language() or "en"
    quote = managing.quote(subscription, price)
    return {
        "price": price,
        "due": Money(quote.due, quote.currency).text(language) if quote.due else "",
        "credit": Money(quote.credit, quote.currency).text(language) if quote.credit else "",
        "then": offer.full_words(price, taxes.tax_on(subscription), language),
        "seal": _sealed(subscription, price, quote),
    }


def _sealed(subscription: Subscription, price: Price, quote: Quote) -> str:
    return signing.dumps([subscription.pk, price.pk, quote.moment.isoformat()], salt=SALT)


def _confirmed(request: HttpRequest, subscription: Subscription, price: Price) -> datetime | None:
    """The moment of the quote that was confirmed; None when there is none yet, or none for this choice any more."""
    try:
        told = signing.loads(request.POST.get("quote", ""), salt=SALT, max_age=QUOTE_LIVES)
    except signing.BadSignature:
        return None
    return datetime.fromisoformat(told[2]) if told[:2] == [subscription.pk, price.pk] else None


def _direction(subscription: Subscription, price: Price) -> str:
    now = subscription.price
    if now is None:
        return ""
    per_year = {"month": 12, "year": 1}
    dearer = price.amount * per_year[price.interval] > now.amount * per_year[now.interval]
    return _("more than now") if dearer else _("less than now")
