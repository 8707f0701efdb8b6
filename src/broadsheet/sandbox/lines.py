"""What an invoice or a purchase comes to: lines, discounts on them, taxes on what is left."""

from __future__ import annotations

from typing import Any

from broadsheet.sandbox import catalogue, discounts, money
from broadsheet.sandbox.account import Account, new_id
from broadsheet.sandbox.errors import Json
from broadsheet.sandbox.shapes import shape


def line(
    account: Account, price: Json, quantity: int, currency: str, period: tuple[int, int], *, amount: int | None = None,
    description: str | None = None, **values: Any,
) -> Json:  # fmt: skip
    """One line, at the price's amount unless another is given. `_rates` are tax rates' ids."""
    unit = catalogue.unit_amount(price, currency)
    total = unit * quantity if amount is None else amount
    name = (
        account.get("product", price["product"])["name"]
        if account.find("product", price["product"])
        else "Deleted"
    )
    if description is None:
        each = f" (at {money.shown(unit, currency)}{_cycle(price)})"
        description = f"{quantity} × {name}{each}"
    return shape(
        "line_item", id=new_id("line_item"), amount=total, currency=currency, description=description,
        period={"start": period[0], "end": period[1]}, quantity=quantity, subtotal=total, discountable=total >= 0,
        pricing={"type": "price_details", "price_details": {"price": price["id"], "product": price["product"]},
                 "unit_amount_decimal": str(unit)},
        _behaviour=catalogue.tax_behaviour(price, currency), **values,
    )  # fmt: skip


def _cycle(price: Json) -> str:
    if not (cycle := price["recurring"]):
        return ""
    count = cycle["interval_count"]
    return f" / {cycle['interval']}" if count == 1 else f" every {count} {cycle['interval']}s"


def country_rates(account: Account, address: Json | None) -> list[str]:
    """Automatic tax: the active rates of the customer's country (and state, where a rate names one)."""
    if not address or not address.get("country"):
        return []
    return [
        rate["id"]
        for rate in account.where("tax_rate")
        if rate["active"]
        and rate["country"] == address["country"]
        and rate["state"] in (None, address.get("state"))
    ]


def settle(
    account: Account, items: list[Json], chosen: list[tuple[str, Json]], currency: str, *, automatic: bool
) -> Json:
    """Put discounts and taxes on the lines, and add up.

    `chosen` are (discount id, coupon), taken one after another. Amounts are in minor units of `currency`.
    """
    for item in items:
        item |= {"discount_amounts": [], "taxes": [], "subtotal": item["amount"]}
    for key, coupon in chosen:
        left = [
            (_left(item) if item["discountable"] else 0, item["pricing"]["price_details"]["product"])
            for item in items
        ]
        for item, off in zip(items, discounts.amounts(coupon, currency, left), strict=True):
            if off:
                item["discount_amounts"].append({"amount": off, "discount": key})
    for item in items:
        _tax(account, item, automatic=automatic)
    subtotal = sum(item["amount"] for item in items)
    discounted = _added((d["discount"], d["amount"]) for item in items for d in item["discount_amounts"])
    taxes = [tax for item in items for tax in item["taxes"]]
    exclusive = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "exclusive")
    inclusive = sum(tax["amount"] for tax in taxes) - exclusive
    total = subtotal - sum(discounted.values()) + exclusive
    return {
        "subtotal": subtotal, "subtotal_excluding_tax": subtotal - inclusive, "total": total,
        "total_excluding_tax": total - exclusive - inclusive,
        "total_discount_amounts": [{"amount": amount, "discount": key} for key, amount in discounted.items()],
        "total_taxes": _joined(taxes), "_tax": exclusive + inclusive,
    }  # fmt: skip


def _left(item: Json) -> int:
    return int(item["amount"]) - sum(d["amount"] for d in item["discount_amounts"])


def _added(pairs: Any) -> dict[str, int]:
    sums: dict[str, int] = {}
    for key, amount in pairs:
        sums[key] = sums.get(key, 0) + amount
    return sums


def _tax(account: Account, item: Json, *, automatic: bool) -> None:
    taxable = _left(item)
    rates = [account.get("tax_rate", key) for key in item.get("_rates") or []]
    inside = [rate for rate in rates if _inclusive(rate, item, automatic=automatic)]
    together = sum(
        (money.percentage(str(r["percentage"]), "percentage") for r in inside),
        start=money.percentage("0", ""),
    )
    held = money.included(taxable, str(together)) if inside else 0
    shares = iter(
        money.spread(held, [int(money.percentage(str(r["percentage"]), "") * 10_000) for r in inside])
    )
    for rate in rates:
        within = rate in inside
        amount = next(shares) if within else money.percent_of(taxable - held, str(rate["percentage"]))
        item["taxes"].append({
            "amount": amount, "tax_behavior": "inclusive" if within else "exclusive",
            "tax_rate_details": {"tax_rate": rate["id"]}, "taxability_reason": "standard_rated",
            "taxable_amount": taxable - held, "type": "tax_rate_details",
        })  # fmt: skip


def _inclusive(rate: Json, item: Json, *, automatic: bool) -> bool:
    """Automatic tax follows the price's behaviour, where it says one; a rate put by hand its own."""
    behaviour = item["_behaviour"]
    return (
        bool(behaviour == "inclusive")
        if automatic and behaviour != "unspecified"
        else bool(rate["inclusive"])
    )


def _joined(taxes: list[Json]) -> list[Json]:
    sums: dict[tuple[str, str], Json] = {}
    for tax in taxes:
        key = (tax["tax_rate_details"]["tax_rate"], tax["tax_behavior"])
        if key in sums:
            sums[key]["amount"] += tax["amount"]
            sums[key]["taxable_amount"] += tax["taxable_amount"]
        else:
            sums[key] = dict(tax)
    return list(sums.values())
