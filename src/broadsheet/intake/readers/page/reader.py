"""The `page` reader: one saved page, one story."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import tzinfo
from hashlib import blake2b

from ...errors import NoStory
from ...incoming import Incoming, IncomingBlock, IncomingPicture, IncomingStory
from ..protocol import ReaderOptions
from . import facts, markup, plain, words
from .source import PageSource, read


class PageReader:
    """Implements `readers.protocol.Reader`."""

    kind = "page"

    def __init__(self, options: ReaderOptions) -> None:
        self.position = 0
        self._allow_private = options.allow_private

    def size(self, source: str) -> int:
        """Pages are told by their number, not by their bytes."""
        return 0

    def items(self, source: str, zone: tzinfo) -> Iterator[Incoming]:
        """The one story of a page."""
        yield story_of(read(source, allow_private=self._allow_private), zone)


def story_of(page: PageSource, zone: tzinfo) -> IncomingStory:
    """The story in one page's text. Raises `NoStory`."""
    try:
        return _from_html(page, zone) if page.is_html else _from_plain(page, zone)
    except RecursionError:
        raise NoStory("its markup is nested too deeply", page.name, "save the page as text") from None


def _from_plain(page: PageSource, zone: tzinfo) -> IncomingStory:
    found = plain.read(page.text, page.name, zone)
    address = page.address or found.address
    text = found.headline + " " + " ".join(found.paragraphs)
    return IncomingStory(
        source_id=address or _digest(found.headline, found.paragraphs[0]),
        headline=found.headline,
        standfirst=found.standfirst,
        body=found.blocks,
        bylines=found.bylines,
        dateline=found.dateline,
        published=found.published,
        modified=found.modified,
        language=guess_language(text),
        labels=found.labels,
        source_name=_masthead(page.text, found.headline),
        source_url=address,
        old_urls=(address,) if address else (),
        folder=page.folder,
    )


def _from_html(page: PageSource, zone: tzinfo) -> IncomingStory:
    tree = markup.tree_of(page.text, page.name)
    said = facts.read(tree, page.text, page.address, zone)
    address = page.address or said.address
    blocks = markup.with_captions(
        markup.body(page.text, page.name, address, said.headline, said.article_body), tree, address
    )
    if not said.headline:
        raise NoStory("no headline was found", page.name, "check that the page holds one story")
    story = IncomingStory(
        source_id=address or _digest(said.headline, _opening(blocks)),
        headline=said.headline,
        body=blocks,
        bylines=said.bylines,
        published=said.published,
        modified=said.modified if said.modified != said.published else None,
        language=said.language,
        topics=said.topics,
        labels=said.labels,
        source_name=said.site_name,
        source_url=address,
        old_urls=(address,) if address else (),
        folder=page.folder,
    )
    text = story.body_text
    first = text.split("\n\n", 1)[0]
    description = said.description if _is_own(said.description, first) else ""
    return replace(
        story,
        standfirst=description,
        language=story.language or guess_language(text),
        lead=_lead(said.picture, story),
    )


def _is_own(description: str, first: str) -> bool:
    """Whether a description says something of its own, rather than repeat the beginning of the text cut off."""
    bare = re.sub(r"\W+", "", description).casefold()
    return 30 < len(description) < 400 and not re.sub(r"\W+", "", first).casefold().startswith(bare[:60])


def _lead(address: str, story: IncomingStory) -> IncomingPicture | None:
    return IncomingPicture(address) if address and not story.pictures else None


def _opening(blocks: tuple[IncomingBlock, ...]) -> str:
    """What tells two pages of one headline apart: the first words of the text."""
    text = next((str(block.value) for block in blocks if block.kind == "text"), "")
    return re.sub(r"<[^>]+>", "", text)[:120]


def _digest(*parts: str) -> str:
    return "page:" + blake2b("\n".join(parts).encode(), digest_size=12).hexdigest()


def _masthead(text: str, headline: str) -> str:
    """A site's name where the page opens with one: a domain, or a short line above the headline."""
    for line in plain.lines_of(text)[:3]:
        if re.fullmatch(r"[\w-]+(?:\.[\w-]+)+", line) and not line.isdigit():
            return line
        if words.split_labels(line)[0] == headline:
            break
    return ""


def guess_language(text: str) -> str:
    """The language by script and letters, among those that we publish in; `en` when nothing says otherwise."""
    sample = text[:4000]
    if len(re.findall(r"[\u0600-\u06ff]", sample)) > len(sample) * 0.2:
        return "ar"
    if len(re.findall(r"[\u0400-\u04ff]", sample)) > len(sample) * 0.2:
        return "ru"
    if len(re.findall(r"[əƏ]", sample)) > len(sample) * 0.005:
        return "az"
    return "en"
