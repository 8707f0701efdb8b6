"""Reads what a picture file says of itself: XMP first, then IPTC-IIM, then EXIF.

Field names and codes: IPTC Photo Metadata Standard 2023.1. Reading never fails: what can't be read is absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from django.utils import timezone
from PIL import ExifTags, Image, ImageFile, IptcImagePlugin, UnidentifiedImageError

LONGEST = {"caption": 4000, "usage_terms": 2000, "instructions": 2000}
XMP_FIELDS = {
    "description": "caption",
    "creator": "creator",
    "Credit": "credit",
    "rights": "copyright_notice",
    "UsageTerms": "usage_terms",
    "Instructions": "instructions",
    "AltTextAccessibility": "description",
    "Location": "place",
    "City": "place",
}
IIM_FIELDS = {
    (2, 120): "caption",
    (2, 80): "creator",
    (2, 110): "credit",
    (2, 116): "copyright_notice",
    (2, 40): "instructions",
    (2, 90): "place",
}
EXIF_FIELDS = {
    ExifTags.Base.ImageDescription: "caption",
    ExifTags.Base.Artist: "creator",
    ExifTags.Base.Copyright: "copyright_notice",
}
# Cameras write these into the description by default; they tell a reader nothing.
EMPTY_CAPTIONS = re.compile(
    r"^(olympus digital camera|sony dsc|dcim|untitled|minolta digital camera)$", re.IGNORECASE
)


def read(file: BinaryIO) -> dict[str, Any]:
    """The picture's own metadata as `Picture` field values, texts trimmed to the fields' length.

    Keys are a subset of caption, creator, credit, copyright_notice, usage_terms, instructions, place,
    description (alternative text) and taken_at (aware).
    """
    found: dict[str, Any] = {}
    try:
        file.seek(0)
        with Image.open(file) as image:
            for source in (_xmp, _iim, _exif):
                for name, value in source(image):
                    if value and not found.get(name):
                        found[name] = value
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        pass  # The upload's own checks tell the editor about a broken file; here it simply says nothing.
    finally:
        file.seek(0)
    return found


def _clean(name: str, text: object) -> str:
    if isinstance(text, bytes):
        try:
            words = text.decode("utf-8")
        except UnicodeDecodeError:
            words = text.decode("cp1252", "replace")
    else:
        words = str(text)
    tidy = " ".join(words.replace("\x00", "").split())
    if name == "caption" and EMPTY_CAPTIONS.match(tidy):
        return ""
    return tidy[: LONGEST.get(name, 255)]


def _xmp(image: Image.Image) -> Iterator[tuple[str, Any]]:
    try:
        packet = image.getxmp()
    except (ParseError, ValueError):  # ValueError covers defusedxml's refusals
        return
    rdf = packet.get("xmpmeta", packet).get("RDF") or {}
    blocks = rdf.get("Description") or []
    for block in blocks if isinstance(blocks, list) else [blocks]:
        if not isinstance(block, dict):
            continue
        for key, name in XMP_FIELDS.items():
            if key in block:
                yield name, _clean(name, _first_text(block[key]))
        if taken := _moment(_first_text(block.get("DateCreated", ""))):
            yield "taken_at", taken


def _first_text(value: object) -> str:
    """XMP's Alt, Seq and Bag containers, narrowed to their first text."""
    while isinstance(value, (dict, list)):
        if isinstance(value, list):
            value = value[0] if value else ""
        else:
            value = (
                value.get("text")
                or value.get("Alt")
                or value.get("Seq")
                or value.get("Bag")
                or value.get("li")
                or ""
            )
    return str(value)


def _iim(image: ImageFile.ImageFile) -> Iterator[tuple[str, Any]]:
    info = IptcImagePlugin.getiptcinfo(image) or {}
    for code, name in IIM_FIELDS.items():
        value = info.get(code)
        yield name, _clean(name, value[0] if isinstance(value, list) else value or "")
    day, clock = (_plain(info.get(code)) for code in ((2, 55), (2, 60)))
    if day:
        yield (
            "taken_at",
            _moment(f"{day[:4]}-{day[4:6]}-{day[6:8]}T{clock[:2] or '00'}:{clock[2:4] or '00'}:00"),
        )


def _plain(value: object) -> str:
    item = value[0] if isinstance(value, list) else value
    return item.decode("ascii", "ignore") if isinstance(item, bytes) else ""


def _exif(image: Image.Image) -> Iterator[tuple[str, Any]]:
    exif = image.getexif()
    for tag, name in EXIF_FIELDS.items():
        yield name, _clean(name, exif.get(tag, ""))
    details = exif.get_ifd(ExifTags.IFD.Exif)
    stamp = str(details.get(ExifTags.Base.DateTimeOriginal, "")).strip("\x00 ")
    offset = str(details.get(ExifTags.Base.OffsetTimeOriginal, "")).strip("\x00 ")
    if len(stamp) >= 19:
        yield "taken_at", _moment(f"{stamp[:10].replace(':', '-')}T{stamp[11:19]}{offset}")


def _moment(text: str) -> datetime | None:
    """An aware moment; a time without zone is the paper's own."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if not 1826 <= moment.year <= 9998:
        return None
    try:
        return moment.astimezone(UTC) if moment.tzinfo else timezone.make_aware(moment)
    except (ValueError, OverflowError):
        return None
