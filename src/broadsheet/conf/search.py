"""The database search of `modelsearch`, whose cost of adding one entry does not grow with the index.

It weighs titles by the average length of all of them, and reads every entry to know it, at each save: at a million
stories that is seconds. Here the weights are set when an index is built anew; between, a new title weighs one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection


def SearchBackend(params: dict[str, Any]) -> Any:  # the name that modelsearch looks for
    """The backend for the database in use."""
    from modelsearch.backends import database

    backend = database.SearchBackend(params)
    ours = {"sqlite": _Bounded, "postgresql": _BoundedPostgres}.get(connection.vendor)
    if ours:
        backend.index_class = type("BoundedIndex", (ours, backend.index_class), {})
    return backend


class _Bounded:
    def _refresh_title_norms(self, full: bool = False) -> None:
        if full:
            super()._refresh_title_norms(full=True)  # type: ignore[misc]  # mixed into modelsearch's own index


class _BoundedPostgres(_Bounded):
    """Adds entries by a statement that is compiled once for all of them; modelsearch compiles each text by itself."""

    backend: Any

    def add_items(self, model: Any, objs: Iterable[Any]) -> None:
        """Add or renew the entries of these objects, which are all of `model`."""
        from modelsearch.backends.database.postgres.postgres import ObjectIndexer
        from modelsearch.index import AutocompleteField

        # Which texts an object has, each as (column, weight) → the objects' ids and texts.
        shapes: dict[tuple[tuple[str, str], ...], list[tuple[str, ...]]] = {}
        for thing in objs:
            indexer = ObjectIndexer(thing, self.backend)
            found = [
                (
                    "autocomplete"
                    if isinstance(field, AutocompleteField)
                    else "title"
                    if field.field_name == "title"
                    else "body",
                    weight,
                    text.strip(),
                )
                for searched in model.get_search_fields()
                for field, weight, text in indexer.prepare_field(thing, searched)
                if text.strip()
            ]
            plain = [" ".join(text for of, _, text in found if of == column) for column in ("title", "body")]
            shape = tuple((column, weight) for column, weight, _ in found)
            shapes.setdefault(shape, []).append((indexer.id, *plain, *(text for *_, text in found)))
        for shape, rows in shapes.items():
            self._insert(model, shape, rows)

    def _insert(self, model: Any, shape: Sequence[tuple[str, str]], rows: Sequence[tuple[str, ...]]) -> None:
        from modelsearch.backends.database.postgres.postgres import IndexEntry
        from modelsearch.utils import get_content_type_pk

        vectors: dict[str, list[str]] = {"title": [], "autocomplete": [], "body": []}
        for number, (column, weight) in enumerate(shape):
            config = self.backend.autocomplete_config if column == "autocomplete" else self.backend.config
            words = f"'{config}'::regconfig, text{number}" if config else f"text{number}"
            vectors[column].append(f"setweight(to_tsvector({words}), '{weight}')")
        made = ", ".join(" || ".join(parts) or "''::tsvector" for parts in vectors.values())
        names = ["object_id", "title_text", "body_text", *(f"text{number}" for number in range(len(shape)))]
        renewed = ("title", "autocomplete", "body", "title_norm", "title_text", "body_text")
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {IndexEntry._meta.db_table} (content_type_id, object_id, {', '.join(renewed)})"
                f" SELECT %s, object_id, {made}, 1.0, title_text, body_text"
                f" FROM unnest({', '.join(['%s::text[]'] * len(names))}) AS entry ({', '.join(names)})"
                f" ON CONFLICT (content_type_id, object_id) DO UPDATE SET"
                f" {', '.join(f'{name} = excluded.{name}' for name in renewed)}",
                [get_content_type_pk(model), *(list(column) for column in zip(*rows, strict=True))],
            )
