"""Brings the database to this release, when it is not there yet."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def waiting() -> int:
    """How many migrations have not run."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate_if_needed() -> None:
    """Run what has not run; nothing to do is quick."""
    if waiting():
        call_command("migrate", verbosity=0)
