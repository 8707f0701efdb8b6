"""Money in integer minor units, and percentages as exact decimals; nothing here is a float."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from broadsheet.sandbox.errors import invalid

ZERO_DECIMAL = frozenset(
    [
        "bif",
        "clp",
        "djf",
        "gnf",
        "jpy",
        "kmf",
        "krw",
        "mga",
        "pyg",
        "rwf",
        "ugx",
        "vnd",
        "vuv",
        "xaf",
        "xof",
        "xpf",
    ]
)
"""Currencies whose smallest unit is the unit itself."""
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
LARGEST = 99_999_999


def currency(code: str, param: str = "currency") -> str:
    """Lower-case ISO 4217. Raises `ApiError` for what is no three-letter code."""
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise invalid(f"Invalid currency: {code[:8]}", param)
    return code.lower()


def share(amount: int, part: int, whole: int) -> int:
    """`amount · part / whole`, half away from zero."""
    sign = -1 if amount < 0 else 1
    return sign * ((2 * abs(amount) * part + whole) // (2 * whole))


def percentage(text: str, param: str) -> Decimal:
    """0 < percentage ≤ 100, at most four decimals."""
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise invalid(f"Invalid decimal: {text[:20]}", param, "parameter_invalid_decimal") from error
    if not value.is_finite() or not 0 <= value <= 100:
        raise invalid("A percentage lies between 0 and 100", param)
    return value.quantize(Decimal("0.0001"))


def percent_of(amount: int, percent: str | float | int) -> int:
    """`percent` of `amount`, half away from zero."""
    return int((amount * Decimal(str(percent)) / 100).quantize(Decimal(1), ROUND_HALF_UP))


def included(amount: int, percent: str | float | int) -> int:
    """The tax that `amount` already holds at this rate."""
    rate = Decimal(str(percent))
    return int((amount * rate / (100 + rate)).quantize(Decimal(1), ROUND_HALF_UP))


def spread(total: int, weights: list[int]) -> list[int]:
    """`total` in integer parts as the weights stand to one another; the parts add up to `total`."""
    whole = sum(weights)
    if not whole:
        return [0 for _ in weights]
    parts, given, passed = [], 0, 0
    for weight in weights:
        passed += weight
        part = share(total, passed, whole) - given
        given += part
        parts.append(part)
    return parts


def shown(amount: int, code: str) -> str:
    """For people: `4.50 EUR`, `500 JPY`."""
    digits = 0 if code in ZERO_DECIMAL else 3 if code in THREE_DECIMAL else 2
    sign, amount = ("-" if amount < 0 else ""), abs(amount)
    if not digits:
        return f"{sign}{amount:,} {code.upper()}"
    units, rest = divmod(amount, 10**digits)
    return f"{sign}{units:,}.{rest:0{digits}} {code.upper()}"
