"""Rows of one table, many at a time, at the speed of the database rather than of the query compiler.

`bulk_create` compiles every value of every row into one statement of at most 999 parameters: at thirty columns that is
most of an import's time. SQLite runs one prepared statement for each row, PostgreSQL copies all of them in at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from django.db import connection, connections, models

Value = Callable[[models.Model], Any]
_PLAIN = (
    *(models.CharField, models.TextField, models.SlugField, models.URLField, models.BooleanField),
    *(
        models.IntegerField,
        models.BigIntegerField,
        models.PositiveIntegerField,
        models.AutoField,
        models.BigAutoField,
    ),
)
_STATEMENTS: dict[tuple[str, type[models.Model], bool], tuple[str, list[Value]]] = {}


def make_room() -> None:
    """Prepare this process's connection for very many rows that can be brought in again.

    SQLite: a cache that holds the upper pages of every index, and a log that is copied back every 64 MB instead of every
    4. PostgreSQL: a commit that doesn't wait for the disk, so that a power cut takes the last batches whole, with what
    was noted of them; quicker compression; and it sorts new words into the indexes before a newsroom's save has to.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA cache_size = -98304")
            cursor.execute("PRAGMA wal_autocheckpoint = 16384")
        elif connection.vendor == "postgresql":
            cursor.execute("SET synchronous_commit = off")
            cursor.execute("SET gin_pending_list_limit = '3MB'")
            cursor.execute(
                "SELECT set_config(name, 'lz4', false) FROM pg_settings"
                " WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)"
            )


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """The next `count` ids of a table whose key the database counts; nobody else gets them. In a transaction."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [row[0] for row in cursor.fetchall()]
        # One writer at a time, and this transaction is it; inserting an id moves the counter on.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
    last = int(found[0]) if found else 0
    return list(range(last + 1, last + count + 1))


def insert_rows(
    model: type[models.Model], objects: Sequence[models.Model], *, with_ids: bool = False
) -> None:
    """Insert the columns of `model`'s own table for each object, without signals. `with_ids`: the objects' keys are set
    already where the database would count them. Raises `django.db.IntegrityError`. In a transaction."""
    if not objects:
        return
    statement, values = _statement(model, with_ids)
    rows = [[value(thing) for value in values] for thing in objects]
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.executemany(statement, rows)
            return
        with connection.wrap_database_errors, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)


def _statement(model: type[models.Model], with_ids: bool) -> tuple[str, list[Value]]:
    key = (connection.alias, model, with_ids)
    if key not in _STATEMENTS:
        fields = [
            field
            for field in model._meta.local_concrete_fields
            if with_ids or not isinstance(field, models.AutoField)
        ]
        quote = connection.ops.quote_name
        table = quote(model._meta.db_table)
        columns = ", ".join(quote(field.column or "") for field in fields)
        marks = ", ".join(["%s"] * len(fields))
        _STATEMENTS[key] = (
            f"COPY {table} ({columns}) FROM STDIN"
            if connection.vendor == "postgresql"
            else f"INSERT INTO {table} ({columns}) VALUES ({marks})",
            [_value_of(field) for field in fields],
        )
    return _STATEMENTS[key]


def _value_of(field: Any) -> Value:
    """How a field's value is read off an object for the database: for texts, numbers and keys it is what is there."""
    if type(field).get_db_prep_save is models.Field.get_db_prep_save and type(field) in _PLAIN:
        return attrgetter(field.attname)
    if isinstance(field, models.ForeignKey) and isinstance(
        field.target_field, (*_PLAIN, models.OneToOneField)
    ):
        return attrgetter(field.attname)
    # The connection itself: asking its proxy once per value costs as much as the value.
    database = connections[connection.alias]
    return lambda thing: field.get_db_prep_save(field.pre_save(thing, True), database)
