"""Makes the one document of a story out of its model: every format and the site's page are made from that.

The caller says which blocks go in (`press` cuts the preview's); a withheld block is never looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Prefetch, prefetch_related_objects
from django.utils.html import strip_tags
from wagtail.documents import get_document_model
from wagtail.rich_text import expand_db_html

from broadsheet.pictures.selectors import Image, images

from . import document as d
from .cleaning import clean_markup
from .models import Author, Gallery, GalleryItem, Listed, Story, StoryByline
from .selectors import (
    author_named,
    card,
    cover_ids,
    page_path,
    public,
    public_stories,
    section_named,
    share_card_path,
    topic_named,
)

Pair = tuple[str, Any]


class Part(NamedTuple):
    """A story and those of its stored blocks that are to be shown."""

    story: Story
    blocks: Sequence[Pair]
    is_whole: bool


# Parts texts from each other while all of them are expanded in one go; XML forbids the character in content.
PART = "\x1e"
# Blocks that readers see; a missing picture is the editors' matter.
BODY_KINDS = frozenset(
    {"text", "picture", "gallery", "quote", "facts", "embed", "table", "related", "documents", "html"}
)


def stored_blocks(story: Story) -> list[Pair]:
    """The body as (type, stored value): text as its HTML, everything else as plain dicts. No query."""
    return [(block["type"], block["value"]) for block in story.body.raw_data]


def document(
    story: Story, blocks: Sequence[Pair], *, is_whole: bool, also: Iterable[Listed] = ()
) -> tuple[d.Document, Mapping[int, Image]]:
    """The document of `story` holding `blocks`, and the pictures read on the way.

    `also` are pages whose covers the same page shows: they ride in the one query for pictures.
    At most nine queries: by-lines, topics, corrections, translations, pictures, and galleries, related stories,
    documents and linked pages where the blocks name any.
    """
    made, shown = documents([Part(story, blocks, is_whole)], also=also)
    return made[0], shown


def documents(
    parts: Sequence[Part], *, also: Iterable[Listed] = ()
) -> tuple[list[d.Document], Mapping[int, Image]]:
    """The documents of many stories in order, for as many queries as one takes; `also` as for `document`."""
    _read_relations([part.story for part in parts])
    blocks = [pair for part in parts for pair in part.blocks]
    galleries = _galleries(
        {_id(v.get("gallery")) for k, v in blocks if k == "gallery"}
        | {part.story.lead_gallery_id for part in parts}
    )
    related = _related({_id(v.get("story")) for k, v in blocks if k == "related"})
    files = _files({i for k, v in blocks if k == "documents" for i in _values(v.get("documents"))})
    shown = images(
        {i for kind, value in blocks for i in picture_ids(kind, value)}
        | {item.picture_id for items in galleries.values() for item in items}
        | cover_ids([*(part.story for part in parts), *also])
    )
    texts = iter(
        _expanded([v if k == "text" else v.get("text", "") for k, v in blocks if k in ("text", "facts")])
    )
    read = _Read(shown, galleries, related, files, texts)
    same = _elsewhere([part.story for part in parts])
    return [_document(part, read, same) for part in parts], shown


def _document(part: Part, read: _Read, same: _Elsewhere) -> d.Document:
    story = part.story
    build = _Builder(read, story.language)
    made = tuple(block for kind, value in part.blocks if (block := build.block(kind, value)) is not None)
    assert story.published_at is not None or not story.live
    return d.Document(
        id=story.pk,
        path=page_path(story.url_path, story.language),
        headline=story.title,
        social_headline=story.social_headline or story.title,
        seo_title=story.seo_title or story.title,
        description=story.search_description or story.standfirst,
        kicker=story.kicker,
        standfirst=story.standfirst,
        section=section_named(story.desk, story.language) if story.desk else None,
        bylines=tuple(profile(b.author, story.language) for b in story.bylines.all()),
        topics=tuple(topic_named(topic, story.language) for topic in story.topics.all()),
        labels=story.labels,
        genre=story.genre,
        genre_name=story.get_genre_display(),
        access=story.access,
        language=story.language,
        dateline=story.dateline,
        published=story.published_at or story.latest_revision_created_at,
        updated=story.updated_at,
        lead=_lead(story, read.shown, build),
        blocks=made,
        corrections=tuple(
            d.Note(c.kind, c.get_kind_display(), c.text, c.made_at)
            for c in sorted(story.corrections.all(), key=lambda c: c.made_at)
        ),
        source_name=story.source_name,
        source_url=story.source_url,
        usage_terms=story.usage_terms,
        is_whole=part.is_whole,
        words=sum(len(strip_tags(b.html).split()) for b in made if isinstance(b, d.Text | d.Html)),
        translations=same.translations.get(story.translation_key, ()),
        share_card=same.cards.get(story.pk, ""),
        uid=f"{story.translation_key}:{story.language}",
    )


def profile(author: Author, language: str, image: Image | None = None) -> d.Profile:
    """An author for readers; the address only if it is to be printed."""
    named = author_named(author, language)
    return d.Profile(
        name=author.name,
        path=named.path,
        slug=author.slug,
        role=author.role,
        beat=author.beat,
        languages=tuple(code.strip() for code in author.languages.split(",") if code.strip()),
        bio=author.bio,
        email=author.email if author.show_email else "",
        url=author.url,
        image=image,
        surrogate_key=named.surrogate_key,
    )


def _elsewhere(stories: Sequence[Story]) -> _Elsewhere:
    """What is public of these stories in other places. One query."""
    keys = {story.translation_key for story in stories}
    rows = public(Story.objects.filter(translation_key__in=keys)).values_list(
        "translation_key", "language", "url_path", "pk", "share_card__digest"
    )
    found: dict[Any, list[tuple[str, str]]] = {}
    cards: dict[int, str] = {}
    for key, language, url_path, pk, digest in rows:
        found.setdefault(key, []).append((language, page_path(url_path, language)))
        cards[pk] = share_card_path(pk, digest or "")
    return _Elsewhere({key: tuple(sorted(pairs)) for key, pairs in found.items()}, cards)


def _read_relations(stories: Sequence[Story]) -> None:
    """By-lines, topics and corrections, a query each; a draft that an editor previews holds them in memory."""
    stored = [story for story in stories if not getattr(story, "_cluster_related_objects", None)]
    bylines = StoryByline.objects.select_related("author").order_by("sort_order")
    prefetch_related_objects(stored, Prefetch("bylines", queryset=bylines), "topics", "corrections")


def _lead(story: Story, shown: Mapping[int, Image], build: _Builder) -> d.Lead:
    image = shown.get(story.lead_picture_id or 0)
    if image:
        image = image.with_words(caption=story.lead_caption, credit=story.lead_credit)
    clip = story.lead_clip
    return d.Lead(
        image=image,
        gallery=build.gallery({"gallery": story.lead_gallery_id}) if story.lead_gallery_id else None,
        clip_url=f"{settings.MEDIA_URL}{clip.file.name}" if clip else "",
        clip_type=clip.type if clip else "",
        clip_caption=clip.caption if clip else "",
        clip_credit=clip.credit if clip else "",
    )


def _id(value: object) -> int:
    return value if isinstance(value, int) else 0


def _values(stored: object) -> list[Any]:
    """The items of a stored ListBlock, whose stored form names each item since Wagtail 2.16."""
    items = stored if isinstance(stored, list) else []
    return [item["value"] if isinstance(item, dict) and "value" in item else item for item in items]


def picture_ids(kind: str, value: Any) -> list[int]:
    """The pictures that a stored block shows."""
    if kind == "picture":
        return [_id(value.get("picture"))]
    if kind == "gallery":
        return [_id(item.get("picture")) for item in _values(value.get("pictures"))]
    if kind == "embed":
        return [_id(value.get("poster"))]
    return []


def _galleries(ids: set[int | None]) -> dict[int, list[GalleryItem]]:
    wanted = {i for i in ids if i}
    if not wanted:
        return {}
    rows = GalleryItem.objects.filter(gallery__in=public(Gallery.objects.filter(pk__in=wanted)))
    found: dict[int, list[GalleryItem]] = {}
    for item in rows.select_related("gallery").order_by("sort_order"):
        found.setdefault(item.gallery_id, []).append(item)
    return found


def _related(ids: set[int]) -> dict[int, d.Card]:
    wanted = ids - {0}
    return {s.pk: card(s, {}) for s in public_stories().filter(pk__in=wanted)} if wanted else {}


def _files(ids: set[int]) -> dict[int, d.Download]:
    if not ids:
        return {}
    rows = get_document_model().objects.filter(pk__in=ids)
    return {f.pk: d.Download(f.title, f.url, f.file_extension, f.file_size or 0) for f in rows}


def _expanded(texts: Sequence[str]) -> list[str]:
    """Stored rich text with its links made real: one query for all texts."""
    return expand_db_html(PART.join(t.replace(PART, "") for t in texts)).split(PART) if texts else []


class _Elsewhere(NamedTuple):
    """By translation key, (language, path) of a story in every language, itself included; by id, its share card."""

    translations: Mapping[Any, tuple[tuple[str, str], ...]]
    cards: Mapping[int, str]


class _Read(NamedTuple):
    """What was read beforehand for all parts: pictures, galleries, related stories, files, and texts in their order."""

    shown: Mapping[int, Image]
    galleries: Mapping[int, list[GalleryItem]]
    stories: Mapping[int, d.Card]
    files: Mapping[int, d.Download]
    texts: Iterator[str]


class _Builder:
    """Turns stored blocks into document blocks from what was read beforehand; no query of its own."""

    def __init__(self, read: _Read, language: str) -> None:
        self.shown, self.galleries, self.stories, self._files, self._texts = read
        self.language = language

    def block(self, kind: str, value: Any) -> d.Block | None:
        """One block; None when nothing of it can be shown to readers."""
        make = getattr(self, kind, None) if kind in BODY_KINDS else None
        return make(value) if make else None

    def text(self, html: str) -> d.Block | None:
        expanded = next(self._texts)
        return d.Text(expanded) if strip_tags(expanded).strip() else None

    def html(self, value: str) -> d.Block | None:
        cleaned = clean_markup(value)
        return d.Html(cleaned) if cleaned.strip() else None

    def picture(self, value: Any) -> d.Block | None:
        image = self._image(value)
        return d.Picture(image, value.get("size") or "column") if image else None

    def _image(self, value: Any) -> Image | None:
        image = self.shown.get(_id(value.get("picture")))
        return image and image.with_words(
            alt=value.get("alt") or "", caption=value.get("caption") or "", credit=value.get("credit") or ""
        )

    def gallery(self, value: Any) -> d.Pictures | None:
        items = self.galleries.get(_id(value.get("gallery")))
        if items:
            page = items[0].gallery
            found = [
                self.shown[i.picture_id].with_words(caption=i.caption, credit=i.credit)
                for i in items
                if i.picture_id in self.shown
            ]
            path = page_path(page.url_path, page.language)
            return d.Pictures(found, page.title, path, f"gallery/{page.pk}") if found else None
        found = [image for item in _values(value.get("pictures")) if (image := self._image(item))]
        return d.Pictures(found) if found else None

    def quote(self, value: Any) -> d.Block | None:
        return d.Quote(value["quote"], value.get("by") or "") if value.get("quote") else None

    def facts(self, value: Any) -> d.Block | None:
        return d.Facts(value.get("title") or "", next(self._texts))

    def related(self, value: Any) -> d.Block | None:
        found = self.stories.get(_id(value.get("story")))
        return d.Related(found) if found else None

    def embed(self, value: Any) -> d.Block | None:
        return d.Embed(
            url=value.get("url") or "",
            frame_url=value.get("frame_url") or "",
            provider=value.get("provider") or "",
            title=value.get("title") or "",
            media=value.get("kind") or "other",
            image=self.shown.get(_id(value.get("poster"))),
        )

    def table(self, value: Any) -> d.Block | None:
        table = value.get("table") or {}
        rows = [["" if cell is None else str(cell) for cell in row] for row in table.get("data") or []]
        if not rows:
            return None
        has_head = bool(table.get("first_row_is_table_header")) or table.get("table_header_choice") in (
            "row",
            "both",
        )
        row_heads = bool(table.get("first_col_is_header")) or table.get("table_header_choice") in (
            "column",
            "both",
        )
        head, rest = (rows[0], rows[1:]) if has_head else ([], rows)
        return d.Table(value.get("caption") or "", head, rest, row_heads, value.get("source") or "")

    def documents(self, value: Any) -> d.Block | None:
        files = [self._files[i] for i in _values(value.get("documents")) if i in self._files]
        return d.Documents(value.get("title") or "", files) if files else None
