"""The publish checklist: what a story has, what it lacks, and which lacks keep it from going live."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from broadsheet.pictures.models import Picture

from .documents import picture_ids, stored_blocks
from .house_style import Copy, remarks
from .models import Story


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list. `is_needed` ones block publishing while they are not `is_done`."""

    name: str
    is_done: bool
    is_needed: bool = False
    remark: str = ""


def checklist(story: Story) -> list[Item]:
    """Every line, in the order in which an editor thinks of them. Two queries."""
    pictures = list(Picture.objects.filter(pk__in=pictures_of(story)))
    silent = [p.title for p in pictures if not p.has_alternative]
    uncredited = [p.title for p in pictures if not (p.credit or p.creator)]
    expired = [p.title for p in pictures if not p.has_rights]
    return [
        Item(_("Headline"), bool(story.title.strip()), is_needed=True),
        Item(_("Standfirst"), bool(story.standfirst.strip())),
        Item(_("Section"), story.desk_id is not None or bool(story.path), is_needed=True),
        Item(_("By-line"), bool(list(story.bylines.all())) or bool(story.source_name)),
        Item(_("Picture"), bool(pictures)),
        Item(_("Alternative text on every picture"), not silent, is_needed=True, remark=", ".join(silent)),
        Item(_("Credit on every picture"), not uncredited, is_needed=True, remark=", ".join(uncredited)),
        Item(_("Rights of every picture"), not expired, is_needed=True, remark=", ".join(expired)),
        Item(_("Text"), bool(stored_blocks(story))),
        Item(_("Access"), bool(story.access), remark=story.get_access_display()),
        Item(_("Labels"), True, remark=", ".join(story.labels) or _("none")),
    ]


def missing(story: Story) -> list[Item]:
    """What keeps the story from going live."""
    return [item for item in checklist(story) if item.is_needed and not item.is_done]


def pictures_of(story: Story) -> set[int]:
    """The pictures that the story itself shows, galleries of the paper excepted."""
    found = {i for kind, value in stored_blocks(story) for i in picture_ids(kind, value) if i}
    return found | ({story.lead_picture_id} if story.lead_picture_id else set())


def style_remarks(story: Story) -> list[str]:
    """House style on this story."""
    text = " ".join(strip_tags(value) for kind, value in stored_blocks(story) if kind == "text")
    return remarks(Copy(story.title, story.standfirst, text, bool(story.source_name)))
