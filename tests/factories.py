"""Makes newsroom objects for tests: what matters is said, the rest is filled in."""

from __future__ import annotations

import io
import itertools
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone
from PIL import Image

from broadsheet.newsroom.models import (
    Author,
    FrontPage,
    Gallery,
    GalleryItem,
    Section,
    Story,
    StoryByline,
    Topic,
)
from broadsheet.newsroom.services import found_paper
from broadsheet.pictures.models import Picture
from broadsheet.pictures.services import add_picture

_numbers = itertools.count(1)


@dataclass
class Paper:
    """The paper under test and what was put into it."""

    fronts: dict[str, FrontPage]
    sections: dict[tuple[str, str], Section] = field(default_factory=dict)

    def story(self, headline: str = "", **facts: Any) -> Story:
        return make_story(
            self.sections[facts.pop("language", "en"), facts.pop("section", "nation")], headline, **facts
        )


def make_paper(languages: tuple[str, ...] = ("en", "az")) -> Paper:
    fronts = found_paper("The Test Gazette", languages, host="testserver", port=80)
    paper = Paper(fronts)
    for code, front in fronts.items():
        for slug in ("nation", "culture"):
            front.refresh_from_db()
            section = Section(title=slug.title(), slug=slug, show_in_menus=True, locale=front.locale)
            if code != languages[0]:
                section.translation_key = paper.sections[languages[0], slug].translation_key
            front.add_child(instance=section)
            paper.sections[code, slug] = section
    return paper


def make_story(
    section: Section,
    headline: str = "",
    *,
    body: list[tuple[str, Any]] | None = None,
    bylines: tuple[str, ...] = (),
    topics: tuple[Topic, ...] = (),
    hours_ago: float = 1,
    live: bool = True,
    **facts: Any,
) -> Story:
    number = next(_numbers)
    blocks = (
        body
        if body is not None
        else [("text", "<p>First paragraph.</p><p>Second paragraph.</p><p>Third paragraph.</p>")]
    )
    story = Story(
        title=headline or f"Story number {number}",
        slug=facts.pop("slug", f"story-{number}"),
        locale=section.locale,
        body=json.dumps([{"type": kind, "value": value} for kind, value in blocks]),
        published_at=timezone.now() - timedelta(hours=hours_ago) if live else None,
        live=live,
        **{"access": "free", **facts},
    )
    story.first_published_at = story.published_at
    story.bylines = [
        StoryByline(author=make_author(section, name), sort_order=order, locale=section.locale)
        for order, name in enumerate(bylines)
    ]
    section.refresh_from_db()
    section.add_child(instance=story)
    if topics:
        story.topics.set(topics)
        story.save()
    return story


def make_author(section: Section, name: str, **facts: Any) -> Author:
    made, _ = Author.objects.get_or_create(
        locale=section.locale, slug=name.lower().replace(" ", "-"), defaults={"name": name, **facts}
    )
    return made


def picture_bytes(
    width: int = 900,
    height: int = 600,
    colour: tuple[int, int, int] = (90, 120, 150),
    kind: str = "JPEG",
    **save: Any,
) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, kind, **save)
    return file.getvalue()


def make_picture(**facts: Any) -> Picture:
    number = next(_numbers)
    colour = (number * 37 % 255, number * 91 % 255, number * 53 % 255)
    picture, _ = add_picture(
        picture_bytes(colour=colour, comment=str(number).encode()),
        f"picture-{number}.jpg",
        **{"description": "A test card", "credit": "Test / The Gazette", **facts},
    )
    picture.refresh_from_db()
    return picture


def make_gallery(section: Section, headline: str, pictures: list[Picture], **facts: Any) -> Gallery:
    gallery = Gallery(
        title=headline,
        slug=facts.pop("slug", f"gallery-{next(_numbers)}"),
        locale=section.locale,
        published_at=timezone.now() - timedelta(hours=2),
        **facts,
    )
    gallery.first_published_at = gallery.published_at
    gallery.items = [
        GalleryItem(picture=p, sort_order=n, locale=section.locale) for n, p in enumerate(pictures)
    ]
    section.refresh_from_db()
    section.add_child(instance=gallery)
    return gallery
