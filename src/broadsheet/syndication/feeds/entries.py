"""Turns the document of a story into an entry of a feed."""

from __future__ import annotations

import mimetypes
from dataclasses import replace
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import translation
from django.utils.html import strip_tags
from django.utils.translation import gettext
from lxml.html import builder as e

from broadsheet.newsroom import document as d
from broadsheet.newsroom.selectors import language_prefix, web
from broadsheet.pictures.selectors import Image

from ..markup import absolute, body, inner_html, lead, line, notes, picture_file
from .feed import Entry, Media, Person

SUMMARY = 300
THUMBNAIL_WIDTH = 320
# What `mimetypes` knows depends on the machine.
_TYPES = {
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".jpg": "image/jpeg",
    ".mp4": "video/mp4",
    ".mp3": "audio/mpeg",
}


def entry(document: d.Document, *, has_ended: bool = False) -> Entry:
    """The entry of a document. `has_ended`: it is for somebody whose subscription has, and says so."""
    enclosure, picture, thumbnail = _media(document)
    section = (document.section.name,) if document.section else ()
    return Entry(
        id=identity(document),
        url=web(document.path),
        title=line(document.headline),
        summary=_summary(document),
        html=_html(document, has_ended=has_ended),
        published=document.published,
        updated=max(
            [
                document.published,
                document.updated or document.published,
                *(n.made for n in document.corrections),
            ]
        ),
        language=document.language,
        authors=tuple(Person(line(who.name), web(who.path)) for who in document.bylines),
        categories=tuple(
            dict.fromkeys(name for c in (*section, *(t.name for t in document.topics)) if (name := line(c)))
        ),
        rights=line(document.usage_terms),
        source_name=line(document.source_name),
        source_url=absolute(document.source_url, document),
        enclosure=enclosure,
        picture=picture,
        thumbnail=thumbnail,
    )


def identity(document: d.Document) -> str:
    """What a story is known by for ever: its address in the API, which no move and no new headline changes."""
    return web(f"/api/v1/stories/{document.id}")


def _summary(document: d.Document) -> str:
    if words := line(document.standfirst) or line(document.description):
        return words
    text = next(
        (line(strip_tags(b.html.replace("</", " </"))) for b in document.blocks if isinstance(b, d.Text)), ""
    )
    return text if len(text) <= SUMMARY else f"{text[:SUMMARY].rpartition(' ')[0]}…"


def _html(document: d.Document, *, has_ended: bool) -> str:
    parts = [inner_html(lead(document)), inner_html(body(document))]
    if not document.is_whole:
        parts.append(inner_html(e.DIV(*_appeal(document, has_ended=has_ended))))
    parts.append(inner_html(notes(document)))
    return "".join(parts)


def _appeal(document: d.Document, *, has_ended: bool) -> list[Any]:
    with translation.override(document.language):
        link = e.P(e.A(gettext("Read the whole story on our site"), href=web(document.path)))
        if not has_ended:
            return [link]
        renew = e.A(gettext("Renew it"), href=web(f"{language_prefix(document.language)}/subscribe/"))
        return [e.P(e.EM(gettext("Your subscription has ended: this is a preview.") + " "), renew), link]


def _media(document: d.Document) -> tuple[Media | None, Media | None, Media | None]:
    """What is downloaded with the entry, its picture, and a small picture."""
    top = document.lead
    image = top.image or (top.gallery.images[0] if top.gallery and top.gallery.images else None)
    picture = _picture(image) if image else None
    small = picture_file(image, THUMBNAIL_WIDTH) if image else None
    thumbnail = Media(small.url, _type(small.url), 0, small.width, small.height) if small else None
    if top.clip_url:
        length = _length(top.clip_url)
        clip = Media(
            web(top.clip_url),
            _type(top.clip_url, top.clip_type),
            length or 0,
            description=line(top.clip_caption),
            credit=line(top.clip_credit),
        )
        return (clip if length else None), picture, thumbnail
    # The picture for sharing is a JPEG, which every reader can show.
    shared = _length(image.share) if image and image.share else None
    if image and shared and picture:
        whole = replace(
            picture, url=web(image.share), type=_type(image.share), length=shared, width=1200, height=630
        )
        return whole, picture, thumbnail
    return (picture if picture and picture.length else None), picture, thumbnail


def _picture(image: Image) -> Media | None:
    file = picture_file(image)
    if file is None:
        return None
    return Media(
        file.url,
        _type(file.url),
        _length(file.url) or 0,
        file.width,
        file.height,
        line(image.caption or image.alt),
        line(image.credit),
    )


def _type(address: str, medium: str = "image") -> str:
    suffix = PurePosixPath(address).suffix.lower()
    found = _TYPES.get(suffix) or mimetypes.types_map.get(suffix, "")
    return found or f"{medium}/octet-stream"


def _length(address: str) -> int | None:
    """The bytes of a file of ours; None when it isn't there."""
    name = address.removeprefix(web(settings.MEDIA_URL)).removeprefix(settings.MEDIA_URL)
    try:
        return _size(name)
    except OSError:
        return None


@lru_cache(maxsize=20_000)
def _size(name: str) -> int:
    """Files never change under their names: each is asked for once."""
    return int(default_storage.size(name))
