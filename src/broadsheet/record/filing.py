"""Files a confirmed claim: finds or makes the entity, office or event that it is about."""

from __future__ import annotations

from collections.abc import Sequence

from babel import Locale
from django.db.models import Q

from broadsheet.newsroom.models import Story

from . import reading
from .deciding import Recorder
from .edtf import parse_or_none
from .models import (
    Address,
    Alias,
    AliasKind,
    Capacity,
    Claim,
    ClaimKind,
    ClaimStatus,
    Entity,
    EntityKind,
    EntityStatus,
    Event,
    Life,
    Participation,
    Party,
    Post,
    Tenure,
)
from .models.events import RECURRING
from .names import fold
from .naming import free_slugs
from .reading import EventFacts, Ref
from .resolving import Resolver
from .scope import canonical
from .taking_in import ENTITY_KINDS, entity_ref

_PAGED = frozenset({EntityKind.PERSON, EntityKind.ORGANISATION, EntityKind.COUNTRY, EntityKind.PLACE})


class Filer:
    """Files the claims of one story within one decision. `finish` writes what was collected."""

    def __init__(self, recorder: Recorder, resolver: Resolver, story: Story | None) -> None:
        self.recorder, self.resolver, self.story = recorder, resolver, story
        self._new: list[tuple[Entity, str]] = []
        self._parties: list[Party] = []
        self._told: list[tuple[str, list[Party]]] = []

    def file(self, claim: Claim) -> bool:
        """False for what only an editor can tell apart."""
        if claim.kind in ENTITY_KINDS:
            return self._entity(claim)
        if claim.kind == ClaimKind.ROLE:
            return self._role(claim)
        if claim.kind == ClaimKind.EVENT:
            return self._event(claim)
        return True

    def finish(self) -> None:
        self.recorder.add_all(self._parties)
        language = self.story.language if self.story else ""
        named = [
            Alias(entity=entity, text=name[:200], folded=fold(name), language=language, kind=AliasKind.COMMON)
            for entity, name in self._new
            if name
        ]
        self.recorder.add_all(named)
        paged = [
            (entity, name)
            for entity, name in self._new
            if entity.kind in _PAGED and entity.status == EntityStatus.CONFIRMED
        ]
        slugs = free_slugs([entity.label for entity, _ in paged])
        self.recorder.add_all(
            [Address(slug=slug, entity=entity) for slug, (entity, _) in zip(slugs, paged, strict=True)]
        )

    # -- people, organisations, places --

    def _entity(self, claim: Claim) -> bool:
        ref = entity_ref(claim.kind, claim.value, claim.wording)
        entity = claim.entity
        if entity is None:
            named = self.resolver.all_named(ref)
            if len(named) > 1:
                return False
            entity = named[0] if named else self.make(ref, claim.kind)
        elif entity.merged_into is not None:
            entity = entity.merged_into
        if entity.status == EntityStatus.CANDIDATE:
            self.recorder.change(entity, status=EntityStatus.CONFIRMED)
            self._new.append((entity, ""))
        self.resolver.learn(Ref(ref.id, claim.wording), entity)
        self.recorder.change(claim, entity=entity)
        return True

    def make(self, ref: Ref, kind: str, *, status: str = EntityStatus.CONFIRMED) -> Entity:
        """A new entity of that name. Its alias and address come with `finish`."""
        code = ref.name if kind == EntityKind.COUNTRY and len(ref.name) == 2 else ""
        label = str(Locale.parse("en").territories.get(code, ref.name)) if code else ref.name
        entity = Entity(kind=kind or EntityKind.PERSON, label=label[:200], iso3166=code, status=status)
        self.recorder.add(entity)
        self._new.append((entity, label))
        self.resolver.learn(ref, entity)
        self.resolver.learn(Ref("", label), entity)
        return entity

    def _known(self, ref: Ref, kind: str) -> Entity | None:
        """Whom a role or event names; a candidate, never public, when nobody is known by that name."""
        if not ref:
            return None
        named = self.resolver.all_named(ref)
        if len(named) > 1 or not (named or ref.name):
            return None
        return named[0] if named else self.make(ref, ref.kind or kind, status=EntityStatus.CANDIDATE)

    # -- offices --

    def _role(self, claim: Claim) -> bool:
        said = reading.role(claim.value)
        person = self._known(said.person, EntityKind.PERSON)
        if person is None or not said.title:
            return False
        post = self._post(said)
        tenure = Tenure.objects.filter(person=person, post=post).first()
        if tenure is None:
            tenure = Tenure(
                person=person, post=post, start=said.start, end=said.end, is_acting=said.is_acting
            )
            self.recorder.add(tenure)
        elif (said.start and not tenure.start) or (said.end and not tenure.end):
            self.recorder.change(tenure, start=tenure.start or said.start, end=tenure.end or said.end)
        self.recorder.change(claim, tenure=tenure, entity=person)
        return True

    def _post(self, said: reading.RoleFacts) -> Post:
        organisation = self._known(said.organisation, EntityKind.ORGANISATION)
        jurisdiction = self._known(said.country, EntityKind.COUNTRY)
        same = Post.objects.filter(
            folded=fold(said.title), organisation=organisation, jurisdiction=jurisdiction
        )
        post = same.first()
        if post is None:
            post = Post(
                title=said.title,
                folded=fold(said.title),
                level=said.level,
                organisation=organisation,
                jurisdiction=jurisdiction,
            )
            self.recorder.add(post)
        return post

    # -- events --

    def _event(self, claim: Claim) -> bool:
        facts = reading.event(claim.value)
        parties = self._party_rows(claim, facts) or self._of_last_round(claim, facts)
        self._told.append((facts.type, parties))
        event = claim.event or self._same_event(facts, [p.entity_id for p in parties])
        if event is None:
            event = Event(type=facts.type, life=Life.PLANNED)
            self.recorder.add(event)
        self.recorder.change(claim, event=event)
        self._parties.extend(parties)
        return True

    def _party_rows(self, claim: Claim, facts: EventFacts) -> list[Party]:
        rows: list[Party] = []
        for said in facts.parties:
            entity = self._known(said.who, EntityKind.PERSON)
            if entity is not None and all(entity.pk != row.entity_id for row in rows):
                rows.append(
                    Party(
                        claim=claim,
                        entity=entity,
                        capacity=said.capacity,
                        side=said.side,
                        representing=self._known(said.representing, EntityKind.COUNTRY),
                        is_inferred=said.is_inferred,
                    )
                )
        place = self._known(facts.place, EntityKind.PLACE)
        if place is not None:
            rows.append(Party(claim=claim, entity=place, capacity=Capacity.PLACE))
        return rows

    def _of_last_round(self, claim: Claim, facts: EventFacts) -> list[Party]:
        """A story that says that "they" will go on names the parties where it tells of the round that was held."""
        if facts.type not in RECURRING or facts.life != Life.PLANNED:
            return []
        held = next((rows for kind, rows in self._told if kind == facts.type and rows), None)
        if held is None:
            same = Claim.objects.filter(
                story=claim.story_id, event__type=facts.type, status=ClaimStatus.CONFIRMED
            )
            held = list(Party.objects.filter(claim__in=same))
        parties = {row.entity_id for row in held if row.capacity == Capacity.PARTY}
        return [
            Party(claim=claim, entity_id=pk, capacity=Capacity.PARTY, is_inferred=True)
            for pk in sorted(parties)
        ]

    def _same_event(self, facts: EventFacts, entity_ids: Sequence[int]) -> Event | None:
        """The event of the record that this is: same kind, same day or an overlapping vaguer date, and those who took part in common."""
        when = parse_or_none(facts.date)
        if when is None or when.end is None or not entity_ids:
            return None
        heads = set(canonical(entity_ids).values())
        near = Event.objects.filter(
            Q(sort_start__lte=when.sort_end, sort_end__gte=when.sort_start), type=facts.type
        ).exclude(precision="open")
        found = Participation.objects.filter(event__in=near, entity__in=heads).values_list(
            "event_id", "entity_id"
        )
        shared: dict[int, set[int]] = {}
        for event_id, entity_id in found:
            shared.setdefault(event_id, set()).add(entity_id)
        enough = [pk for pk, who in shared.items() if len(who) >= min(2, len(heads))]
        best = sorted(
            near.filter(pk__in=enough), key=lambda e: (e.date != facts.date, -len(shared[e.pk]), e.pk)
        )
        return best[0] if best else None
