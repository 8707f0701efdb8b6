"""How much a story is about something: in the headline, at the top, often, in an event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from .analysis import Analysis
from .protocol import Suggestion

HEADLINE, TOP, EVENT, EACH = 0.35, 0.25, 0.25, 0.05
TOP_SENTENCES = 2


def with_salience(suggestions: Sequence[Suggestion], analysis: Analysis) -> list[Suggestion]:
    """The same with `salience` set; every mention of one entity has that of the entity."""
    top_end = max(
        (
            r.sentence.end
            for r in analysis.readings
            if r.sentence.zone == "body" and r.sentence.index < TOP_SENTENCES
        ),
        default=0,
    )
    heads = [(b.start, b.end) for b in analysis.blocks if b.zone == "headline"]
    counts: Counter[str] = Counter()
    scores: dict[str, float] = {}
    taking_part = {
        str(part["entity"])
        for s in suggestions
        if s.kind == "event" and not isinstance(s.value, str)
        for part in _parts(s.value.get("participants"))
    }
    for s in suggestions:
        key = s.entity or f"{s.kind}:{s.start}"
        counts[key] += 1
        score = scores.get(key, 0.0)
        if any(start <= s.start < end for start, end in heads):
            score = max(score, HEADLINE) if score < HEADLINE else score
            scores[f"{key}#h"] = HEADLINE
        elif s.start < top_end:
            scores[f"{key}#t"] = TOP
        scores[key] = score
    made = []
    for s in suggestions:
        key = s.entity or f"{s.kind}:{s.start}"
        score = scores.get(f"{key}#h", 0) + scores.get(f"{key}#t", 0) + min(0.15, EACH * counts[key])
        score += EVENT if key in taking_part else 0
        made.append(replace(s, salience=min(1.0, score)))
    return made


def _parts(value: object) -> list[dict[str, object]]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []
