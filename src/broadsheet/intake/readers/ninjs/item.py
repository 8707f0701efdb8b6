"""One ninjs object under one set of names: 1.x (`headline`, `subject`, `byline`), 2.x (`headlines`, `subjects`, `by`), 3.x
(`versionCreated`) say the same. Values of a wrong kind are as if they were not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from ...wire import Rendition, words_of
from ..jsonl.fields import sound

MOST_LISTED = 1_000
# What a body or description may be, best first; the XML of an agency's own is last.
HTML = ("text/html", "application/xhtml+xml", "text/xhtml", "text/vnd.iptc.html")
TEXT = "text/plain"


@dataclass(frozen=True, slots=True)
class Worded:
    """One of several versions of a text. `role` and `content_type` are lower-case, empty where not said."""

    value: str
    role: str = ""
    content_type: str = ""

    @property
    def is_html(self) -> bool:
        return self.content_type in HTML

    @property
    def is_plain(self) -> bool:
        return self.content_type == TEXT or (not self.content_type and "</" not in self.value)


class Item:
    """`at(name)` gives a value whatever the case of its name."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        self._found = {str(key).casefold(): value for key, value in found.items()}

    def at(self, *names: str) -> Any:
        """The first of these that is there and not empty."""
        return next(
            (value for name in names if (value := self._found.get(name)) not in (None, "", [], {})), None
        )

    def text(self, *names: str) -> str:
        for name in names:
            value = self._found.get(name)
            if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
                return sound(str(value)).strip()
        return ""

    def moment(self, name: str, zone: tzinfo) -> datetime | None:
        try:
            moment = datetime.fromisoformat(self.text(name))
            moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
            moment.astimezone(zone)
        except (ValueError, OverflowError):
            return None
        return moment

    def items(self, *names: str) -> list[Item]:
        """Objects of a list, or of an object by name as in 1.x; a bare text becomes one with that `name`."""
        value = self.at(*names)
        if isinstance(value, Mapping):
            named = any(not isinstance(part, Mapping) for part in value.values())
            value = [value] if named else [{"name": key, **part} for key, part in value.items()]
        if not isinstance(value, list):
            value = [value] if isinstance(value, str) else []
        made = [{"name": part} if isinstance(part, str) else part for part in value[:MOST_LISTED]]
        return [Item(part) for part in made if isinstance(part, Mapping)]

    def worded(self, singular: str, plural: str) -> list[Worded]:
        """Every version of a text: `body_text`, `body_xhtml`… and the objects of `bodies`."""
        found = [
            Worded(
                part.text("value"),
                part.text("role").casefold(),
                part.text("contenttype").casefold().partition(";")[0],
            )
            for part in self.items(plural)
        ]
        for key in self._found:
            if key == singular or key.startswith(f"{singular}_"):
                kind = key.rpartition("_")[2] if key != singular else "text"
                content_type = (
                    "text/html" if kind in ("xhtml", "html", "html5") else TEXT if kind == "text" else ""
                )
                found.append(Worded(self.text(key), key[len(singular) + 1 :], content_type))
        return [part for part in found if part.value]

    def headline(self) -> str:
        """The main headline, or the title."""
        found = self.worded("headline", "headlines")
        main = [part for part in found if part.role in ("main", "headline", "text", "")]
        return next(
            (words for part in [*main, *found] if (words := words_of(part.value))),
            words_of(self.text("title")),
        )

    def headline_as(self, role: str) -> str:
        """The headline for one place; empty when there is none of its own."""
        return next((words_of(p.value) for p in self.worded("headline", "headlines") if p.role == role), "")

    def described(self, role: str) -> str:
        """The description of this role alone."""
        found = self.worded("description", "descriptions")
        return next((words_of(part.value) for part in found if part.role == role), "")

    def description(self, *roles: str) -> str:
        """The description of the first of these roles that there is, or the first of all; its words."""
        found = self.worded("description", "descriptions")
        for role in roles:
            for part in found:
                if role in part.role:
                    return words_of(part.value)
        return words_of(found[0].value) if found else ""

    def parts(self) -> Iterator[Item]:
        """What is associated, in order."""
        yield from self.items("associations", "association")

    def renditions(self) -> list[Rendition]:
        return [
            Rendition(
                part.text("href"),
                part.text("contenttype", "mimetype"),
                part._number("width"),
                part._number("height"),
                part._number("sizeinbytes"),
            )
            for part in self.items("renditions", "rendition")
        ]

    def _number(self, name: str) -> int:
        value = self._found.get(name)
        try:
            return max(0, min(int(value), 10**12)) if isinstance(value, int | float | str) else 0
        except (ValueError, OverflowError):
            return 0
