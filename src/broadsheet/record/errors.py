"""What the record refuses, in words for the editor who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from .models import Decision, Entity


class RecordError(Exception):
    """The record was not changed; `str()` says why."""


class ChangedSince(RecordError):
    def __init__(self, made: Decision, table: str, pk: int) -> None:
        self.table, self.pk = table, pk
        super().__init__(_("A later decision builds on this one. Undo that one first."))


class NotUndoable(RecordError):
    def __init__(self, made: Decision) -> None:
        super().__init__(_("This was undone already, or it can't be undone."))


class CannotMerge(RecordError):
    def __init__(self, kept: Entity, gone: Entity, reason: str) -> None:
        super().__init__(
            _("%(gone)s can't be merged into %(kept)s: %(reason)s")
            % {"gone": gone.label, "kept": kept.label, "reason": reason}
        )


class NeedsSource(RecordError):
    def __init__(self) -> None:
        super().__init__(_("Name a source for this change."))


class SameEditor(RecordError):
    def __init__(self) -> None:
        super().__init__(_("A second editor has to confirm this, not the one who did first."))


class NotDecidable(RecordError):
    def __init__(self) -> None:
        super().__init__(_("This was decided already, or the story's text has changed."))
