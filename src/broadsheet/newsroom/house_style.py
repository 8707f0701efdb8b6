"""House style: plain checks of a story's words. Each finding is one sentence for the editor; none blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_HEADLINE = 90
LONGEST_STANDFIRST = 240
LABEL = re.compile(r"[\[(]\s*(?:PHOTO|VIDEO|UPDATED|LIVE|FOTO|ФОТО|ВИДЕО|صور|فيديو)S?\s*[\])]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Copy:
    """The words that are looked at."""

    headline: str
    standfirst: str = ""
    text: str = ""
    has_source: bool = False


def remarks(copy: Copy) -> list[str]:
    """What a careful sub-editor would say, in the order of the page."""
    return list(_remarks(copy))


def _remarks(copy: Copy) -> Iterator[str]:
    headline = copy.headline.strip()
    if len(headline) > LONGEST_HEADLINE:
        yield f"The headline has {len(headline)} characters; {LONGEST_HEADLINE} fit every place."
    if LABEL.search(headline):
        yield "A label such as [PHOTO] stands in the headline; the site derives labels, so take it out."
    letters = [c for c in headline if c.isalpha()]
    if len(letters) > 12 and sum(c.isupper() for c in letters) > len(letters) * 0.7:
        yield "The headline is in capitals."
    if headline.endswith(".") and not headline.endswith("..."):
        yield "The headline ends with a full stop."
    if not copy.standfirst.strip():
        yield "There is no standfirst; lists and search engines show it."
    elif len(copy.standfirst) > LONGEST_STANDFIRST:
        yield f"The standfirst has {len(copy.standfirst)} characters; two sentences are enough."
    if re.search(r"\S {2,}\S", f"{headline} {copy.standfirst} {copy.text}"):
        yield "There are double spaces."
    if re.search(r"(?<!\d)\"", f"{headline}{copy.standfirst}"):
        yield "Straight quotation marks stand in the headline or standfirst."
    if (
        re.search(r"\b(?:according to|reports?|reported by|told)\b", copy.text[:600])
        and not copy.has_source
        and "agency" in copy.text[:600].lower()
    ):
        yield "The text names an agency, and no source is filled in."
