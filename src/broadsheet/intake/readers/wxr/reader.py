"""Reads WordPress exports (WXR 1.0 to 1.2), one item at a time, well-formed or not."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import tzinfo
from pathlib import Path
from typing import BinaryIO, cast

from lxml import etree

from broadsheet.outward.errors import UnreadableSource

from ... import addresses, xml
from ...incoming import Broken, Incoming, IncomingMedia, Skipped
from ...mending import MendedXml
from ..protocol import ReaderOptions
from .item import Item, item_of, name_of, words
from .site import Site, picture_of
from .store import Store
from .story import number_of, old_urls, source_id, story_of

_CHANNEL = ("base_blog_url", "base_site_url", "link", "language", "author", "category", "tag", "term")
# Elements of a channel, in any namespace; `wp:` where nobody declared the prefix.
TAGS = ("{*}item", *(f"{{*}}{name}" for name in _CHANNEL), *(f"wp:{name}" for name in _CHANNEL))
_TECHNICAL = {
    "nav_menu_item": "an entry of a menu",
    "revision": "an earlier version",
    "custom_css": "styles of a theme",
    "customize_changeset": "settings of a theme",
    "oembed_cache": "a cache",
    "user_request": "a request of a user",
    "wp_block": "a reusable block, taken where posts use it",
    "wp_template": "a template",
    "wp_template_part": "a template",
    "wp_global_styles": "styles of a theme",
    "wp_navigation": "a menu",
    "wp_font_family": "a font",
    "wp_font_face": "a font",
    "guest-author": "an author, taken with their stories",
    "feedback": "a message of a reader",
    "flamingo_inbound": "a message of a reader",
    "flamingo_contact": "an address of a reader",
    "nf_sub": "a message of a reader",
    "shop_order": "an order",
    "shop_order_refund": "an order",
    "shop_coupon": "a coupon",
    "shop_subscription": "a subscription",
    "scheduled-action": "a task of the system",
    "tablepress_table": "data of a plug-in",
    "newspack_popups_cpt": "a prompt of a plug-in",
}
_TECHNICAL_PREFIXES = (
    "acf-",
    "elementor_",
    "jp_",
    "jetpack_",
    "wpcf7_",
    "wpforms",
    "nf_",
    "mc4wp",
    "amp_",
    "et_",
    "fl-builder",
)
_CUT = "the file breaks off inside of it"
_DATA = re.compile(r"\s*(?:\{[\"\s}]|a:\d+:\{|\[\s*[\{\[\]])")


class WxrReader:
    """`items` goes through the file twice: for what items say of each other, then for the items."""

    kind = "wxr"

    def __init__(self, options: ReaderOptions) -> None:
        self._options = options
        self.position = 0

    def size(self, source: str) -> int:
        """Bytes of the file, 0 where it isn't there."""
        try:
            return Path(source).stat().st_size
        except (OSError, ValueError):
            return 0

    def items(self, source: str, zone: tzinfo) -> Iterator[Incoming]:
        """Every item in the file's order. Raises `UnreadableSource` where there is nothing of an export in it."""
        self.position = 0
        store = Store()
        try:
            site = Site(store)
            broken = self._gather(source, site)
            site.settle()
            count, is_said = 0, False
            for incoming in self._read(source, site, zone):
                count += 1
                is_said = isinstance(incoming, Broken) and _CUT in incoming.reason
                yield incoming
            if broken is not None and not count:
                raise UnreadableSource(
                    "it is no readable WordPress export", broken.reason, "export again from Tools → Export"
                )
            if broken is not None and not is_said:
                yield broken
        finally:
            store.close()

    def _gather(self, source: str, site: Site) -> Broken | None:
        """The first pass; what it says is where the file breaks off."""
        name = Path(source).name
        seen = 0
        with _opened(source) as file:
            mended = MendedXml(file)
            try:
                for element in xml.events(mended, TAGS, name=name):
                    seen += 1
                    _learn(element, site)
                if seen:
                    return None
            except UnreadableSource as error:
                reason = f"{error.what}: {error.where}; {error.mend}"
                if "entities" in error.what:
                    raise
        # Once more, mending what is ill-formed: what libxml2 can make of it is taken.
        with _opened(source) as file:
            count = 0
            try:
                for element in xml.events(MendedXml(file), TAGS, name=name, recover=True):
                    count += 1
                    _learn(element, site)
            except UnreadableSource:
                if not count:
                    raise
        if not count:
            raise UnreadableSource(
                "there is no WordPress export in it", name, "export again from Tools → Export"
            )
        return Broken(name, reason) if seen or count else None

    def _read(self, source: str, site: Site, zone: tzinfo) -> Iterator[Incoming]:
        with _opened(source) as file:
            mended = MendedXml(file)
            try:
                for element in xml.events(mended, TAGS, name=Path(source).name, recover=True):
                    if name_of(element.tag) != "item":
                        continue
                    self.position = mended.position
                    if mended.is_cut_off:
                        item = item_of(element)
                        yield Broken(item.label, f"line {item.line}: {_CUT}")
                        continue
                    yield self._one(element, site, zone)
            except UnreadableSource:
                # The first pass met it, too, and says where.
                pass
            self.position = mended.position

    def _one(self, element: etree._Element, site: Site, zone: tzinfo) -> Incoming:
        item = item_of(element)
        try:
            return self._incoming(item, site, zone)
        except (ValueError, ArithmeticError, LookupError, RecursionError) as error:
            return Broken(item.label, f"line {item.line}: {type(error).__name__}: {str(error)[:200]}")

    def _incoming(self, item: Item, site: Site, zone: tzinfo) -> Incoming:
        kind, content = item.post_type, item.get("content")
        if not any(
            item.texts.get(name, "").strip()
            for name in ("title", "content", "post_id", "link", "guid", "attachment_url")
        ):
            return Broken(item.label or "an item", f"line {item.line}: there is nothing in it")
        if item.get("status").strip() == "trash":
            return Skipped(item.label, f"{_a(kind)} in WordPress's bin")
        if kind == "attachment":
            return self._attachment(item, site)
        if reason := _TECHNICAL.get(kind):
            return Skipped(item.label, f"{kind}: {reason}")
        if kind not in ("post", "page"):
            if kind.startswith(_TECHNICAL_PREFIXES) or _DATA.match(content):
                return Skipped(item.label, f"{kind}: data of a plug-in")
            if not words(content):
                return Skipped(item.label, f"{kind}: it has no text of its own")
        if item.get("status").strip() == "auto-draft" and not words(content):
            return Skipped(item.label, "a draft that nobody wrote")
        return story_of(item, site, zone, self._options.shortcodes)

    def _attachment(self, item: Item, site: Site) -> Incoming:
        url = item.get("attachment_url").strip() or item.get("guid").strip()
        if not addresses.is_web(url):
            return Broken(item.label, f"line {item.line}: an attachment without an address")
        if not addresses.is_picture(url):
            return Skipped(item.label, f"a file, no picture: links to it stay as they are ({url[:200]})")
        old = (url, *old_urls(item, site, number_of(item)))
        return IncomingMedia(source_id(item, site), picture_of(item, url), tuple(dict.fromkeys(old)))


def _a(kind: str) -> str:
    return f"{'an' if kind[:1] in 'aeiou' else 'a'} {kind}"


def _learn(element: etree._Element, site: Site) -> None:
    name = name_of(element.tag)
    if name == "item":
        item = item_of(element)
        if item.post_type in ("attachment", "wp_block", "guest-author"):
            site.learn_item(item)
    else:
        site.learn(name, element)


class _Unpacked:
    """What can be unpacked of a gzip file: where that breaks off, the export does, which is said of any export."""

    def __init__(self, file: gzip.GzipFile) -> None:
        self._file = file

    def read(self, size: int = -1, /) -> bytes:
        try:
            return self._file.read1(size)
        except (OSError, EOFError, zlib.error):
            return b""


@contextmanager
def _opened(source: str) -> Iterator[BinaryIO]:
    path = Path(source)
    try:
        if not path.is_file():
            what = (
                "it is a folder"
                if path.is_dir()
                else "it is an address"
                if addresses.is_web(source)
                else "there is no such file"
            )
            raise UnreadableSource(what, source, "give the export's file (.xml)")
        file = path.open("rb")
    except (OSError, ValueError) as error:
        raise UnreadableSource(
            "it can't be opened", source, f"check the name and the rights ({error})"
        ) from None
    with file:
        if file.read(2) == b"\x1f\x8b":
            file.seek(0)
            with gzip.open(file) as unpacked:
                yield cast(BinaryIO, _Unpacked(unpacked))
        else:
            file.seek(0)
            yield file
