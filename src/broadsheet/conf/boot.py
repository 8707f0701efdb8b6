"""Starts Django for one paper, from the command line."""

from __future__ import annotations

import os
from pathlib import Path

from . import sqlite
from .paper import Paper, load


def setup(folder: Path) -> Paper:
    """Load the paper in `folder` and make Django ready. Raises `BadSetting`."""
    paper = load(folder)
    os.environ["BROADSHEET_DIR"] = str(paper.folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.conf.settings")
    sqlite.install()
    import django

    django.setup()
    return paper
