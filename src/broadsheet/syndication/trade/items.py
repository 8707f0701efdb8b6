"""A story as trade formats see it: its document, which version it is in, and what its receiver may do with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath
from urllib.parse import quote, urlsplit, urlunsplit

from django.utils.encoding import iri_to_uri

from broadsheet.newsroom import document as d
from broadsheet.newsroom.models import Genre
from broadsheet.newsroom.selectors import web
from broadsheet.pictures.selectors import Image

from ..markup import File
from .rights import Rights
from .versions import Version

GENRES = "http://cv.iptc.org/newscodes/genre/"
# IPTC has no explainer; the nearest is what it calls background.
GENRE_CODES = {"news": "Current", "explainer": "Background", "live": "Update"}
_ILLEGAL = re.compile(r"%(?![0-9A-Fa-f]{2})|[^!-~]|[\"<>\\\\^`{|}\[\]]")
TYPES = {".webp": "image/webp", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}


@dataclass(frozen=True, slots=True)
class Item:
    """`changed` is when this version came out, `first` when the story did; `kind` is where the API has it."""

    document: d.Document
    version: int
    changed: datetime
    rights: Rights
    kind: str = "stories"

    @property
    def uri(self) -> str:
        return uri_of(self.document.id, self.kind)

    @property
    def first(self) -> datetime:
        return self.document.published


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A story that is no longer public: whoever has it takes it down. Nothing of it is said but what names it."""

    id: int
    version: int
    at: datetime
    language: str

    @property
    def uri(self) -> str:
        return uri_of(self.id)


def uri_of(id_: int, kind: str = "stories") -> str:
    """What names a story or gallery in every format and version, wherever it moves on the site."""
    return web(f"/api/v1/{kind}/{id_}")


def valid_uri(address: str) -> str:
    """An address as RFC 3986 writes it, whatever an archive has made of it; empty for what is none."""
    try:
        parts = urlsplit(iri_to_uri(address))
    except ValueError:
        return ""
    rest = [_ILLEGAL.sub(lambda found: quote(found[0], safe=""), part) for part in parts[2:]]
    return urlunsplit((parts.scheme, parts.netloc, *rest))


def item(document: d.Document, rights: Rights, version: Version | None = None) -> Item:
    """The item of a public document; without a version that was counted it is the first, as old as its last change."""
    known = version or Version()
    notes = [note.made for note in document.corrections]
    changed = known.at or max([document.updated or document.published, document.published, *notes])
    return Item(document, known.number, changed, rights)


def genre_code(document: d.Document) -> str:
    """IPTC's code for what kind of journalism it is; empty when the newsroom has not said."""
    known = document.genre in Genre.values
    return GENRE_CODES.get(document.genre, document.genre.title()) if known else ""


def pictures(document: d.Document) -> list[tuple[str, Image]]:
    """Every picture that has a file, once, with the words of its first use, and its part: lead, body or still."""
    found: dict[int, tuple[str, Image]] = {}
    for part, image in shown_pictures(document):
        if image.srcset:
            found.setdefault(image.id, (part, image))
    return list(found.values())


def shown_pictures(document: d.Document) -> Iterator[tuple[str, Image]]:
    """Every picture at every place where it stands, and its part: lead, body or still."""
    if document.lead.image:
        yield "lead", document.lead.image
    if document.lead.gallery:
        yield from (("lead", image) for image in document.lead.gallery.images)
    for block in document.blocks:
        if isinstance(block, d.Picture):
            yield "body", block.image
        elif isinstance(block, d.Pictures):
            yield from (("body", image) for image in block.images)
        elif isinstance(block, d.Embed) and block.image:
            yield "still", block.image


def files_of(image: Image) -> list[File]:
    """The files of a picture, the widest first."""
    made = [entry.rsplit(" ", 1) for entry in image.srcset.split(", ") if " " in entry]
    sizes = sorted(((int(size.removesuffix("w")), url) for url, size in made), reverse=True)
    return [File(web(url), w, max(1, round(image.height * w / max(image.width, 1)))) for w, url in sizes]


def type_of(address: str) -> str:
    """The media type of a picture's file, by its name."""
    return TYPES.get(PurePosixPath(address.partition("?")[0]).suffix.casefold(), "image/webp")


def edited_note(document: d.Document) -> str:
    """What editors who have printed it must know: every correction, oldest first, with its day."""
    return "\n".join(
        f"{note.kind_name} ({note.made.date().isoformat()}): {note.text}" for note in document.corrections
    )


def may_go_on(image: Image) -> bool:
    """Whether a picture is ours to hand on: nobody's terms are on it and its rights do not end."""
    return not image.usage_terms.strip() and image.expires is None


def without_pictures(document: d.Document, kept: Iterable[int] = ()) -> d.Document:
    """The document with those pictures only, wherever they stand; what is left of a gallery stays one."""
    ids = frozenset(kept)
    lead = replace(
        document.lead,
        image=document.lead.image if document.lead.image and document.lead.image.id in ids else None,
        gallery=_cut(document.lead.gallery, ids) if document.lead.gallery else None,
    )
    return replace(document, lead=lead, blocks=tuple(_kept(document.blocks, ids)))


def _kept(blocks: Sequence[d.Block], ids: frozenset[int]) -> Iterator[d.Block]:
    for block in blocks:
        if isinstance(block, d.Picture):
            if block.image.id in ids:
                yield block
        elif isinstance(block, d.Pictures):
            if gallery := _cut(block, ids):
                yield gallery
        elif isinstance(block, d.Embed) and block.image and block.image.id not in ids:
            yield replace(block, image=None)
        else:
            yield block


def _cut(gallery: d.Pictures, ids: frozenset[int]) -> d.Pictures | None:
    images = [image for image in gallery.images if image.id in ids]
    return replace(gallery, images=images) if images else None
