"""Django settings of the paper in `BROADSHEET_DIR` (default: the current folder)."""

import os
from pathlib import Path

from . import sqlite

sqlite.install()

from . import paper as _paper  # noqa: E402  (SQLite must be swapped before anything of Django is imported)
from .django import django_settings  # noqa: E402

globals().update(django_settings(_paper.load(Path(os.environ.get("BROADSHEET_DIR", ".")))))
