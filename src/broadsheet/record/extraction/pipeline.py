"""From a story to suggestions: what was found by the rules, how sure they are, merged with what plug-ins say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from .analysis import DATELINE_DAYS, Analysis, analyse
from .datelines import dateline_date
from .events import find_events
from .merging import merged
from .people import RoleMention
from .plugins import run_plugins
from .protocol import Document, Extraction, Extractor, Suggestion, Value
from .registry import Registry, empty_registry
from .salience import with_salience

VERSION = "1"


class RuleExtractor:
    """Our own rules over a registry, as an extractor like any other."""

    name = "rules"
    version = VERSION
    languages: frozenset[str] = frozenset()

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    def extract(self, document: Document) -> list[Suggestion]:
        return suggestions_of(analyse(document, self.registry))


def extract(
    document: Document, registry: Registry | None = None, plugins: Sequence[Extractor] = ()
) -> Extraction:
    """Everything that a story suggests for the record, in order of place.

    Plug-ins run for at most two seconds each and stay at tier B or below; one that fails leaves a line in `failures`.
    """
    own = RuleExtractor(registry or empty_registry()).extract(document)
    others, failures = run_plugins(plugins, document)
    found = merged(own, others)
    if document.provenance != "own":
        found = [s.lowered("B", "the text is not our newsroom's own") for s in found]
    return Extraction(tuple(found), tuple(failures))


def suggestions_of(analysis: Analysis) -> list[Suggestion]:
    """The rules' suggestions, unmerged plug-ins aside."""
    made = [
        *find_events(analysis),
        *_people(analysis),
        *_organisations(analysis),
        *_places(analysis),
        *_dates(analysis),
    ]
    made.sort(key=lambda s: (s.start, -s.end, s.kind))
    return with_salience(made, analysis)


def _people(analysis: Analysis) -> Iterable[Suggestion]:
    text = analysis.document.text
    for number in range(len(analysis.readings)):
        for mention in analysis.people.mentions[number]:
            yield Suggestion(
                "person",
                mention.start,
                mention.end,
                text[mention.start : mention.end],
                mention.person.name,
                mention.tier,
                mention.rule,
                mention.reason,
                mention.person.entity,
            )
        for role in analysis.people.roles[number]:
            yield Suggestion(
                "role",
                role.start,
                role.end,
                text[role.start : role.end],
                _role_value(role, text),
                role.tier,
                role.rule,
                role.reason,
                role.person.entity,
            )


def _role_value(role: RoleMention, text: str) -> Value:
    return {
        "title": " ".join(text[role.start : role.end].split()),
        "person": role.person.name,
        "country": role.title.country or None,
        "organisation": role.title.organisation or None,
        "level": role.title.level,
        "former": role.title.is_former,
    }


def _organisations(analysis: Analysis) -> Iterable[Suggestion]:
    text = analysis.document.text
    for mentions in analysis.organisations:
        for org in mentions:
            reason = "known organisation" if org.is_known else "written as organisations are"
            if org.is_source:
                reason += "; source of what is reported"
            yield Suggestion(
                "organisation",
                org.start,
                org.end,
                text[org.start : org.end],
                org.name,
                "A" if org.is_sure else "B",
                "organisation.source"
                if org.is_source
                else "organisation.known"
                if org.is_known
                else "organisation.grammar",
                reason,
                org.entity,
            )


def _places(analysis: Analysis) -> Iterable[Suggestion]:
    text = analysis.document.text
    for mentions in analysis.places:
        for place in mentions:
            yield Suggestion(
                "country" if place.kind == "country" else "place",
                place.start,
                place.end,
                text[place.start : place.end],
                place.value,
                place.tier,
                place.rule,
                place.reason,
                place.entity,
            )


def _dates(analysis: Analysis) -> Iterable[Suggestion]:
    document = analysis.document
    near = timedelta(days=DATELINE_DAYS)
    for reading in analysis.readings:
        if reading.sentence.zone == "dateline":
            made = dateline_date(document.text, reading.sentence)
            if made is not None and abs(made.day - document.published) <= near:
                yield Suggestion(
                    "date",
                    made.start,
                    made.end,
                    document.text[made.start : made.end],
                    made.edtf,
                    "A",
                    "date.dateline",
                    "the story's own date line",
                )
            continue
        if reading.sentence.zone == "byline":
            continue
        for date in reading.dates:
            yield Suggestion(
                "date",
                date.start,
                date.end,
                document.text[date.start : date.end],
                date.edtf,
                "A" if date.is_sure else "B",
                date.rule,
                date.reason,
            )
