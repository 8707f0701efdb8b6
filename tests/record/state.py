"""What the record holds, to compare before and after: truth by its own keys, facts by what they say."""

from __future__ import annotations

from typing import Any

from broadsheet.record.models import (
    Address,
    Alias,
    Claim,
    DyadEvent,
    DyadStory,
    Entity,
    EntityStory,
    Event,
    Mention,
    NotSame,
    Participation,
    Party,
    Post,
    Tenure,
    TenureSeen,
)

_UNSEEN = {"version", "changed_at"}


def _rows(model: Any) -> list[dict[str, Any]]:
    return [
        {k: v for k, v in row.items() if k not in _UNSEEN} for row in model.objects.order_by("pk").values()
    ]


def truth() -> dict[str, Any]:
    """Every row of truth, whole. A claim's `is_public` is derived and stands with the facts."""
    tables = (Entity, Alias, NotSame, Post, Tenure, Claim, Party, Event)
    found = {model.__name__: _rows(model) for model in tables}
    # A pair's address is for ever once it was public.
    found["Address"] = list(Address.objects.filter(dyad=None).order_by("pk").values())
    found["Mention"] = sorted(
        (m["claim_id"], m["block"], m["start"], m["end"], m["quote"], m["is_anchored"])
        for m in Mention.objects.values()
    )
    return found


def facts() -> dict[str, Any]:
    return {
        "participations": sorted(
            Participation.objects.values_list(
                "event", "entity", "capacity", "side", "representing", "tenure", "is_inferred", "is_public"
            ),
            key=str,
        ),
        "seen": sorted(TenureSeen.objects.values_list("tenure", "claim", "seen_on", "day", "is_public")),
        "of entities": sorted(EntityStory.objects.values_list("entity", "story", "published_at")),
        "pairs' events": sorted(
            DyadEvent.objects.values_list("dyad__a", "dyad__b", "event", "sort_start"), key=str
        ),
        "pairs' stories": sorted(
            DyadStory.objects.values_list("dyad__a", "dyad__b", "story", "published_at")
        ),
        "counts": sorted(
            DyadEvent.objects.values_list("dyad__a", "dyad__b", "dyad__event_count", "dyad__last_start"),
            key=str,
        ),
    }
