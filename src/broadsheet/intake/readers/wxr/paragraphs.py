"""Paragraphs of WordPress's classic editor: blank lines part them, a line's end is a break, block elements stand alone."""

from __future__ import annotations

import re

_BLOCK_NAMES = (
    "address|article|aside|audio|blockquote|center|dd|details|div|dl|dt|embed|fieldset|figcaption|figure|footer|form|h[1-6]|"
    "header|hgroup|hr|iframe|legend|li|main|map|menu|nav|noscript|object|ol|option|p|pre|script|section|select|style|"
    "summary|svg|table|tbody|td|textarea|tfoot|th|thead|tr|ul|video|caption|colgroup|col|area|template|math"
)
_BLOCK = re.compile(rf"<(/?)({_BLOCK_NAMES})(?=[\s/>])[^<>]*>", re.IGNORECASE)
_KEPT_AS_IT_IS = re.compile(
    r"<(pre|script|style|textarea|svg|math|template|object|select)(?=[\s>])", re.IGNORECASE
)
_BROKEN_TAG = re.compile(r"<[^<>]*\n[^<>]*>")
_BREAKS = re.compile(r"(?:<br\s*/?>[ \t]*\n?[ \t]*){2,}", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>[ \t]*\n", re.IGNORECASE)
_PARTING = re.compile(r"\n[ \t\r\f\xa0]*\n\s*")
# In these a line's end means nothing, or they make paragraphs of their own.
_NO_PARAGRAPHS = frozenset(
    [
        "table",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "ul",
        "ol",
        "menu",
        "dl",
        "colgroup",
        "select",
        "option",
        "map",
        "audio",
        "video",
        "object",
        "noscript",
    ]
)
_ONE_PARAGRAPH = frozenset(
    [
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "dt",
        "dd",
        "td",
        "th",
        "figcaption",
        "caption",
        "summary",
        "legend",
        "address",
    ]
)
_VOID = frozenset(("hr", "embed", "area", "col"))


def paragraphs(text: str) -> str:
    """HTML of a text as the classic editor stores it."""
    if not text.strip():
        return ""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "<" not in text:
        return "".join(
            f"<p>{part.strip().replace(chr(10), '<br>')}</p>\n" for part in _PARTING.split(text.strip())
        )
    out: list[str] = []
    at = 0
    while (found := _KEPT_AS_IT_IS.search(text, at)) is not None:
        end = re.compile(rf"</{found[1]}\s*>", re.IGNORECASE).search(text, found.end())
        if end is None:
            break
        out.append(_some(text[at : found.start()]))
        out.append(text[found.start() : end.end()])
        at = end.end()
    out.append(_some(text[at:]))
    return "".join(out)


def _some(text: str) -> str:
    if not text.strip():
        return ""
    text = _BROKEN_TAG.sub(lambda match: match[0].replace("\n", " "), text)
    text = _BREAK.sub("<br>", _BREAKS.sub("\n\n", text))
    out: list[str] = []
    inside: list[str] = []
    at = 0
    for tag in _BLOCK.finditer(text):
        _loose(text[at : tag.start()], inside, out)
        at = tag.end()
        name = tag[2].lower()
        out.append(tag[0])
        if name in _VOID or tag[0].endswith("/>"):
            continue
        if not tag[1]:
            if len(inside) < 200:
                inside.append(name)
        elif name in inside[-20:]:
            while inside.pop() != name:
                pass
    _loose(text[at:], inside, out)
    return "".join(out)


def _loose(text: str, inside: list[str], out: list[str]) -> None:
    """The text between two block tags."""
    stripped = text.strip()
    if not stripped:
        out.append("\n" if text else "")
        return
    around = inside[-1] if inside else ""
    if around in _NO_PARAGRAPHS:
        out.append(text)
        return
    parts = _PARTING.split(stripped)
    if around in _ONE_PARAGRAPH and len(parts) == 1:
        out.append(stripped.replace("\n", "<br>"))
    elif around in ("p", "h1", "h2", "h3", "h4", "h5", "h6"):
        out.append("<br><br>".join(part.replace("\n", "<br>") for part in parts))
    else:
        out += [f"<p>{part.strip().replace(chr(10), '<br>')}</p>" for part in parts]
