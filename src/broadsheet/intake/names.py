"""Authors and topics of what comes in: found by their slug in the story's language, or made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import lru_cache

from django.db import DatabaseError
from wagtail.models import Locale

from broadsheet.newsroom.bulk import create_topics
from broadsheet.newsroom.media_topics import code_in
from broadsheet.newsroom.models import Author, Topic
from broadsheet.newsroom.slugs import slug_for
from broadsheet.pictures.models import Picture

from .incoming import IncomingAuthor, IncomingPicture
from .values import writable

LONGEST = 120
MOST_KEPT, SLICE = 20_000, 500


class Names:
    """Remembers what it found, about `MOST_KEPT` of each kind. `take_picture` brings a portrait along, or gives None."""

    def __init__(self, take_picture: Callable[[IncomingPicture, str], Picture | None]) -> None:
        self._take_picture = take_picture
        self._authors: dict[tuple[int, str], Author] = {}
        self._topics: dict[tuple[int, str], Topic] = {}

    def authors(
        self, names: Iterable[str], known: Iterable[IncomingAuthor], locale: Locale, folder: str = ""
    ) -> list[Author]:
        """The authors of these by-lines, in order, each once. `known` are what the source tells of some of them;
        `folder` is where their portraits may stand."""
        told = {author.name: author for author in known}
        found = [self._author(told.get(name) or IncomingAuthor(name), locale, folder) for name in names]
        return list({author.pk: author for author in found}.values())

    def topics(self, names: Iterable[str], locale: Locale, codes: Iterable[str] = ()) -> list[Topic]:
        """The topics of these names, in order, each once; one that is made has its Media Topic of `codes`."""
        given = dict(zip(names, codes, strict=False))
        found = [self._topic(name, locale, given.get(name, "")) for name in names]
        return list({topic.pk: topic for topic in found}.values())

    def look_up_topics(self, named: Iterable[tuple[str, str, Locale]]) -> None:
        """Know all these topics (name, Media Topic, language) from here on, made where there were none: few statements,
        whatever their number."""
        if len(self._topics) >= MOST_KEPT:
            self._topics.clear()
        unknown: dict[tuple[int, str], Topic] = {}
        for name, code, locale in named:
            key = locale.pk, _slug(name)
            if key not in self._topics and key not in unknown:
                unknown[key] = Topic(
                    locale=locale, slug=key[1], name=writable(name, LONGEST), media_topic=code_in(code)
                )
        slugs = sorted({slug for _, slug in unknown})
        for start in range(0, len(slugs), SLICE):
            for topic in Topic.objects.filter(slug__in=slugs[start : start + SLICE]):
                if unknown.pop((topic.locale_id, topic.slug), None):
                    self._topics[topic.locale_id, topic.slug] = topic
        if unknown:
            # What fails here, as when somebody else makes one of them at this moment, is met again one by one.
            with suppress(DatabaseError):
                create_topics(list(unknown.values()))
                self._topics |= unknown

    def _author(self, told: IncomingAuthor, locale: Locale, folder: str) -> Author:
        slug = _slug(told.slug or told.name)
        if author := self._authors.get((locale.pk, slug)):
            return author
        found = Author.objects.filter(locale=locale, slug=slug).first()
        if found is None:
            photo = self._take_picture(told.photo, folder) if told.photo else None
            found, _ = Author.objects.get_or_create(
                locale=locale,
                slug=slug,
                defaults={
                    "name": writable(told.name, LONGEST),
                    "email": told.email if len(told.email) <= 254 else "",
                    # An archive's addresses were log-ins, not an offer to write.
                    "show_email": False,
                    "bio": writable(told.bio),
                    "url": told.url
                    if told.url.startswith(("http://", "https://")) and len(told.url) <= 200
                    else "",
                    "photo": photo,
                },
            )
        if len(self._authors) < MOST_KEPT:
            self._authors[locale.pk, slug] = found
        return found

    def _topic(self, name: str, locale: Locale, code: str) -> Topic:
        slug = _slug(name)
        if topic := self._topics.get((locale.pk, slug)):
            return topic
        found, _ = Topic.objects.get_or_create(
            locale=locale, slug=slug, defaults={"name": writable(name, LONGEST), "media_topic": code_in(code)}
        )
        self._topics[locale.pk, slug] = found
        return found


@lru_cache(maxsize=MOST_KEPT)
def _slug(name: str) -> str:
    return slug_for(name)[:100].strip("-")
