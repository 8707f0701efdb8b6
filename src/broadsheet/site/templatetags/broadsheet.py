"""Template tags of the reader's site: times in the paper's zone, labels, icons, one block of a story."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from django import template
from django.conf import settings
from django.template.context import Context
from django.template.loader import get_template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_info, gettext_lazy, ngettext

from broadsheet.newsroom.document import Block
from broadsheet.pictures.selectors import Image
from broadsheet.press import alternates as other_forms

from ..structured import (
    structured_author,
    structured_gallery,
    structured_list,
    structured_paper,
    structured_story,
)
from ..structured_record import structured_dossier

register = template.Library()
register.simple_tag(structured_story)
register.simple_tag(structured_gallery)
register.simple_tag(structured_paper)
register.simple_tag(structured_dossier)
register.simple_tag(structured_list)
register.simple_tag(structured_author)

LABELS = {
    "LIVE": gettext_lazy("LIVE"),
    "UPDATED": gettext_lazy("UPDATED"),
    "ANALYSIS": gettext_lazy("ANALYSIS"),
    "OPINION": gettext_lazy("OPINION"),
    "PHOTO": gettext_lazy("PHOTO"),
    "VIDEO": gettext_lazy("VIDEO"),
}
ICONS = {
    "search": '<circle cx="11" cy="11" r="7"/><path d="M20.500 20.500 16 16"/>',
    "theme": '<circle cx="12" cy="12" r="8.500"/><path d="M12 3.500a8.500 8.500 0 0 1 0 17z" fill="currentColor"/>',
}


def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment, settings.PAPER.zone)


# Beyond this many nobody counts along.
MOST_NEWS = 20


@register.simple_tag
def left_words() -> str:
    """The sentences for 0, 1, 2 … free stories left, as JSON: the page is the same for every reader."""
    most = settings.BROADSHEET_METER_LIMIT
    return json.dumps(
        [
            ngettext(
                "You can read %(left)s more story for free this month.",
                "You can read %(left)s more stories for free this month.",
                left,
            )
            % {"left": left}
            for left in range(most)
        ],
        ensure_ascii=False,
    )


@register.simple_tag(takes_context=True)
def news_button(context: Context) -> str:
    """The button that says how many stories have broken since the page was made; hidden until one has.

    Nothing without an edge: it is the edge that tells.
    """
    request = context.get("request")
    position = getattr(request, "log_position", None)
    if position is None:
        return ""
    words = [
        ngettext("%(n)s new story", "%(n)s new stories", n) % {"n": f"{n}+" if n == MOST_NEWS else n}
        for n in range(1, MOST_NEWS + 1)
    ]
    return format_html(
        '<button class="news" type="button" data-news="{}stream?since={}" data-words="{}" aria-live="polite" hidden></button>',
        context["chrome"].latest_path,
        position,
        json.dumps(words, ensure_ascii=False),
    )


@register.filter
def iso(moment: datetime) -> str:
    """RFC 3339 with the paper's offset."""
    return _local(moment).isoformat(timespec="seconds")


@register.simple_tag
def moment(value: datetime) -> str:
    """`5 April 2022 12:51 (UTC+04:00)` as a `<time>`."""
    local = _local(value)
    offset = local.strftime("%z")
    words = f"{date_format(local, 'j E Y H:i')} (UTC{offset[:3]}:{offset[3:5]})"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), words)


@register.simple_tag
def moment_short(value: datetime) -> str:
    """The day and, for stories of the last week, the time; never "3 hours ago", which a cache would make a lie."""
    local = _local(value)
    age = timezone.now() - value
    words = date_format(local, "j E H:i" if age.days < 7 else "j E Y")
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), words)


@register.simple_tag
def moment_clock(value: datetime) -> str:
    """The time of day for today's, else day and month."""
    local = _local(value)
    today = timezone.localtime(timezone.now(), settings.PAPER.zone).date()
    words = local.strftime("%H:%M") if local.date() == today else date_format(local, "j M")
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), words)


@register.simple_tag
def day(value: date) -> str:
    """A day in full: Monday 23 November 2026."""
    return date_format(value, "l j E Y")


@register.simple_tag
def label_name(label: str) -> str:
    """A format label in the reader's language."""
    return str(LABELS.get(label, label))


@register.simple_tag
def language_name(code: str) -> str:
    """A language's own name for itself."""
    try:
        return str(get_language_info(code)["name_local"])
    except KeyError:
        return code


@register.simple_tag
def tenth(percent: int) -> int:
    """A focal coordinate in tenths, for the classes that stand in for inline styles."""
    return max(0, min(10, round(percent / 10)))


@register.simple_tag
def alternates(shown: object) -> SafeString:
    """Links to the other forms of what a page shows."""
    return format_html_join("", '<link rel="alternate" type="{}" href="{}">\n', other_forms.of(shown))


@register.simple_tag
def icon(name: str) -> SafeString:
    """One of our few icons, as SVG."""
    return mark_safe(f'<svg viewBox="0 0 24 24" aria-hidden="true">{ICONS[name]}</svg>')  # noqa: S308  (our own constants)


@register.filter
def largest(image: Image) -> str:
    """The address of the widest rendition."""
    return image.srcset.rsplit(", ", 1)[-1].split(" ", 1)[0] if image.srcset else image.src


@register.filter
def for_card(image: Image) -> Image:
    """In a card the headline beside it says what the link is: the picture needs no words of its own."""
    return Image(**{**{f: getattr(image, f) for f in Image.__slots__}, "alt": ""})


@register.simple_tag(takes_context=True)
def include_block(context: Context, block: Block, **extra: Any) -> str:
    """One block of a story by its own template, `site/blocks/<kind>.html`."""
    found = get_template(f"site/blocks/{block.kind}.html")
    return found.render({"block": block, "chrome": context.get("chrome"), **extra})
