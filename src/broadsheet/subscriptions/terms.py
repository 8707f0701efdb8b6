"""The paper's patience with late money."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from .standing import Terms


def patience() -> Terms:
    """Days of grace after a failed charge, as set in `broadsheet.toml`."""
    return Terms(grace=timedelta(days=settings.PAPER.grace_days))
