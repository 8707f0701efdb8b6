"""What of ours Stripe must know before it can sell it: made there when first needed, and remembered.

A price is never changed at Stripe: other terms are another price. Two processes that need the same thing at once ask
with the same idempotency key and get the same one.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from json import dumps
from typing import TYPE_CHECKING, Literal

import stripe

from ..models import GatewayRef
from .protocol import Order, Reduction, Terms
from .stripe_events import theirs
from .stripe_link import asking, once, plain

if TYPE_CHECKING:
    from stripe.params import (
        CouponCreateParams,
        CustomerCreateParams,
        PromotionCodeCreateParams,
        TaxRateCreateParams,
    )

MONTHS = {"month": 1, "year": 12}


class Shelf:
    """Our things at one Stripe account. `paper` keeps two papers of one account apart."""

    def __init__(self, client: stripe.StripeClient, name: str, paper: str) -> None:
        self._client, self._name, self._paper = client, name, paper

    def _known(
        self, kind: str, local: str, make: Callable[[str], stripe.StripeObject], *facts: object
    ) -> str:
        """Stripe's name for `local`; made now where there is none. `facts` are all that makes it what it is."""
        found = GatewayRef.objects.filter(gateway=self._name, kind=kind, local=local).first()
        if found is None:
            said = dumps([self._paper, kind, local, *facts], default=str)
            key = f"{kind}:{blake2b(said.encode(), digest_size=16).hexdigest()}"
            with asking(self._name):
                made = make(key)
            found, _is_new = GatewayRef.objects.get_or_create(
                gateway=self._name, kind=kind, local=local, defaults={"ref": str(plain(made)["id"])}
            )
        return found.ref

    def price(self, terms: Terms) -> str:
        """The recurring price of `terms`."""
        product = self._known(
            "product",
            terms.plan,
            lambda key: self._client.v1.products.create(
                {"name": terms.plan_name, "metadata": {"plan": terms.plan}}, once(key)
            ),
            terms.plan_name,
        )
        interval: Literal["month", "year"] = "year" if terms.interval == "year" else "month"
        behavior: Literal["inclusive", "exclusive"] = "inclusive" if terms.is_tax_inclusive else "exclusive"
        amount = theirs(terms.amount, terms.currency)
        return self._known(
            "price",
            terms.local,
            lambda key: self._client.v1.prices.create(
                {
                    "product": product,
                    "currency": terms.currency.lower(),
                    "unit_amount": amount,
                    "recurring": {"interval": interval},
                    "tax_behavior": behavior,
                    "metadata": {"price": terms.local},
                },
                once(key),
            ),
            product, interval, terms.currency, amount, behavior,
        )  # fmt: skip

    def introduction(self, terms: Terms, quantity: int) -> str | None:
        """The coupon that makes the first periods of `terms` as cheap as they should be."""
        if terms.intro_amount is None or not terms.intro_periods or terms.intro_amount >= terms.amount:
            return None
        off = theirs((terms.amount - terms.intro_amount) * quantity, terms.currency)
        params: CouponCreateParams = {
            "name": terms.plan_name[:40],
            "amount_off": off,
            "currency": terms.currency.lower(),
            "duration": "once",
        }
        if terms.intro_periods > 1:
            params["duration"] = "repeating"
            params["duration_in_months"] = terms.intro_periods * MONTHS[terms.interval]
        return self._known(
            "coupon",
            f"intro:{terms.local}:{quantity}:{terms.intro_amount}:{terms.intro_periods}",
            lambda key: self._client.v1.coupons.create(params, once(key)),
            *params.values(),
        )

    def promotion(self, reduction: Reduction, interval: str) -> str:
        """The promotion code of `reduction`, for prices of `interval`."""
        months = reduction.periods * MONTHS.get(interval, 1)
        term = {0: "forever", 1: "once"}.get(reduction.periods, str(months))
        local = (
            f"{reduction.local}:{reduction.percent_off}:{reduction.amount_off}:{reduction.currency}:{term}"
        )
        params: CouponCreateParams = {"name": reduction.code[:40], "duration": "repeating"}
        if reduction.periods > 1:
            params["duration_in_months"] = months
        else:
            params["duration"] = "once" if reduction.periods else "forever"
        if reduction.percent_off is not None:
            params["percent_off"] = reduction.percent_off
        else:
            params["amount_off"] = theirs(reduction.amount_off or 0, reduction.currency)
            params["currency"] = reduction.currency.lower()
        coupon = self._known(
            "coupon", local, lambda key: self._client.v1.coupons.create(params, once(key)), *params.values()
        )
        code = self._free_code(reduction)
        wanted: PromotionCodeCreateParams = {
            "promotion": {"type": "coupon", "coupon": coupon},
            "metadata": {"promotion": reduction.local},
        }
        if code:
            wanted["code"] = code
        return self._known(
            "promotion",
            local,
            lambda key: self._client.v1.promotion_codes.create(wanted, once(key)),
            coupon,
            code,
        )

    def _free_code(self, reduction: Reduction) -> str:
        """The code as Stripe may show it: one active code of a name, and letters, digits and dashes only."""
        if not reduction.code.isascii() or not reduction.code.replace("-", "").isalnum():
            return ""
        others = GatewayRef.objects.filter(
            gateway=self._name, kind="promotion", local__startswith=f"{reduction.local}:"
        ).count()
        return f"{reduction.code}-{others + 1}" if others else reduction.code

    def tax_rate(self, order: Order, *, is_inclusive: bool) -> str:
        """The tax rate of the buyer's country."""
        params: TaxRateCreateParams = {
            "display_name": order.tax_name,
            "percentage": order.tax_basis_points / 100,
            "inclusive": is_inclusive,
        }
        if order.country:
            params["country"] = order.country
        return self._known(
            "tax_rate",
            f"{order.country}:{order.tax_name}:{order.tax_basis_points}:{int(is_inclusive)}",
            lambda key: self._client.v1.tax_rates.create(params, once(key)),
        )

    def customer(self, order: Order) -> str:
        """The customer that a reader is; nothing for somebody without an account."""
        if order.customer:
            return order.customer
        if order.reader is None:
            return ""
        params: CustomerCreateParams = {
            "email": order.email,
            "preferred_locales": [order.language],
            "metadata": {"reader": str(order.reader)},
        }
        if order.country:
            params["address"] = {"country": order.country}
        return self._known(
            "customer",
            str(order.reader),
            lambda key: self._client.v1.customers.create(params, once(key)),
            order.email,
            order.language,
            order.country,
        )

    def drop_customer(self, ref: str) -> None:
        """Forget that a customer is known; the next sale makes a new one."""
        GatewayRef.objects.filter(gateway=self._name, kind="customer", ref=ref).delete()
