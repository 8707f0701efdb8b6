"""From which country somebody buys: asked on the page that shows the price, because the price depends on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _

from broadsheet.subscriptions import buying, taxes
from broadsheet.subscriptions.money import Money


def country_of(request: HttpRequest, told: Mapping[str, str]) -> str:
    """The country that was chosen; until then the one that is likely. Empty when nobody knows."""
    code = told.get("country", "")
    if taxes.is_country(code):
        return code
    return taxes.guessed(request.user if request.user.is_authenticated else None)


def is_looking(told: Mapping[str, str]) -> bool:
    """Whether only the prices of a country are asked for, and nothing is bought."""
    return told.get("do") == "country"


def check(told: Mapping[str, str], country: str) -> None:
    """Refuse a country that is none, or none at all where the page had the question. Raises `CannotBuy`."""
    if "country" in told and told["country"] != country:
        raise buying.CannotBuy(_("Please choose your country."), "country")


def check_seen(told: Mapping[str, str], country: str, seen: Money, now: Money) -> None:
    """Let nobody pay what they were not shown. Raises `CannotBuy` when the country was changed, and with it the price."""
    if told.get("shown", country) != country and seen != now:
        language = translation.get_language() or "en"
        words = _("In %(country)s the price is %(total)s. Please look once more and go on.")
        values = {"country": taxes.country_name(country, language), "total": now.text(language)}
        raise buying.CannotBuy(words % values, "country")


def question(country: str) -> dict[str, Any]:
    """What the question's template needs."""
    return {"country": country, "countries": taxes.countries(translation.get_language() or "en")}
