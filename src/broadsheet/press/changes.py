"""What a change to a page means for readers: which keys to purge, and how hard.

Facts are read from the database before and after a save, and compared: whichever road the change took, Wagtail's
`published` signal among them, which also comes for what is only scheduled.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone
from wagtail.models import Page

from broadsheet.newsroom.models import FrontPage, Gallery, InfoPage, Section, Story, StoryByline
from broadsheet.newsroom.selectors import page_path, public

from .keys import MISSING

Facts = dict[str, Any]
# A story that goes live with an older date is an import or a rescue, not news.
NEWS = timedelta(hours=24)
_EVERY = ("live", "title", "url_path", "locale__language_code")
_LISTED = (*_EVERY, "published_at", "desk_id", "language", "standfirst")
_FIELDS: dict[type[Page], tuple[str, ...]] = {
    Story: (
        *_LISTED,
        "access",
        "kicker",
        "front_headline",
        "lead_picture_id",
        "genre",
        "updated_at",
        "formats",
        "claimed_labels",
    ),
    Gallery: _LISTED,
    Section: (*_EVERY, "accent", "description", "show_in_menus"),
    FrontPage: (
        *_EVERY,
        "tagline",
        "appeal_title",
        "appeal_text",
        "footer_text",
        "follow",
        "share_picture_id",
    ),
    InfoPage: (*_EVERY, "show_in_menus", "states"),
}
_OWN = {Story: "story", Gallery: "gallery", Section: "section", FrontPage: "front", InfoPage: "page"}


@dataclass(slots=True)
class Purge:
    """The keys of one change, and the news of it for Latest lists."""

    soft: set[str] = field(default_factory=set)
    hard: set[str] = field(default_factory=set)
    event: dict[str, Any] | None = None


def model_of(page: Page) -> type[Page] | None:
    """Which of our kinds a page is, whatever class it was loaded as."""
    kind = page.specific_class if type(page) is Page else type(page)
    return kind if kind in _FIELDS else None


def facts_of(model: type[Page], pk: int | None) -> Facts | None:
    """What readers see of a page outside its own address, as the database has it now."""
    if pk is None:
        return None
    found: Facts | None = model._default_manager.filter(pk=pk).values(*_FIELDS[model]).first()
    if found is not None and model is Story:
        found["authors"] = list(
            StoryByline.objects.filter(story=pk).order_by("sort_order").values_list("author_id", flat=True)
        )
        found["topics"] = set(
            Story.topics.through.objects.filter(story=pk).values_list("topic_id", flat=True)
        )
    return found


def own_keys(model: type[Page], pk: int) -> set[str]:
    """The keys of a page's own address and of its card."""
    keys = {f"{_OWN[model]}/{pk}"}
    return keys | {f"card/{pk}"} if model in (Story, Gallery) else keys


def list_keys(facts: Facts) -> set[str]:
    """The keys of the lists that a story or gallery stands in."""
    keys = {f"latest/{facts['language']}"}
    if facts["desk_id"]:
        keys.add(f"latest/section/{facts['desk_id']}")
    keys |= {f"latest/author/{pk}" for pk in facts.get("authors", ())}
    return keys | {f"latest/topic/{pk}" for pk in facts.get("topics", ())}


def purge_of(model: type[Page], pk: int, before: Facts | None, after: Facts | None) -> Purge:
    """What one save or deletion makes out of date. Either side is None when the page is not there."""
    was, is_ = bool(before and before["live"]), bool(after and after["live"])
    if not was and not is_:
        return Purge()
    own = own_keys(model, pk)
    purge = Purge()
    if was and not is_:
        purge.hard |= own
    elif is_ and not was:
        purge.soft |= own
        purge.hard.add(MISSING)
    else:
        assert before is not None
        assert after is not None
        purge.soft.add(f"{_OWN[model]}/{pk}")
        if before != after:
            purge.soft |= own
        if before["url_path"] != after["url_path"]:
            # The old address has another answer from now on.
            purge.hard |= {f"{_OWN[model]}/{pk}", MISSING}
        if before.get("access") != after.get("access"):
            purge.hard |= own
    if model in (Story, Gallery):
        _lists(purge, before if was else None, after if is_ else None)
        if is_ and not was and after is not None and model is Story:
            purge.event = _event(pk, after)
    else:
        _chrome(purge, model, before, after)
    purge.soft -= purge.hard
    return purge


def _lists(purge: Purge, before: Facts | None, after: Facts | None) -> None:
    old = list_keys(before) if before else set()
    new = list_keys(after) if after else set()
    if before and after and before["published_at"] == after["published_at"]:
        purge.soft |= old ^ new
    else:
        purge.soft |= old | new


def _chrome(purge: Purge, model: type[Page], before: Facts | None, after: Facts | None) -> None:
    """Front pages, sections and information pages stand in every page's masthead, menu or foot."""
    if before == after:
        return
    quiet = {"accent", "description"}
    seen = [{k: v for k, v in (facts or {}).items() if k not in quiet} for facts in (before, after)]
    if seen[0] != seen[1]:
        purge.soft |= {f"chrome/{facts['locale__language_code']}" for facts in (before, after) if facts}


def _event(pk: int, facts: Facts) -> dict[str, Any] | None:
    """What a Latest list says of a story that has just gone live; nothing that isn't public."""
    published = facts["published_at"]
    if published is None or published < timezone.now() - NEWS:
        return None
    if not public(Story.objects.filter(pk=pk)).exists():
        return None
    return {
        "id": pk,
        "path": page_path(facts["url_path"], facts["language"]),
        "headline": facts["title"],
        "published": published.isoformat(timespec="seconds"),
        "language": facts["language"],
        "section": facts["desk_id"],
        "access": facts["access"],
    }
