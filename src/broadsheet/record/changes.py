"""What readers are told of corrections to facts: what it was, what it is, and who says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import translation

from broadsheet.newsroom.selectors import Cursor

from .edtf import parse_or_none
from .models import Decision, DecisionKind, EventType, Life
from .wording import when_words

PAGE = 50


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the public log. `source` is an address or a name; `is_undone` says that it was taken back."""

    at: datetime
    kind: str
    about: str
    field: str
    before: str
    after: str
    source: str
    reason: str
    is_undone: bool

    @property
    def source_path(self) -> str:
        return self.source if self.source.startswith(("https://", "http://")) else ""


def public_changes(before: Cursor | None = None) -> tuple[Sequence[Change], Cursor | None]:
    """A page of the log, newest first: one query."""
    rows = Decision.objects.filter(is_public=True).select_related("entity", "event")
    if before:
        rows = rows.filter(at__lte=before.published).filter(Q(at__lt=before.published) | Q(pk__lt=before.id))
    found = list(rows.order_by("-at", "-pk")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return [_change(row) for row in found[:PAGE]], Cursor(last.at, last.pk) if last else None


def _change(made: Decision) -> Change:
    language = translation.get_language() or ""
    note = made.note
    field = str(note.get("field", ""))
    about = ""
    if made.entity is not None:
        about = made.entity.name_in(language)
    elif made.event is not None:
        about = f"{EventType(made.event.type).label}, {when_words(made.event.when)}"
    return Change(
        at=made.at,
        kind=str(DecisionKind(made.kind).label),
        about=about,
        field=field,
        before=_said(field, str(note.get("from", ""))),
        after=_said(field, str(note.get("to", ""))),
        source=str(note.get("source", "")),
        reason=str(note.get("reason", "")),
        is_undone=bool(note.get("undone")),
    )


def _said(field: str, value: str) -> str:
    if field == "date":
        return when_words(parse_or_none(value))
    if field == "life" and value in Life.values:
        return str(Life(value).label)
    if field == "type" and value in EventType.values:
        return str(EventType(value).label)
    return value
