"""What a qcode (`medtop:20000523`) stands for, from catalogs at hand: those in the item, those beside it, IPTC's own.

A catalog on the network is never fetched: an item must not make a newsroom call anybody.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from lxml import etree

from broadsheet.outward.errors import UnreadableSource

from ...nitf import name_of
from ...xml import parse

NEWSCODES = "http://cv.iptc.org/newscodes/"
# IPTC's schemes under the aliases that its own catalogs give them.
STANDARD = {
    "medtop": f"{NEWSCODES}mediatopic/",
    "subj": f"{NEWSCODES}subjectcode/",
    "genre": f"{NEWSCODES}genre/",
    "ninat": f"{NEWSCODES}ninature/",
    "stat": f"{NEWSCODES}pubstatusg2/",
    "sig": f"{NEWSCODES}signal/",
    "rnd": f"{NEWSCODES}rendition/",
    "nprov": f"{NEWSCODES}newsprovider/",
    "drol": f"{NEWSCODES}descriptionrole/",
    "cpnat": f"{NEWSCODES}cpnature/",
    "crol": f"{NEWSCODES}contentprodpartyrole/",
    "hlrole": f"{NEWSCODES}headlinerole/",
}
MOST_BYTES = 4 * 1024 * 1024
PLACES = ("", "catalogs", "../catalogs")


class Codes:
    """The aliases that one item may use."""

    def __init__(self, item: etree._Element, folder: str) -> None:
        self._schemes = dict(STANDARD)
        for part in item:
            if name_of(part) == "catalogref" and folder:
                self._schemes |= _beside(folder, PurePosixPath(urlsplit_path(part.get("href") or "")).name)
            elif name_of(part) == "catalog":
                self._schemes |= _schemes(part)

    def uri(self, element: etree._Element) -> str:
        """The whole identifier of a code; the qcode as it is where no catalog at hand knows its alias."""
        if uri := element.get("uri"):
            return uri.strip()
        qcode = (element.get("qcode") or element.get("literal") or "").strip()
        alias, colon, code = qcode.partition(":")
        return f"{self._schemes[alias]}{code}" if colon and alias in self._schemes else qcode


def code_of(element: etree._Element | None) -> str:
    """The last part of a code, lower-case: `stat:usable` and `…/pubstatusg2/usable` are `usable`."""
    if element is None:
        return ""
    whole = (element.get("qcode") or element.get("uri") or element.get("literal") or "").strip()
    return whole.replace("#", "/").replace(":", "/").rstrip("/").rpartition("/")[2].casefold()


def urlsplit_path(href: str) -> str:
    """The path of an address; empty for what is none."""
    try:
        return urlsplit(href).path
    except ValueError:
        return ""


def _schemes(catalog: etree._Element) -> dict[str, str]:
    return {
        alias.strip(): uri.strip()
        for part in catalog.iter()
        if name_of(part) == "scheme" and (alias := part.get("alias")) and (uri := part.get("uri"))
    }


@lru_cache(maxsize=64)
def _beside(folder: str, name: str) -> dict[str, str]:
    """The schemes of a catalog file of this name beside the item, if there is one."""
    if not name or name.startswith("."):
        return {}
    for place in PLACES:
        path = Path(folder, place, name)
        try:
            if path.is_file() and path.stat().st_size <= MOST_BYTES:
                return _schemes(parse(path.read_bytes(), name))
        except (OSError, ValueError, UnreadableSource):
            continue
    return {}
