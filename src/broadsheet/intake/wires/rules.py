"""Which desk an item goes to, and what is done with it: the first rule that holds decides."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from .models import Action, WireRule, WireSource


@dataclass(frozen=True, slots=True)
class Verdict:
    """A desk's section by its key, or none; `action` is one of `Action`."""

    desk_id: int | None
    action: str


class Rules:
    """The rules of one source; one query."""

    def __init__(self, source: WireSource) -> None:
        self._default = Verdict(source.desk_id, Action.HOLD)
        rules = WireRule.objects.filter(Q(source=None) | Q(source=source)).order_by("order", "pk")
        self._rules = [
            (pattern_of(rule.words), rule.topic.strip().casefold(), Verdict(rule.desk_id, rule.action))
            for rule in rules
        ]

    def verdict(self, words: str, topics: Collection[str]) -> Verdict:
        """`words` in lower case."""
        names = {topic.casefold() for topic in topics}
        for pattern, topic, verdict in self._rules:
            if (pattern is None or pattern.search(words)) and (not topic or topic in names):
                return Verdict(verdict.desk_id or self._default.desk_id, verdict.action)
        return self._default


def pattern_of(phrases: str) -> re.Pattern[str] | None:
    """Any of the phrases, one a line, as whole words in any spacing; None where there are none."""
    found = [
        r"\s+".join(re.escape(word) for word in line.casefold().split()) for line in phrases.splitlines()
    ]
    wanted = [phrase for phrase in found if phrase]
    return re.compile(rf"(?<!\w)(?:{'|'.join(wanted)})(?!\w)") if wanted else None
