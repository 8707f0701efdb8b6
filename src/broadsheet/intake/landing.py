"""Lands incoming stories in the paper: new ones many at a time, changed ones one by one, each batch whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import zip_longest
from typing import Any
from uuid import UUID, uuid5

from django.contrib.auth.models import Group
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from broadsheet.newsroom.bulk import NewStory, create_stories
from broadsheet.newsroom.models import Correction, Story, StoryByline
from broadsheet.newsroom.rows import insert_rows
from broadsheet.outward.errors import OutsideError
from broadsheet.pictures.models import Picture

from . import values as v
from .arrival import Arrival
from .incoming import IncomingStory
from .media import MOST_PICTURES, PictureDesk, Wanted
from .models import ImportItem
from .names import Names
from .pages import land_page, page_values
from .places import Places
from .readers.jsonl import id_of, key_of
from .redirecting import add_redirects
from .report import ImportReport

# Of a source's own identifiers, so that one source gives the same story in every paper and after every kill.
STORIES = UUID("6e1c2f1e-9f3b-5d0a-8f53-6d5a1b6f7d11")
RESTRICTED_TO = "Editors"
Failure = (OutsideError, ValidationError, DatabaseError, ObjectDoesNotExist)


class Landing:
    """Lands stories of one kind in one paper and counts them in `report`."""

    def __init__(self, kind: str, places: Places, desk: PictureDesk, report: ImportReport) -> None:
        self.kind, self._places, self._desk, self._report = kind, places, desk, report
        self._names = Names(desk.take)
        self._seen: set[int] = set()

    def end_source(self) -> None:
        """What comes now is another source: it may hold newer versions of what came before."""
        self._seen.clear()

    def land(self, batch: Sequence[Arrival]) -> None:
        """Land a batch. What fails is told in the report by itself; the rest of the batch lands."""
        arrivals = self.arrivals(batch)
        news = [a for a in arrivals if a.item is None]
        changed = [a for a in arrivals if a.item is not None and self._is_news(a)]
        self._report.unchanged += len(arrivals) - len(news) - len(changed)
        pictures = self._pictures([*news, *changed])
        self._look_up_topics([*news, *changed])
        news = [a for a in news if self._prepare(a, pictures)]
        fresh = [a for a in news if a.story.form == "story"]
        try:
            self._create(fresh)
        except Failure:
            self._places.look_again()
            for arrival in self._not_landed_meanwhile(fresh):
                self._alone(arrival, self._create)
        for arrival in news:
            if arrival.story.form == "page":
                self._alone(arrival, self._create_pages)
        for arrival in changed:
            if self._prepare(arrival, pictures):
                self._alone(arrival, self._update)

    def arrivals(self, batch: Sequence[Arrival]) -> list[Arrival]:
        """Each with its item from before: one query. The first of one source id counts, or two of them would change
        places with each run."""
        by_id = {}
        for arrival in batch:
            if (key := hash(arrival.source_id)) in self._seen:
                self._report.skipped += 1
                self._report.trouble(
                    arrival.story.source_url or arrival.story.headline, "it stands in the source twice"
                )
                continue
            self._seen.add(key)
            by_id[arrival.source_id] = arrival
        rows = ImportItem.objects.filter(kind=self.kind, source_id__in=list(by_id))
        for item in rows:
            by_id[item.source_id].item = item
        return list(by_id.values())

    def _not_landed_meanwhile(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Without those that another import, running at the same time, brought in first."""
        ids = [arrival.source_id for arrival in arrivals]
        landed = set(
            ImportItem.objects.filter(kind=self.kind, source_id__in=ids).values_list("source_id", flat=True)
        )
        self._report.unchanged += len(landed)
        return [arrival for arrival in arrivals if arrival.source_id not in landed]

    def _is_news(self, arrival: Arrival) -> bool:
        """Whether the source changed since, or a picture was missing. What an editor deleted stays deleted."""
        assert arrival.item is not None
        if arrival.item.page_id is None:
            return False
        return arrival.item.digest != arrival.digest or arrival.item.has_gaps

    def _pictures(self, arrivals: Iterable[Arrival]) -> dict[str, Picture]:
        wanted: list[Wanted] = []
        for arrival in arrivals:
            pictures = arrival.story.pictures
            if len(pictures) > MOST_PICTURES:
                self._report.lose(f"pictures of a story beyond the first {MOST_PICTURES}")
            wanted += [(picture, arrival.story.folder) for picture in pictures[:MOST_PICTURES]]
        return self._desk.take_all(wanted)

    def _look_up_topics(self, arrivals: Iterable[Arrival]) -> None:
        # A story whose edition is missing fails by itself, later.
        with suppress(OutsideError):
            self._names.look_up_topics(
                [
                    (name, code, self._places.front(arrival.story).locale)
                    for arrival in arrivals
                    for name, code in zip_longest(
                        arrival.story.topics, arrival.story.topic_codes, fillvalue=""
                    )
                    if name
                ]
            )

    def _prepare(self, arrival: Arrival, pictures: Mapping[str, Picture]) -> bool:
        """Values, by-lines and topics: outside the transaction, and idempotent."""
        story = arrival.story
        try:
            locale = self._places.front(story).locale
            arrival.authors = self._names.authors(story.bylines, story.authors, locale, story.folder)
            arrival.topics = self._names.topics(story.topics, locale, story.topic_codes)
            arrival.pictures = pictures
            if not arrival.values:
                arrival.values = v.values_of(story, pictures, self._pages([story]))
        except Failure as error:
            self._failed(story, error)
            return False
        for what in story.lost:
            self._report.lose(what)
        return True

    def _alone(self, arrival: Arrival, write: Any) -> None:
        try:
            write([arrival])
        except Failure as error:
            self._places.look_again()
            self._failed(arrival.story, error)

    def _failed(self, story: IncomingStory, error: Exception) -> None:
        self._report.failed += 1
        said = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        self._report.trouble(
            story.source_url or story.headline or story.source_id,
            said.splitlines()[0] if said else type(error).__name__,
        )

    def _create(self, arrivals: Sequence[Arrival]) -> None:
        if not arrivals:
            return
        entries = [
            NewStory(self._unsaved(a), self._places.section(a.story), a.authors, a.topics) for a in arrivals
        ]
        with transaction.atomic():
            create_stories(entries)
            self._complete(arrivals, [entry.story for entry in entries])
            for arrival, entry in zip(arrivals, entries, strict=True):
                self._hold_back(arrival.story, entry.story)
            redirects = self._remember(arrivals, [entry.story.pk for entry in entries])
        self._report.created += len(arrivals)
        self._report.redirects += redirects

    def _complete(self, arrivals: Sequence[Arrival], made: Sequence[Story]) -> None:
        """What needs the pages themselves: corrections, and cards of stories that came in the same batch."""
        Correction.objects.bulk_create(
            Correction(
                story=page, kind=note.kind, text=v.writable(note.text), made_at=note.made, locale=page.locale
            )
            for arrival, page in zip(arrivals, made, strict=True)
            for note in arrival.story.corrections
        )
        pages = self._pages([arrival.story for arrival in arrivals])
        for arrival, page in zip(arrivals, made, strict=True):
            if pages and v.related_ids(arrival.story):
                arrival.values = v.values_of(arrival.story, arrival.pictures, pages)
                page.body = arrival.values["body"]
                Story.objects.filter(pk=page.pk).update(body=page.body)

    def _pages(self, stories: Iterable[IncomingStory]) -> dict[str, int]:
        """Which pages the related stories of these are: by `<uuid>:<language>`, as our own exports name them."""
        wanted = {id_ for story in stories for id_ in v.related_ids(story)}
        keys = {key for id_ in wanted if (key := key_of(id_))}
        if not keys:
            return {}
        rows = Page.objects.filter(translation_key__in=keys).values_list(
            "translation_key", "locale__language_code", "pk"
        )
        return {id_: pk for key, code, pk in rows if (id_ := id_of(key, code)) in wanted}

    def _create_pages(self, arrivals: Sequence[Arrival]) -> None:
        with transaction.atomic():
            ids = [land_page(a.story, self._places.front(a.story), self._key(a.story)) for a in arrivals]
            redirects = self._remember(arrivals, ids)
        self._report.created += len(arrivals)
        self._report.redirects += redirects

    def _remember(self, arrivals: Sequence[Arrival], ids: Sequence[int]) -> int:
        insert_rows(
            ImportItem,
            [
                ImportItem(
                    kind=self.kind,
                    source_id=arrival.source_id,
                    digest=arrival.digest,
                    landed=self._digests(arrival, is_page=arrival.story.form == "page"),
                    page_id=pk,
                    has_gaps=v.has_gaps(arrival.values["body"]),
                )
                for arrival, pk in zip(arrivals, ids, strict=True)
            ],
        )
        return add_redirects({pk: a.story.old_urls for a, pk in zip(arrivals, ids, strict=True)})

    def _digests(self, arrival: Arrival, *, is_page: bool) -> dict[str, str]:
        if is_page:
            return v.digests({"page": page_values(arrival.story)})
        here = {
            "bylines": [author.name for author in arrival.authors],
            "live": arrival.story.status == "live",
        }
        return (arrival.digests or v.digests(arrival.values)) | v.digests(here)

    def _key(self, story: IncomingStory) -> UUID:
        """A page's translation key: the source's own when it is one of ours."""
        if self.kind == "jsonl" and (own := key_of(story.source_id)):
            return own
        return uuid5(STORIES, f"{self.kind}\n{v.writable(story.source_id)}")

    def _unsaved(self, arrival: Arrival) -> Story:
        story, values = arrival.story, arrival.values
        section = self._places.section(story)
        is_live = story.status == "live"
        moment = story.published or (timezone.now() if is_live else None)
        page = Story(
            locale=section.locale,
            slug=story.slug,
            translation_key=self._key(story),
            live=is_live,
            has_unpublished_changes=not is_live,
            **{**values, "published_at": moment},
        )
        if is_live:
            page.first_published_at = moment
            page.last_published_at = story.modified or moment
        page.latest_revision_created_at = story.modified or moment
        return page

    def _hold_back(self, story: IncomingStory, page: Story) -> None:
        """Private stays private when an editor publishes it; scheduled goes live by itself at its time."""
        if story.status == "private":
            restriction = PageViewRestriction.objects.create(
                page=page, restriction_type=PageViewRestriction.GROUPS
            )
            restriction.groups.set(Group.objects.filter(name=RESTRICTED_TO))
        elif story.status == "scheduled" and story.published and story.published > timezone.now():
            self._schedule(page, story.published)

    def _schedule(self, page: Story, moment: datetime) -> None:
        fresh = Story.objects.get(pk=page.pk)
        fresh.go_live_at, fresh.published_at = moment, None
        fresh.save_revision(clean=False, approved_go_live_at=moment)
        Story.objects.filter(pk=page.pk).update(go_live_at=moment, published_at=None)

    def _update(self, arrivals: Sequence[Arrival]) -> None:
        for arrival in arrivals:
            with transaction.atomic():
                changed = self._update_one(arrival)
            self._report.updated += changed
            self._report.unchanged += not changed

    def _update_one(self, arrival: Arrival) -> bool:
        """Write what changed at the source, except where an editor's hand has been since."""
        item, story = arrival.item, arrival.story
        assert item is not None
        page = Story.objects.select_for_update(of=("self",)).filter(pk=item.page_id).first()
        # What has become a page at the source since stays the story that it is here.
        new = self._digests(arrival, is_page=page is None and story.form == "page")
        changed = []
        if page is not None:
            page = (
                page.get_latest_revision_as_object()
                if page.has_unpublished_changes and page.latest_revision_id
                else page
            )
            lines = page.bylines.select_related("author").order_by("sort_order")
            now = v.digests(v.present(page, [line.author.name for line in lines]))
            moved = [
                name for name in new if item.landed.get(name) != new[name] and now.get(name) != new[name]
            ]
            changed = [name for name in moved if now.get(name) == item.landed.get(name)]
            if kept := [name for name in moved if name not in changed]:
                self._report.keep(story.source_url or story.headline, kept)
            if changed:
                self._write(page, changed, arrival)
        elif story.form == "page":
            changed = ["body"] if land_page(story, self._places.front(story), self._key(story), item) else []
        self._report.redirects += add_redirects({item.page_id or 0: story.old_urls}, is_announced=True)
        item.digest, item.has_gaps = arrival.digest, v.has_gaps(arrival.values["body"])
        item.landed = {**item.landed, **{n: new[n] for n in new if n in changed or n not in item.landed}}
        item.save()
        return bool(changed)

    def _write(self, page: Story, changed: Sequence[str], arrival: Arrival) -> None:
        was_live = page.live
        for name in changed:
            if name == "bylines":
                page.bylines = [
                    StoryByline(author=author, sort_order=order, locale=page.locale)
                    for order, author in enumerate(arrival.authors)
                ]
            elif name == "body":
                page.body = arrival.values["body"]
            elif name != "live":
                setattr(page, name, arrival.values[name])
        goes_live = arrival.story.status == "live" if "live" in changed else was_live
        if goes_live and not was_live:
            # What held it back was its status at the source.
            page.go_live_at = None
            page.published_at = arrival.values["published_at"]
            PageViewRestriction.objects.filter(page=page, groups__name=RESTRICTED_TO).delete()
        revision = page.save_revision(clean=False)
        if goes_live:
            revision.publish(skip_permission_checks=True)
        elif was_live:
            page.unpublish(log_action=None)
