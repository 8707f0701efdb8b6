"""An editor's answers to what was suggested: yes to many at once, no with a reason, somebody else, and a second pair of eyes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from broadsheet.newsroom.models import Story

from . import reading
from .deciding import Recorder, decision
from .errors import NeedsSource, NotDecidable, SameEditor
from .filing import Filer
from .models import (
    Claim,
    ClaimKind,
    ClaimStatus,
    DecisionKind,
    Entity,
    Party,
    Source,
    Tenure,
)
from .projecting import needs_two
from .reading import Ref
from .resolving import Resolver
from .taking_in import ENTITY_KINDS, entity_ref

# People and places first: offices and events name them.
_ORDER: dict[str, int] = {**dict.fromkeys(ENTITY_KINDS, 0), ClaimKind.ROLE: 1, ClaimKind.EVENT: 2}


def confirm_all(story: Story, claims: Iterable[Claim], editor: Any) -> list[Claim]:
    """Confirm these claims of one story in one decision: entities, offices and events come into being with them.

    Returns those that could not be: decided meanwhile, their words gone, or a name that several have (`someone_else` settles that).
    """
    ids = [claim.pk for claim in claims]
    rows = list(Claim.objects.filter(pk__in=ids, story=story).select_related("entity", "event"))
    wanted = sorted(rows, key=lambda claim: (_ORDER.get(claim.kind, 3), claim.pk))
    left = [claim for claim in wanted if claim.status != ClaimStatus.SUGGESTED or not claim.is_anchored]
    ready = [claim for claim in wanted if claim not in left]
    with decision(DecisionKind.CONFIRM, editor, story_id=story.pk) as recorder:
        filer = Filer(recorder, Resolver((ref for c in ready for ref in _refs(c)), story.pk), story)
        filed = [claim for claim in ready if filer.file(claim)]
        filer.finish()
        recorder.change_all(filed, status=ClaimStatus.CONFIRMED, decided_by=editor, decided_at=timezone.now())
    return left + [claim for claim in ready if claim not in filed]


def _refs(claim: Claim) -> Iterable[Ref]:
    if claim.kind in ENTITY_KINDS:
        yield entity_ref(claim.kind, claim.value, claim.wording)
    elif claim.kind == ClaimKind.ROLE:
        said = reading.role(claim.value)
        yield from (said.person, said.organisation, said.country)
    elif claim.kind == ClaimKind.EVENT:
        facts = reading.event(claim.value)
        yield facts.place
        for party in facts.parties:
            yield from (party.who, party.representing)


def reject(claims: Sequence[Claim], editor: Any, reason: str = "") -> None:
    """Say no. The same will not be suggested for this story again; a confirmed claim is retracted, and readers are told.

    What was decided otherwise already stays.
    """
    rows = list(Claim.objects.filter(pk__in=[claim.pk for claim in claims]))
    by_status: dict[str, list[Claim]] = {}
    for claim in rows:
        by_status.setdefault(claim.status, []).append(claim)
    confirmed = by_status.get(ClaimStatus.CONFIRMED, [])
    kind = DecisionKind.RETRACT if confirmed else DecisionKind.REJECT
    if not confirmed and not by_status.get(ClaimStatus.SUGGESTED):
        return
    answer: dict[str, Any] = {
        "decided_by": editor,
        "decided_at": timezone.now(),
        "rejection": reason[:300],
    }
    with decision(kind, editor, story_id=rows[0].story_id) as recorder:
        recorder.change_all(by_status.get(ClaimStatus.SUGGESTED, []), status=ClaimStatus.REJECTED, **answer)
        recorder.change_all(confirmed, status=ClaimStatus.RETRACTED, **answer)
        public = [claim for claim in confirmed if claim.is_public]
        if public:
            recorder.is_public = True
            recorder.event = next((claim.event for claim in public if claim.event), None)
            recorder.note = {"field": "retracted", "from": public[0].wording, "to": "", "reason": reason}


def someone_else(claim: Claim, who: Entity | None, editor: Any) -> Entity:
    """This is not whom it was taken for, in the whole story: `who` it is, or a new entry of the same name for None."""
    claim.refresh_from_db()
    if claim.kind not in ENTITY_KINDS:
        raise NotDecidable
    with decision(DecisionKind.SOMEONE_ELSE, editor, story_id=claim.story_id) as recorder:
        filer = Filer(recorder, Resolver(()), claim.story)
        entity = who or filer.make(entity_ref(claim.kind, claim.value, claim.wording), claim.kind)
        filer.finish()
        repoint(recorder, [claim], entity)
        recorder.entity = entity
    return entity


def repoint(recorder: Recorder, claims: Sequence[Claim], entity: Entity) -> None:
    """Make these claims be about `entity`, with what their stories say of the one they were about: parties and offices."""
    before = {claim.entity_id for claim in claims if claim.entity_id} - {entity.pk}
    stories = {claim.story_id for claim in claims if claim.story_id}
    recorder.change_all(claims, entity=entity)
    if not before or not stories:
        return
    recorder.change_all(
        list(Party.objects.filter(entity__in=before, claim__story__in=stories)), entity=entity
    )
    roles = Claim.objects.filter(story__in=stories, kind=ClaimKind.ROLE, tenure__person__in=before)
    for role in roles.select_related("tenure"):
        assert role.tenure is not None
        tenure = Tenure.objects.filter(person=entity, post=role.tenure.post_id).first()
        if tenure is None:
            tenure = Tenure(person=entity, post_id=role.tenure.post_id)
            recorder.add(tenure)
        recorder.change(role, tenure=tenure)


def second(claim: Claim, editor: Any, *, source: Source | None = None, review_by: date) -> None:
    """The second editor's yes to a sensitive event, with a source and the day on which it is looked at again.

    Raises `SameEditor`, `NeedsSource`, or `NotDecidable` for what is not a confirmed claim of that kind.
    """
    claim = Claim.objects.select_related("event").get(pk=claim.pk)
    if claim.status != ClaimStatus.CONFIRMED or not needs_two(claim):
        raise NotDecidable
    if claim.decided_by_id == editor.pk:
        raise SameEditor
    if source is None and claim.source_id is None:
        raise NeedsSource
    with decision(DecisionKind.SECOND, editor, story_id=claim.story_id) as recorder:
        recorder.event = claim.event
        recorder.change(claim, seconded_by=editor, source=source or claim.source, review_by=review_by)
