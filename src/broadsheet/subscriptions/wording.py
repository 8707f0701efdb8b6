"""What letters and papers share: whose language they are in, and how a day is written in it."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_date
from django.conf import settings
from django.utils import timezone

from broadsheet.readers.models import User


def language_of(reader: User | None) -> str:
    """The language a reader is written to in: their own, else the paper's first."""
    return (reader.language if reader else "") or settings.LANGUAGE_CODE


def day(moment: datetime | None, language: str) -> str:
    """The day of `moment` in the paper's zone, in full; nothing for None."""
    if moment is None:
        return ""
    text: str = format_date(timezone.localtime(moment).date(), format="long", locale=language)
    return text
