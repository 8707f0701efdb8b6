"""What a change bears on, so that only that is made anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from django.db.models import Q

from .models import Claim, Entity, Mention, Participation, Party


@dataclass(slots=True)
class Scope:
    """Ids of rows of truth that have changed, or are about to be looked at again.

    `entities` are those whose identity changed: everything that they stand in is made anew. Of `shown` only the pages change.
    """

    claims: set[int] = field(default_factory=set)
    stories: set[int] = field(default_factory=set)
    events: set[int] = field(default_factory=set)
    entities: set[int] = field(default_factory=set)
    parties: set[int] = field(default_factory=set)
    mentions: set[int] = field(default_factory=set)
    shown: set[int] = field(default_factory=set)

    def note(
        self, table: str, pk: int, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
    ) -> None:
        """Take in one changed row; its fields as far as they are known, None where it was or is not there."""
        named = {
            "record.claim": self.claims,
            "record.event": self.events,
            "record.party": self.parties,
            "record.mention": self.mentions,
        }.get(table)
        if named is not None:
            named.add(pk)
        if table == "record.entity":
            self.shown.add(pk)
            # What is new stands in nothing yet, and what goes stands in nothing any more.
            if before is not None and after is not None:
                self.entities.add(pk)
        for values in (before or {}, after or {}):
            for key, ids in (
                ("claim_id", self.claims),
                ("story_id", self.stories),
                ("event_id", self.events),
                ("entity_id", self.shown),
                ("person_id", self.shown),
                ("merged_into_id", self.entities),
            ):
                if values.get(key):
                    ids.add(values[key])

    def __or__(self, other: Scope) -> Scope:
        return Scope(*(getattr(self, f.name) | getattr(other, f.name) for f in fields(self)))

    def widen(self) -> None:
        """Add what hangs on the changed rows: claims of parties and mentions, merged entities, events of all of them."""
        if self.parties:
            self.claims.update(Party.objects.filter(pk__in=self.parties).values_list("claim_id", flat=True))
        if self.mentions:
            self.claims.update(
                Mention.objects.filter(pk__in=self.mentions).values_list("claim_id", flat=True)
            )
        claims = Claim.objects.filter(pk__in=self.claims).values_list("story_id", "event_id", "entity_id")
        for story, event, entity in claims:
            for ids, pk in ((self.stories, story), (self.events, event), (self.shown, entity)):
                if pk:
                    ids.add(pk)
        # An office that a story tells of is the title in all events of that story.
        events = Claim.objects.filter(story__in=self.stories, event__isnull=False).values_list(
            "event_id", flat=True
        )
        self.events.update(pk for pk in events if pk)

    def widen_by_identity(self, changed: Iterable[int]) -> set[int]:
        """For entities that were merged, split or renamed: their whole group, and all events that it stands in. Returns the group."""
        group = group_of(changed)
        self.events.update(
            Participation.objects.filter(Q(entity__in=group) | Q(representing__in=group)).values_list(
                "event_id", flat=True
            )
        )
        self.events.update(
            pk
            for pk in Party.objects.filter(
                Q(entity__in=group) | Q(representing__in=group), claim__event__isnull=False
            ).values_list("claim__event_id", flat=True)
            if pk is not None
        )
        return group


def group_of(ids: Iterable[int]) -> set[int]:
    """These entities, those that they were merged into, and all that were merged into those."""
    start = set(ids)
    heads = {
        into or pk for pk, into in Entity.objects.filter(pk__in=start).values_list("pk", "merged_into_id")
    }
    return (
        start | heads | set(Entity.objects.filter(merged_into__in=heads | start).values_list("pk", flat=True))
    )


def canonical(ids: Iterable[int]) -> dict[int, int]:
    """Of each of these entities, the one that it was merged into, or itself. One query."""
    return {
        pk: into or pk
        for pk, into in Entity.objects.filter(pk__in=set(ids)).values_list("pk", "merged_into_id")
    }
