"""Draws one share card: 1200 by 630 pixels, the headline on the lead picture or on paper. Knows nothing of stories."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageOps

from .setting import SANS, SERIF, draw, settable, shaped, wrapped

SIZE = WIDTH, HEIGHT = 1200, 630
MARGIN, FOOT = 64, 54
SIZES = (76, 68, 60, 54, 48, 43)
LEADING, MOST_LINES = 1.16, 5
SMALL, KICKER = 26, 28
# The site's own tokens, in light and, on pictures, in dark.
PAPER, INK, QUIET, ACCENT = (253, 252, 249), (21, 24, 28), (93, 98, 104), (11, 82, 99)
WHITE, SOFT, LIGHT = (255, 255, 255), (222, 222, 218), (143, 211, 227)
SHADE = (10, 12, 14)
QUALITY = 84


@dataclass(frozen=True, slots=True)
class Words:
    """What is set on a card."""

    headline: str
    kicker: str
    paper: str
    credit: str = ""
    is_rtl: bool = False


def card(words: Words, photo: Image.Image | None = None) -> bytes:
    """The card as JPEG. Raises `NoSuchLetter` for a headline that no font has the letters of."""
    headline = settable(words.headline, SERIF)
    ink, quiet, accent = (WHITE, SOFT, LIGHT) if photo else (INK, QUIET, ACCENT)
    size, lines = _fitted(headline, 330 if photo else 370, is_rtl=words.is_rtl)
    height = len(lines) * size * LEADING
    bottom, head = HEIGHT - MARGIN - FOOT, MARGIN + 2 * KICKER
    top = bottom - height if photo else head + (bottom - head - height) * 0.4
    image = _on_photo(photo, top - 2 * KICKER) if photo else _on_paper()
    if words.kicker:
        _put(image, words, words.kicker, KICKER, top - KICKER * 0.75, accent)
    for number, line in enumerate(lines):
        made = shaped(line, size, SERIF, is_rtl=words.is_rtl)
        x = WIDTH - MARGIN - made.width if words.is_rtl else MARGIN
        draw(image, made, size, (x, top + size * (0.92 + number * LEADING)), ink)
    _put(image, words, words.paper, SMALL, HEIGHT - MARGIN, ink)
    if words.credit:
        _put(image, words, words.credit, SMALL * 0.72, HEIGHT - MARGIN, quiet, is_opposite=True)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()


def _fitted(headline: str, tallest: float, *, is_rtl: bool) -> tuple[int, list[str]]:
    """The largest size at which the headline fits; at the smallest it is cut at a word."""
    width = WIDTH - 2 * MARGIN
    for size in SIZES:
        lines = wrapped(headline, size, width, SERIF, is_rtl=is_rtl)
        if len(lines) <= min(MOST_LINES, int(tallest / (size * LEADING))):
            return size, lines
    size = SIZES[-1]
    kept = lines[: min(MOST_LINES, int(tallest / (size * LEADING)))]
    last = kept[-1]
    while shaped(f"{last}…", size, SERIF, is_rtl=is_rtl).width > width:
        last = last.rpartition(" ")[0] if " " in last else last[:-1]
    return size, [*kept[:-1], f"{last}…"]


def _put(
    image: Image.Image,
    words: Words,
    text: str,
    size: float,
    baseline: float,
    colour: tuple[int, int, int],
    *,
    is_opposite: bool = False,
) -> None:
    """One small line at the beginning of the card's width, or at its end, cut to half of it."""
    said = settable(text, SANS)
    whole = said
    while said and shaped(said, size, SANS, is_rtl=words.is_rtl).width > (WIDTH - 2 * MARGIN) * 0.6:
        whole = whole[:-1].rstrip()
        said = f"{whole}…" if whole else ""
    made = shaped(said, size, SANS, is_rtl=words.is_rtl)
    is_left = words.is_rtl == is_opposite
    draw(image, made, size, (MARGIN if is_left else WIDTH - MARGIN - made.width, baseline), colour)


def _on_paper() -> Image.Image:
    image = Image.new("RGB", SIZE, PAPER)
    image.paste(ACCENT, (0, 0, WIDTH, 14))
    image.paste(INK, (MARGIN, HEIGHT - MARGIN - FOOT + 6, WIDTH - MARGIN, HEIGHT - MARGIN - FOOT + 8))
    return image


def _on_photo(photo: Image.Image, top: float) -> Image.Image:
    """The picture, darker from `top` on, where white letters keep their contrast on any of them."""
    image = ImageOps.fit(photo.convert("RGB"), SIZE)
    slope = Image.new("L", (1, HEIGHT))
    for y in range(HEIGHT):
        dark = 0.08 + 0.6 * (y / top) ** 2 if y < top else 0.68 + 0.2 * (y - top) / (HEIGHT - top)
        slope.putpixel((0, y), round(255 * dark))
    image.paste(Image.new("RGB", SIZE, SHADE), (0, 0), slope.resize(SIZE))
    return image
