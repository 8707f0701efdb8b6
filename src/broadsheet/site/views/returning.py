"""Back from the gateway: what came of it, and on to the story, open."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from django.contrib.auth import login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from broadsheet.readers import entering, passes
from broadsheet.readers.models import User
from broadsheet.subscriptions import buying, holds
from broadsheet.subscriptions.gateways.protocol import GatewayError
from broadsheet.subscriptions.models import Checkout, Invoice, Seller

from . import buyers

log = logging.getLogger("broadsheet.buying")
# Who paid for an account that they are not logged in to reads at least what they came for.
OPEN_FOR = timedelta(days=1)
# In the session: the checkout after which a log-in code was sent from it.
CODE_SENT = "bs_code_sent"


@never_cache
@require_GET
def done(request: HttpRequest, key: UUID) -> HttpResponse:
    """`/subscribe/done/<key>/`: asks the gateway once. May be opened again at any time; it then says the same."""
    checkout = _checkout(request, key)
    try:
        checkout = buying.look(checkout)
    except GatewayError as error:
        log.warning("checkout %s can't be looked at: %s", checkout.key, error)
    if checkout.state == "paid":
        return _paid(request, checkout)
    is_waiting = checkout.state == "pending" or bool(checkout.state == "open" and checkout.ref)
    template = "pending" if is_waiting else "failed"
    return buyers.answer(request, f"site/subscribe/{template}.html", {"checkout": checkout})


@never_cache
@require_GET
def left(request: HttpRequest, key: UUID) -> HttpResponse:
    """`/subscribe/left/<key>/`: the payment page was left. It is still there, for some hours."""
    checkout = _checkout(request, key)
    if checkout.state == "paid":
        return HttpResponseRedirect(checkout.return_path)
    return buyers.answer(request, "site/subscribe/left.html", {"checkout": checkout})


@never_cache
@require_POST
def again(request: HttpRequest, key: UUID) -> HttpResponse:
    """`/subscribe/again/<key>/`: back to the same payment page."""
    checkout = _checkout(request, key)
    if checkout.state != "open" or not checkout.url:
        return buyers.answer(request, "site/subscribe/failed.html", {"checkout": checkout}, 409)
    return buyers.onward(request, checkout.url)


@never_cache
@require_GET
def transfer(request: HttpRequest, key: UUID) -> HttpResponse:
    """`/subscribe/transfer/<key>/`: where a gateway that takes bank transfers sends its buyers."""
    checkout = _checkout(request, key)
    if checkout.state == "paid":
        return _paid(request, checkout)
    bill = Invoice.objects.filter(
        gateway=checkout.gateway, ref=checkout.ref, kind__in=["invoice", "pro_forma"]
    ).first()
    if bill is None:
        raise Http404("no such bill")
    amount = bill.money.text(translation.get_language() or "en")
    context = {"checkout": checkout, "amount": amount, "seller": Seller.current()}
    return buyers.answer(request, "site/subscribe/transfer.html", context)


def _checkout(request: HttpRequest, key: UUID) -> Checkout:
    """The checkout, for the browser that began it and for its owner; for nobody else is there one."""
    found = Checkout.objects.select_related("reader", "price__plan").filter(key=key).first()
    if found is None:
        raise Http404("no such checkout")
    is_here = holds.is_known(found, buyers.known_browser(request))
    is_owner = request.user.is_authenticated and found.reader_id == request.user.pk
    if not is_here and not is_owner:
        raise Http404("no such checkout")
    return found


def _paid(request: HttpRequest, checkout: Checkout) -> HttpResponse:
    if checkout.purpose != "subscription":
        return buyers.answer(request, f"site/subscribe/{checkout.purpose}_paid.html", {"checkout": checkout})
    owner = _let_in(request, checkout)
    if owner is not None:
        response: HttpResponse = HttpResponseRedirect(checkout.return_path)
        response.status_code = 303
        response.headers["Cache-Control"] = buyers.PERSONAL
        passes.issue(response, owner, request)
        return response
    is_coded = _send_code(request, checkout)
    response = buyers.answer(
        request, "site/subscribe/paid.html", {"checkout": checkout, "is_coded": is_coded}
    )
    if checkout.story is not None and checkout.session == buyers.known_browser(request):
        passes.grant_story(request, response, checkout.story, timezone.now() + OPEN_FOR)
    return response


def _send_code(request: HttpRequest, checkout: Checkout) -> bool:
    """Mail the account's owner a log-in code, once a checkout. Whether one is waited for in this session.

    It is no use to whoever paid for somebody else: it goes to the account's mailbox.
    """
    if checkout.reader is None or request.user.is_authenticated:
        return False
    key = str(checkout.key)
    with transaction.atomic():
        row = Checkout.objects.select_for_update().get(pk=checkout.pk)
        if row.details.get("is_code_sent"):
            return request.session.get(CODE_SENT) == key
        row.details["is_code_sent"] = True
        row.save(update_fields=["details"])
    if not entering.send_code(request, checkout.reader.email):
        return False
    request.session[CODE_SENT] = key
    return True


def _let_in(request: HttpRequest, checkout: Checkout) -> User | None:
    """The owner, if they are logged in here, now or already."""
    owner = checkout.reader
    if owner is None:
        return None
    if request.user.is_authenticated:
        return owner if request.user.pk == owner.pk else None
    session = buyers.known_browser(request)
    with transaction.atomic():
        # Of two returns at once, one enters; `last_login` then keeps everybody else out.
        checkout.reader = User.objects.select_for_update().get(pk=owner.pk)
        if not buying.is_own_account(checkout, session):
            return None
        login(request, checkout.reader)
    return checkout.reader
