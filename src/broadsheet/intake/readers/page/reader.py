"""The `page` reader: one saved page, one story; or all pages of a folder, a sitemap or a list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import tzinfo
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from urllib.parse import quote

from broadsheet.outward.errors import OutsideError, UnreadableSource

from ...errors import NoStory
from ...incoming import Broken, Incoming, IncomingBlock, IncomingPicture, IncomingStory, Skipped
from ..protocol import ReaderOptions
from . import facts, markup, plain, sources, words
from .source import PageSource, read
from .sources import Listed, Page
from .visits import Manners, taken_in

LOOKED_UP_TOGETHER = 100
INDEX = re.compile(r"(?<![^/])index\.[a-z]{3,5}$")


class PageReader:
    """Implements `readers.protocol.Reader`."""

    kind = "page"

    def __init__(self, options: ReaderOptions) -> None:
        self.position = 0
        self._allow_private = options.allow_private
        self._site = options.site.rstrip("/")
        self._manners = Manners(allow_private=options.allow_private)

    def size(self, source: str) -> int:
        """The bytes of a folder's pages; otherwise pages are told by their number."""
        return sources.size(source)

    def items(self, source: str, zone: tzinfo) -> Iterator[Incoming]:
        """The one story of a page, or one of each page that the source names."""
        self.position = 0
        with sources.listing(source, zone, allow_private=self._allow_private) as listed:
            if listed is None:
                yield story_of(read(source, allow_private=self._allow_private), zone)
                return
            yield from self._each(source, listed, zone)

    def _each(self, source: str, listed: Iterator[Listed], zone: tzinfo) -> Iterator[Incoming]:
        left = sources.MOST_PAGES
        while some := list(islice(listed, min(LOOKED_UP_TOGETHER, left))):
            left -= len(some)
            taken = taken_in(
                entry for entry in some if isinstance(entry, Page) and sources.is_address(entry.name)
            )
            for entry in some:
                if not isinstance(entry, Page):
                    yield entry
                elif moment := taken.get(entry.name):
                    yield Skipped(entry.name, f"taken in already, on {moment:%Y-%m-%d %H:%M}")
                else:
                    yield self._one(source, entry.name, zone)
        if not left and next(listed, None) is not None:
            raise UnreadableSource(f"more than {sources.MOST_PAGES} pages", source, "give it in parts")

    def _one(self, source: str, name: str, zone: tzinfo) -> Incoming:
        is_remote = sources.is_address(name)
        try:
            if is_remote and not self._manners.wait(name):
                return Broken(name, "its host does not answer: it was asked no more")
            page = read(name, allow_private=self._allow_private)
            if is_remote:
                self._manners.went(name)
            else:
                self.position += Path(name).stat().st_size
            story = story_of(page, zone)
        except (OutsideError, OSError) as error:
            if is_remote:
                self._manners.went(name, str(error))
            return Broken(name, str(error))
        if is_remote and name not in story.old_urls:
            # It redirects; both addresses were the page's.
            return replace(story, old_urls=(*story.old_urls, name))
        return story if is_remote or story.source_url or not self._site else self._placed(story, source, name)

    def _placed(self, story: IncomingStory, folder: str, name: str) -> IncomingStory:
        """A page that doesn't say its address, in a folder that is a copy of a site."""
        path = Path(name).relative_to(folder).as_posix()
        address = f"{self._site}/{quote(INDEX.sub('', path))}"
        return replace(story, source_id=address, source_url=address, old_urls=(address,))


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
