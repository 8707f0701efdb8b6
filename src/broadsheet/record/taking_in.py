"""Takes suggestions about a story in as claims that wait for an editor. What was rejected or redacted stays away."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from broadsheet.newsroom.models import Story

from . import reading
from .models import Claim, ClaimKind, ClaimStatus, Mention, Modality, Tier, Tombstone
from .names import digest, fingerprint, fold
from .reading import Ref
from .resolving import Resolver
from .selectors import demoted_rules
from .text import Anchor, StoryText, story_text

ENTITY_KINDS = frozenset({ClaimKind.PERSON, ClaimKind.ORGANISATION, ClaimKind.PLACE, ClaimKind.COUNTRY})
_LOWER = {Tier.A: Tier.B, Tier.B: Tier.C, Tier.C: Tier.C}
Suggestion = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TakenIn:
    """How many claims are new, were there already, were held back, and went because nothing suggests them any more."""

    created: int
    kept: int
    held_back: int
    dropped: int


@dataclass(slots=True)
class _Draft:
    """One claim in the making, with all places that say it."""

    kind: str
    value: dict[str, Any]
    wording: str
    first: Suggestion
    anchors: list[Anchor] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        if self.kind in ENTITY_KINDS:
            return fingerprint(self.kind, self.value.get("entity") or fold(self.wording) or self.wording)
        return fingerprint(self.kind, json.dumps(self.value, sort_keys=True, ensure_ascii=False))

    @property
    def ref(self) -> Ref:
        return entity_ref(self.kind, self.value, self.wording)


def entity_ref(kind: str, value: Mapping[str, Any], wording: str) -> Ref:
    """Whom a claim of a person, organisation, place or country names."""
    return Ref(str(value.get("entity") or ""), str(value.get("iso") or value.get("name") or wording), kind)


@transaction.atomic
def take_in(story: Story, suggestions: Iterable[Suggestion], *, text: StoryText | None = None) -> TakenIn:
    """Make the story's open claims those of `suggestions`: objects with `kind`, `start`, `end`, `text`, `value`, `tier`, `rule`
    and, where given, `reason`, `entity`, `score`, `version`; offsets are into `text`, by default the story's as it is in memory.

    Decided claims stay as they are. Suggestions outside the text are left out.
    """
    text = text or story_text(story)
    drafts, held_back = _without_redacted(_drafts(suggestions, text))
    have = {claim.fingerprint: claim for claim in Claim.objects.filter(story=story)}
    new = [draft for key, draft in drafts.items() if key not in have]
    open_ = [claim for claim in have.values() if claim.status == ClaimStatus.SUGGESTED]
    stale = [claim.pk for claim in open_ if claim.fingerprint not in drafts]
    Claim.objects.filter(pk__in=stale).delete()
    again = [claim for claim in open_ if claim.fingerprint in drafts]
    _renew(again, drafts)
    _create(story, new)
    rejected = sum(
        have[key].status in (ClaimStatus.REJECTED, ClaimStatus.RETRACTED) for key in drafts if key in have
    )
    return TakenIn(len(new), len(drafts) - len(new) - rejected, held_back + rejected, len(stale))


def _drafts(suggestions: Iterable[Suggestion], text: StoryText) -> dict[str, _Draft]:
    drafts: dict[str, _Draft] = {}
    for one in suggestions:
        kind = str(one.get("kind"))
        if kind not in ClaimKind.values:
            continue
        start, end = int(one["start"]), int(one["end"])
        anchor = text.place(start, end) if kind in ENTITY_KINDS else text.sentence(start, end)
        if anchor is None:
            continue
        draft = _Draft(kind, _value(kind, one), str(one.get("text") or anchor.quote)[:300], one)
        if kind in ENTITY_KINDS:
            draft.wording = (str(draft.value.get("name") or "") or draft.wording)[:300]
        draft = drafts.setdefault(draft.fingerprint, draft)
        if anchor not in draft.anchors:
            draft.anchors.append(anchor)
            draft.forms.append(str(one.get("form") or "")[:16])
        if str(one.get("tier")) < str(draft.first.get("tier")):
            draft.first = one
    return drafts


def _value(kind: str, one: Suggestion) -> dict[str, Any]:
    """The value as an object: a name, a code or a date stands under its own key, beside the entity's id."""
    value = one.get("value")
    made = dict(value) if isinstance(value, Mapping) else {}
    if isinstance(value, str):
        key = {ClaimKind.COUNTRY: "iso", ClaimKind.DATE: "date"}.get(ClaimKind(kind), "name")
        made = {key: value}
    if one.get("entity") and "entity" not in made:
        made["entity"] = one["entity"]
    return made


def _without_redacted(drafts: dict[str, _Draft]) -> tuple[dict[str, _Draft], int]:
    """Drop whoever was redacted, from claims of others too. Two queries at most, none while nobody was."""
    if not Tombstone.objects.exists():
        return drafts, 0
    names = {name for draft in drafts.values() for name in _names(draft)}
    digests = {digest(name): name for name in names}
    found = Tombstone.objects.filter(pk__in=digests).values_list("pk", flat=True)
    gone = {fold(digests[pk]) for pk in found}
    kept: dict[str, _Draft] = {}
    for key, draft in drafts.items():
        if draft.kind == ClaimKind.EVENT:
            named = draft.value.get("participants")
            if isinstance(named, list):
                draft.value["participants"] = [p for p in named if fold(reading.ref(p).name) not in gone]
        elif any(fold(name) in gone for name in _names(draft)):
            continue
        kept[key] = draft
    return kept, len(drafts) - len(kept)


def _names(draft: _Draft) -> set[str]:
    if draft.kind in ENTITY_KINDS:
        return {draft.wording, draft.ref.name, *(anchor.quote for anchor in draft.anchors)} - {""}
    if draft.kind == ClaimKind.ROLE:
        return {reading.role(draft.value).person.name} - {""}
    if draft.kind == ClaimKind.EVENT:
        return {party.who.name for party in reading.event(draft.value).parties} - {""}
    return set()


def _create(story: Story, drafts: Sequence[_Draft]) -> None:
    resolver = Resolver([draft.ref for draft in drafts if draft.kind in ENTITY_KINDS])
    demoted = demoted_rules({str(draft.first.get("rule") or "") for draft in drafts})
    claims = []
    for draft in drafts:
        named = resolver.all_named(draft.ref) if draft.kind in ENTITY_KINDS else []
        tier, reason = _tier(draft, len(named), demoted)
        claims.append(
            Claim(
                story=story,
                kind=draft.kind,
                entity=named[0] if len(named) == 1 else None,
                value=draft.value,
                wording=draft.wording,
                modality=_modality(draft),
                language=story.language,
                rule=str(draft.first.get("rule") or "")[:60],
                rule_version=str(draft.first.get("version") or "")[:20],
                reason=reason,
                tier=tier,
                score=draft.first.get("score"),
                fingerprint=draft.fingerprint,
            )
        )
    Claim.objects.bulk_create(claims)
    Mention.objects.bulk_create(
        mention for claim, draft in zip(claims, drafts, strict=True) for mention in _mentions(claim, draft)
    )


def _tier(draft: _Draft, named: int, demoted: set[str]) -> tuple[str, str]:
    given = str(draft.first.get("tier"))
    tier = Tier(given) if given in Tier.values else Tier.C
    reason = str(draft.first.get("reason") or "")
    if str(draft.first.get("rule") or "") in demoted:
        tier, reason = _LOWER[tier], f"{reason}; this rule has been wrong too often lately".lstrip("; ")
    if named > 1 and tier == Tier.A:
        tier, reason = Tier.B, f"{reason}; {named} entries of the record have this name".lstrip("; ")
    return tier, reason


def _modality(draft: _Draft) -> str:
    said = str(draft.value.get("modality") or "")
    if said in Modality.values:
        return said
    if draft.kind == ClaimKind.EVENT:
        if str(draft.value.get("life") or "") == "refused":
            return Modality.DENIED
        facts = reading.event(draft.value)
        return Modality.DERIVED if facts.is_derived else Modality.ASSERTED
    return Modality.ASSERTED


def _mentions(claim: Claim, draft: _Draft) -> list[Mention]:
    return [
        Mention(
            claim=claim,
            block=anchor.block,
            start=anchor.start,
            end=anchor.end,
            quote=anchor.quote,
            prefix=anchor.prefix,
            suffix=anchor.suffix,
            form=form,
        )
        for anchor, form in zip(draft.anchors, draft.forms, strict=True)
    ]


def _renew(claims: Sequence[Claim], drafts: Mapping[str, _Draft]) -> None:
    """Open claims that are suggested again stand where the text has them now."""
    Mention.objects.filter(claim__in=claims).delete()
    made = [mention for claim in claims for mention in _mentions(claim, drafts[claim.fingerprint])]
    Mention.objects.bulk_create(made)
    for claim in claims:
        claim.is_anchored = True
    Claim.objects.bulk_update(claims, ["is_anchored"])
