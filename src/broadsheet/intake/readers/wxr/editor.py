"""A post's content as HTML: block comments of the present editor, the classic editor's paragraphs, shortcodes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import escape

from ... import embeds
from .paragraphs import paragraphs
from .shortcodes import Pieces, expanded

MOST_REUSED_DEPTH = 3
_BEGIN = re.compile(r"<!--\s*(/?)wp:([a-z][a-z0-9_-]*(?:/[a-z][a-z0-9_-]*)?)\s*")
_PLAIN_BEGIN = re.compile(
    r"<!--\s*/?wp:(?:paragraph|heading|list|list-item|quote|separator)\s*(?:\{[^{}<>]{0,2000}\}\s*)?-->\n?"
)
_ADDRESS = re.compile(r"https?://[^\s<>\"\[\]]+")
_MARKS = re.compile(r"<!--\s*(?:more|nextpage|noteaser)\b[^>]*-->", re.IGNORECASE)
# Blocks that show nothing of their own, or only ways through the site.
_WORDLESS = frozenset(
    [
        "spacer",
        "more",
        "nextpage",
        "page-list",
        "navigation",
        "home-link",
        "site-logo",
        "site-title",
        "search",
        "archives",
        "calendar",
        "categories",
        "latest-comments",
        "latest-posts",
        "tag-cloud",
        "rss",
        "loginout",
        "post-title",
        "post-content",
        "social-link",
    ]
)


def html_of(content: str, pieces: Pieces, reused: Callable[[str], str]) -> str:
    """HTML of a post's content. `reused` gives the content of a reusable block by its number, "" where it isn't there."""
    if "<!-- wp:" in content or "<!--wp:" in content:
        content = _of_blocks(content, pieces, reused, 0)
        content = expanded(content, pieces)
    else:
        content = _MARKS.sub("\n\n", content) if "<!--" in content else content
        if "http" in content:
            content = _ADDRESS.sub(_embedded, content)
        return paragraphs(expanded(content, pieces))
    return _ADDRESS.sub(_embedded, content) if "http" in content else content


def _embedded(match: re.Match[str]) -> str:
    """An address alone on its line is what it shows, where its site is known."""
    whole = match.string
    before = whole[max(0, match.start() - 20) : match.start()].rstrip(" \t")
    after = whole[match.end() : match.end() + 20].lstrip(" \t\r")
    if (before and not before.endswith(("\n", "<p>"))) or (after and not after.startswith(("\n", "</p>"))):
        return match[0]
    url = match[0].replace("&amp;", "&")
    if kind := embeds.media_kind(url):
        return f'\n<{kind} src="{escape(url)}"></{kind}>\n'
    if embeds.is_known(url):
        return f'\n<figure class="wp-block-embed"><div>{escape(url)}</div></figure>\n'
    return match[0]


def _of_blocks(content: str, pieces: Pieces, reused: Callable[[str], str], depth: int) -> str:
    """Content without its block comments; text outside of all blocks is the classic editor's."""
    content = _PLAIN_BEGIN.sub("\ue002", content)
    if "<!--" not in content and not _has_loose(content):
        return content.replace("\ue002", "")
    out: list[str] = []
    loose: list[str] = []
    endless: set[str] = set()
    level = 0
    at = 0
    for begin in _BEGIN.finditer(content):
        if begin.start() < at:
            continue
        end = content.find("-->", begin.end())
        if end < 0:
            break
        (out if level else loose).append(content[at : begin.start()])
        at = end + 3
        settings = content[begin.end() : end].strip()
        is_alone = settings.endswith("/")
        name = begin[2].removeprefix("core/")
        if begin[1]:
            level = max(0, level - 1)
            continue
        if not level:
            _take_loose(loose, out)
        if is_alone:
            out.append(_alone(name, settings[:-1].strip(), pieces, reused, depth))
        else:
            level += 1
            if name in ("html", "shortcode") and name not in endless:
                close = content.find(f"<!-- /wp:{begin[2]}", at)
                if close < 0:
                    endless.add(name)
                else:
                    inner = content[at:close]
                    out.append(paragraphs(expanded(inner, pieces)) if name == "shortcode" else inner)
                    at = close
    (out if level else loose).append(content[at:])
    _take_loose(loose, out)
    return "".join(out).replace("\ue002", "")


def _has_loose(content: str) -> bool:
    """Whether there is text between the simple blocks that the classic editor wrote."""
    return any(
        (stripped := part.strip()) and not stripped.startswith("<") for part in content.split("\ue002")
    )


def _take_loose(loose: list[str], out: list[str]) -> None:
    text = "".join(loose)
    loose.clear()
    for part in text.split("\ue002"):
        stripped = part.strip()
        if stripped and not (stripped.startswith("<") and "\n\n" not in stripped):
            out.append(paragraphs(part))
        else:
            out.append(part)


def _alone(name: str, settings: str, pieces: Pieces, reused: Callable[[str], str], depth: int) -> str:
    """A block that is made anew each time it is shown."""
    try:
        said = json.loads(settings) if settings and len(settings) < 100_000 else {}
    except (ValueError, RecursionError):
        said = {}
    said = said if isinstance(said, dict) else {}
    if name == "block":
        number = str(said.get("ref", ""))
        content = reused(number) if depth < MOST_REUSED_DEPTH else ""
        if not content:
            pieces.note(f"reusable block {number}, which isn't in this file")
        return _of_blocks(content, pieces, reused, depth + 1)
    url = next((said[key] for key in ("url", "src", "href", "link") if isinstance(said.get(key), str)), "")
    if url.startswith(("http://", "https://")) and name not in _WORDLESS:
        if "embed" in name or embeds.is_known(url) or embeds.media_kind(url):
            return f'<figure class="wp-block-embed"><div>{escape(url)}</div></figure>'
        words = next(
            (said[key] for key in ("text", "title", "label", "content") if isinstance(said.get(key), str)),
            url,
        )
        pieces.note(f"block {name}, but for its link")
        return f'<p><a href="{escape(url)}">{escape(words, quote=False)}</a></p>'
    words = next(
        (said[key] for key in ("content", "text", "title", "label") if isinstance(said.get(key), str)), ""
    )
    if name not in ("spacer", "more", "nextpage"):
        pieces.note(f"block {name}")
    return f"<p>{words}</p>" if words.strip() and name not in _WORDLESS else ""
