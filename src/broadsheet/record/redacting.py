"""Redaction: a person's entry becomes a tombstone. Names go from the record and its log, and don't come back by extraction.

Stories are not touched: what they say is the newsroom's decision, not the record's.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction
from django.db.models import Q

from . import reading
from .deciding import decision
from .models import (
    Address,
    Alias,
    Claim,
    ClaimKind,
    ClaimStatus,
    Decision,
    DecisionKind,
    Entity,
    EntityStatus,
    Event,
    Mention,
    NotSame,
    Party,
    Relation,
    Tenure,
    Tombstone,
)
from .names import digest, fold, fold_text
from .projecting import settle
from .scope import Scope, group_of

NOTHING = "—"


@transaction.atomic
def redact(entity: Entity, editor: Any, reason: str = "") -> None:
    """Redact an entity with all that was merged into it. Final: this decision can't be undone."""
    group = group_of([entity.pk])
    names = _names(group)
    claims = Claim.objects.filter(entity__in=group) | Claim.objects.filter(tenure__person__in=group)
    ids = set(claims.values_list("pk", flat=True))
    scope = Scope(
        claims=set(ids),
        stories={pk for pk in claims.values_list("story_id", flat=True) if pk},
        entities=group,
    )
    scope.widen_by_identity(group)
    Tombstone.objects.bulk_create(
        (Tombstone(digest=digest(name), entity=entity, reason=reason[:300]) for name in names),
        ignore_conflicts=True,
    )
    _scrub_claims(ids, group, names)
    _scrub_decisions(group, ids, names)
    Alias.objects.filter(entity__in=group).delete()
    Address.objects.filter(entity__in=group).delete()
    NotSame.objects.filter(Q(a__in=group) | Q(b__in=group)).delete()
    Relation.objects.filter(Q(subject__in=group) | Q(object__in=group)).delete()
    Party.objects.filter(entity__in=group).delete()
    Tenure.objects.filter(person__in=group).delete()
    Entity.objects.filter(pk__in=group).update(
        label=NOTHING,
        labels={},
        description={},
        background={},
        wikidata_qid="",
        status=EntityStatus.REDACTED,
        merged_into=None,
    )
    settle(scope)
    with decision(DecisionKind.REDACT, editor) as recorder:
        recorder.entity = entity
        recorder.note = {"reason": reason}


def _names(group: set[int]) -> set[str]:
    """Every name by which they go: aliases, labels in all languages, and what stories called them in full."""
    names = set(Alias.objects.filter(entity__in=group).values_list("text", flat=True))
    for label, labels in Entity.objects.filter(pk__in=group).values_list("label", "labels"):
        names |= {label, *(str(text) for text in labels.values())}
    names |= set(
        Claim.objects.filter(entity__in=group).exclude(kind=ClaimKind.ROLE).values_list("wording", flat=True)
    )
    return {name for name in names if name and name != NOTHING}


def _scrub_claims(ids: set[int], group: set[int], names: set[str]) -> None:
    """The claims of the person say nothing any more; those of events keep all but the name."""
    Mention.objects.filter(claim__in=ids).delete()
    Claim.objects.filter(pk__in=ids).update(
        value={}, wording="", reason="", rejection="", status=ClaimStatus.RETRACTED, is_public=False
    )
    folded = {fold(name) for name in names}
    for claim in Claim.objects.filter(parties__entity__in=group).distinct():
        kept = [
            one for one in claim.value.get("participants", []) if fold(reading.ref(one).name) not in folded
        ]
        value = {**claim.value, "participants": kept}
        for key in ("title", "outcome"):
            if _says(str(value.get(key, "")), folded):
                value[key] = ""
        claim.value, claim.wording, claim.reason = value, "", ""
        claim.save(update_fields=["value", "wording", "reason"])
        if claim.event_id:
            Event.objects.filter(pk=claim.event_id).update(titles={})


def _scrub_decisions(group: set[int], claims: set[int], names: set[str]) -> None:
    """The log keeps that something was decided, by whom and when; not whom it named. The one change that it knows."""
    folded = {fold(name) for name in names}
    stories = Claim.objects.filter(pk__in=claims).values("story")
    log = Decision._base_manager
    for made in (log.filter(entity__in=group) | log.filter(story__in=stories)).distinct():
        touched = [
            [row[0], None, None, None] if _says(json.dumps(row, ensure_ascii=False), folded) else row
            for row in made.touched
        ]
        note = {} if _says(json.dumps(made.note, ensure_ascii=False), folded) else made.note
        if touched != made.touched or note != made.note:
            log.filter(pk=made.pk).update(touched=touched, note=note, is_public=made.is_public and bool(note))


def _says(text: str, folded: set[str]) -> bool:
    padded = f" {fold_text(text)} "
    return any(f" {name} " in padded for name in folded)
