"""Whether a promotion code may be used now, for this, by this many; and why not, in words."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from .models import Checkout, Price, PromotionCode


class BadCode(Exception):
    """A code that can't be used: `str()` is the line for the reader."""


def check(text: str, price: Price) -> PromotionCode:
    """The promotion behind what a reader typed, for `price`. Raises `BadCode`."""
    code = PromotionCode.objects.filter(code=text.strip().upper()).first()
    now = timezone.now()
    if code is None or not code.is_active:
        raise BadCode(_("We don't know this code."))
    if code.starts_at is not None and code.starts_at > now:
        raise BadCode(_("This code is not valid yet."))
    if code.ends_at is not None and code.ends_at <= now:
        raise BadCode(_("This code is no longer valid."))
    if code.plan_id is not None and code.plan_id != price.plan_id:
        raise BadCode(_("This code is for another plan."))
    if code.currency and code.currency != price.currency:
        raise BadCode(_("This code is for prices in %s.") % code.currency)
    if code.most_uses is not None and uses(code) >= code.most_uses:
        raise BadCode(_("This code has been used as often as it may be."))
    return code


def uses(code: PromotionCode) -> int:
    """How often it was paid with. A payment that is under way counts."""
    return Checkout.objects.filter(promotion=code, state__in=["paid", "pending"]).count()
