"""From one ninjs item to what comes in: stories, pictures, and a clear reason for everything else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import tzinfo
from html import escape

from broadsheet.newsroom.models import Access

from ...incoming import (
    Broken,
    Incoming,
    IncomingBlock,
    IncomingMedia,
    IncomingPicture,
    IncomingStory,
    IncomingTerm,
    Skipped,
)
from ...markup import blocks_of
from ...nitf import html_of_nitf
from ...wire import (
    best_of,
    genre_of,
    names_of,
    opening,
    release,
    repeats,
    slug_in,
    squeezed,
    terms_of,
    with_pictures,
    without_headline,
    words_of,
)
from ..jsonl.fields import is_usable, is_web
from .item import Item, Worded

TOPICS = (
    *(("subject", "subjects"), ("person", "people"), ("organisation", "organisations")),
    *(("place", "places"), ("event", "events")),
)
WRITERS = ("author", "writer", "creator", "byline", "reporter")
SECTION = "section"
SOUND_AND_VIDEO = ("video", "audio")
NO_STORIES = {"event": "an event of the diary", "planning": "a plan of coverage", "component": "a component"}
MOST_NESTED = 20


def incoming(item: Item, place: str, folder: str, zone: tzinfo, depth: int = 0) -> Iterator[Incoming]:
    """What one item holds: itself, then the stories that are associated with it."""
    uri = item.text("uri", "id", "guid")
    if not uri:
        yield Broken(place, "it has no uri")
        return
    kind = item.text("type").casefold()
    if item.at("eventdetails") and kind in ("", "event"):
        kind = "event"
    if reason := _withdrawn(item):
        yield Skipped(uri, reason)
    elif kind == "composite" and not item.worded("body", "bodies") and any(map(_is_item, item.parts())):
        yield Skipped(uri, "a package of items, which come in by themselves")
    elif kind in NO_STORIES:
        yield Skipped(uri, f"{NO_STORIES[kind]}, no story")
    elif kind in ("picture", "graphic") and not _is_long(item):
        picture = picture_of(item)
        yield (
            IncomingMedia(uri, picture, folder=folder)
            if picture
            else Skipped(uri, f"a {kind} without a file that is one")
        )
    else:
        yield _story(item, uri, kind, folder, zone)
    if depth < MOST_NESTED:
        for part in item.parts():
            if _is_item(part):
                yield from incoming(part, f"{place}, {part.text('uri')}", folder, zone, depth + 1)


def _withdrawn(item: Item) -> str:
    status = item.text("pubstatus").casefold().rpartition(":")[2]
    if status in ("canceled", "cancelled", "killed"):
        return "its agency has withdrawn it (kill notice): take down what was made from it"
    return "its agency withholds it for now" if status == "withheld" else ""


def _is_long(item: Item) -> bool:
    """Whether a picture's item is a text with a picture: more words in its body than a caption has."""
    caption = max((len(words_of(d.value)) for d in item.worded("description", "descriptions")), default=0)
    return max((len(words_of(b.value)) for b in item.worded("body", "bodies")), default=0) > max(
        1_000, 2 * caption
    )


def _is_story(part: Item) -> bool:
    return bool(part.text("uri") and part.worded("body", "bodies")) and part.text("type").casefold() in (
        *("text", "composite", ""),
    )


def _is_item(part: Item) -> bool:
    return bool(part.text("uri")) and (_is_story(part) or bool(_withdrawn(part)))


def _story(item: Item, uri: str, kind: str, folder: str, zone: tzinfo) -> Incoming:
    headline = item.headline() or words_of(item.text("slugline"))
    lost: list[str] = []
    html = _body(item, headline)
    blocks = list(blocks_of(html, uri if is_web(uri) else "", lost=lost))
    summary = item.description("summary", "abstract", "lead", "text")
    if kind in SOUND_AND_VIDEO and not blocks:
        return Skipped(uri, f"{'a video' if kind == 'video' else 'a sound'} without a text")
    if not headline and not blocks:
        return Skipped(uri, "it has neither headline nor text")
    pictures = [
        (picture, [r.href for r in part.renditions()])
        for part in (item, *item.parts())
        if part.text("type").casefold() in ("picture", "graphic", "") and (picture := picture_of(part))
    ]
    top = next((part for part in item.parts() if _rel(part) == "lead" and part.renditions()), None)
    lead, body = with_pictures(blocks, pictures, picture_of(top) if top else None)
    for part in item.parts():
        what = part.text("type").casefold()
        if what in SOUND_AND_VIDEO:
            lost.append(f"a {what} that is associated")
        elif _is_story(part) or what == "text":
            body += _reference(part)
    if item.text("ednote"):
        lost.append("an agency's note to editors, which is never printed")
    published = next(
        (m for n in ("firstcreated", "contentcreated", "versioncreated") if (m := item.moment(n, zone))), None
    )
    status, moment = release(published, item.moment("embargoed", zone) or item.moment("embargoeduntil", zone))
    modified = item.moment("versioncreated", zone)
    page = next((r.href for r in item.renditions() if r.content_type == "text/html" and is_web(r.href)), "")
    made = IncomingStory(
        source_id=uri[:500],
        headline=headline or opening(summary, blocks) or uri,
        body=body,
        standfirst=summary,
        bylines=_bylines(item),
        dateline=words_of(item.text("located")),
        published=moment,
        modified=modified if modified and published and modified > published else None,
        language=item.text("language"),
        status=status,
        genre=genre_of(
            text
            for part in item.items("genre", "genres")
            for text in (part.text("name"), part.text("literal"))
        ),
        source_name=_source(item),
        source_url=(origin := _origin(item)) or page or (uri if is_web(uri) else ""),
        url=page if origin else "",
        slug=slug_in(page),
        access=_access(item),
        kicker=item.headline_as("kicker"),
        social_headline=item.headline_as("social"),
        seo_title=item.headline_as("seo"),
        search_description=item.described("seo"),
        usage_terms=_terms(item),
        lead=lead,
        folder=folder,
        terms=(
            *_sections(item),
            *terms_of(
                (part.text("name"), part.text("uri", "qcode", "literal", "code"))
                for names in TOPICS
                for part in item.items(*names)
                if _rel(part) not in (*WRITERS, SECTION)
            ),
        ),
        lost=tuple(dict.fromkeys(lost)),
    )
    return replace(made, standfirst="") if repeats(summary, made.body_text) else made


def _body(item: Item, headline: str) -> str:
    """The best version of the body as HTML: the one that says most, with pictures before without."""
    found = item.worded("body", "bodies")
    written = [part for part in found if part.is_html]
    if written:
        best = max(
            written, key=lambda part: (len(squeezed(words_of(part.value))) // 50, "<img" in part.value)
        )
        return without_headline(best.value, headline)
    marked = [part for part in found if not part.is_plain]
    for part in marked:
        if html := html_of_nitf(part.value) if part.value.lstrip().startswith("<") else "":
            return without_headline(html, headline)
    plain = [part for part in found if part.is_plain] or found
    if not plain:
        return ""
    return _paragraphs(max(plain, key=lambda part: len(part.value)), headline)


def _paragraphs(part: Worded, headline: str) -> str:
    """Plain text: a blank line, or where there are none each line, ends a paragraph."""
    text = part.value.replace("\r\n", "\n").replace("\r", "\n")
    pieces = text.split("\n\n") if "\n\n" in text.strip() else text.split("\n")
    lines = [" ".join(piece.split()) for piece in pieces]
    kept = [line for line in lines if line]
    if kept and squeezed(kept[0]) == squeezed(headline):
        del kept[0]
    return "".join(f"<p>{escape(line, quote=False)}</p>" for line in kept)


def _bylines(item: Item) -> tuple[str, ...]:
    if line := item.text("byline", "by"):
        return names_of(line)
    writers = [
        part.text("name")
        for part in (*item.items("contributor", "contributors"), *item.items("person", "people"))
        if _rel(part) in WRITERS
    ]
    return tuple(dict.fromkeys(name for name in writers if name))


def _access(item: Item) -> str:
    """Who may read it, where another paper of ours says so; empty otherwise."""
    said = [part.text("value") for part in item.items("altids") if part.text("role") == "broadsheet-access"]
    return next((level for level in said if level in Access.values), "")


def _rel(part: Item) -> str:
    return part.text("rel", "role").casefold().rpartition(":")[2]


def _sections(item: Item) -> Iterator[IncomingTerm]:
    """What a provider files under a desk of its own."""
    for part in item.items("subject", "subjects"):
        if _rel(part) == SECTION and (name := words_of(part.text("name"))):
            yield IncomingTerm("section", name, part.text("literal", "code"))


def _origin(item: Item) -> str:
    """Where the source of the information has it."""
    return next((uri for s in item.items("infosources", "infosource") if is_web(uri := s.text("uri"))), "")


def _source(item: Item) -> str:
    """Who the story is from, for the credit."""
    for part in (*item.items("infosources", "infosource"), *item.items("provider", "source")):
        if name := part.text("name", "literal"):
            return words_of(name)[:255]
    return words_of(item.text("copyrightholder"))[:255]


def _terms(item: Item) -> str:
    rights = item.items("rightsinfo")
    linked = [part.text("linkedrights") for part in rights if is_web(part.text("linkedrights"))]
    found = [item.text("usageterms"), item.text("copyrightnotice"), *linked]
    return "\n".join(dict.fromkeys(text for text in found if text))


def picture_of(item: Item) -> IncomingPicture | None:
    """The largest file of an item with its words."""
    best = best_of(r for r in item.renditions() if is_usable(r.href))
    if best is None:
        return None
    makers = [item.text("byline", "by"), item.text("creditline", "credit") or _source(item)]
    credit = " / ".join(dict.fromkeys(words for text in makers if (words := words_of(text))))
    alt = next(
        (words_of(d.value) for d in item.worded("description", "descriptions") if "alt" in d.role), ""
    ) or words_of(item.text("alttext"))
    return IncomingPicture(best.href, alt, item.description("caption", "text"), credit)


def _reference(part: Item) -> tuple[IncomingBlock, ...]:
    """A story that belongs to this one, as a card where it comes in too."""
    uri, headline = part.text("uri"), part.headline()
    if not headline:
        return ()
    return (IncomingBlock("related", {"id": uri, "headline": headline, "url": uri if is_web(uri) else ""}),)
