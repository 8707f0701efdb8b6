"""The database search of `modelsearch`, whose cost of adding one entry does not grow with the index.

It weighs titles by the average length of all of them, and reads every entry to know it, at each save: at a million
stories that is seconds. Here the weights are set when an index is built anew; between, a new title weighs one.
"""

from __future__ import annotations

from typing import Any

from django.db import connection


def SearchBackend(params: dict[str, Any]) -> Any:  # the name that modelsearch looks for
    """The backend for the database in use."""
    from modelsearch.backends import database

    backend = database.SearchBackend(params)
    if connection.vendor in ("sqlite", "postgresql"):
        backend.index_class = type("BoundedIndex", (_Bounded, backend.index_class), {})
    return backend


class _Bounded:
    def _refresh_title_norms(self, full: bool = False) -> None:
        if full:
            super()._refresh_title_norms(full=True)  # type: ignore[misc]  # mixed into modelsearch's own index
