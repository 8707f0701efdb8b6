"""Lists of stories: which are asked for, and a page of them at a cost that has a bound.

There are three ways to a page. Where a filter leads to few stories, these are looked at, all of them. Else an index gives the
stories of a section or language in their order. What else is asked must be looked at row by row: of that a page looks at two
thousand rows and no more, so that a filter that lets next to nothing through walks no archive. Such a page may be short, and
leads on all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.utils import timezone

from broadsheet.newsroom.models import Author, Story, StoryByline, Topic
from broadsheet.newsroom.selectors import FEW, Cursor, older_than, page_of

from ..following import KEPT
from ..models import StoryEvent
from ..stories import public_stories
from .asking import Stories
from .reading import filed_under, section_of

# Most pages are full after the first look.
LOOKS = (100, 400, 1500)


@dataclass(slots=True)
class Wanted:
    """What is asked for. `few` are the only stories it can be, where they are few; `rows` what an index finds; `fits` what
    each row is asked. `lists` are the surrogate keys of the lists that it comes from."""

    language: str
    rows: Q
    lists: list[str]
    few: set[int] | None = None
    fits: Q = field(default_factory=Q)

    def among(self, links: QuerySet[Any], name: str = "story_id") -> None:
        """Only stories that `links` lead to. One query."""
        links = links.order_by()
        if self.few is not None:
            self.few = set(links.filter(**{f"{name}__in": self.few}).values_list(name, flat=True))
            return
        ids = list(links.values_list(name, flat=True).distinct()[: FEW + 1])
        if len(ids) <= FEW:
            self.few = set(ids)
        else:
            self.fits &= Q(Exists(links.filter(**{name: OuterRef("pk")})))


def wanted(asked: Stories) -> Wanted:
    """At most two queries for each of section, author and topic, one for `genre` and `updated_since`.

    Raises `Problem` for a section, author or topic that there is not.
    """
    section = section_of(asked.section, asked.language) if asked.section else None
    author = filed_under(Author, asked.author, asked.language) if asked.author else None
    topic = filed_under(Topic, asked.topic, asked.language) if asked.topic else None
    named = [thing.locale.language_code for thing in (section, author, topic) if thing is not None]
    language = asked.language or (named[0] if named else settings.LANGUAGE_CODE)
    want = Wanted(language, Q(language=language), [])
    if any(other != language for other in named):
        want.few = set()
    if section is not None:
        # The section's index alone: with the language's beside it the database might take the wrong one.
        want.rows = Q(desk=section)
        want.lists.append(f"latest/section/{section.pk}")
    if author is not None:
        want.among(StoryByline.objects.filter(author=author))
        want.lists.append(f"latest/author/{author.pk}")
    if topic is not None:
        want.among(Story.topics.through.objects.filter(topic=topic))
        want.lists.append(f"latest/topic/{topic.pk}")
    # The margin is the sweeper's turn, in which the oldest events go.
    if asked.updated_since and asked.updated_since > timezone.now() - KEPT + timedelta(hours=1):
        want.among(StoryEvent.objects.filter(at__gte=asked.updated_since, language=language), "story")
    if asked.genre:
        want.among(Story.objects.filter(language=language, genre=asked.genre), "pk")
    if asked.access:
        want.fits &= Q(access=asked.access)
    if asked.since:
        want.rows &= Q(published_at__gte=asked.since)
    if asked.until:
        want.rows &= Q(published_at__lt=asked.until)
    want.lists = want.lists or [f"latest/{language}"]
    return want


def page(
    want: Wanted, before: Cursor | None, limit: int, *, has_body: bool
) -> tuple[Sequence[Story], Cursor | None]:
    """One page, newest first, and where the next begins: one query, four at most where rows must be looked at. Bodies
    are read only if `has_body`."""
    stories = public_stories() if has_body else public_stories().defer("body")
    if want.few is None and not want.fits:
        return page_of(list(older_than(stories.filter(want.rows), before)[: limit + 1]), limit)
    found, older = _of_few(want, before, limit) if want.few is not None else _look(want, before, limit)
    by_pk = {story.pk: story for story in stories.filter(pk__in=found).order_by()}
    return [by_pk[pk] for pk in found if pk in by_pk], older


def _of_few(want: Wanted, before: Cursor | None, limit: int) -> tuple[list[int], Cursor | None]:
    """The page of a short list. Its conditions are annotations, for the database to go by the ids and nothing else."""
    fits = ExpressionWrapper(want.rows & want.fits, output_field=BooleanField())
    stories = public_stories().filter(pk__in=want.few or ()).order_by().annotate(fits=fits)
    rows = [(at, pk) for at, pk, does_fit in stories.values_list("published_at", "pk", "fits") if does_fit]
    if before:
        rows = [row for row in rows if row < (before.published, before.id)]
    rows = sorted(rows, reverse=True)[: limit + 1]
    older = Cursor(*rows[limit - 1]) if len(rows) > limit else None
    return [pk for _, pk in rows[:limit]], older


def _look(want: Wanted, before: Cursor | None, limit: int) -> tuple[list[int], Cursor | None]:
    """At most `limit` stories that fit, and the place up to which was looked; None at the end of the list."""
    fits = ExpressionWrapper(want.fits, output_field=BooleanField())
    stories = public_stories().filter(want.rows)
    found: list[int] = []
    for look in LOOKS:
        rows = older_than(stories, before).annotate(fits=fits).values_list("pk", "published_at", "fits")
        seen = list(rows[: look + 1])
        for number, (pk, published, does_fit) in enumerate(seen[:look]):
            if does_fit:
                found.append(pk)
            if len(found) == limit:
                return found, Cursor(published, pk) if number + 1 < len(seen) else None
        if len(seen) <= look:
            return found, None
        before = Cursor(seen[look - 1][1], seen[look - 1][0])
    return found, before
