"""The licence for machines: RSL 1.0 (https://rslstandard.org/rsl), as a document and as an element of each feed item.

`KEY` is the surrogate key of everything that holds these terms.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from lxml import etree

from broadsheet.newsroom.selectors import web

from .crawlers import PURPOSES
from .models import MachineTerms, Use

KEY = "terms"
PATH = "/license.xml"
MEDIA_TYPE = "application/rsl+xml"
NAMESPACE = "https://rslstandard.org/rsl"
# §3.4.1.1: the words for a use.
TOKENS = {"search": ("search",), "answers": ("ai-input", "ai-index"), "training": ("ai-train",)}


def licence_document(terms: MachineTerms) -> bytes:
    """The whole site's terms. Days in `max-age`: how long a crawler may go by what it read."""
    root = etree.Element(_name("rsl"), nsmap={None: NAMESPACE}, attrib={"max-age": "1"})
    root.append(content("/", terms))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def content(url: str, terms: MachineTerms) -> Any:
    """An lxml element `content` with the terms of what stands at `url`: a path of this paper, or an address in full.

    In an RSS item it is `rsl:content` (§4.7); the root then declares `NAMESPACE` as `rsl`.
    """
    made = etree.Element(_name("content"), nsmap={"rsl": NAMESPACE}, attrib={"url": url})
    uses: dict[Use, list[str]] = {use: [] for use in Use}
    for purpose in PURPOSES:
        uses[terms.use_of(purpose)] += TOKENS[purpose]
    _licence(made, uses[Use.YES], uses[Use.NO], terms)
    if uses[Use.LICENCE]:
        _priced(made, uses[Use.LICENCE], terms)
    _text(made, "copyright", settings.PAPER.name, type="organization", **_contact(terms))
    if terms.terms_url:
        _text(made, "terms", terms.terms_url)
    return made


def _licence(parent: Any, permitted: list[str], prohibited: list[str], terms: MachineTerms) -> None:
    """What anybody may do, and nobody."""
    if not permitted and not prohibited:
        return
    licence = etree.SubElement(parent, _name("license"))
    if permitted:
        _text(licence, "permits", " ".join(permitted), type="usage")
    if prohibited:
        _text(licence, "prohibits", " ".join(prohibited), type="usage")
    if permitted:
        is_asking = terms.wants_credit and any(token.startswith("ai-") for token in permitted)
        etree.SubElement(licence, _name("payment"), attrib={"type": "attribution" if is_asking else "free"})


def _priced(parent: Any, tokens: list[str], terms: MachineTerms) -> None:
    """What needs a licence, and where it can be had."""
    licence = etree.SubElement(parent, _name("license"))
    _text(licence, "permits", " ".join(tokens), type="usage")
    payment = etree.SubElement(licence, _name("payment"), attrib={"type": "purchase"})
    address = terms.licence_url or terms.terms_url
    if address:
        _text(payment, "custom", address)


def _contact(terms: MachineTerms) -> dict[str, str]:
    found = {"contactUrl": terms.licence_url or web("/"), "contactEmail": terms.contact}
    return {name: value for name, value in found.items() if value}


def _text(parent: Any, name: str, text: str, **attributes: str) -> None:
    etree.SubElement(parent, _name(name), attrib=attributes).text = text


def _name(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
