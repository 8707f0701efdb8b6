"""JSON-LD of the record: events and people in schema.org's words. Nothing inferred, nothing derived, nothing vaguer than a day as a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString

from broadsheet.record.dossiers import Dossier
from broadsheet.record.timelines import EventLine, Who

from .structured import script

if TYPE_CHECKING:
    from .chrome import Chrome

_STATUS = {"cancelled": "EventCancelled", "postponed": "EventPostponed"}
_TYPES = {"person": "Person", "organisation": "Organization", "country": "Country", "place": "Place"}


def structured_dossier(dossier: Dossier, chrome: Chrome) -> SafeString:
    """The page, whom it is about, and its dated events."""
    about: dict[str, Any] = {"@type": "Thing", "name": dossier.head.name}
    if dossier.head.is_person:
        about = {"@type": "Person", "name": dossier.head.name, "alternateName": list(dossier.aliases)}
        # A role's dates only where somebody says when it began or ended: days it was seen are no dates of a role.
        about["hasOccupation"] = [
            {"@type": "Role", "roleName": role.title} for role in dossier.roles if role.title
        ]
    if dossier.same_as:
        about["sameAs"] = f"https://www.wikidata.org/entity/{dossier.same_as}"
    events = [event(line, chrome.base_url) for line in dossier.timeline.lines if is_plain(line)]
    return script(
        chrome,
        {
            "@type": "CollectionPage",
            "name": dossier.head.name,
            "url": chrome.canonical,
            "inLanguage": chrome.language,
            "about": about,
            "mentions": events,
        },
    )


def is_plain(line: EventLine) -> bool:
    """Whether it can be told as a schema.org event: on a day, and not by arithmetic."""
    return bool(line.iso) and not line.is_derived


def event(line: EventLine, base_url: str) -> dict[str, Any]:
    """One event; who was only inferred is left out."""
    data: dict[str, Any] = {
        "@type": "Event",
        "name": line.title,
        "startDate": line.iso,
        "eventStatus": f"https://schema.org/{_STATUS.get(line.life, 'EventScheduled')}",
    }
    if line.end and line.start and line.end != line.start:
        data["endDate"] = line.end.isoformat()
    if line.place:
        data["location"] = {"@type": "Place", "name": line.place.name}
    attendees = [_who(who, base_url) for who in (*line.people, *line.parties) if not who.is_inferred]
    if attendees:
        data["attendee"] = attendees
    return data


def _who(who: Who, base_url: str) -> dict[str, Any]:
    data = {"@type": _TYPES.get(who.kind, "Thing"), "name": who.name}
    return {**data, "url": base_url + who.path} if who.path else data
