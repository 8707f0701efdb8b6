"""Turns a batch of the newsroom's pages into `IncomingStory` values: what an import of the export takes in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, tzinfo
from html import escape
from typing import Any

from django.conf import settings
from wagtail.models import Page

from broadsheet.newsroom import labels
from broadsheet.newsroom.cleaning import clean_markup, clean_text
from broadsheet.newsroom.models import Author, Gallery, InfoPage, Story
from broadsheet.newsroom.selectors import page_path, web
from broadsheet.newsroom.slugs import slug_for

from ..incoming import IncomingAuthor, IncomingBlock, IncomingCorrection, IncomingPicture, IncomingStory
from .files import Files
from .order import batches
from .reading import LINK, LINK_ID, Batch, body_of, read, values


def exported(files: Files) -> Iterator[IncomingStory]:
    """Every story, gallery and plain page. A gallery leaves as a story that holds one gallery. Memory does not grow with
    the paper."""
    for places in batches():
        batch = read(places)
        for place, page in batch.pages.items():
            yield _Maker(batch, files, page).story(place.id)


class _Maker:
    """One page of a batch."""

    def __init__(self, batch: Batch, files: Files, page: Page) -> None:
        self.batch, self.files, self.page = batch, files, page
        self.own: dict[str, IncomingPicture] = {}
        self.zone: tzinfo = settings.PAPER.zone

    def story(self, id_: str) -> IncomingStory:
        page = self.page
        language = page.locale.language_code if isinstance(page, InfoPage) else page.language
        path = page_path(page.url_path, language)
        status, published = self._status()
        body = tuple(self._body())
        base = IncomingStory(
            source_id=id_,
            headline=page.title,
            body=body,
            url=web(path),
            slug=page.slug,
            published=self._time(published),
            language=language,
            status=status,
            seo_title=page.seo_title,
            search_description=page.search_description,
            old_urls=tuple(
                web(old)
                for old in self.batch.redirects.get(page.pk, ())
                if old.rstrip("/") != path.rstrip("/")
            ),
        )
        if isinstance(page, Story):
            made = self._told(page, base)
        elif isinstance(page, Gallery):
            made = self._shown(page, base)
        else:
            made = replace(base, form="page")
        return replace(made, files=tuple(self.own.values()))

    def _told(self, page: Story, base: IncomingStory) -> IncomingStory:
        authors = self.batch.authors.get(page.pk, [])
        page.formats = labels.formats_of(page)
        lead = self._lead(page)
        topics = self.batch.topics.get(page.pk, ())
        return replace(
            base,
            kicker=page.kicker,
            standfirst=page.standfirst,
            bylines=tuple(author.name for author in authors),
            authors=tuple(self._author(author) for author in authors),
            dateline=page.dateline,
            modified=self._time(page.updated_at if page.updated_at != page.published_at else None),
            section=page.desk.slug if page.desk else "",
            section_name=page.desk.title if page.desk else "",
            topics=tuple(name for name, _ in topics),
            topic_codes=tuple(code for _, code in topics) if any(code for _, code in topics) else (),
            access=page.access,
            labels=page.labels,
            genre=page.genre,
            source_name=page.source_name,
            source_url=page.source_url,
            usage_terms=page.usage_terms,
            lead=lead,
            front_headline=page.front_headline,
            social_headline=page.social_headline,
            corrections=tuple(
                IncomingCorrection(kind, text, made.astimezone(self.zone))
                for kind, text, made in self.batch.corrections.get(page.pk, ())
            ),
        )

    def _shown(self, page: Gallery, base: IncomingStory) -> IncomingStory:
        return replace(
            base,
            standfirst=page.standfirst,
            bylines=(page.byline_text,) if page.byline_text else (),
            section=page.desk.slug if page.desk else "",
            section_name=page.desk.title if page.desk else "",
            labels=("PHOTO",),
            genre="news",
        )

    def _status(self) -> tuple[str, datetime | None]:
        page = self.page
        published = page.first_published_at if isinstance(page, InfoPage) else page.published_at
        if self.batch.is_restricted(page):
            return "private", published
        if page.live:
            return "live", published
        revision = self.batch.revisions.get(page.pk)
        due = revision.approved_go_live_at if revision else None
        return ("scheduled", due) if due else ("draft", published)

    def _time(self, moment: datetime | None) -> datetime | None:
        return moment.astimezone(self.zone) if moment else None

    def _author(self, author: Author) -> IncomingAuthor:
        return IncomingAuthor(
            author.name,
            slug=author.slug if author.slug != slug_for(author.name) else "",
            email=author.email,
            bio=author.bio,
            url=author.url,
            photo=self._picture({"picture": author.photo_id}, is_own=False),
        )

    def _lead(self, page: Story) -> IncomingPicture | None:
        """Words that only repeat the picture's own are not this story's."""
        made = self._picture(
            {"picture": page.lead_picture_id, "caption": page.lead_caption, "credit": page.lead_credit}
        )
        if made is None:
            return None
        own = self.own[made.address]
        return replace(
            made,
            caption="" if made.caption == own.caption else made.caption,
            credit="" if made.credit == own.credit else made.credit,
        )

    # -- the body ---------------------------------------------------------------------------------------------------

    def _body(self) -> Iterator[IncomingBlock]:
        page = self.page
        if isinstance(page, Gallery):
            yield from self.gallery({"gallery": page.pk})
        if isinstance(page, Story) and page.lead_gallery_id:
            yield from self.gallery({"gallery": page.lead_gallery_id})
        for kind, value in body_of(page):
            yield from getattr(self, kind)(value)

    def _picture(self, value: Any, *, is_own: bool = True) -> IncomingPicture | None:
        picture = self.batch.pictures.get(value.get("picture") or 0)
        if picture is None:
            return None
        address = self.files.take(picture)
        if not address:
            return None
        if is_own:
            alt = picture.description or picture.caption
            self.own[address] = IncomingPicture(address, alt, picture.caption, picture.credit)
        return IncomingPicture(
            address,
            value.get("alt") or "",
            value.get("caption") or "",
            value.get("credit") or "",
            value.get("size") or "column",
        )

    def text(self, value: str) -> Iterator[IncomingBlock]:
        cleaned = clean_text(self._linked(value))
        if cleaned.strip():
            yield IncomingBlock("text", cleaned)

    def html(self, value: str) -> Iterator[IncomingBlock]:
        cleaned = clean_markup(value)
        if cleaned.strip():
            yield IncomingBlock("html", cleaned)

    def picture(self, value: Any) -> Iterator[IncomingBlock]:
        if picture := self._picture(value):
            yield IncomingBlock("picture", picture)

    def gallery(self, value: Any) -> Iterator[IncomingBlock]:
        """A gallery of the paper leaves as its pictures."""
        items = self.batch.items.get(value.get("gallery") or 0)
        shown = (
            [{"picture": item.picture_id, "caption": item.caption, "credit": item.credit} for item in items]
            if items
            else values(value.get("pictures"))
        )
        pictures = tuple(picture for item in shown if (picture := self._picture(item)))
        if pictures:
            yield IncomingBlock("gallery", pictures)

    def quote(self, value: Any) -> Iterator[IncomingBlock]:
        yield IncomingBlock("quote", {"quote": value.get("quote") or "", "by": value.get("by") or ""})

    def facts(self, value: Any) -> Iterator[IncomingBlock]:
        text = clean_text(self._linked(value.get("text") or ""))
        yield IncomingBlock("facts", {"title": value.get("title") or "", "text": text})

    def embed(self, value: Any) -> Iterator[IncomingBlock]:
        made: dict[str, Any] = {
            name: value.get(name) or "" for name in ("url", "frame_url", "provider", "title")
        }
        made["kind"] = value.get("kind") or "other"
        if poster := self._picture({"picture": value.get("poster")}):
            made["poster"] = poster
        yield IncomingBlock("embed", made)

    def table(self, value: Any) -> Iterator[IncomingBlock]:
        table = value.get("table") or {}
        rows = [["" if cell is None else str(cell) for cell in row] for row in table.get("data") or []]
        choice = table.get("table_header_choice") or ""
        yield IncomingBlock(
            "table",
            {
                "rows": rows,
                "head": bool(table.get("first_row_is_table_header")) or choice in ("row", "both"),
                "row_heads": bool(table.get("first_col_is_header")) or choice in ("column", "both"),
                "caption": value.get("caption") or "",
                "source": value.get("source") or "",
            },
        )

    def related(self, value: Any) -> Iterator[IncomingBlock]:
        if page := self.batch.linked.get(value.get("story") or 0):
            yield IncomingBlock("related", {"id": page.id, "headline": page.title, "url": web(page.path)})

    def documents(self, value: Any) -> Iterator[IncomingBlock]:
        found = [self.batch.documents.get(pk) for pk in values(value.get("documents"))]
        files = [{"title": file.title, "address": self.files.take(file)} for file in found if file]
        if files:
            yield IncomingBlock("documents", {"title": value.get("title") or "", "files": files})

    def missing_picture(self, value: Any) -> Iterator[IncomingBlock]:
        yield IncomingBlock(
            "missing_picture", {name: value.get(name) or "" for name in ("address", "caption", "reason")}
        )

    def _linked(self, html: str) -> str:
        """Rich text with the addresses of the pages and documents that it leads to; a page that is gone leaves no link."""
        return LINK.sub(self._link, html)

    def _link(self, found: re.Match[str]) -> str:
        named = LINK_ID.search(found[0])
        pk = int(named[1]) if named else 0
        if found[1] == "page":
            page = self.batch.linked.get(pk)
            return f'<a href="{escape(page.path)}">' if page else "<a>"
        file = self.batch.documents.get(pk)
        return f'<a href="{escape(web(file.url))}">' if file else "<a>"
