"""What became of an event, and corrections of what the record said: each with its source, each told to readers."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from .deciding import Recorder, decision
from .edtf import parse
from .errors import NeedsSource, NotDecidable
from .models import Claim, ClaimKind, ClaimStatus, DecisionKind, Event, Life, Source, SourceKind
from .names import fingerprint

FIELDS = ("type", "title", "date", "life", "certainty", "outcome", "level", "series")


def set_life(
    event: Event, life: Life, editor: Any, *, source: Source | None = None, new_date: str = ""
) -> None:
    """Answer "did it happen?": it took place, was cancelled, or was put off (to `new_date`, EDTF, if that is known).

    Without a source the editor's own knowledge counts as the paper's reporting. Raises `NotDecidable` for what is over, `BadDate`.
    """
    event.refresh_from_db()
    if event.life not in (Life.PLANNED, Life.POSTPONED) or life not in (
        Life.OCCURRED,
        Life.CANCELLED,
        Life.POSTPONED,
    ):
        raise NotDecidable
    with decision(DecisionKind.CORRECT, editor) as recorder:
        source = source or _own(recorder)
        recorder.event = event
        recorder.is_public = event.is_public
        recorder.note = {"field": "life", "from": event.life, "to": life, "source": source.url}
        _say(recorder, event, "life", life, source, editor)
        if new_date:
            parse(new_date)
            _say(recorder, event, "date", new_date, source, editor)
            # A new day is a new plan.
            _say(recorder, event, "life", Life.PLANNED if life == Life.POSTPONED else life, source, editor)


def correct(event: Event, field: str, to: str, source: Source | None, editor: Any, reason: str = "") -> None:
    """Correct one fact of an event. Readers see what it was, what it is, and the source.

    Raises `NeedsSource`, `NotDecidable` for a field that is none, `BadDate`.
    """
    if source is None:
        raise NeedsSource
    if field not in FIELDS:
        raise NotDecidable
    if field == "date":
        parse(to)
    event.refresh_from_db()
    with decision(DecisionKind.CORRECT, editor) as recorder:
        recorder.event = event
        recorder.is_public = event.is_public
        recorder.note = {
            "field": field,
            "from": getattr(event, field),
            "to": to,
            "source": source.url or str(source),
            "reason": reason,
        }
        _say(recorder, event, field, to, source, editor)


def _own(recorder: Recorder) -> Source:
    source = Source(kind=SourceKind.OWN_STORY, independence_group="own")
    recorder.add(source)
    return source


def _say(recorder: Recorder, event: Event, field: str, to: str, source: Source, editor: Any) -> None:
    now = timezone.now()
    recorder.add(
        Claim(
            kind=ClaimKind.CORRECTION,
            event=event,
            field=field,
            value={"to": str(to)},
            wording=str(to)[:300],
            source=source,
            status=ClaimStatus.CONFIRMED,
            decided_by=editor,
            decided_at=now,
            rule="editor",
            tier="A",
            fingerprint=fingerprint(event.pk, field, to, now.isoformat()),
        )
    )
