"""Suggestions of several extractors put together by span: ours first, others' only where they say something new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .protocol import Suggestion


def merged(own: Sequence[Suggestion], others: Sequence[Suggestion]) -> list[Suggestion]:
    """All of ours; of the others those whose span and kind we don't have. What agrees is said in the reason."""
    kept = list(own)
    places = {(s.kind, s.start, s.end): number for number, s in enumerate(kept)}
    for other in others:
        key = (other.kind, other.start, other.end)
        number = places.get(key)
        if number is not None:
            present = kept[number]
            kept[number] = replace(present, reason=f"{present.reason}; {other.extractor} says so too")
            continue
        if any(s.kind == other.kind and s.start < other.end and other.start < s.end for s in kept):
            continue
        places[key] = len(kept)
        kept.append(other)
    return sorted(kept, key=lambda s: (s.start, -s.end, s.kind))
