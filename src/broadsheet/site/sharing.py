"""What other sites show of a page: Open Graph and the cards of X, as values for `site/parts/share.html`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from babel.core import get_global

from broadsheet.newsroom.document import Document
from broadsheet.pictures.selectors import Image

WIDTH, HEIGHT = 1200, 630
# Where the likeliest territory of a language is not the one that Open Graph knows it by.
TERRITORIES = {"ar": "AR"}


@dataclass(frozen=True, slots=True)
class SharePicture:
    """The picture of a page elsewhere, 1200 by 630 pixels. `image` is the photograph on it, by whose key caches find it."""

    path: str
    alt: str
    image: Image | None = None


def share_picture(image: Image | None) -> SharePicture | None:
    """A page's own picture; None while it is not ready."""
    return SharePicture(image.share, image.alt, image) if image and image.share else None


def share_picture_of(document: Document) -> SharePicture | None:
    """A story's: with its headline on it, or the lead picture until that is made."""
    if document.share_card:
        return SharePicture(document.share_card, document.social_headline, document.lead.image)
    return share_picture(document.lead.image)


@cache
def og_locale(language: str) -> str:
    """`az_AZ`: the language with the territory where it is most at home."""
    code, _, territory = language.partition("-")
    if not territory:
        likely = str(get_global("likely_subtags").get(code, code)).split("_")
        territory = TERRITORIES.get(code) or (likely[-1] if len(likely) > 1 else "")
    return f"{code}_{territory.upper()}" if territory else code
