"""The mapping: what the source calls things, and what they are called here. A small TOML file that a dry run drafts.

```toml
[sections]            # category at the source → slug of a section here; "" files nothing under it
politics = "nation"
[topics]              # tag, or category that is no section → topic's name; "" drops it
"cop-26" = "Climate"
[authors]             # log-in or name at the source → by-line here; "" prints none
jdoe = "Jane Doe"
[shortcodes]          # WordPress: drop, text, html, embed, quote, facts or gallery
[defaults]
access = "metered"    # of stories that the source says nothing of: free, registered, metered, subscribers
language = "en"
```
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path

from broadsheet.newsroom.media_topics import code_in
from broadsheet.newsroom.models import Access
from broadsheet.newsroom.slugs import slug_for
from broadsheet.outward.errors import UnreadableSource

from .incoming import IncomingAuthor, IncomingStory, IncomingTerm

TABLES = ("sections", "topics", "authors", "shortcodes", "defaults")
SHORTCODE_WAYS = ("drop", "text", "html", "embed", "quote", "facts", "gallery")
DEFAULTS = ("access", "language")
MOST_BYTES, MOST_DRAFTED = 4 * 1024 * 1024, 50_000


@dataclass(frozen=True, slots=True)
class Words:
    """The tables of a mapping file; empty ones change nothing."""

    sections: dict[str, str] = field(default_factory=dict)
    topics: dict[str, str] = field(default_factory=dict)
    authors: dict[str, str] = field(default_factory=dict)
    shortcodes: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)


def load(path: Path) -> Words:
    """Read a mapping file. Raises `UnreadableSource` that names the line or the key."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UnreadableSource("larger than a mapping can be", str(path), "check the name")
        tables = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UnreadableSource("it can't be read", str(path), error.strerror or "check it") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableSource(f"it is not TOML ({error})", str(path), "mend that line") from None
    for name, table in tables.items():
        if name not in TABLES:
            raise UnreadableSource(f"unknown table [{name}]", str(path), f"use some of: {', '.join(TABLES)}")
        if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
            raise UnreadableSource(f"[{name}] holds more than texts", str(path), 'write "key" = "value"')
    words = Words(**tables)
    for key, way in words.shortcodes.items():
        if way not in SHORTCODE_WAYS:
            raise UnreadableSource(
                f"shortcode {key!r} can't become {way!r}",
                str(path),
                f"use one of: {', '.join(SHORTCODE_WAYS)}",
            )
    for key in words.defaults:
        if key not in DEFAULTS:
            raise UnreadableSource(f"unknown default {key!r}", str(path), f"use: {', '.join(DEFAULTS)}")
    if words.defaults.get("access", "free") not in Access.values:
        raise UnreadableSource("unknown access", str(path), f"use one of: {', '.join(Access.values)}")
    return words


class Mapper:
    """Files stories by a mapping, and without one by what the paper has; notes what it met, for a draft."""

    def __init__(self, words: Words, section_slugs: Collection[str]) -> None:
        self.words = words
        self._slugs = frozenset(section_slugs)
        self._met: dict[str, dict[str, str]] = {name: {} for name in ("sections", "topics", "authors")}

    def apply(self, story: IncomingStory) -> IncomingStory:
        """The story with section, topics and by-lines of ours.

        A category becomes the section when the mapping or a section's slug says so; else the primary one, or the first
        that stands at the top of its tree, names a section to be made. All others become topics.
        """
        section, section_name, chosen = self._section(story)
        topics = dict(zip_longest(story.topics, story.topic_codes[: len(story.topics)], fillvalue=""))
        for term in story.terms:
            if term is not chosen and (name := self._topic(term, section)):
                topics[name] = topics.get(name) or code_in(term.key)
        bylines, authors = self._bylines(story)
        defaults = self.words.defaults
        return replace(
            story,
            section=section,
            section_name=section_name,
            topics=tuple(topics),
            topic_codes=tuple(topics.values()) if any(topics.values()) else (),
            bylines=bylines,
            authors=authors,
            access=story.access or defaults.get("access", "free"),
            language=story.language or defaults.get("language", ""),
        )

    def draft(self) -> str:
        """A mapping file with everything that was met, mapped to what happens without it."""
        lines = ["# What the source calls things = what they are called here.", ""]
        tables = {**self._met, "shortcodes": self.words.shortcodes, "defaults": self.words.defaults}
        for name, table in tables.items():
            lines.append(f"[{name}]")
            lines += [
                f"{json.dumps(k, ensure_ascii=False)} = {json.dumps(v, ensure_ascii=False)}"
                for k, v in sorted(table.items())
            ]
            lines.append("")
        return "\n".join(lines)

    def _section(self, story: IncomingStory) -> tuple[str, str, IncomingTerm | None]:
        if story.section:
            return story.section, story.section_name, None
        candidates = [term for term in story.terms if term.kind == "section"]
        candidates.sort(key=lambda term: (not term.is_primary, len(term.parents)))
        for term in candidates:
            said = self.words.sections.get(term.key, self.words.sections.get(term.name))
            slug = said if said is not None else slug_for(term.key or term.name)
            if said or (said is None and slug in self._slugs):
                self._note("sections", term.key or term.name, slug)
                return slug, "" if slug in self._slugs else term.name, term
        for term in candidates:
            if self._is_mapped(term):
                continue
            slug = slug_for(term.key or term.name)
            self._note("sections", term.key or term.name, slug)
            return slug, term.name, term
        return "", "", None

    def _is_mapped(self, term: IncomingTerm) -> bool:
        return term.key in self.words.sections or term.name in self.words.sections

    def _topic(self, term: IncomingTerm, section: str) -> str:
        said = self.words.topics.get(term.key, self.words.topics.get(term.name, term.name))
        if term.kind == "section" and slug_for(term.key or term.name) == section:
            return ""
        self._note("topics", term.key or term.name, said)
        return said

    def _bylines(self, story: IncomingStory) -> tuple[tuple[str, ...], tuple[IncomingAuthor, ...]]:
        told = {author.name: author for author in story.authors}
        bylines: list[str] = []
        authors: list[IncomingAuthor] = []
        for name in story.bylines or tuple(told):
            author = told.get(name, IncomingAuthor(name))
            said = self.words.authors.get(author.key, self.words.authors.get(name, name))
            self._note("authors", author.key or name, said)
            if said:
                bylines.append(said)
                authors.append(author if said == name else replace(author, name=said, slug=""))
        return tuple(dict.fromkeys(bylines)), tuple(authors)

    def _note(self, table: str, key: str, value: str) -> None:
        met = self._met[table]
        if len(met) < MOST_DRAFTED:
            met.setdefault(key, value)
