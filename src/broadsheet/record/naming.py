"""Addresses under `/topic/`: given once, kept for ever."""

from __future__ import annotations

from collections.abc import Sequence

from broadsheet.newsroom.models import Topic
from broadsheet.newsroom.slugs import slug_for

from .models import Address


def free_slug(name: str) -> str:
    """A slug that neither the record nor a topic of the newsroom has."""
    return free_slugs([name])[0]


def free_slugs(names: Sequence[str]) -> list[str]:
    """A free slug for each name, in order, none of them twice: two queries while all are free."""
    wanted = [slug_for(name) for name in names]
    if not wanted:
        return []
    taken = set(Address.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    taken |= set(Topic.objects.filter(slug__in=wanted).values_list("slug", flat=True))
    found: list[str] = []
    for base in wanted:
        slug, number = base, 1
        while slug in taken or (number > 1 and _is_taken(slug)):
            number += 1
            slug = f"{base}-{number}"
        taken.add(slug)
        found.append(slug)
    return found


def _is_taken(slug: str) -> bool:
    return Address.objects.filter(pk=slug).exists() or Topic.objects.filter(slug=slug).exists()
