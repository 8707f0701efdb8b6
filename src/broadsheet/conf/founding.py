"""Makes a new paper's folder and its database: all of it or nothing.

255 migrations take a quarter of a minute on an empty SQLite, so they run once per release into a template, which new
papers copy; `migrate` on the copy then finds nothing to do.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from . import sqlite
from .paper import FILE_NAME, BadSetting

PACKAGE = Path(__file__).resolve().parent.parent


def settings_file(
    name: str,
    *,
    url: str,
    languages: Sequence[str],
    time_zone: str,
    tagline: str = "",
    apps: Sequence[str] = (),
    newsroom_second_factor: bool = True,
    gateway: str = "",
) -> str:
    """The text of a new `broadsheet.toml`, with a secret of its own."""
    lines = [
        "# This paper's settings. Each can be overridden by BROADSHEET_<KEY> in the environment.",
        f"name = {json.dumps(name, ensure_ascii=False)}",
        f"tagline = {json.dumps(tagline, ensure_ascii=False)}",
        f"base_url = {json.dumps(url)}",
        f"time_zone = {json.dumps(time_zone)}",
        f"languages = {json.dumps(list(languages))}",
        f'secret_key = "{secrets.token_urlsafe(48)}"',
    ]
    if not newsroom_second_factor:
        lines.append("newsroom_second_factor = false")
    if gateway:
        lines.append(f"gateway = {json.dumps(gateway)}")
    if apps:
        lines.append(f"apps = {json.dumps(list(apps))}")
    return "\n".join(lines) + "\n"


def lay_out(folder: Path, settings: str, *, needs_database: bool = True) -> None:
    """Make the paper's folder with its settings, readable by its owner only, and an empty migrated database.

    Everything is made beside the target and moved there at the end. Raises `BadSetting` when the folder is taken
    or can't be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadSetting(
            f"{folder} is not empty", "the new paper's folder", "name a folder that is empty or not there yet"
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise BadSetting(
            f"can't write beside {folder}", error.strerror or str(error), "choose another folder"
        ) from None
    try:
        path = draft / FILE_NAME
        path.touch(mode=0o600)
        path.write_text(settings, encoding="utf-8")
        for name in ("var/media", "var/outbox", "templates", "static"):
            (draft / name).mkdir(parents=True)
        if needs_database:
            shutil.copyfile(template_database(), draft / "var" / "broadsheet.sqlite3")
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
        folder.chmod(0o750)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def template_database() -> Path:
    """The migrated, otherwise empty database of this release; made now if it is not there yet."""
    target = _store() / f"template-{_fingerprint()}.sqlite3"
    if target.is_file():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="broadsheet-template-") as scratch:
        paper = Path(scratch) / "paper"
        lay_out(
            paper,
            settings_file("Template", url="http://localhost", languages=["en"], time_zone="UTC"),
            needs_database=False,
        )
        run = subprocess.run(
            [sys.executable, "-m", "broadsheet.conf.founding", str(paper)],
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode:
            raise BadSetting(
                "the database could not be prepared", run.stderr.strip()[-400:], "report this as a bug"
            )
        part = target.with_suffix(f".{os.getpid()}.part")
        shutil.copyfile(paper / "var" / "template.sqlite3", part)
        part.replace(target)
    return target


def _store() -> Path:
    """Where templates are kept: the checkout's `build/`, else the user's cache."""
    checkout = PACKAGE.parent.parent
    if (checkout / "pyproject.toml").is_file() and os.access(checkout, os.W_OK):
        return checkout / "build"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "broadsheet"


def _fingerprint() -> str:
    """Changes whenever any migration of ours or of a library may have."""
    from importlib.metadata import distributions

    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(PACKAGE.glob("*/migrations/*.py")):
        digest.update(path.read_bytes())
    installed = sorted(
        f"{d.name}=={d.version}"
        for d in distributions()
        if d.name and d.name.lower().startswith(("django", "wagtail", "modelsearch"))
    )
    digest.update("\n".join(installed).encode())
    return digest.hexdigest()


def _migrate(paper: Path) -> None:
    """Run in a process of its own: migrate an empty database and write it out as one file."""
    os.environ["BROADSHEET_DATABASE_URL"] = "sqlite:///var/draft.sqlite3"
    # The template is every paper's; providers and their tables are one paper's.
    os.environ["BROADSHEET_SOCIAL_PROVIDERS"] = ""
    from .boot import setup

    setup(paper)
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM INTO '{paper / 'var' / 'template.sqlite3'}'")


if __name__ == "__main__":
    sqlite.install()
    _migrate(Path(sys.argv[1]))
