"""Stripe, through its official SDK: Checkout, Billing Portal, subscriptions, refunds, webhooks.

What it answers is read by `stripe_events`, what it must know of our offers is made by `stripe_terms`, and how it is
reached is in `stripe_link`. The sandbox is the same adapter with another address.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import stripe

from ..events import Event, Stage
from . import stripe_events as read
from .protocol import BadWebhook, GatewayAway, GatewayError, Order, Payment, Quote, Reduction, Setup, Terms
from .stripe_link import API_VERSION, asking, clock_of, connect, is_missing, is_replay, once, plain
from .stripe_terms import Shelf

if TYPE_CHECKING:
    from stripe.params import SubscriptionUpdateParams
    from stripe.params.checkout import SessionCreateParams

TOLERANCE_SECONDS = 300
PAGE = 100
WITH_PAYMENTS = ["invoice.payments", "payment_intent", "subscription"]


def _locale(language: str) -> Literal["en", "ru", "auto"]:
    """Of our languages those that Stripe's pages speak; others get the browser's."""
    return "ru" if language == "ru" else "en" if language == "en" else "auto"


def _check_not_ahead(header: str) -> None:
    """Refuse a report from the future: the SDK looks at the past only, and a clock may be wrong both ways."""
    said = [part.strip().removeprefix("t=") for part in header.split(",") if part.strip().startswith("t=")]
    if any(int(moment) > time.time() + TOLERANCE_SECONDS for moment in said):
        raise BadWebhook("signature: its time is still to come")


def make(setup: Setup) -> StripeGateway:
    """The entry point."""
    return StripeGateway(setup)


class StripeGateway:
    """One Stripe account. Settings: `key`, `webhook_secret`; `api_base`, `webhook_url`, `paper`, `tax` where given."""

    def __init__(self, setup: Setup) -> None:
        self.name = setup.name
        self._settings = setup.settings
        self._taxes_itself = setup.settings.get("tax") == "automatic"
        self._client = connect(setup)
        self._shelf = Shelf(self._client, setup.name, setup.settings.get("paper", ""))

    def begin(self, order: Order) -> Payment:
        customer = self._shelf.customer(order)
        try:
            return self._open(order, customer)
        except GatewayError as error:
            # Somebody deleted the customer at Stripe: the reader becomes a new one.
            if not customer or not is_missing(error):
                raise
            self._shelf.drop_customer(customer)
            return self._open(order, self._shelf.customer(order))

    def _open(self, order: Order, customer: str) -> Payment:
        metadata = {"key": order.key, "reader": "" if order.reader is None else str(order.reader)}
        if not self._taxes_itself:
            metadata |= {"country": order.country, "tax": order.tax_label}
        params: SessionCreateParams = {
            "client_reference_id": order.key,
            "metadata": metadata,
            "success_url": order.return_url,
            "cancel_url": order.cancel_url,
            "locale": _locale(order.language),
            # Readers pay what the offer said, in its currency.
            "adaptive_pricing": {"enabled": False},
        }
        if customer:
            params["customer"] = customer
        elif order.email:
            params["customer_email"] = order.email
        if order.terms is not None:
            self._sell_subscription(params, order, order.terms, metadata)
        else:
            self._sell_once(params, order, metadata)
        with asking(self.name):
            session = self._client.v1.checkout.sessions.create(
                params, once(f"{order.key}:{customer}:session")
            )
        if not session.url:
            raise GatewayError(f"{self.name}: the payment page is closed already; begin anew")
        return Payment(session.id, session.url, read.moment(session.expires_at))

    def _sell_subscription(
        self, params: SessionCreateParams, order: Order, terms: Terms, metadata: dict[str, str]
    ) -> None:
        params["mode"] = "subscription"
        params["line_items"] = [{"price": self._shelf.price(terms), "quantity": order.quantity}]
        params["subscription_data"] = {"metadata": metadata}
        if order.trial_days:
            params["subscription_data"]["trial_period_days"] = order.trial_days
            params["subscription_data"]["trial_settings"] = {
                "end_behavior": {"missing_payment_method": "cancel"}
            }
        # Stripe takes one reduction: a code stands in for the introductory price.
        if order.reduction is not None:
            params["discounts"] = [{"promotion_code": self._shelf.promotion(order.reduction, terms.interval)}]
        elif coupon := self._shelf.introduction(terms, order.quantity):
            params["discounts"] = [{"coupon": coupon}]
        if self._taxes_itself:
            self._tax_automatically(params)
        elif order.tax_basis_points:
            rate = self._shelf.tax_rate(order, is_inclusive=terms.is_tax_inclusive)
            params["subscription_data"]["default_tax_rates"] = [rate]

    def _sell_once(self, params: SessionCreateParams, order: Order, metadata: dict[str, str]) -> None:
        params["mode"] = "payment"
        params["line_items"] = [
            {
                "quantity": order.quantity,
                "price_data": {
                    "currency": order.currency.lower(),
                    "unit_amount": read.theirs(order.amount, order.currency),
                    "product_data": {"name": order.label or "—"},
                    "tax_behavior": "inclusive" if order.is_tax_inclusive else "exclusive",
                },
            }
        ]
        params["payment_intent_data"] = {"metadata": metadata}
        params["invoice_creation"] = {"enabled": True, "invoice_data": {"metadata": metadata}}
        if self._taxes_itself:
            self._tax_automatically(params)
        elif order.tax_basis_points:
            rate = self._shelf.tax_rate(order, is_inclusive=order.is_tax_inclusive)
            params["line_items"][0]["tax_rates"] = [rate]

    def _tax_automatically(self, params: SessionCreateParams) -> None:
        params["automatic_tax"] = {"enabled": True}
        params["billing_address_collection"] = "required"
        if "customer" in params:
            params["customer_update"] = {"address": "auto"}

    def checkout(self, ref: str) -> Sequence[Event]:
        seen = datetime.now(UTC)
        with asking(self.name):
            session = self._client.v1.checkout.sessions.retrieve(ref, {"expand": WITH_PAYMENTS})
        at = clock_of(session, seen)
        thing = plain(session)
        told = read.fetched(thing, at, seen)
        if thing["status"] == "open":
            return told
        if isinstance(made := thing.get("subscription"), Mapping):
            told += read.fetched(made, self._moment_of(made, at), seen)
        if isinstance(bill := thing.get("invoice"), Mapping):
            told += read.all_of([bill, *((bill.get("payments") or {}).get("data") or ())], at, seen)
        return told

    def expire(self, ref: str, key: str) -> None:
        with asking(self.name):
            self._client.v1.checkout.sessions.expire(ref, None, once(key))

    def portal(self, customer: str, return_url: str, language: str) -> str:
        with asking(self.name):
            session = self._client.v1.billing_portal.sessions.create(
                {
                    "customer": customer,
                    "return_url": return_url,
                    "locale": _locale(language),
                }
            )
        return session.url

    def cancel(self, subscription: str, *, at_once: bool, key: str) -> Sequence[Event]:
        if not at_once:
            return self._update(subscription, {"cancel_at_period_end": True}, key)
        seen = datetime.now(UTC)
        try:
            with asking(self.name):
                ended = self._client.v1.subscriptions.cancel(subscription, None, once(key))
        except GatewayAway:
            raise
        except GatewayError:
            # Stripe keeps no keys for what ends things: a repeated end is refused, and is one all the same.
            now = self.observe(subscription)
            if now.facts["stage"] != Stage.ENDED.value:
                raise
            return [now]
        return self._looked_at(ended, seen)

    def keep(self, subscription: str, key: str) -> Sequence[Event]:
        return self._update(subscription, {"cancel_at_period_end": False}, key)

    def pause(self, subscription: str, until: datetime | None, key: str) -> Sequence[Event]:
        behavior: dict[str, Any] = {"behavior": "void"}
        if until is not None:
            behavior["resumes_at"] = int(until.timestamp())
        return self._update(subscription, {"pause_collection": behavior}, key)  # type: ignore[typeddict-item]  # built in two steps

    def resume(self, subscription: str, key: str) -> Sequence[Event]:
        return self._update(subscription, {"pause_collection": ""}, key)

    def preview(self, subscription: str, terms: Terms, quantity: int) -> Quote:
        price = self._shelf.price(terms)
        seen = datetime.now(UTC)
        with asking(self.name):
            found = self._client.v1.subscriptions.retrieve(subscription)
        now = plain(found)
        moment = self._moment_of(now, clock_of(found, seen))
        if now["status"] == "trialing":
            return Quote(0, 0, terms.currency, moment)
        with asking(self.name):
            bill = self._client.v1.invoices.create_preview(
                {
                    "subscription": subscription,
                    "subscription_details": {
                        "items": [
                            {"id": now["items"]["data"][0]["id"], "price": price, "quantity": quantity}
                        ],
                        "proration_behavior": "always_invoice",
                        "proration_date": int(moment.timestamp()),
                    },
                }
            )
        currency = str(bill.currency).upper()
        credit = read.ours(max(-bill.total, 0), currency)
        return Quote(read.ours(bill.amount_due, currency), credit, currency, moment)

    def change(
        self,
        subscription: str,
        terms: Terms,
        quantity: int,
        *,
        prorate: bool,
        key: str,
        moment: datetime | None = None,
    ) -> Sequence[Event]:
        price = self._shelf.price(terms)
        with asking(self.name):
            now = plain(self._client.v1.subscriptions.retrieve(subscription))
        item = now["items"]["data"][0]
        params: SubscriptionUpdateParams = {
            "items": [{"id": item["id"], "price": price, "quantity": quantity}],
            "metadata": {"held_price": "", "held_until": ""},
        }
        if prorate:
            params["proration_behavior"] = "always_invoice"
            if moment is not None and now["status"] != "trialing":
                params["proration_date"] = int(moment.timestamp())
            # A card that is refused refuses the change: nothing is half done.
            params["payment_behavior"] = "error_if_incomplete"
        else:
            if item["price"]["recurring"]["interval"] != terms.interval:
                raise GatewayError(
                    f"{self.name}: another interval begins a new period; change it with proration"
                )
            params["proration_behavior"] = "none"
            held = read.snapshot(now).price
            if held != price:
                params["metadata"] = {"held_price": held, "held_until": str(item["current_period_end"])}
        return self._update(subscription, params, key)

    def reduce(self, subscription: str, reduction: Reduction, key: str) -> Sequence[Event]:
        """Charge less from the next invoice on; takes the place of a reduction that it has."""
        with asking(self.name):
            now = plain(self._client.v1.subscriptions.retrieve(subscription))
        interval = now["items"]["data"][0]["price"]["recurring"]["interval"]
        code = self._shelf.promotion(reduction, interval)
        return self._update(subscription, {"discounts": [{"promotion_code": code}]}, key)

    def _update(self, subscription: str, params: SubscriptionUpdateParams, key: str) -> Sequence[Event]:
        seen = datetime.now(UTC)
        with asking(self.name):
            changed = self._client.v1.subscriptions.update(subscription, params, once(key))
        return self._looked_at(changed, seen)

    def _looked_at(self, thing: stripe.Subscription, seen: datetime) -> list[Event]:
        """The observation that a write's answer is; a stored answer says how it was then, so look anew."""
        if is_replay(thing):
            return [self.observe(thing.id)]
        found = plain(thing)
        return read.fetched(found, self._moment_of(found, clock_of(thing, seen)), seen)

    def refund(self, invoice: str, amount: int, key: str) -> Sequence[Event]:
        with asking(self.name):
            payments = self._client.v1.invoice_payments.list({"invoice": invoice, "status": "paid"})
            paid = next((plain(one) for one in payments.auto_paging_iter()), None)
            if paid is None:
                raise GatewayError(f"{self.name}: nothing was paid on invoice {invoice}")
            by = paid["payment"]
            currency = str(paid["currency"]).upper()
            seen = datetime.now(UTC)
            given = self._client.v1.refunds.create(
                {
                    "payment_intent": read.name_of(by.get("payment_intent")),
                    "amount": read.theirs(amount, currency),
                    "metadata": {"invoice": invoice},
                },
                once(key),
            )
        return read.all_of([paid, plain(given)], clock_of(given, seen), seen)

    def webhook(self, body: bytes, headers: Mapping[str, str]) -> Sequence[Event]:
        secret = self._settings.get("webhook_secret", "")
        if not secret:
            raise BadWebhook("gateway_webhook_secret is not set: no webhook can be believed")
        header = headers.get("Stripe-Signature", "")
        try:
            stripe.WebhookSignature.verify_header(body, header, secret, TOLERANCE_SECONDS)
            _check_not_ahead(header)
            report = json.loads(body)
        except stripe.SignatureVerificationError as error:
            raise BadWebhook(f"signature: {error.user_message or error}") from error
        except (ValueError, RecursionError) as error:
            raise BadWebhook(f"not readable: {error}") from error
        try:
            return read.events_of(report)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise BadWebhook(f"not an event's shape: {error!r}") from error

    def observe(self, subscription: str) -> Event:
        seen = datetime.now(UTC)
        with asking(self.name):
            found = self._client.v1.subscriptions.retrieve(subscription)
        thing = plain(found)
        return read.observation(thing, self._moment_of(thing, clock_of(found, seen)), seen)

    def _moment_of(self, thing: Mapping[str, Any], at: datetime) -> datetime:
        """The time where this subscription lives: one on a test clock has a time of its own."""
        if not thing.get("test_clock"):
            return at
        with asking(self.name):
            clock = self._client.v1.test_helpers.test_clocks.retrieve(str(thing["test_clock"]))
        return read.moment(clock.frozen_time) or at

    def subscriptions(self) -> Iterator[Event]:
        after = ""
        while True:
            seen = datetime.now(UTC)
            with asking(self.name):
                page = self._client.v1.subscriptions.list(
                    {"status": "all", "limit": PAGE, **({"starting_after": after} if after else {})}
                )
            at = clock_of(page, seen)
            things = [plain(one) for one in page.data]
            for thing in things:
                yield read.observation(thing, self._moment_of(thing, at), seen)
            if not page.has_more or not things:
                return
            after = str(things[-1]["id"])

    def since(self, moment: datetime) -> Iterator[Event]:
        with asking(self.name):
            page = self._client.v1.events.list({"created": {"gte": int(moment.timestamp())}, "limit": PAGE})
            for report in page.auto_paging_iter():
                yield from read.events_of(plain(report))

    def forget(self, customer: str, key: str) -> None:
        try:
            with asking(self.name):
                self._client.v1.customers.delete(customer, None, once(key))
        except GatewayError as error:
            if not is_missing(error):
                raise
        self._shelf.drop_customer(customer)

    def check(self) -> str:
        with asking(self.name):
            self._client.v1.products.list({"limit": 1})
        wanted = self._settings.get("webhook_url", "")
        if not wanted:
            return f"{self.name} answers ({API_VERSION})"
        with asking(self.name):
            points = self._client.v1.webhook_endpoints.list({"limit": PAGE})
            known = {str(one.url): str(one.status) for one in points.auto_paging_iter()}
        if known.get(wanted) != "enabled":
            raise GatewayError(f"{self.name} answers, but has no enabled webhook end point {wanted}")
        return f"{self.name} answers ({API_VERSION}); webhooks go to {wanted}"
