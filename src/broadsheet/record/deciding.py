"""Every write of the record goes through a `Recorder`, which notes each row before and after; so each decision can be undone exactly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.apps import apps
from django.db import models, transaction

from . import projecting
from .errors import ChangedSince, NotUndoable
from .models import Claim, Decision, DecisionKind, Entity, Event, Party
from .scope import Scope

Row = dict[str, Any]
# A decision of these kinds is final: what it removed is gone.
_FINAL = frozenset({DecisionKind.REDACT})


class Recorder:
    """Collects the changes of one decision. `change`, `add` and `remove` write at once."""

    def __init__(self) -> None:
        self.touched: list[list[Any]] = []
        self.entity: Entity | None = None
        self.event: Event | None = None
        self.note: Row = {}
        self.is_public = False

    def change(self, row: models.Model, **values: Any) -> None:
        """Set fields of one row; what is the same already is no change."""
        self.change_all([row], **values)

    def change_all(self, rows: Iterable[models.Model], **values: Any) -> None:
        """Set the same fields of rows of one table: one statement."""
        changed: list[models.Model] = []
        for row in rows:
            before = _values(row, values)
            for name, value in values.items():
                setattr(row, name, value)
            after = _values(row, values)
            if before != after:
                changed.append(row)
                self.touched.append([_table(row), row.pk, before, after])
        if changed:
            rows_of = type(changed[0])._default_manager
            rows_of.filter(pk__in=[row.pk for row in changed]).update(**values)

    def add(self, row: models.Model) -> None:
        row.save(force_insert=True)
        self.touched.append([_table(row), row.pk, None, _whole(row)])

    def add_all(self, rows: Sequence[models.Model]) -> None:
        """Insert rows of one table: one statement."""
        if not rows:
            return
        type(rows[0])._default_manager.bulk_create(rows)
        self.touched.extend([_table(row), row.pk, None, _whole(row)] for row in rows)

    def remove(self, row: models.Model) -> None:
        """Delete a row that nothing else hangs on."""
        self.touched.append([_table(row), row.pk, _whole(row), None])
        row.delete()


@contextmanager
def decision(kind: DecisionKind, actor: Any, *, story_id: int | None = None) -> Iterator[Recorder]:
    """One transaction: the changes noted in it, the decision, and the facts made anew of what they touched."""
    with transaction.atomic():
        recorder = Recorder()
        yield recorder
        made = Decision(
            kind=kind,
            actor=actor,
            story_id=story_id,
            entity=recorder.entity,
            event=recorder.event,
            touched=recorder.touched,
            note=recorder.note,
            is_public=recorder.is_public,
        )
        made.save()
        projecting.settle(touched_by(made.touched))


def undo(made: Decision, actor: Any) -> Decision:
    """Put every row that `made` touched back as it was, and the facts with them.

    Raises `ChangedSince` when a later decision touched one of them (undo that one first), `NotUndoable` for what is final or undone.
    """
    if made.kind in _FINAL or Decision.objects.filter(undoes=made).exists():
        raise NotUndoable(made)
    with transaction.atomic():
        inverse: list[list[Any]] = []
        # What is pointed at comes back before what points at it, and goes after it.
        scope = touched_by(made.touched)
        for table, pk, before, after in reversed(made.touched):
            _restore(made, table, pk, before, after)
            inverse.append([table, pk, after, before])
        made_undo = Decision(
            kind=DecisionKind.UNDO,
            actor=actor,
            story_id=made.story_id,
            entity_id=_still(Entity, made.entity_id),
            event_id=_still(Event, made.event_id),
            touched=inverse,
            undoes=made,
            is_public=made.is_public,
            note={**made.note, "undone": True} if made.note else {},
        )
        made_undo.save()
        projecting.settle(scope | touched_by(inverse))
    return made_undo


def _still(model: type[models.Model], pk: int | None) -> int | None:
    return pk if pk is not None and model._default_manager.filter(pk=pk).exists() else None


def _restore(made: Decision, table: str, pk: int, before: Row | None, after: Row | None) -> None:
    if before is None and after is None:
        # Redacted since.
        raise NotUndoable(made)
    model = apps.get_model(table)
    row = model._default_manager.select_for_update().filter(pk=pk).first()
    if after is None:
        if row is not None:
            raise ChangedSince(made, table, pk)
        assert before is not None
        back = model(pk=pk)
        _assign(back, before)
        back.save(force_insert=True)
        return
    if row is None or _values(row, after) != after:
        raise ChangedSince(made, table, pk)
    if before is None:
        _drop(made, row)
        return
    _assign(row, before)
    row.save(update_fields=[model._meta.get_field(name).name for name in before])


def _drop(made: Decision, row: models.Model) -> None:
    """Take back a row that the decision made. What others have built on since stays, and that is said."""
    if isinstance(row, (Entity, Event)) and _is_used(row):
        raise ChangedSince(made, _table(row), row.pk)
    row.delete()


def _is_used(row: Entity | Event) -> bool:
    if isinstance(row, Event):
        return Claim.objects.filter(event=row).exists()
    return (
        Claim.objects.filter(entity=row).exists()
        or Party.objects.filter(entity=row).exists()
        or Entity.objects.filter(merged_into=row).exists()
        or row.tenures.exists()
    )


def _table(row: models.Model) -> str:
    return row._meta.label_lower


def _plain(value: Any) -> Any:
    """A field's value as JSON holds it."""
    return value if value is None or isinstance(value, (bool, int, float, str, list, dict)) else str(value)


def _field(row: models.Model, name: str) -> models.Field[Any, Any]:
    field = row._meta.get_field(name)
    assert isinstance(field, models.Field), "decisions change columns only"
    return field


def _values(row: models.Model, names: Iterable[str]) -> Row:
    return {f.attname: _plain(getattr(row, f.attname)) for f in map(partial(_field, row), names)}


def _is_derived(row: models.Model, name: str) -> bool:
    """Of an event only its id is truth: the rest is made of claims, and so is what readers may know."""
    return name != "uid" if isinstance(row, Event) else isinstance(row, Claim) and name == "is_public"


def _whole(row: models.Model) -> Row:
    return {
        f.attname: _plain(getattr(row, f.attname))
        for f in row._meta.concrete_fields
        if not f.primary_key and not getattr(f, "auto_now", False) and not _is_derived(row, f.name)
    }


def _assign(row: models.Model, values: Row) -> None:
    for name, value in values.items():
        field = _field(row, name)
        setattr(row, field.attname, field.to_python(value) if value is not None else None)


def touched_by(touched: Iterable[Sequence[Any]]) -> Scope:
    """Which stories, events and entities these changes bear on."""
    scope = Scope()
    for table, pk, before, after in touched:
        scope.note(table, pk, before, after)
    return scope
