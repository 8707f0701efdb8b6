"""From a path or an address to text: bounded, decoded, and told apart as HTML or plain."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from broadsheet.outward.errors import UnreadableSource
from broadsheet.outward.fetch import fetch

MOST_BYTES = 16 * 1024 * 1024
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})|<\?xml[^>]{0,100}?encoding=["']([A-Za-z0-9_.:-]{2,40})""",
    re.IGNORECASE,
)
TAG = re.compile(
    r"<(?:!doctype\s+html|html|head|body|article|div|p|section|main|meta|title|h1)\b[^>]*>", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class PageSource:
    """One page's text. `address` is its URL when it has one; `folder` where files beside it are looked for."""

    name: str
    text: str
    is_html: bool
    address: str = ""
    folder: str = ""


def read(source: str, *, allow_private: bool = False) -> PageSource:
    """Open a path or an http(s) address. Raises `UnreadableSource` or `RefusedAddress`."""
    if source.startswith(("http://", "https://")):
        got = fetch(source, allow_private=allow_private)
        text = decode(got.body, source, got.charset)
        return PageSource(source, text, looks_like_html(text), got.url)
    path = Path(source)
    try:
        if path.is_dir():
            raise UnreadableSource("it is a folder", source, "name the files in it")
        if not path.is_file():
            raise UnreadableSource(
                "there is no such file" if not path.exists() else "it is not a file", source, "check the name"
            )
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise UnreadableSource(
                f"it has {size / 2**20:.0f} MB, more than the {MOST_BYTES // 2**20} MB of a page",
                source,
                "save the story's page alone",
            )
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableSource(
            "it can't be read", source, error.strerror or "check its permissions"
        ) from None
    except ValueError:
        raise UnreadableSource("it is not a file name", repr(source), "check the name") from None
    text = decode(data, source)
    return PageSource(source, text, looks_like_html(text), "", str(path.resolve().parent))


def decode(data: bytes, name: str, charset: str = "") -> str:
    """Bytes to text: BOM, then UTF-8, then what the server or the page declares, then a guess."""
    if not data.strip():
        raise UnreadableSource("it is empty", name, "save the page again")
    for mark, encoding in BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding).replace("\ufeff", "")
            except UnicodeDecodeError:
                break
    if b"\x00" in data[:4096]:
        wide = _wide(data)
        if wide is None:
            raise UnreadableSource("it is neither HTML nor text", name, "save the page as HTML or text")
        return wide
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    declared = DECLARED.search(data[:4096])
    for encoding in (
        charset,
        *(group.decode("ascii") for group in (declared.groups() if declared else ()) if group),
    ):
        try:
            if encoding and codecs.lookup(encoding).name != "utf-8":
                return data.decode(encoding, "replace")
        except (LookupError, UnicodeDecodeError):
            continue
    control = sum(byte < 9 or 13 < byte < 32 for byte in data[:4096])
    if control > len(data[:4096]) * 0.02:
        raise UnreadableSource("it is neither HTML nor text", name, "save the page as HTML or text")
    broken = data.decode("utf-8", "replace")
    if broken.count("\ufffd") <= len(broken) * 0.001:
        # UTF-8 with a few torn characters; guessing another encoding would spoil all the others.
        return broken
    best = from_bytes(data[:200_000]).best()
    if best is None:
        raise UnreadableSource("its encoding can't be told", name, "save the page as UTF-8")
    return data.decode(best.encoding, "replace")


def _wide(data: bytes) -> str | None:
    """UTF-16 without a byte-order mark, told by where its zero bytes stand."""
    head = data[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    for encoding, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros > len(head) * 0.2 and others < len(head) * 0.02:
            return data.decode(encoding, "replace")
    return None


def looks_like_html(text: str) -> bool:
    """Whether the text is markup rather than prose."""
    return len(TAG.findall(text[:200_000])) >= 2
