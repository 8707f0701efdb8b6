import pytest
from django.core.management import call_command

from broadsheet.conf.founding import _fingerprint, _store, template_database


@pytest.mark.django_db
def test_no_model_has_changed_without_a_migration():
    call_command(
        "makemigrations",
        "readers",
        "pictures",
        "newsroom",
        "press",
        "intake",
        "site",
        check=True,
        dry_run=True,
        verbosity=0,
    )


@pytest.mark.migrations
def test_every_migration_runs_on_an_empty_database():
    target = _store() / f"template-{_fingerprint()}.sqlite3"
    kept = target.rename(target.with_suffix(".kept")) if target.exists() else None
    try:
        assert template_database().stat().st_size > 100_000
    finally:
        if kept:
            kept.replace(target)
