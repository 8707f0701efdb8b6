"""A bar chart as SVG, made here: no script, and the theme's own colours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .dashboard import Month

WIDTH, HEIGHT, GAP = 720, 180, 8
LONGEST_LABEL = 4


def begun_and_ended(months: Sequence[Month]) -> SafeString:
    """Two bars a month: how many began, how many ended. Each carries its number as a title."""
    most = max((n for month in months for n in (month.begun, month.ended)), default=0) or 1
    step = WIDTH / max(len(months), 1)
    bar = (step - GAP) / 2
    bars = []
    for place, month in enumerate(months):
        name = date_format(month.start, "M Y")
        for side, (kind, count) in enumerate((("begun", month.begun), ("ended", month.ended))):
            tall = round(count / most * HEIGHT)
            left = round(place * step + side * bar, 1)
            bars.append((kind, left, HEIGHT - tall, round(bar, 1), tall, f"{name}: {count}"))
    drawn = format_html_join(
        "", '<rect class="{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>', bars
    )
    labels = format_html_join(
        "",
        '<text x="{}" y="{}">{}</text>',
        ((round(p * step, 1), HEIGHT + 18, _label(m.start)) for p, m in enumerate(months)),
    )
    return format_html(
        '<svg class="bars" role="img" viewBox="0 0 {} {}" xmlns="http://www.w3.org/2000/svg">{}{}</svg>',
        WIDTH,
        HEIGHT + 24,
        drawn,
        labels,
    )


def _label(start: date) -> str:
    """The month by its short name; by its number in languages that have none, where the names would overlap."""
    name = date_format(start, "M")
    return name if len(name) <= LONGEST_LABEL else date_format(start, "n")
