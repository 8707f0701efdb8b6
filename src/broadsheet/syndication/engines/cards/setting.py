"""Sets lines of text in pictures, in every script that the paper is printed in.

HarfBuzz shapes and draws, so that Arabic joins and Azerbaijani has its letters on any machine: Pillow's own text needs a
library of the system for that. Fonts are those of the reader's site. Lengths are pixels.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import uharfbuzz as hb
from django.contrib.staticfiles import finders
from fontTools.ttLib import TTFont
from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection
from PIL import Image

# Headlines are serif, what stands around them is sans; each is looked through in turn for a letter.
ARABIC = ("vendor/naskh-700.woff2",)
SERIF = (
    tuple(f"vendor/serif-{script}.woff2" for script in ("latin", "turkic", "latin-ext", "cyrillic")) + ARABIC
)
SANS = (
    tuple(f"vendor/sans-{script}.woff2" for script in ("latin", "turkic", "latin-ext", "cyrillic")) + ARABIC
)
WEIGHT = 660.0
# Marks and symbols that no font has are left out; a letter without a form would make the line another one.
DROPPED = ("So", "Sk", "Cf", "Cc", "Cs", "Co", "Cn", "Mn", "Me")


# Joiners that join nothing, as where an emoji stood.
_LOOSE = re.compile(r"(?:(?<=\s)|^)[\u200c\u200d]+|[\u200c\u200d]+(?=\s|$)")


class NoSuchLetter(Exception):
    """No font of the site has this letter: the text can't be set."""


@dataclass(frozen=True, slots=True)
class Face:
    """One font at the weight of cards, and the code points that it has forms for."""

    font: Any
    letters: frozenset[int]


@cache
def faces(names: tuple[str, ...]) -> tuple[Face, ...]:
    """The fonts that are there. A process reads each once: 0.3 s."""
    found = []
    for name in names:
        path = finders.find(name)
        if isinstance(path, str):
            face = hb.Face(_plain(Path(path)))
            font = hb.Font(face)
            font.set_variations({"wght": WEIGHT})
            found.append(Face(font, frozenset(face.unicodes)))
    return tuple(found)


def _plain(path: Path) -> bytes:
    """A web font without its compression."""
    font, plain = TTFont(path), io.BytesIO()
    font.flavor = None
    font.save(plain)
    return plain.getvalue()


def settable(text: str, names: tuple[str, ...]) -> str:
    """`text` on one line, without symbols that there are no forms for. Raises `NoSuchLetter` for a letter."""
    have = frozenset().union(*(face.letters for face in faces(names)))
    kept = []
    for letter in unicodedata.normalize("NFC", " ".join(text.split())):
        if ord(letter) in have and unicodedata.category(letter) != "Cc":
            kept.append(letter)
        elif unicodedata.category(letter) not in DROPPED:
            raise NoSuchLetter(f"U+{ord(letter):04X}")
    return " ".join(_LOOSE.sub("", "".join(kept)).split())


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is shaped: its width, and its glyphs as (font, glyph, x, y)."""

    width: float
    glyphs: tuple[tuple[Any, int, float, float], ...]


def shaped(text: str, size: float, names: tuple[str, ...], *, is_rtl: bool) -> Line:
    """One line, in the order in which it is seen."""
    at, glyphs = 0.0, []
    for face, run, direction in _runs(text, faces(names), is_rtl=is_rtl):
        buffer = hb.Buffer()
        buffer.add_str(run)
        buffer.guess_segment_properties()
        buffer.direction = direction
        hb.shape(face.font, buffer)
        scale = size / face.font.face.upem
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            glyphs.append((face.font, info.codepoint, at + place.x_offset * scale, place.y_offset * scale))
            at += place.x_advance * scale
    return Line(at, tuple(glyphs))


def _runs(text: str, fonts: tuple[Face, ...], *, is_rtl: bool) -> Iterator[tuple[Face, str, str]]:
    """Pieces of one direction and one font, from left to right; each piece's own letters in reading order (UAX 9)."""
    base = TextDirection.RTL if is_rtl else TextDirection.LTR
    seen = BidiParagraph(text, base, preserve_bn_chars=True).get_reordered_characters()
    chosen = _fonts_of(text, fonts)
    run: list[int] = []
    for letter, following in pairwise([*seen, None]):
        assert letter is not None
        run.append(letter.character_index)
        step = -1 if letter.embedding_level % 2 else 1
        goes_on = (
            following is not None
            and following.embedding_level == letter.embedding_level
            and following.character_index == letter.character_index + step
            and chosen[following.character_index] is chosen[letter.character_index]
        )
        if not goes_on:
            yield chosen[run[0]], "".join(text[i] for i in sorted(run)), "rtl" if step < 0 else "ltr"
            run = []


def _fonts_of(text: str, fonts: tuple[Face, ...]) -> list[Face]:
    """For each letter the first font that has it; marks and spaces stay with the letter before them where they can."""
    chosen: list[Face] = []
    for letter in text:
        fitting = [face for face in fonts if ord(letter) in face.letters]
        is_bound = letter == " " or unicodedata.combining(letter)
        if chosen and is_bound and chosen[-1] in fitting:
            chosen.append(chosen[-1])
        else:
            chosen.append(fitting[0] if fitting else fonts[0])
    return chosen


def wrapped(text: str, size: float, width: float, names: tuple[str, ...], *, is_rtl: bool) -> list[str]:
    """The lines of `text`, broken between words; a word that is wider than a line is broken where it must."""
    lines: list[str] = []
    current = ""
    for word in text.split():
        longer = f"{current} {word}".strip()
        if shaped(longer, size, names, is_rtl=is_rtl).width <= width:
            current = longer
            continue
        if current:
            lines.append(current)
        *full, current = _broken(word, size, width, names, is_rtl=is_rtl)
        lines += full
    return [*lines, current] if current else lines


def _broken(word: str, size: float, width: float, names: tuple[str, ...], *, is_rtl: bool) -> list[str]:
    parts = [""]
    for letter in word:
        if parts[-1] and shaped(parts[-1] + letter, size, names, is_rtl=is_rtl).width > width:
            parts.append("")
        parts[-1] += letter
    return parts


def draw(
    image: Image.Image, line: Line, size: float, at: tuple[float, float], colour: tuple[int, int, int]
) -> None:
    """Draw a line; `at` is where its baseline begins, counted from the top left."""
    pen = hb.RasterDraw()
    for font, glyph, x, y in line.glyphs:
        scale = size / font.face.upem
        pen.transform = (scale, 0, 0, scale, at[0] + x, image.height - at[1] + y)
        pen.draw_glyph(font, glyph)
    made: Any = pen.render()
    box = made.extents
    if box is None or not box.width or not box.height:
        return
    # HarfBuzz counts rows from below.
    mask = Image.frombytes("L", (box.width, box.height), bytes(made.buffer), "raw", "L", box.stride, -1)
    image.paste(colour, (box.x_origin, image.height - box.y_origin - box.height), mask)
