"""XML files as they really are: mis-encoded, with control characters, HTML's entities, bare ampersands. Mended on the way."""

from __future__ import annotations

import codecs
import re
from html.entities import html5

from charset_normalizer import from_bytes

from .xml import CHUNK, Readable

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,300}\?>", re.IGNORECASE)
_ENCODING = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_.:-]{2,40})["']""", re.IGNORECASE
)
# What a server says before the document (a warning, a blank line) is no part of it.
_BEGIN = re.compile(r"<(?:\?xml|!DOCTYPE|rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
_ANY_BEGIN = re.compile(r"<[?!A-Za-z]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_AMPERSAND = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos);)(?:#(?:([0-9]{1,8})|[xX]([0-9a-fA-F]{1,7}));|([A-Za-z][A-Za-z0-9]{1,31};))?"
)
_ROOT_END = re.compile(r"</\s*(?:rss|feed|rdf:RDF|RDF)\s*>", re.IGNORECASE)
_FOREIGN_WORD = re.compile(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*")
_SCRIPTS = ["cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "shift_jis", "gb18030", "euc_kr", "big5"]
_LONGEST_ENTITY, _LONGEST_END = 40, 4_000


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 are most likely Windows-1252, pasted in from elsewhere."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("broadsheet-windows", _as_windows)


class MendedXml:
    """Bytes of well-encoded XML from a binary file; `position` counts what was read of the file."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._decoder: codecs.IncrementalDecoder | None = None
        self._left = self._end = ""
        self._is_over = self._is_in_doubt = False
        self.position = 0

    @property
    def is_cut_off(self) -> bool:
        """Whether all was read, and it ended before its root element did."""
        return self._is_over and _ROOT_END.search(self._end) is None

    def read(self, size: int = CHUNK, /) -> bytes:
        """The next piece, "" at the end; of about `size` bytes."""
        while True:
            raw = self._source.read(size)
            self.position += len(raw)
            text = self._begin(raw) if self._decoder is None else self._decoded(raw)
            text = self._left + text
            self._left = ""
            if raw:
                # An entity may go on in the next piece.
                at = text.rfind("&", -_LONGEST_ENTITY)
                if at >= 0 and ";" not in text[at:]:
                    text, self._left = text[:at], text[at:]
            self._is_over = not raw
            self._end = (self._end + text)[-_LONGEST_END:] if text else self._end
            if text or not raw:
                return _mended(text).encode("utf-8", "replace")

    def _decoded(self, raw: bytes) -> str:
        assert self._decoder is not None
        if self._is_in_doubt and not raw.isascii():
            pending = self._decoder.getstate()[0]
            if encoding := _script_of(pending + raw):
                self._decoder = codecs.getincrementaldecoder(encoding)("replace")
                raw = pending + raw
            self._is_in_doubt = False
        return self._decoder.decode(raw, final=not raw)

    def _begin(self, raw: bytes) -> str:
        encoding = next((name for bom, name in _BOMS if raw.startswith(bom)), "")
        bom = next((bom for bom, _ in _BOMS if raw.startswith(bom)), b"")
        if not encoding:
            declared = _ENCODING.search(raw[:2000])
            encoding = declared[1].decode("ascii") if declared else "utf-8"
        try:
            decoder = codecs.getincrementaldecoder(encoding)
            decoder("strict").decode(b" " * 8)
        except (LookupError, UnicodeError, AttributeError):
            decoder = codecs.getincrementaldecoder("utf-8")
        is_utf8 = codecs.lookup(encoding).name == "utf-8" if _is_known(encoding) else True
        self._decoder = decoder("broadsheet-windows" if is_utf8 else "replace")
        self._is_in_doubt = is_utf8 and not bom
        text = self._decoded(raw[len(bom) :])
        begin = _BEGIN.search(text) or _ANY_BEGIN.search(text)
        return _DECLARATION.sub("", text[begin.start() if begin else 0 :], count=1)


def _script_of(raw: bytes) -> str:
    """The encoding of bytes that are no UTF-8 and whose words are foreign throughout; "" where that isn't so."""
    torn = raw.decode("utf-8", "replace")
    if torn.count("\ufffd") * 2 < sum(character > "\x7f" for character in torn):
        return ""
    words = b" ".join(_FOREIGN_WORD.findall(raw))
    # A Western word holds an accent or two, one of another script nothing but its letters.
    if sum(byte > 127 for byte in words) * 5 < len(words) * 3:
        return ""
    best = from_bytes(words, cp_isolation=_SCRIPTS).best()
    return best.encoding if best else ""


def _is_known(encoding: str) -> bool:
    try:
        codecs.lookup(encoding)
    except LookupError:
        return False
    return True


def _mended(text: str) -> str:
    text = _CONTROLS.sub("", text) if _CONTROLS.search(text) else text
    return _AMPERSAND.sub(_reference, text) if "&" in text else text


def _reference(match: re.Match[str]) -> str:
    """HTML's entities by their numbers, which means the same inside of CDATA; what is no reference, as an ampersand."""
    if name := match[3]:
        found = html5.get(name)
        return "".join(f"&#{ord(c)};" for c in found) if found else f"&amp;{name}"
    if match[1] or match[2]:
        number = int(match[1]) if match[1] else int(match[2], 16)
        is_allowed = (
            number in (9, 10, 13)
            or 0x20 <= number <= 0xD7FF
            or 0xE000 <= number <= 0xFFFD
            or 0x10000 <= number <= 0x10FFFF
        )
        return match[0] if is_allowed else ""
    return "&amp;"
