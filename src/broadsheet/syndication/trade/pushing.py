"""Hands each new version of a story to the partners that want it brought: one file a version, by SFTP or HTTP PUT.

What is written is the story's state when it is handed over; one that the partner can't have any more is taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.utils import timezone

from broadsheet.newsroom.models import Story
from broadsheet.outward.fetch import post

from ..delivering import HandOver, owe
from ..models import Delivery, StoryEvent
from . import partners, sftp
from .items import Item, Withdrawal
from .models import Partner, PartnerItem
from .views import FORMS

CHANNEL = "partners"
SUFFIXES = {"ninjs": ".ninjs.json", "newsml": ".newsml.xml"}
MOST_ANSWER = 65_536


def heard(events: Sequence[StoryEvent]) -> None:
    """The follower of story events: owes each partner each story once, however much became of it."""
    pushed = [
        partner
        for partner in Partner.objects.exclude(push_url="").prefetch_related("sections")
        if partner.is_valid
    ]
    if not pushed:
        return
    last = {event.story: event for event in events}
    published = dict(Story.objects.filter(pk__in=last).values_list("pk", "published_at"))
    had = set(PartnerItem.objects.filter(story__in=last).values_list("partner", "story"))
    now = timezone.now()
    for partner in pushed:
        sections = {section.pk for section in partner.sections.all()}
        for pk, event in last.items():
            is_gone = event.kind == StoryEvent.Kind.UNPUBLISHED
            is_chosen = not is_gone and _may_want(partner, sections, event)
            if not is_chosen and (partner.pk, pk) not in had:
                continue
            free_at = (published.get(pk) or now) + timedelta(minutes=partner.embargo)
            owe(
                CHANNEL,
                [partner.push_url],
                {"partner": partner.pk, "story": pk},
                subject=f"partner/{partner.pk}/story/{pk}",
                due_at=now if is_gone else max(now, free_at),
            )


def _may_want(partner: Partner, sections: set[int], event: StoryEvent) -> bool:
    """Whether it can be one of the partner's; what it is is looked at when it is sent."""
    languages = partner.language_codes
    return (not sections or event.section in sections) and (not languages or event.language in languages)


def send(delivery: Delivery) -> HandOver | None:
    """The sender: the story as it is now, or its withdrawal; nothing for a partner that is none any more."""
    partner = Partner.objects.filter(pk=delivery.payload["partner"]).first()
    if partner is None or not partner.is_valid or not partner.push_url:
        return None
    pk = int(delivery.payload["story"])
    stories = list(partners.stories_of(partner).filter(pk=pk))
    given: list[Item | Withdrawal] = list(partners.items_of(partner, stories))
    given = given or list(partners.withdrawals_of(partner, [pk]))
    if not given:
        return None
    # Before it goes: a partner that may have it is told when it must not.
    partners.note(partner, given)
    form = FORMS[partner.push_format]
    name = f"story-{pk}-v{given[0].version:06d}{SUFFIXES[partner.push_format]}"
    data = form.one(given[0])
    host = urlsplit(partner.push_url).hostname or ""
    is_known = host in settings.PAPER.partner_hosts
    if urlsplit(partner.push_url).scheme == "sftp":
        return partial(sftp.put, partner.push_url, name, data, partner.host_key, sftp.own_key(), is_known)
    return partial(_put, partner.push_url, name, data, form.media_type, partner.push_token, is_known)


def _put(folder: str, name: str, data: bytes, media_type: str, token: str, allow_private: bool) -> None:
    """By HTTP (WebDAV servers and object stores take it): PUT to the folder's address and the name."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    address = urljoin(folder if folder.endswith("/") else f"{folder}/", name)
    post(
        address,
        data,
        media_type,
        method="PUT",
        headers=headers,
        most_bytes=MOST_ANSWER,
        allow_private=allow_private,
    )
