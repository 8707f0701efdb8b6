"""Makes the facts anew from confirmed claims: the only writer of events, participations and titles seen.

A pure function of the truth (claims, parties, who was merged into whom), so that undoing a decision undoes its facts exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone

from broadsheet.newsroom.models import Story
from broadsheet.newsroom.selectors import public

from . import pairing, reading, rounds
from .edtf import Precision, parse_or_none
from .events import facts_changed
from .models import (
    Capacity,
    Claim,
    ClaimKind,
    ClaimStatus,
    Entity,
    EntityStatus,
    Event,
    Life,
    Modality,
    Participation,
    Party,
    TenureSeen,
)
from .models.events import RECURRING, SENSITIVE
from .scope import Scope, canonical, group_of

_SHOWN = (EntityStatus.CONFIRMED, EntityStatus.MERGED)


def settle(scope: Scope) -> None:
    """Bring every fact in `scope` up to date and tell whose pages changed. In the caller's transaction."""
    scope.widen()
    group = scope.widen_by_identity(scope.entities) if scope.entities else set()
    settle_claims(scope.claims)
    settle_titles(scope.claims)
    keys, stories = project_events(scope.events)
    keys |= pairing.project_stories(scope.stories | stories)
    if group:
        keys |= pairing.project_entities(group)
    keys |= {f"story/{pk}" for pk in scope.stories} | {f"entity/{pk}" for pk in scope.shown}
    facts_changed.send(Event, keys=keys)


# -- claims -----------------------------------------------------------------------------------------------------------


def settle_claims(ids: Iterable[int]) -> None:
    """Write which of these claims readers may know of: two queries and one update."""
    claims = list(Claim.objects.filter(pk__in=set(ids)).select_related("event"))
    stories = {claim.story_id for claim in claims if claim.story_id and claim.status == ClaimStatus.CONFIRMED}
    shown = (
        set(public(Story.objects.filter(pk__in=stories)).values_list("pk", flat=True)) if stories else set()
    )
    changed: dict[bool, list[int]] = {True: [], False: []}
    for claim in claims:
        is_public = stands(claim) and (
            claim.story_id in shown if claim.story_id else claim.source_id is not None
        )
        if claim.is_public != is_public:
            changed[is_public].append(claim.pk)
    for is_public, pks in changed.items():
        if pks:
            Claim.objects.filter(pk__in=pks).update(is_public=is_public)


def stands(claim: Claim) -> bool:
    """Whether a claim can carry a public fact, if its story is public. Reads nothing but `claim.event`."""
    if claim.status != ClaimStatus.CONFIRMED or not claim.is_anchored or claim.modality == Modality.DENIED:
        return False
    return not needs_two(claim) or is_seconded(claim)


def needs_two(claim: Claim) -> bool:
    """Whether it is of a sensitive event: arrest, charge, allegation."""
    if claim.kind == ClaimKind.EVENT and reading.event(claim.value).type in SENSITIVE:
        return True
    return claim.event is not None and claim.event.type in SENSITIVE


def is_seconded(claim: Claim) -> bool:
    return (
        claim.seconded_by_id is not None
        and claim.seconded_by_id != claim.decided_by_id
        and claim.source_id is not None
        and claim.review_by is not None
    )


# -- titles -----------------------------------------------------------------------------------------------------------


def settle_titles(claim_ids: Iterable[int]) -> None:
    """The days on which titles were seen, as these claims say now."""
    claims = Claim.objects.filter(pk__in=set(claim_ids), kind=ClaimKind.ROLE).select_related("story")
    have = {seen.claim_id: seen for seen in TenureSeen.objects.filter(claim__in=claims)}
    gone = []
    for claim in claims:
        seen = have.get(claim.pk)
        if claim.status != ClaimStatus.CONFIRMED or claim.tenure_id is None:
            if seen:
                gone.append(seen.pk)
            continue
        said = reading.role(claim.value).seen_on or story_day(claim.story).isoformat()
        when = parse_or_none(said)
        assert when is not None, "reading lets no other dates through"
        wanted = (claim.tenure_id, said, when.sort_start, claim.is_public)
        if seen is None:
            seen = TenureSeen(claim=claim)
        elif wanted == (seen.tenure_id, seen.seen_on, seen.day, seen.is_public):
            continue
        seen.tenure_id, seen.seen_on, seen.day, seen.is_public = wanted
        seen.save()
    if gone:
        TenureSeen.objects.filter(pk__in=gone).delete()


def story_day(story: Story | None) -> date:
    """The day that a story speaks from, in the paper's zone."""
    moment = story.published_at if story else None
    return timezone.localtime(moment).date() if moment else timezone.localdate()


# -- events -----------------------------------------------------------------------------------------------------------


def project_events(ids: Iterable[int]) -> tuple[set[str], set[int]]:
    """Write these events as their claims have them, who took part, and the pairs.

    Returns the keys of pages that show them, and the stories that stand under other pairs now.
    """
    wanted = set(ids)
    if not wanted:
        return set(), set()
    events = {event.pk: event for event in Event.objects.select_for_update().filter(pk__in=wanted)}
    claims: dict[int, list[Claim]] = defaultdict(list)
    rows = Claim.objects.filter(event__in=events, status=ClaimStatus.CONFIRMED)
    for claim in rows.select_related("source", "story").order_by("decided_at", "pk"):
        if claim.event_id is not None:
            claims[claim.event_id].append(claim)
    parties: dict[int, list[Party]] = defaultdict(list)
    for party in Party.objects.filter(claim__in=[c for found in claims.values() for c in found]):
        parties[party.claim_id].append(party)
    people = _People([p for found in parties.values() for p in found])
    series = {event.series for event in events.values()}
    for event in events.values():
        _project(event, claims[event.pk], parties, people)
    series |= {event.series for event in events.values()}
    # A round that closed another may be gone with its last claim.
    left = Event.objects.filter(life=Life.SUPERSEDED, superseded_by=None).values_list("series", flat=True)
    keys = rounds.close_open((series | set(left)) - {""})
    of_pairs, stories = pairing.project_pairs(list(events.values()))
    return keys | of_pairs | {f"event/{pk}" for pk in events} | {"calendar"}, stories


class _People:
    """Who the parties are by now, and what titles they were seen with: three queries for all."""

    def __init__(self, parties: Sequence[Party]) -> None:
        ids = {p.entity_id for p in parties} | {p.representing_id for p in parties if p.representing_id}
        self.now = canonical(ids)
        self.kinds = dict(
            Entity.objects.filter(pk__in=self.now.values(), status__in=_SHOWN).values_list("pk", "kind")
        )
        persons = {pk for pk, kind in self.kinds.items() if kind == "person"}
        group = group_of(persons) if persons else set()
        heads = canonical(group)
        self.seen: dict[int, list[TenureSeen]] = defaultdict(list)
        for seen in (
            TenureSeen.objects.filter(Q(tenure__person__in=group)).select_related("tenure__post", "claim")
            if group
            else ()
        ):
            self.seen[heads[seen.tenure.person_id]].append(seen)

    def title(self, person: int, stories: set[int], day: date | None) -> TenureSeen | None:
        """The title that the event's own stories say a person had, nearest to its day; what was public elsewhere is another matter."""
        found = [seen for seen in self.seen.get(person, []) if seen.claim.story_id in stories]
        at = day or date.min
        best = sorted(found, key=lambda seen: (not seen.is_public, abs((seen.day - at).days), seen.pk))
        return best[0] if best else None


def _project(event: Event, claims: Sequence[Claim], parties: dict[int, list[Party]], people: _People) -> None:
    open_to_readers = [claim for claim in claims if claim.is_public]
    basis = open_to_readers or claims
    facts = _fold(event, basis)
    facts["is_public"] = any(claim.kind == ClaimKind.EVENT for claim in open_to_readers)
    facts["source_count"] = len({_group(claim) for claim in open_to_readers})
    rows = _participants(event, claims, parties, people, facts["sort_start"])
    place = next(
        (
            people.now[p.entity_id]
            for c in reversed(basis)
            for p in parties[c.pk]
            if p.capacity == Capacity.PLACE
        ),
        None,
    )
    facts["place_id"] = place if place in people.kinds else None
    facts["series"] = facts["series"] or _series(facts["type"], rows.values())
    if any(getattr(event, name) != value for name, value in facts.items()):
        for name, value in facts.items():
            setattr(event, name, value)
        event.version += 1
        event.save()
    _write_participants(event, rows)


def _fold(event: Event, claims: Sequence[Claim]) -> dict[str, Any]:
    """What the claims say together: the latest decided counts, but a vaguer date never blurs a finer one; corrections come last."""
    facts: dict[str, Any] = {
        "type": event.type,
        "title": "",
        "outcome": "",
        "level": "",
        "series": "",
        "date": "",
        "life": Life.PLANNED if not claims else Life.OCCURRED,
        "certainty": "",
        "is_derived": False,
        "superseded_by_id": None,
    }
    told = [reading.event(claim.value) for claim in claims if claim.kind == ClaimKind.EVENT]
    for said in told:
        for name in ("title", "outcome", "level", "series", "certainty"):
            facts[name] = getattr(said, name) or facts[name]
        facts["date"] = _finer(facts["date"], said.date)
        facts["type"], facts["life"] = said.type, said.life
    if told:
        facts["is_derived"] = all(said.is_derived for said in told)
    for claim in claims:
        if claim.kind == ClaimKind.CORRECTION and claim.field in facts:
            facts[claim.field] = claim.value.get("to", "")
    when = parse_or_none(facts["date"])
    facts["sort_start"] = when.sort_start if when else None
    facts["sort_end"] = when.sort_end if when else None
    facts["precision"] = str(when.precision if when else Precision.NONE)
    return facts


def _finer(have: str, said: str) -> str:
    old, new = parse_or_none(have), parse_or_none(said)
    if old is None or new is None:
        return said if new else have
    order = list(Precision)
    is_vaguer = order.index(new.precision) > order.index(old.precision)
    return have if is_vaguer and new.overlaps(old) else said


def _group(claim: Claim) -> str:
    """Sources that copy each other count once, and all our own reporting is one."""
    if claim.source is not None:
        return claim.source.group
    return f"wire {claim.story.source_name}" if claim.story and claim.story.source_name else "own"


def _participants(
    event: Event,
    claims: Sequence[Claim],
    parties: dict[int, list[Party]],
    people: _People,
    day: date | None,
) -> dict[int, Participation]:
    """Every party of every confirmed claim, once; whom they represent takes part too, as inferred."""
    rows: dict[int, Participation] = {}
    stories = {claim.story_id for claim in claims if claim.story_id}
    for claim in claims:
        for party in parties[claim.pk]:
            entity = people.now[party.entity_id]
            if party.capacity == Capacity.PLACE or entity not in people.kinds:
                continue
            title = people.title(entity, stories, day) if people.kinds[entity] == "person" else None
            behind = people.now.get(party.representing_id or 0) or (
                title.tenure.post.jurisdiction_id if title and title.is_public >= claim.is_public else None
            )
            fresh = Participation(
                event=event,
                entity_id=entity,
                capacity=party.capacity,
                side=party.side,
                representing_id=behind,
                tenure_id=title.tenure_id if title else None,
                is_inferred=party.is_inferred,
                is_public=claim.is_public,
                sort_start=day,
            )
            _take(rows, fresh)
            if behind and behind != entity:
                _take(
                    rows,
                    Participation(
                        event=event,
                        entity_id=behind,
                        capacity=Capacity.PARTY,
                        is_inferred=True,
                        is_public=claim.is_public,
                        sort_start=day,
                    ),
                )
    return rows


def _take(rows: dict[int, Participation], fresh: Participation) -> None:
    """What is said outweighs what is inferred; what readers may know outweighs what they may not yet."""
    have = rows.get(fresh.entity_id)
    if have is None or (fresh.is_public, not fresh.is_inferred) >= (have.is_public, not have.is_inferred):
        rows[fresh.entity_id] = fresh


_COMPARED = ("capacity", "side", "representing_id", "tenure_id", "is_inferred", "is_public", "sort_start")


def _write_participants(event: Event, rows: dict[int, Participation]) -> None:
    have = {row.entity_id: row for row in Participation.objects.filter(event=event)}
    same = {
        pk
        for pk, row in have.items()
        if pk in rows and all(getattr(row, n) == getattr(rows[pk], n) for n in _COMPARED)
    }
    gone = [row.pk for pk, row in have.items() if pk not in same]
    if gone:
        Participation.objects.filter(pk__in=gone).delete()
    Participation.objects.bulk_create(row for pk, row in rows.items() if pk not in same)


def _series(kind: str, rows: Iterable[Participation]) -> str:
    """Rounds of one kind between the same parties are one series."""
    parties = sorted(row.entity_id for row in rows if row.capacity == Capacity.PARTY)
    return f"{kind} {'-'.join(map(str, parties))}"[:120] if kind in RECURRING and len(parties) > 1 else ""
