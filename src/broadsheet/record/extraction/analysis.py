"""A story read whole: its sentences with what is known in them, and the people, places and organisations found."""

from __future__ import annotations

from dataclasses import dataclass

from .dates import find_dates
from .folding import fold
from .gazetteer import gazetteer
from .grammar.organisations import find_organisations
from .people import People, find_people
from .places import PlaceMention, find_places
from .protocol import Document
from .reading import Reading, read
from .registry import Hit, Registry
from .zones import Block, blocks, sentences

# The dateline may be some days from the day given; a page's own date is farther off.
DATELINE_DAYS = 7


@dataclass(frozen=True, slots=True)
class OrganisationMention:
    """An organisation in a sentence; `is_sure`: known, or a kind that is always written so."""

    start: int
    end: int
    first: int
    last: int
    name: str
    entity: str
    is_sure: bool
    is_known: bool
    country: str = ""
    is_source: bool = False


@dataclass(slots=True)
class Analysis:
    """Everything before events; lists are parallel to `readings`."""

    document: Document
    blocks: list[Block]
    readings: list[Reading]
    people: People
    places: list[list[PlaceMention]]
    organisations: list[list[OrganisationMention]]


def analyse(document: Document, registry: Registry) -> Analysis:
    """Read a story. Time grows with its length only."""
    text = document.text
    found = blocks(text)
    folded = fold(text)
    hits = _hits(text, folded, document.language, registry)
    readings: list[Reading] = []
    place = 0
    for sentence in sentences(text, found):
        while place < len(hits) and hits[place].start < sentence.start:
            place += 1
        own: list[Hit] = []
        while place < len(hits) and hits[place].end <= sentence.end:
            own.append(hits[place])
            place += 1
        dates = find_dates(text, sentence.start, sentence.end, document.published, document.language)
        readings.append(read(text, sentence, own, dates))
    people = find_people(readings)
    places, organisations = [], []
    for number, reading in enumerate(readings):
        used = {n for mention in people.mentions[number] for n in range(mention.first, mention.last)}
        in_title = {n for title in people.titles[number] for n in range(title.first, title.last)}
        own_organisations = _organisations(reading, used)
        organisations.append(own_organisations)
        inside = used | {
            n
            for org in own_organisations
            for n in range(org.first, org.last)
            if not _is_country_led(reading, org, n)
        }
        places.append(find_places(reading, inside, in_title))
    return Analysis(document, found, readings, people, places, organisations)


def _is_country_led(reading: Reading, org: OrganisationMention, token: int) -> bool:
    """The country inside "Azerbaijani Foreign Ministry" is a mention of its own."""
    hit = reading.hits_from(token, "country")
    return hit is not None and hit[1] <= org.last and not org.is_known


def _hits(text: str, folded: str, language: str, registry: Registry) -> list[Hit]:
    """Hits of the registry and of the built-in facts; the registry's win over built-in ones that they overlap."""
    own = registry.find(text, folded, language)
    builtin = gazetteer(language).find(text, folded, language)
    if not own:
        return builtin
    merged = list(own)
    spans = sorted((hit.start, hit.end) for hit in own)
    at = 0
    for hit in builtin:
        while at < len(spans) and spans[at][1] <= hit.start:
            at += 1
        near = spans[max(0, at - 1) : at + 2]
        if not any(
            start < hit.end and hit.start < end and (start, end) != (hit.start, hit.end)
            for start, end in near
        ):
            merged.append(hit)
    return sorted(merged, key=lambda hit: (hit.start, -hit.end))


def _organisations(reading: Reading, used: set[int]) -> list[OrganisationMention]:
    from .folding import slug

    made: list[OrganisationMention] = []
    if reading.sentence.zone not in {"body", "headline", "subhead"}:
        return made
    for first, last, is_sure in find_organisations(reading):
        if any(n in used for n in range(first, last)):
            continue
        hit = reading.hits_from(first, "organisation")
        exact = hit is not None and hit[1] == last
        if reading.sentence.zone != "body" and not exact:
            continue
        start, end = reading.tokens[first].start, reading.tokens[last - 1].end
        name = reading.text[start:end]
        country = next(
            (
                h.known.country
                for h in reading.hits
                if start <= h.start and h.end <= end and h.known.kind == "country"
            ),
            "",
        )
        entity = hit[0].known.id if exact and hit else f"org:{slug(name)}"
        label = hit[0].known.label if exact and hit else name
        made.append(OrganisationMention(start, end, first, last, label, entity, is_sure, exact, country))
    return made
