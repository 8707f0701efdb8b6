"""IPTC Media Topics: the vocabulary that agencies and partners file by, as the outer name of our topics.

The vocabulary itself is IPTC's and is read in from the file that it publishes; until then its top level is known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.validators import RegexValidator
from django.forms import TextInput
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

SCHEME = "http://cv.iptc.org/newscodes/mediatopic/"
ALIAS = "medtop:"
is_code = RegexValidator(r"^medtop:\d{8}\Z", _("Write medtop: and eight digits, such as medtop:20000350."))
# Seventeen since 2010.
TOP = {
    "medtop:01000000": "arts, culture, entertainment and media",
    "medtop:02000000": "crime, law and justice",
    "medtop:03000000": "disaster, accident and emergency incident",
    "medtop:04000000": "economy, business and finance",
    "medtop:05000000": "education",
    "medtop:06000000": "environment",
    "medtop:07000000": "health",
    "medtop:08000000": "human interest",
    "medtop:09000000": "labour",
    "medtop:10000000": "lifestyle and leisure",
    "medtop:11000000": "politics",
    "medtop:12000000": "religion and belief",
    "medtop:13000000": "science and technology",
    "medtop:14000000": "society",
    "medtop:15000000": "sport",
    "medtop:16000000": "conflict, war and peace",
    "medtop:17000000": "weather",
}


def uri_of(code: str) -> str:
    """`medtop:20000350` as IPTC's address for it."""
    return SCHEME + code.removeprefix(ALIAS)


def code_in(text: str) -> str:
    """The code that a qcode or an address of IPTC's says; empty for anything else."""
    digits = text.removeprefix(SCHEME).removeprefix(ALIAS).strip()
    is_one = text.startswith((SCHEME, ALIAS)) and len(digits) == 8 and digits.isascii() and digits.isdigit()
    return ALIAS + digits if is_one else ""


def name_in(names: Mapping[str, str], language: str = "") -> str:
    """The name in a language, else in English, else in any."""
    wanted = (language or get_language() or "en").partition("-")[0]
    for code in (wanted, "en"):
        for known, name in names.items():
            if known.partition("-")[0].casefold() == code:
                return name
    return next(iter(names.values()), "")


def concepts(document: Any) -> Iterator[tuple[str, dict[str, str], str]]:
    """(code, names, broader) of IPTC's JSON (`cptall-….json`, SKOS terms), without what it has retired.

    Raises `ValueError` when it is another document.
    """
    found = document.get("conceptSet") if isinstance(document, Mapping) else None
    if not isinstance(found, list):
        raise ValueError("there is no conceptSet in it")  # noqa: TRY004  (whatever its type, it is the wrong file)
    for concept in found:
        if not isinstance(concept, Mapping) or concept.get("retired"):
            continue
        code = code_in(str(concept.get("qcode") or concept.get("uri") or ""))
        labels = concept.get("prefLabel")
        names = {str(k): str(v) for k, v in labels.items()} if isinstance(labels, Mapping) else {}
        broader = concept.get("broader")
        above = str(broader[0]) if isinstance(broader, list) and broader else ""
        if code and names:
            yield code, names, code_in(above)


class CodeInput(TextInput):
    """A field that suggests the vocabulary while one types; any other code of that form may be written too."""

    template_name = "newsroom/code_input.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["list"] = f"{name}-known"
        context["known"] = [(code, name_in(names)) for code, names in _known()]
        return context


def _known() -> Iterator[tuple[str, Mapping[str, str]]]:
    from .models import MediaTopic  # models import this module

    rows = list(MediaTopic.objects.values_list("code", "names"))
    yield from rows or ((code, {"en": name}) for code, name in TOP.items())
