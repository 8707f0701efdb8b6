"""How much of a WordPress export's words and links comes through its reader: measured without any code of the reader."""

from __future__ import annotations

import difflib
import html
import re
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from broadsheet.intake.incoming import IncomingStory

_UNSEEN = re.compile(
    r"<(script|style|noscript|select|svg|iframe)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL
)
_BETWEEN = re.compile(
    r"</?(?:p|div|li|ul|ol|h[1-6]|br|tr|td|th|table|dt|dd|dl|figure|figcaption|blockquote|pre|hr|img|address|legend|label|option|caption)\b[^>]*>",
    re.IGNORECASE,
)
_SHORTCODE = re.compile(
    r"\[/?(?:caption|wp_caption|gallery|embed|audio|video|playlist|code|sourcecode|youtube|vimeo|tweet|archives|wpvideo|soundcloud|polldaddy|slideshare|scribd|dailymotion|gist|recent_posts|gallery)\b[^\]]*\]"
)


def words_of(markup: str) -> list[str]:
    """The visible words of HTML, without those that stand for a player."""
    text = _SHORTCODE.sub(" ", _UNSEEN.sub(" ", markup))
    text = html.unescape(re.sub(r"<[^>]*>", "", _BETWEEN.sub(" ", text)))
    return re.findall(r"\w+", re.sub(r"https?://\S+", " ", text))


def links_of(markup: str) -> list[str]:
    found = re.findall(r"<a\s[^>]*?href\s*=\s*[\"']([^\"']*)[\"']", _UNSEEN.sub(" ", markup), re.IGNORECASE)
    return [html.unescape(link).strip() for link in found]


def words_out(story: IncomingStory) -> list[str]:
    parts: list[str] = []
    for block in story.body:
        value = block.value
        if block.kind in ("text", "html"):
            parts.append(html.unescape(re.sub(r"<[^>]*>", "", _BETWEEN.sub(" ", value))))
        elif block.kind in ("picture", "gallery"):
            parts += [f"{p.caption} {p.credit}" for p in block.pictures]
        elif block.kind == "table":
            parts += [value["caption"], *(cell for row in value["rows"] for cell in row)]
        elif block.kind == "quote":
            parts += [value["quote"], value["by"]]
        elif block.kind == "facts":
            parts += [value["title"], re.sub(r"<[^>]*>", " ", value["text"])]
        elif block.kind == "embed":
            parts.append(value["title"])
    lead = [f"{story.lead.caption} {story.lead.credit}"] if story.lead else []
    return re.findall(r"\w+", " ".join([*lead, *parts]))


@dataclass
class Measured:
    """Characters of the source's words, those of them found in order; links, those that are missing."""

    wanted: int = 0
    found: int = 0
    links: int = 0
    lost: tuple[str, ...] = ()

    @property
    def ratio(self) -> float:
        return self.found / self.wanted if self.wanted else 1.0


def measured(markup: str, story: IncomingStory) -> Measured:
    source, out = words_of(markup), words_out(story)
    same = difflib.SequenceMatcher(None, source, out, autojunk=False)
    found = sum(len(word) for at, _, size in same.get_matching_blocks() for word in source[at : at + size])
    everything = repr((story.body, story.lead))
    links = [
        link
        for link in links_of(markup)
        if link and not link.lower().startswith(("#", "javascript:", "data:"))
    ]
    lost = tuple(
        link
        for link in links
        if link.rstrip("/").replace(" ", "%20") not in html.unescape(everything)
        and link.lstrip("./").rstrip("/") not in everything
    )
    return Measured(sum(map(len, source)), found, len(links), lost)


def contents(path: Path) -> list[tuple[str, str, str]]:
    """Title, type and content of every item, by libxml2 alone."""
    root = etree.fromstring(
        path.read_bytes(), etree.XMLParser(recover=True, huge_tree=True, resolve_entities=False)
    )
    found = []
    for item in root.iter("item"):
        texts = {
            etree.QName(child).localname: child.text or ""
            for child in item
            if isinstance(child.tag, str) and "excerpt" not in child.tag
        }
        found.append((texts.get("title", ""), texts.get("post_type", "post"), texts.get("encoded", "")))
    return found
