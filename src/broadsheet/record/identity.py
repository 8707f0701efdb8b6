"""Who is who: merging, parting, keeping apart, renaming. Each is one decision and can be undone exactly.

Merging moves nothing: the merged entry points at the kept one, and everything read follows the pointer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from .confirming import repoint
from .deciding import Recorder, decision, undo
from .errors import CannotMerge, NeedsSource, NotUndoable
from .models import (
    Address,
    Alias,
    AliasKind,
    Claim,
    Decision,
    DecisionKind,
    Entity,
    EntityStatus,
    NotSame,
    Source,
)
from .names import fold
from .naming import free_slug


def merge(gone: Entity, kept: Entity, editor: Any, reason: str = "") -> Decision:
    """`gone` is `kept` under another name. Its addresses redirect from now on. Returns the decision, for `undo`.

    Raises `CannotMerge` for the same, for other kinds, for what was kept apart, and for what is not in use.
    """
    gone.refresh_from_db()
    kept.refresh_from_db()
    in_use = (EntityStatus.CONFIRMED, EntityStatus.CANDIDATE)
    if gone.pk == kept.pk or kept.status not in in_use or gone.status not in in_use:
        raise CannotMerge(kept, gone, _("one of them was merged or withdrawn before"))
    if gone.kind != kept.kind:
        raise CannotMerge(kept, gone, _("they are of different kinds"))
    a, b = sorted((gone.pk, kept.pk))
    if NotSame.objects.filter(a=a, b=b).exists():
        raise CannotMerge(kept, gone, _("they were found not to be the same"))
    with decision(DecisionKind.MERGE, editor) as recorder:
        recorder.entity = kept
        recorder.note = {"gone": gone.pk, "reason": reason}
        # Never more than one hop, however often entries were merged.
        recorder.change_all(list(Entity.objects.filter(merged_into=gone)), merged_into=kept)
        recorder.change(gone, status=EntityStatus.MERGED, merged_into=kept)
    return _last(kept, DecisionKind.MERGE)


def part(gone: Entity, editor: Any) -> None:
    """Take back the merging of `gone`: the state before is restored exactly.

    Raises `NotUndoable` when it was not merged, `ChangedSince` when later decisions build on it.
    """
    gone.refresh_from_db()
    merges = Decision.objects.filter(kind=DecisionKind.MERGE, note__gone=gone.pk, undone_by=None).order_by(
        "-pk"
    )
    found = merges.first()
    if found is None or gone.status != EntityStatus.MERGED:
        raise NotUndoable(found or Decision())
    undo(found, editor)


def split(entity: Entity, claims: Sequence[Claim], label: str, editor: Any) -> Entity:
    """What these claims say is of somebody else, who gets an entry of that name; parties and offices of their stories go along."""
    with decision(DecisionKind.SPLIT, editor) as recorder:
        recorder.entity = entity
        new = Entity(kind=entity.kind, label=label[:200], status=EntityStatus.CONFIRMED)
        recorder.add(new)
        recorder.add(Alias(entity=new, text=label[:200], folded=fold(label)))
        recorder.add(Address(slug=free_slug(label), entity=new))
        repoint(recorder, list(Claim.objects.filter(pk__in=[claim.pk for claim in claims])), new)
        a, b = sorted((entity.pk, new.pk))
        recorder.add(NotSame(a_id=a, b_id=b))
    return new


def not_same(one: Entity, other: Entity, editor: Any, reason: str = "") -> NotSame:
    """They are two: never propose to merge them again. Saying it twice changes nothing."""
    a, b = sorted((one.pk, other.pk))
    found = NotSame.objects.filter(a=a, b=b).first()
    if found is None:
        with decision(DecisionKind.NOT_SAME, editor) as recorder:
            recorder.entity = one
            found = NotSame(a_id=a, b_id=b, reason=reason[:300])
            recorder.add(found)
    return found


def rename(entity: Entity, label: str, source: Source | None, editor: Any, *, language: str = "") -> None:
    """Give an entity its right name, in one language or in all. Old addresses redirect; no story's text is touched.

    Readers are told, with the source. Raises `NeedsSource`.
    """
    if source is None:
        raise NeedsSource
    entity.refresh_from_db()
    label = label.strip()[:200]
    with decision(DecisionKind.RENAME, editor) as recorder:
        recorder.entity = entity
        before = entity.name_in(language) if language else entity.label
        recorder.is_public = True
        recorder.note = {"field": "name", "from": before, "to": label, "source": source.url or str(source)}
        if language:
            recorder.change(entity, labels={**entity.labels, language: label})
        else:
            recorder.change(entity, label=label)
            _readdress(recorder, entity, label)
        if not Alias.objects.filter(entity=entity, text=label, language=language).exists():
            recorder.add(
                Alias(
                    entity=entity,
                    text=label,
                    folded=fold(label),
                    language=language,
                    kind=AliasKind.OFFICIAL,
                    source=source,
                )
            )


def _readdress(recorder: Recorder, entity: Entity, label: str) -> None:
    current = Address.objects.filter(entity=entity, is_current=True).first()
    slug = free_slug(label)
    if (
        current is not None
        and current.slug.startswith(slug.rsplit("-", 1)[0])
        and fold(label) == fold(current.slug)
    ):
        return
    if current is not None:
        recorder.change(current, is_current=False)
    recorder.add(Address(slug=slug, entity=entity))


def _last(entity: Entity, kind: DecisionKind) -> Decision:
    return Decision.objects.filter(entity=entity, kind=kind).latest("pk")
