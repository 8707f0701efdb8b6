"""Our own form, one story a line: what `export jsonl` writes (`line_of`) and `import jsonl` reads (`story_of`).

Both directions stand here so that they cannot part. A line may come from another program, too: only `id` or `url` and a
headline are asked for, everything else has its default, and everything passes the same cleaning as any archive.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from broadsheet.newsroom.media_topics import code_in
from broadsheet.outward.errors import UnreadableSource

from ...incoming import (
    STATUSES,
    Broken,
    Incoming,
    IncomingAuthor,
    IncomingCorrection,
    IncomingStory,
)
from ...lines import Line, lines_of
from ..protocol import ReaderOptions
from .blocks import body_of, picture_of, pictures_of
from .fields import BadLine, Fields

ACCESSES = ("free", "registered", "metered", "subscribers")
NOTES = ("correction", "clarification", "retraction")
AUTHOR_WORDS = ("key", "slug", "email", "bio", "url")


def _codes(fields: Fields) -> tuple[str, ...]:
    """Media Topics of the topics, in their order; some may have none."""
    found = [code_in(text) if isinstance(text, str) else "" for text in fields.items("topic_codes")]
    return tuple(found) if any(found) else ()


def line_of(story: IncomingStory) -> str:
    """The story as one line, without its end. Equal stories give equal bytes."""
    made = story.to_json()
    authors = [_author_line(author) for author in story.authors]
    if any(len(author) > 1 for author in authors):
        made["authors"] = authors
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))


def key_of(source_id: str) -> UUID | None:
    """The `translation_key` that an id of ours names: `<uuid>:<language>`."""
    try:
        return UUID(source_id.partition(":")[0])
    except ValueError:
        return None


def id_of(key: UUID, language: str) -> str:
    """A story's id: the same in every paper that it is imported into, and one per language."""
    return f"{key}:{language}"


class JsonlReader:
    """Implements `readers.protocol.Reader`: a file, or a folder's `*.jsonl` in the order of their names."""

    kind = "jsonl"

    def __init__(self, options: ReaderOptions) -> None:
        self.position = 0

    def size(self, source: str) -> int:
        try:
            return sum(path.stat().st_size for path in _files(source))
        except (UnreadableSource, OSError):
            return 0

    def items(self, source: str, zone: tzinfo) -> Iterator[Incoming]:
        """Every line's story; a line that can't be read is `Broken` and the next one follows."""
        self.position, before = 0, 0
        for path in _files(source):
            folder = str(path.resolve().parent)
            for line in lines_of(path):
                self.position = before + line.end
                yield _incoming(line, f"{path.name} line {line.number}", folder, zone)
            before = self.position


def _files(source: str) -> list[Path]:
    path = Path(source)
    try:
        found = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
        if not found or not all(file.is_file() for file in found):
            raise UnreadableSource("there is no such file", source, "name what `export jsonl` wrote")
    except (OSError, ValueError) as error:
        raise UnreadableSource("it can't be read", source, f"check its name ({error})") from None
    return found


def _incoming(line: Line, place: str, folder: str, zone: tzinfo) -> Incoming:
    if line.trouble:
        return Broken(place, line.trouble)
    try:
        return story_of(json.loads(line.text, parse_constant=_no_number), folder=folder, zone=zone)
    except RecursionError:
        return Broken(place, "it is nested too deeply")
    except json.JSONDecodeError as error:
        return Broken(place, f"it is not JSON: {error.msg} at character {error.pos}")
    except (ValueError, OverflowError) as error:
        return Broken(place, str(error)[:300])


def _no_number(text: str) -> None:
    raise BadLine(f"{text} is no number")


def story_of(line: Any, *, folder: str, zone: tzinfo) -> IncomingStory:
    """The story of one line's object. Raises `BadLine`; what can't be kept stands in `lost`."""
    fields = Fields(line, zone)
    source = Fields(fields.mapping("source"), zone)
    url = fields.address("url")
    source_url = source.address("url")
    source_id = fields.text("id").strip() or url
    headline = fields.text("headline").strip()
    if not source_id:
        raise BadLine("it has neither id nor url")
    if not headline:
        raise BadLine(f"{source_id} has no headline")
    old_urls = [text for text in fields.texts("old_urls") if text]
    if url and url not in (source_url, *old_urls):
        old_urls.append(url)
    form: Literal["story", "page"] = (
        "page" if fields.choice("form", ("story", "page"), "story") == "page" else "story"
    )
    lost: list[str] = []
    return IncomingStory(
        source_id=source_id[:500],
        headline=headline,
        body=tuple(body_of(fields, lost)),
        url=url,
        form=form,
        slug=fields.text("slug"),
        kicker=fields.text("kicker"),
        standfirst=fields.text("standfirst"),
        bylines=fields.texts("bylines"),
        dateline=fields.text("dateline"),
        published=fields.moment("published"),
        modified=fields.moment("modified"),
        language=fields.text("language"),
        section=fields.text("section"),
        section_name=fields.text("section_name"),
        topics=fields.texts("topics"),
        topic_codes=_codes(fields),
        access=fields.choice("access", ACCESSES, "free"),
        status=fields.choice("status", STATUSES, "live"),
        labels=fields.texts("labels"),
        genre=fields.text("genre"),
        source_name=source.text("name"),
        source_url=source_url,
        usage_terms=fields.text("usage_terms"),
        old_urls=tuple(old_urls),
        lead=picture_of(fields.value("lead"), lost),
        front_headline=fields.text("front_headline"),
        social_headline=fields.text("social_headline"),
        seo_title=fields.text("seo_title"),
        search_description=fields.text("search_description"),
        corrections=tuple(_note(note, zone) for note in fields.items("corrections")),
        files=tuple(pictures_of(fields.items("pictures"), lost)),
        is_laid_out=True,
        folder=folder,
        authors=tuple(_author(author, lost) for author in fields.items("authors")),
        lost=tuple(lost),
    )


def _author(value: Any, lost: list[str]) -> IncomingAuthor:
    fields = Fields(value, UTC)
    words = {name: fields.text(name) for name in AUTHOR_WORDS}
    return IncomingAuthor(fields.text("name"), photo=picture_of(fields.value("photo"), lost), **words)


def _author_line(author: IncomingAuthor) -> dict[str, Any]:
    words = {name: value for name, value in asdict(author).items() if value and name != "photo"}
    return {**words, "photo": author.photo.to_json()} if author.photo else words


def _note(value: Any, zone: tzinfo) -> IncomingCorrection:
    fields = Fields(value, zone)
    made = fields.moment("made")
    if made is None:
        raise BadLine("a correction has no time")
    return IncomingCorrection(fields.choice("kind", NOTES, "correction"), fields.text("text"), made)
