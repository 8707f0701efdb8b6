"""Coupons and promotion codes put on a customer's subscription, invoice or purchase."""

from __future__ import annotations

from broadsheet.sandbox import money
from broadsheet.sandbox.account import Account
from broadsheet.sandbox.errors import Json, invalid, missing, required
from broadsheet.sandbox.forms import Params
from broadsheet.sandbox.periods import months_after


def check_coupon(account: Account, key: str, param: str, now: int) -> Json:
    """Raises `ApiError` (`coupon_expired`, `resource_missing`) when it can't be used now."""
    coupon = account.get("coupon", key, param)
    if (coupon["redeem_by"] and coupon["redeem_by"] <= now) or (
        coupon["max_redemptions"] and coupon["times_redeemed"] >= coupon["max_redemptions"]
    ):
        raise invalid(f"Coupon expired: {key}", param, "coupon_expired")
    return coupon


def check_promotion(account: Account, promotion: Json, param: str, customer: str | None, now: int) -> Json:
    """The code's coupon. Raises `ApiError` when the code can't be used by this customer now."""
    limits = promotion["restrictions"]
    if (
        not promotion["active"]
        or (promotion["expires_at"] and promotion["expires_at"] <= now)
        or (promotion["max_redemptions"] and promotion["times_redeemed"] >= promotion["max_redemptions"])
    ):
        raise invalid("This promotion code is expired or no longer active.", param, "coupon_expired")
    if promotion["customer"] not in (None, customer):
        raise invalid(
            "This promotion code cannot be redeemed by this customer.", param, "customer_max_payments"
        )
    if limits["first_time_transaction"] and customer:
        paid = any(c["status"] == "succeeded" for c in account.where("charge", customer=customer))
        if paid:
            raise invalid(
                "This promotion code is only for first-time customers.",
                param,
                "promotion_code_not_redeemable",
            )
    return check_coupon(account, promotion["promotion"]["coupon"], param, now)


def by_code(account: Account, code: str) -> Json | None:
    """The active promotion code that a person typed; case doesn't matter."""
    wanted = code.strip().upper()
    return next(
        (p for p in account.where("promotion_code") if p["code"].upper() == wanted and p["active"]), None
    )


def chosen(account: Account, items: list[Params], customer: str | None, now: int) -> list[Json]:
    """(`coupon`, `promotion_code`) of each discount of a request, or the `discount` that is kept."""
    found = []
    for item in items:
        if key := item.text("discount"):
            found.append({"discount": account.get("discount", key, item.name("discount"))["id"]})
        elif key := item.text("promotion_code"):
            promotion = account.get("promotion_code", key, item.name("promotion_code"))
            coupon = check_promotion(account, promotion, item.name("promotion_code"), customer, now)
            found.append({"coupon": coupon["id"], "promotion_code": promotion["id"]})
        elif key := item.text("coupon"):
            found.append(
                {"coupon": check_coupon(account, key, item.name("coupon"), now)["id"], "promotion_code": None}
            )
        else:
            raise required(item.name("coupon"))
    return found


def redeem(
    account: Account,
    choice: Json,
    customer: str | None,
    *,
    subscription: str | None = None,
    session: str | None = None,
) -> str:
    """A discount from a choice of `chosen`; counts the redemption."""
    if "discount" in choice:
        return str(choice["discount"])
    now = account.now(customer)
    coupon = account.get("coupon", choice["coupon"])
    coupon["times_redeemed"] += 1
    coupon["valid"] = not coupon["max_redemptions"] or coupon["times_redeemed"] < coupon["max_redemptions"]
    account.save(coupon, "coupon.updated")
    if choice["promotion_code"]:
        promotion = account.get("promotion_code", choice["promotion_code"])
        promotion["times_redeemed"] += 1
        if promotion["max_redemptions"] and promotion["times_redeemed"] >= promotion["max_redemptions"]:
            promotion["active"] = False
        account.save(promotion, "promotion_code.updated")
    months = coupon["duration_in_months"]
    discount = account.make(
        "discount", checkout_session=session, customer=customer, end=months_after(now, months) if months else None,
        promotion_code=choice["promotion_code"], source={"coupon": coupon["id"], "type": "coupon"}, start=now,
        subscription=subscription,
    )  # fmt: skip
    account.emit("customer.discount.created", discount)
    return str(discount["id"])


def amounts(coupon: Json, currency: str, lines: list[tuple[int, str | None]]) -> list[int]:
    """What a coupon takes off each (amount left, product); never more than is left.

    Raises `ApiError` for an amount in another currency.
    """
    meant = [
        max(left, 0) if not coupon["_products"] or product in coupon["_products"] else 0
        for left, product in lines
    ]
    if coupon["percent_off"] is not None:
        return [money.percent_of(left, coupon["percent_off"]) for left in meant]
    off = coupon["amount_off"] if coupon["currency"] == currency else coupon["_options"].get(currency)
    if off is None:
        raise invalid(f"The coupon is in {coupon['currency']}, the purchase in {currency}.", "discounts")
    return money.spread(min(off, sum(meant)), meant)


def current(account: Account, keys: list[str], now: int) -> list[str]:
    """Those that have not ended."""
    found = [account.find("discount", key) for key in keys]
    return [d["id"] for d in found if d and (d["end"] is None or d["end"] > now)]


def remove(account: Account, key: str) -> None:
    if (discount := account.find("discount", key)) is None:
        raise missing("discount", key)
    discount["end"] = account.now(discount["customer"])
    account.save(discount)
    account.emit("customer.discount.deleted", discount)
