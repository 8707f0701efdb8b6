"""Django settings for the test-suite: a paper that exists only in memory and a temporary folder."""

import os
import tempfile
from pathlib import Path

from . import sqlite

sqlite.install()

from .django import django_settings  # noqa: E402  (SQLite must be swapped before anything of Django is imported)
from .paper import Paper  # noqa: E402

_folder = Path(tempfile.gettempdir()) / f"broadsheet-test-{os.getuid()}-{os.getpid()}"
(_folder / "var" / "static").mkdir(mode=0o700, parents=True, exist_ok=True)

# The tests of log-in at others run in a process of their own: papers without providers lack even the app.
_issuer = os.environ.get("BROADSHEET_TEST_ISSUER", "")
_keys = (
    {"social_club_issuer": _issuer, "social_club_id": "paper", "social_club_secret": "s" * 32}
    if _issuer
    else {}
)

globals().update(
    django_settings(
        Paper(
            folder=_folder,
            name="The Test Gazette",
            secret_key="only-for-tests-" + "0" * 40,
            base_url="http://testserver",
            time_zone="Asia/Baku",
            languages=("en", "az", "ru", "ar"),
            newsroom_second_factor=False,
            social_providers=("club",) if _issuer else (),
            social_keys=_keys,
            database_url=os.environ.get("BROADSHEET_TEST_DATABASE_URL", "sqlite:///test.sqlite3"),
        )
    )
)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
