"""Reads for the desk: what waits, what is flagged, how far a rule can be trusted, what the registry holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.utils import timezone

from .models import Alias, Claim, ClaimStatus, Decision, Entity, EntityStatus, Event, Life

# A rule is judged by its last decisions; below the mark its suggestions stand a tier lower.
JUDGED, MARK, FEWEST = 50, 0.8, 10


def rule_precision(rules: Iterable[str]) -> dict[str, tuple[int, float]]:
    """For each rule, how many of its last fifty suggestions were decided, and the share that was right. One query."""
    wanted = set(rules) - {""}
    answers: dict[str, list[bool]] = defaultdict(list)
    if not wanted:
        return {}
    decided = Claim.objects.filter(
        rule__in=wanted, status__in=(ClaimStatus.CONFIRMED, ClaimStatus.REJECTED, ClaimStatus.RETRACTED)
    )
    rows = decided.order_by("-decided_at").values_list("rule", "status")
    for rule, status in rows[: JUDGED * max(20, len(wanted))]:
        if len(answers[rule]) < JUDGED:
            answers[rule].append(status == ClaimStatus.CONFIRMED)
    return {rule: (len(found), sum(found) / len(found)) for rule, found in answers.items()}


def demoted_rules(rules: Iterable[str]) -> set[str]:
    """Those rules that have been wrong too often lately. Fewer than ten decisions judge nobody."""
    return {
        rule for rule, (count, right) in rule_precision(rules).items() if count >= FEWEST and right < MARK
    }


def to_follow_up(today: date | None = None, limit: int = 100) -> list[Event]:
    """Did it happen? Planned events whose day is over, oldest first: one query."""
    today = today or timezone.localdate()
    rows = Event.objects.filter(life=Life.PLANNED, is_public=True, sort_end__lt=today)
    return list(rows.order_by("sort_end", "pk")[:limit])


def daybook(today: date | None = None, days: int = 8, limit: int = 200) -> list[Event]:
    """What is planned from today on, day by day: one query."""
    today = today or timezone.localdate()
    last = date.fromordinal(today.toordinal() + days)
    rows = Event.objects.filter(
        life=Life.PLANNED, sort_start__lte=last, sort_end__gte=today, precision__in=("day", "minute")
    )
    return list(rows.order_by("sort_start", "pk")[:limit])


def flagged(limit: int = 100) -> list[Claim]:
    """Confirmed claims whose words are gone from their story: their facts are withheld until somebody looks."""
    rows = Claim.objects.filter(status=ClaimStatus.CONFIRMED, is_anchored=False).select_related(
        "story", "event", "entity"
    )
    return list(rows.order_by("-pk")[:limit])


def history(entity: Entity | None = None, event: Event | None = None, limit: int = 100) -> list[Decision]:
    """Decisions about an entity or event, newest first."""
    rows = Decision.objects.select_related("actor").order_by("-pk")
    return list((rows.filter(entity=entity) if entity else rows.filter(event=event))[:limit])


def registry() -> Iterator[dict[str, Any]]:
    """Every entity that is confirmed, with its names, in the form that extraction loads; `entity` is our own id.

    Names of what was merged away lead to what it was merged into.
    """
    rows = Alias.objects.filter(entity__status__in=(EntityStatus.CONFIRMED, EntityStatus.MERGED))
    by_head: dict[int, list[Alias]] = defaultdict(list)
    for alias in rows.select_related("entity").iterator(chunk_size=5000):
        by_head[alias.entity.canonical_id].append(alias)
    for entity in (
        Entity.objects.filter(status=EntityStatus.CONFIRMED)
        .select_related("country")
        .iterator(chunk_size=5000)
    ):
        yield {
            "entity": str(entity.uid),
            "kind": entity.kind,
            "label": entity.label,
            "country": entity.iso3166 or (entity.country.iso3166 if entity.country else ""),
            "aliases": [
                {
                    "text": alias.text,
                    "language": alias.language,
                    "script": alias.script,
                    "kind": alias.kind,
                    "auto_link": alias.auto_link,
                    "case_sensitive": alias.is_case_sensitive,
                }
                for alias in by_head[entity.pk]
            ],
        }
