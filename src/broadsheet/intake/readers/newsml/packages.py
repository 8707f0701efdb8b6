"""Packages: which pictures an agency sends with which text, known before the items themselves come in.

Only identifiers and the pictures' own words are kept, and no more than `MOST_KEPT` of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from ...incoming import IncomingPicture
from ...nitf import name_of
from .catalogs import code_of

MOST_KEPT = 100_000
MOST_REFERENCES = 10_000
PICTURES = ("picture", "graphic")


@dataclass(frozen=True, slots=True)
class Member:
    """One item that a package names; `kind` as of `NewsItem.kind`."""

    guid: str
    kind: str


@dataclass(slots=True)
class Packages:
    """What was found of packages and pictures in the whole source."""

    pictures: dict[str, tuple[IncomingPicture, tuple[str, ...]]] = field(default_factory=dict)
    beside: dict[str, list[str]] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)
    leads: set[str] = field(default_factory=set)

    def note_item(
        self,
        guid: str,
        picture: IncomingPicture | None,
        addresses: tuple[str, ...],
        *,
        is_lead: bool = False,
    ) -> None:
        if len(self.present) < MOST_KEPT:
            self.present.add(guid)
        if picture and len(self.pictures) < MOST_KEPT:
            self.pictures[guid] = (picture, addresses)
            if is_lead:
                self.leads.add(guid)

    def note_package(self, package: etree._Element) -> None:
        """Each picture goes to the text before it in its group; one that opens a group, to the group's first text."""
        if len(self.beside) >= MOST_KEPT:
            return
        texts = [member for group in groups(package) for member in group if member.kind not in PICTURES]
        for group in groups(package):
            own = [member for member in group if member.kind in ("text", "composite", "")]
            text = own[0].guid if own else texts[0].guid if len(texts) == 1 else ""
            for member in group:
                if member.kind in PICTURES:
                    if text:
                        self.beside.setdefault(text, []).append(member.guid)
                elif member in own:
                    text = member.guid

    def of(self, guid: str) -> list[tuple[IncomingPicture, tuple[str, ...]]]:
        """The pictures that are sent with this text, in the package's order."""
        return [self.pictures[g] for g in dict.fromkeys(self.beside.get(guid, ())) if g in self.pictures]

    def lead_of(self, guid: str) -> IncomingPicture | None:
        """The picture that the source itself puts on top of this text."""
        found = (self.pictures[g][0] for g in self.beside.get(guid, ()) if g in self.leads)
        return next(found, None)


def groups(package: etree._Element) -> Iterator[list[Member]]:
    """The members of each group, in the order in which the root leads to them; of alternatives the first alone.

    A group that refers to itself is entered once.
    """
    sets = [part for part in package.iter() if name_of(part) == "groupset"]
    for group_set in sets:
        by_id = {g.get("id", ""): g for g in group_set if name_of(g) == "group"}
        root = by_id.get(group_set.get("root") or "")
        waiting = deque([root if root is not None else next(iter(by_id.values()), None)])
        entered: set[str] = set()
        while waiting:
            group = waiting.popleft()
            if group is None or group.get("id", "") in entered:
                continue
            entered.add(group.get("id", ""))
            yield [
                Member(part.get("residref") or part.get("href") or "", _kind(part))
                for part in group[:MOST_REFERENCES]
                if name_of(part) == "itemref"
            ]
            led = [
                by_id.get(part.get("idref") or "")
                for part in group[:MOST_REFERENCES]
                if name_of(part) == "groupref"
            ]
            is_choice = (group.get("mode") or "").rpartition(":")[2] == "alt"
            waiting.extendleft(reversed(led[:1] if is_choice else led))


def members(package: etree._Element) -> list[Member]:
    """Every member once, in order."""
    return list(dict.fromkeys(member for group in groups(package) for member in group))


def _kind(reference: etree._Element) -> str:
    kind = next((code_of(part) for part in reference if name_of(part) == "itemclass"), "")
    return kind or ("picture" if (reference.get("contenttype") or "").startswith("image/") else "")
