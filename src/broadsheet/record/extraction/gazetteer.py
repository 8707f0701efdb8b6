"""What is known without a registry: countries by CLDR's names, our own demonyms, capitals, cities, regions, organisations."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib import resources

from babel import Locale, UnknownLocaleError

from .compiling import TableBuilder
from .folding import slug
from .registry import Registry

# CLDR territories that are no countries, or that we name otherwise.
_NOT_COUNTRIES = frozenset(
    {
        "EU",
        "UN",
        "EZ",
        "ZZ",
        "XA",
        "XB",
        "QO",
        "AC",
        "EA",
        "IC",
        "DG",
        "CP",
        "CQ",
        "UM",
        "TA",
        "IO",
        "BV",
        "HM",
        "AQ",
        "GS",
        "TF",
        "JE",
    }
)
# Words that are names of countries, and of people or things as often: they need a place's or a party's position.
AMBIGUOUS = frozenset(
    {
        "Jordan",
        "Chad",
        "Georgia",
        "Guinea",
        "Jersey",
        "Israel",
        "Cuba",
        "India",
        "America",
        "Kenya",
        "Holland",
    }
)


def _rows(name: str) -> list[dict[str, str]]:
    source = resources.files(__package__).joinpath("data", name)
    with source.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _list(cell: str) -> list[str]:
    return [part for part in cell.split(";") if part]


@lru_cache(maxsize=8)
def gazetteer(language: str) -> Registry:
    """Built-in facts for stories in a language: its own names for countries and, always, the English ones."""
    builder = TableBuilder()
    _add_countries(builder, language)
    for row in _rows("cities.csv"):
        for city in _list(row["cities"]):
            _add_place(builder, city, row["country"], kind="common")
    for row in _rows("regions.csv"):
        number = builder.entity(f"region:{slug(row['label'])}", "region", row["label"])
        for text in (row["label"], *_list(row["aliases"])):
            builder.alias(number, text, "common", language="en", auto_link=True, is_case_sensitive=True)
    for row in _rows("organisations.csv"):
        number = builder.entity(f"org:{slug(row['label'])}", "organisation", row["label"])
        for text in dict.fromkeys((row["label"], *_list(row["others"]))):
            builder.alias(number, text, "official", language="en", auto_link=True, is_case_sensitive=True)
        for text in _list(row["abbreviations"]):
            if text != row["label"]:
                builder.alias(number, text, "abbr", language="en", auto_link=True, is_case_sensitive=True)
    return Registry(builder.table, is_builtin=True)


def _add_place(builder: TableBuilder, name: str, country: str, *, kind: str) -> None:
    number = builder.entity(f"place:{slug(name)}", "place", name, country)
    builder.alias(number, name, kind, language="en", auto_link=kind != "metonym", is_case_sensitive=True)


def _add_countries(builder: TableBuilder, language: str) -> None:
    english = Locale("en").territories
    try:
        own = Locale(language).territories if language != "en" else {}
    except (UnknownLocaleError, ValueError):
        own = {}
    rows = {row["iso"]: row for row in _rows("countries.csv")}
    for iso, name in sorted(english.items()):
        if len(iso) != 2 or iso in _NOT_COUNTRIES:
            continue
        label = name.removesuffix(" SAR China").replace(" & ", " and ")
        number = builder.entity(f"country:{iso}", "country", label, iso)
        row = rows.get(iso, {})
        names = {name, label, name.replace("’", "'"), label.replace("St. ", "Saint ")} | set(
            _list(row.get("names", ""))
        )
        for text in sorted(names):
            kind = "abbr" if text.isupper() and len(text) <= 6 else "official"
            builder.alias(
                number, text, kind, language="en", auto_link=text not in AMBIGUOUS, is_case_sensitive=True
            )
        if language in {"az", "ru", "ar"} and iso in own:
            builder.alias(
                number, own[iso], "native", language=language, auto_link=True, is_case_sensitive=False
            )
        for text in _list(row.get("adjectives", "")):
            if text not in names:
                builder.alias(number, text, "demonym", language="en", auto_link=True, is_case_sensitive=True)
        for text in _list(row.get("people", "")):
            if text not in names and text not in _list(row.get("adjectives", "")):
                builder.alias(number, text, "demonym", language="en", auto_link=False, is_case_sensitive=True)
        for text in _list(row.get("capital", "")):
            if text not in names:
                _add_place(builder, text, iso, kind="metonym")
