"""Products, prices, tax rates, coupons and promotion codes."""

from __future__ import annotations

import secrets
from decimal import Decimal

from broadsheet.sandbox import lists, money
from broadsheet.sandbox.account import Account
from broadsheet.sandbox.errors import ApiError, Json, invalid, missing, required
from broadsheet.sandbox.forms import Params

INTERVALS = ("day", "week", "month", "year")
TAX_BEHAVIOURS = ("inclusive", "exclusive", "unspecified")


def create_product(account: Account, params: Params) -> Json:
    given = {"id": key} if (key := params.text("id")) else {}
    if key and account.find("product", key):
        raise ApiError("Product already exists.", code="resource_already_exists", param="id")
    now = account.wall()
    product = account.make(
        "product", event="product.created", name=params.need("name"), created=now, updated=now,
        **given, **_product_fields(params, {"metadata": {}}),
    )  # fmt: skip
    if params.given("default_price_data"):
        data = params.sub("default_price_data")
        product["default_price"] = make_price(account, data, product["id"])["id"]
        account.save(product, "product.updated")
    return product


def _product_fields(params: Params, current: Json) -> Json:
    fields: Json = {"metadata": params.metadata(current["metadata"])}
    for name in ("description", "statement_descriptor", "tax_code", "unit_label", "url", "default_price"):
        if params.given(name):
            fields[name] = params.text(name)
    if params.given("active"):
        fields["active"] = params.flag("active")
    if params.given("images"):
        fields["images"] = params.texts("images")
    if params.given("marketing_features"):
        fields["marketing_features"] = [{"name": f.need("name")} for f in params.many("marketing_features")]
    return fields


def update_product(account: Account, params: Params, key: str) -> Json:
    product = account.get("product", key)
    product |= _product_fields(params, product) | {"updated": account.wall()}
    if price := params.text("default_price"):
        account.get("price", price, "default_price")
    if name := params.text("name"):
        product["name"] = name
    account.save(product, "product.updated")
    return product


def delete_product(account: Account, params: Params, key: str) -> Json:
    product = account.get("product", key)
    if account.where("price", parent=key):
        raise invalid("This product cannot be deleted because it has one or more user-created prices.")
    return account.delete(product, "product.deleted")


def create_price(account: Account, params: Params) -> Json:
    if params.given("product_data"):
        data = params.sub("product_data")
        now = account.wall()
        product = account.make(
            "product", event="product.created", name=data.need("name"), created=now, updated=now,
            **_product_fields(data, {"metadata": {}}),
        )["id"]  # fmt: skip
    else:
        product = account.get("product", params.need("product"), "product")["id"]
    return make_price(account, params, product)


def make_price(account: Account, params: Params, product: str, *, inline: bool = False) -> Json:
    """A price from its parameters; an inline one (`price_data`) is never active for another purchase."""
    currency = money.currency(params.need("currency"), params.name("currency"))
    amount = _amount(params)
    recurring = None
    if params.given("recurring"):
        cycle = params.sub("recurring")
        cycle.ignore("usage_type", "meter")
        recurring = {
            "interval": cycle.choice("interval", INTERVALS) or cycle.need("interval"),
            "interval_count": cycle.integer("interval_count", 1, least=1, most=1_095),
            "meter": None, "usage_type": "licensed", "trial_period_days": None,
        }  # fmt: skip
    options = {
        currency: {
            "custom_unit_amount": None, "tax_behavior": params.choice("tax_behavior", TAX_BEHAVIOURS, "unspecified"),
            "unit_amount": amount, "unit_amount_decimal": str(amount),
        }
    } | _currency_options(params)  # fmt: skip
    params.ignore("billing_scheme", "transfer_lookup_key")
    if (lookup := params.text("lookup_key")) is not None:
        for other in account.where("price"):
            if other["lookup_key"] == lookup:
                if not params.flag("transfer_lookup_key"):
                    raise ApiError(
                        f"A price ({other['id']}) already uses that lookup key.",
                        code="resource_already_exists",
                        param="lookup_key",
                    )
                other["lookup_key"] = None
                account.save(other, "price.updated")
    return account.make(
        "price", event="price.created", active=params.flag("active", True) and not inline, created=account.wall(),
        currency=currency, product=product, unit_amount=amount, unit_amount_decimal=str(amount), recurring=recurring,
        type="recurring" if recurring else "one_time", tax_behavior=options[currency]["tax_behavior"],
        nickname=params.text("nickname"), lookup_key=lookup, metadata=params.metadata(), _options=options,
    )  # fmt: skip


def _amount(params: Params) -> int:
    if params.given("unit_amount_decimal"):
        text = params.need("unit_amount_decimal")
        if not text.isdigit():
            raise invalid("Only whole minor units here", params.name("unit_amount_decimal"))
        return int(text)
    amount = params.integer("unit_amount", least=0, most=money.LARGEST)
    if amount is None:
        raise required(params.name("unit_amount"))
    return amount


def _currency_options(params: Params) -> Json:
    options = {}
    for code in list(params.plain("currency_options") or {}):
        option = params.sub("currency_options").sub(code)
        amount = _amount(option)
        options[money.currency(code, "currency_options")] = {
            "custom_unit_amount": None, "tax_behavior": option.choice("tax_behavior", TAX_BEHAVIOURS, "unspecified"),
            "unit_amount": amount, "unit_amount_decimal": str(amount),
        }  # fmt: skip
    return options


def update_price(account: Account, params: Params, key: str) -> Json:
    price = account.get("price", key)
    price["metadata"] = params.metadata(price["metadata"])
    if params.given("active"):
        price["active"] = params.flag("active")
    for name in ("nickname", "lookup_key"):
        if params.given(name):
            price[name] = params.text(name)
    if behaviour := params.choice("tax_behavior", TAX_BEHAVIOURS):
        if price["tax_behavior"] not in ("unspecified", behaviour):
            raise invalid("tax_behavior can't be changed once it was set", "tax_behavior")
        price["tax_behavior"] = price["_options"][price["currency"]]["tax_behavior"] = behaviour
    price["_options"] |= _currency_options(params)
    params.ignore("transfer_lookup_key")
    account.save(price, "price.updated")
    return price


def list_prices(account: Account, params: Params) -> Json:
    product = params.text("product")
    params.ignore("recurring")
    keys = params.texts("lookup_keys")
    found = lists.page(
        account, "price", params, "/v1/prices", filters=("active", "currency", "type"), parent=product
    )
    if keys:
        found["data"] = [
            price for price in account.where("price", parent=product) if price["lookup_key"] in keys
        ]
        found["has_more"] = False
    return found


def unit_amount(price: Json, currency: str) -> int:
    """What one costs in this currency. Raises `ApiError` when the price doesn't know it."""
    if option := price["_options"].get(currency):
        return int(option["unit_amount"])
    raise invalid(f"The price specified only supports `{price['currency']}`, not `{currency}`.", "currency")


def tax_behaviour(price: Json, currency: str) -> str:
    return str((price["_options"].get(currency) or {}).get("tax_behavior", price["tax_behavior"]))


def create_tax_rate(account: Account, params: Params) -> Json:
    percent = number(money.percentage(params.need("percentage"), "percentage"))
    return account.make(
        "tax_rate", event="tax_rate.created", display_name=params.need("display_name"), percentage=percent,
        effective_percentage=percent, inclusive=params.flag("inclusive"), country=params.text("country"),
        state=params.text("state"), jurisdiction=params.text("jurisdiction"), tax_type=params.text("tax_type"),
        description=params.text("description"), active=params.flag("active", True), metadata=params.metadata(),
    )  # fmt: skip


def update_tax_rate(account: Account, params: Params, key: str) -> Json:
    rate = account.get("tax_rate", key)
    rate["metadata"] = params.metadata(rate["metadata"])
    for name in ("display_name", "description", "country", "state", "jurisdiction", "tax_type"):
        if params.given(name):
            rate[name] = params.text(name)
    if params.given("active"):
        rate["active"] = params.flag("active")
    account.save(rate, "tax_rate.updated")
    return rate


def number(value: Decimal) -> int | float:
    """A percentage as JSON has it; sums use the exact decimal of its text."""
    return int(value) if value == value.to_integral_value() else float(value)


def create_coupon(account: Account, params: Params) -> Json:
    percent, amount = params.text("percent_off"), params.integer("amount_off", least=1)
    if (percent is None) == (amount is None):
        raise invalid("You must pass exactly one of percent_off and amount_off", "percent_off")
    duration = params.choice("duration", ("once", "repeating", "forever"), "once")
    months = params.integer("duration_in_months", least=1, most=120)
    if (duration == "repeating") != (months is not None):
        raise invalid(
            "duration_in_months belongs to duration=repeating, and is required there", "duration_in_months"
        )
    key = params.text("id") or "".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(8))
    if account.find("coupon", key):
        raise ApiError("Coupon already exists.", code="resource_already_exists", param="id")
    products = params.sub("applies_to").texts("products")
    return account.make(
        "coupon", event="coupon.created", id=key, amount_off=amount, created=account.wall(), duration=duration,
        currency=money.currency(params.need("currency")) if amount else None, duration_in_months=months,
        percent_off=None if percent is None else number(money.percentage(percent, "percent_off")),
        name=params.text("name"), max_redemptions=params.integer("max_redemptions", least=1),
        redeem_by=params.integer("redeem_by"), metadata=params.metadata(), _products=products,
        _options={c: params.sub("currency_options").sub(c).integer("amount_off", least=1)
                  for c in list(params.plain("currency_options") or {})},
    )  # fmt: skip


def update_coupon(account: Account, params: Params, key: str) -> Json:
    coupon = account.get("coupon", key)
    coupon["metadata"] = params.metadata(coupon["metadata"])
    if params.given("name"):
        coupon["name"] = params.text("name")
    account.save(coupon, "coupon.updated")
    return coupon


def create_promotion_code(account: Account, params: Params) -> Json:
    promotion = params.sub("promotion")
    promotion.choice("type", ("coupon",))
    coupon = account.get("coupon", promotion.need("coupon"), "promotion[coupon]")
    code = params.text("code") or "".join(
        secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(8)
    )
    if any(
        other["code"].upper() == code.upper() and other["active"] for other in account.where("promotion_code")
    ):
        raise invalid(f"An active promotion code with `code: {code}` already exists.", "code")
    limits = params.sub("restrictions")
    if customer := params.text("customer"):
        account.get("customer", customer, "customer")
    return account.make(
        "promotion_code", event="promotion_code.created", code=code, active=params.flag("active", True),
        created=account.wall(), customer=customer, expires_at=params.integer("expires_at"),
        max_redemptions=params.integer("max_redemptions", least=1), metadata=params.metadata(),
        promotion={"coupon": coupon["id"], "type": "coupon"},
        restrictions={
            "first_time_transaction": limits.flag("first_time_transaction"),
            "minimum_amount": limits.integer("minimum_amount"),
            "minimum_amount_currency": limits.text("minimum_amount_currency"),
        },
    )  # fmt: skip


def update_promotion_code(account: Account, params: Params, key: str) -> Json:
    promotion = account.get("promotion_code", key)
    promotion["metadata"] = params.metadata(promotion["metadata"])
    if params.given("active"):
        promotion["active"] = params.flag("active")
    account.save(promotion, "promotion_code.updated")
    return promotion


def list_promotion_codes(account: Account, params: Params) -> Json:
    coupon = params.text("coupon")
    return lists.page(
        account,
        "promotion_code",
        params,
        "/v1/promotion_codes",
        filters=("active", "code", "customer"),
        parent=coupon,
    )


def delete_coupon(account: Account, params: Params, key: str) -> Json:
    return account.delete(account.get("coupon", key), "coupon.deleted")


def price_of(account: Account, item: Params, currency: str | None = None) -> Json:
    """The price that an item names, or one made from its `price_data`."""
    if key := item.text("price"):
        price = account.get("price", key, item.name("price"))
        if not price["active"] and not price["_options"]:
            raise missing("price", key, item.name("price"))
        return price
    if not item.given("price_data"):
        raise required(item.name("price"))
    data = item.sub("price_data")
    if data.given("product_data"):
        details = data.sub("product_data")
        now = account.wall()
        product = account.make(
            "product", event="product.created", name=details.need("name"), created=now, updated=now,
            **_product_fields(details, {"metadata": {}}) | {"active": False},
        )["id"]  # fmt: skip
    else:
        product = account.get("product", data.need("product"), data.name("product"))["id"]
    return make_price(account, data, product, inline=True)


lists.EXTRAS[("price", "currency_options")] = lambda account, price: account.get("price", price["id"])[
    "_options"
]
lists.EXTRAS[("coupon", "applies_to")] = lambda account, coupon: {
    "products": account.get("coupon", coupon["id"])["_products"]
}
