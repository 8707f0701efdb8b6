"""What letters and papers share: whose language they are in, and how a day is written in it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from babel.dates import format_date
from django.conf import settings
from django.utils import timezone

from broadsheet.readers.models import User

from .models import Plan


def language_of(reader: User | None) -> str:
    """The language a reader is written to in: their own, else the paper's first."""
    return (reader.language if reader else "") or settings.LANGUAGE_CODE


def lines_of(lines: list[dict[str, Any]], plan: Plan | None, language: str) -> list[dict[str, Any]]:
    """An invoice's lines with the plan named in `language`: gateways know it by its name in the main one."""
    if plan is None:
        return lines
    # Alone, or between the quantity and the price as Stripe writes them: `1 × Complete (at €8.99 / month)`.
    pattern = re.compile(rf"^((?:\d+ × )?){re.escape(plan.name)}(?= \(|$)")
    name = plan.said("name", language)
    return [
        {**line, "label": pattern.sub(lambda found: found[1] + name, str(line.get("label", "")))}
        for line in lines
    ]


def day(moment: datetime | None, language: str) -> str:
    """The day of `moment` in the paper's zone, in full; nothing for None."""
    if moment is None:
        return ""
    text: str = format_date(timezone.localtime(moment).date(), format="long", locale=language)
    return text
