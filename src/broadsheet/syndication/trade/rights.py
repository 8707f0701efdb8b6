"""What a receiver may do with an item: in words, and in RightsML (IPTC's profile of ODRL 2) as JSON.

RightsML: https://iptc.org/standards/rightsml/ — ODRL: https://www.w3.org/TR/odrl-model/
JSON in NewsML-G2 too: its schema wants a schema for rights in XML, which most receivers have not.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings

from broadsheet.newsroom.selectors import web

from ..markup import legal, line
from .models import PublicUse, TradeTerms

LANGUAGE = "http://www.w3.org/ns/odrl/2/"


@dataclass(frozen=True, slots=True)
class Rights:
    """`assignee` names a partner, empty for everybody; `until` is the last day of what is permitted."""

    holder: str
    notice: str
    usage_terms: str
    may_distribute: bool
    assignee: str = ""
    until: date | None = None


def public_rights(year: int) -> Rights:
    """What anybody may do, as the publisher has it in the newsroom's settings. One query."""
    terms = TradeTerms.current()
    name = settings.PAPER.name
    return Rights(
        holder=name,
        notice=terms.copyright_notice or f"© {year} {name}",
        usage_terms=terms.usage_terms,
        may_distribute=terms.public_use == PublicUse.ATTRIBUTION,
    )


def as_json(rights: Rights, target: str) -> str:
    """The policy in ODRL's JSON-LD, as one text. Distributing includes printing and publishing."""
    rule: dict[str, Any] = {"target": target, "action": "distribute", "assigner": web("/")}
    if rights.assignee:
        rule["assignee"] = _assignee(rights)
    if rights.may_distribute:
        rule["duty"] = [{"action": "attribute", "attributedParty": web("/")}]
        if rights.until:
            rule["constraint"] = [
                {
                    "leftOperand": "dateTime",
                    "operator": "lteq",
                    "rightOperand": {"@value": rights.until.isoformat(), "@type": "xsd:date"},
                }
            ]
    policy = {
        "@context": "http://www.w3.org/ns/odrl.jsonld",
        "@type": "Agreement" if rights.assignee else "Set",
        "uid": f"{target}#rights",
        "permission" if rights.may_distribute else "prohibition": [rule],
    }
    return json.dumps(policy, ensure_ascii=False, separators=(",", ":"))


def _assignee(rights: Rights) -> str:
    """A partner has no address that we know: a name in our own space stands for it."""
    return f"{web('/')}#partner={'-'.join(line(legal(rights.assignee)).casefold().split())}"
