"""The `newsml` reader: items, packages and messages of any length, in a file, a folder of files or at an address."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import tzinfo
from functools import partial
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from broadsheet.newsroom.models import Access
from broadsheet.outward.errors import UnreadableSource

from ...incoming import Broken, Incoming, IncomingMedia, IncomingPicture, IncomingStory, IncomingTerm, Skipped
from ...markup import blocks_of
from ...nitf import name_of
from ...sources import files_of, opened, place_of, size_of
from ...wire import (
    best_of,
    block_below,
    genre_of,
    names_of,
    opening,
    release,
    repeats,
    slug_in,
    terms_of,
    with_pictures,
    without_headline,
)
from ...xml import events
from ..jsonl.fields import is_web
from ..protocol import ReaderOptions
from .item import NewsItem
from .packages import Packages, members

SUFFIXES = (".xml", ".newsml", ".g2")
OTHERS = {
    "conceptitem": "a concept (a person, an event, a subject), no story",
    "knowledgeitem": "a list of concepts, no story",
    "planningitem": "a plan of coverage, no story",
    "catalogitem": "a catalog of codes, no story",
    "catalog": "a catalog of codes, no story",
}
TAGS = tuple(
    f"{{*}}{name}"
    for name in (
        "newsItem",
        "packageItem",
        "conceptItem",
        "knowledgeItem",
        "planningItem",
        "catalogItem",
        "catalog",
    )
)
SOUND_AND_VIDEO = {"video": "a video", "audio": "a sound", "animation": "an animation"}
PICTURES = ("picture", "graphic")

Opener = Callable[[], AbstractContextManager[BinaryIO]]


class NewsmlReader:
    """Implements `readers.protocol.Reader`. Reads twice: packages tell which pictures belong to which text."""

    kind = "newsml"

    def __init__(self, options: ReaderOptions) -> None:
        self.position = 0
        self._allow_private = options.allow_private

    def size(self, source: str) -> int:
        return size_of(source, SUFFIXES)

    def items(self, source: str, zone: tzinfo) -> Iterator[Incoming]:
        """Every item; of a folder, a file that can't be read is `Broken`."""
        self.position = 0
        found = self._documents(source)
        packages = Packages()
        for name, folder, prefix, opener, _ in found:
            try:
                with opener() as file:
                    for element in events(file, TAGS, name=name):
                        _note(NewsItem(element, folder, prefix), packages)
            except (UnreadableSource, OSError):
                continue
        for name, folder, prefix, opener, size in found:
            before, number = self.position, 0
            try:
                with opener() as file:
                    for element in events(file, TAGS, name=name):
                        number += 1
                        self.position = before + (file.tell() if size else 0)
                        item = NewsItem(element, folder, prefix)
                        yield _told(item, f"{name} item {number}", folder, zone, packages)
                if not number:
                    raise UnreadableSource(
                        "there is no NewsML-G2 item in it", name, "give newsItem or newsMessage"
                    )
            except OSError as error:
                yield Broken(name, error.strerror or "it can't be read")
            except UnreadableSource as error:
                if len(found) == 1:
                    raise
                yield Broken(name, str(error))
            self.position = before + size

    def _documents(self, source: str) -> list[tuple[str, str, str, Opener, int]]:
        if is_web(source):
            with opened(source, allow_private=self._allow_private) as file:
                data = file.read()
            return [(source, "", "", partial(io.BytesIO, data), 0)]
        return [
            (path.name, *place_of(path, source), partial(_binary, path), path.stat().st_size)
            for path in files_of(source, SUFFIXES)
        ]


def _binary(path: Path) -> BinaryIO:
    return path.open("rb")


def _note(item: NewsItem, packages: Packages) -> None:
    if name_of(item.element) == "packageitem":
        packages.note_package(item.element)
    elif name_of(item.element) == "newsitem":
        is_picture = item.kind in PICTURES
        packages.note_item(
            item.guid,
            _picture(item) if is_picture else None,
            tuple(r.href for r in item.renditions()),
            is_lead=is_picture and item.told("part") == "lead",
        )


def _told(item: NewsItem, place: str, folder: str, zone: tzinfo, packages: Packages) -> Incoming:
    element, name = item.element, name_of(item.element)
    try:
        if name == "packageitem":
            return _package(element, place, packages)
        if name != "newsitem":
            return Skipped((element.get("guid") or place).strip(), OTHERS[name])
        if not item.guid:
            return Broken(place, "it has no guid")
        return _item(item, folder, zone, packages)
    except (RecursionError, ValueError, OverflowError) as error:
        return Broken(place, f"it can't be read: {error}"[:200])


def _package(element: etree._Element, place: str, packages: Packages) -> Skipped:
    """A package itself is no story: its texts come in by themselves, with the pictures that it puts beside them."""
    guid = (element.get("guid") or place).strip()
    named = members(element)
    missing = sum(member.guid not in packages.present for member in named)
    reason = f"a package of {len(named)} items, which come in by themselves with their pictures"
    return Skipped(guid, f"{reason}; {missing} of them are not in the source" if missing else reason)


def _item(item: NewsItem, folder: str, zone: tzinfo, packages: Packages) -> Incoming:
    if item.status in ("canceled", "cancelled"):
        return Skipped(
            item.guid, "its agency has withdrawn it (kill notice): take down what was made from it"
        )
    if item.status == "withheld":
        return Skipped(item.guid, "its agency withholds it for now")
    written = item.written()
    if item.kind in PICTURES and not written.html.strip():
        picture = _picture(item)
        if picture is None:
            return Skipped(item.guid, f"a {item.kind} without a file that is one")
        return IncomingMedia(item.guid, picture, folder=folder)
    if not written.html.strip():
        if item.kind in SOUND_AND_VIDEO:
            return Skipped(item.guid, f"{SOUND_AND_VIDEO[item.kind]} without a text")
        if written.data:
            return Skipped(item.guid, f"its content is data (<{written.data}>), no text")
        if not item.headline():
            return Skipped(item.guid, "it has neither headline nor text")
    return _story(item, folder, zone, packages)


def _story(item: NewsItem, folder: str, zone: tzinfo, packages: Packages) -> IncomingStory:
    written = item.written()
    lost: list[str] = []
    headline = item.headline() or written.head.headline or item.said("slugline")
    base = item.guid if is_web(item.guid) else ""
    found = blocks_of(without_headline(written.html, headline), base, lost=lost)
    blocks = [block_below(block, item.prefix) for block in found]
    pictures = packages.of(item.guid)
    if item.kind not in PICTURES and (own := _picture(item)):
        pictures.append((own, tuple(r.href for r in item.renditions())))
    lead, body = with_pictures(blocks, pictures, packages.lead_of(item.guid))
    if item.has_note:
        lost.append("an agency's note to editors, which is never printed")
    for signal in item.signals:
        if signal in ("correction", "update", "retraction"):
            lost.append(f"an agency's signal: {signal}")
    published = next(
        (m for n in ("firstcreated", "contentcreated", "versioncreated") if (m := item.moment(n, zone))), None
    )
    status, moment = release(published, item.moment("embargoed", zone))
    # What the source says of the content itself comes before when this item was made.
    modified = item.moment("contentmodified", zone) or item.moment("versioncreated", zone)
    line = item.said("by") or written.head.byline
    standfirst = item.said("description", "summary", "abstract", "lead") or written.head.abstract
    made = IncomingStory(
        source_id=item.guid[:500],
        headline=headline or opening(standfirst, blocks) or item.guid,
        body=body,
        bylines=names_of(line) if line else tuple(item.writers()),
        dateline=item.place() or written.head.dateline,
        published=moment,
        modified=modified if modified and published and modified > published else None,
        language=item.language,
        status=status,
        genre=genre_of(item.genres()),
        source_name=item.source(),
        source_url=item.origin() or item.page() or (item.guid if is_web(item.guid) else ""),
        url=item.page() if item.origin() else "",
        slug=slug_in(item.page()),
        access=level if (level := item.told("access")) in Access.values else "",
        kicker=item.said("headline", "kicker"),
        social_headline=item.said("headline", "social"),
        seo_title=item.said("headline", "seo"),
        search_description=item.said("description", "seo"),
        usage_terms=item.terms(),
        lead=lead,
        folder=folder,
        terms=(
            *(IncomingTerm("section", name, key) for name, key in item.sections() if name),
            *terms_of(item.subjects()),
        ),
        lost=tuple(dict.fromkeys(lost)),
    )
    return made if repeats(standfirst, made.body_text) else replace(made, standfirst=standfirst)


def _picture(item: NewsItem) -> IncomingPicture | None:
    """The largest file with its words."""
    best = best_of(item.renditions())
    if best is None:
        return None
    line = item.said("by") or ", ".join(item.writers())
    credit = item.said("creditline") or item.source()
    return IncomingPicture(
        best.href,
        item.said("description", "alt", "alttext"),
        item.said("description", "caption") or item.said("description") or item.headline(),
        " / ".join(dict.fromkeys(text for text in (line, credit) if text)),
    )
