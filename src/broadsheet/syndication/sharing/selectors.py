"""Reads for the page on which an editor shares a story."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from broadsheet.newsroom.document import Document
from broadsheet.newsroom.models import Story

from ..models import Delivery
from .adapters import ADAPTERS
from .models import Share, ShareAccount
from .services import CHANNEL, TAKING_BACK, text_of


@dataclass(frozen=True, slots=True)
class Place:
    """One account beside a story: what would be posted, how long it is, and what became of it.

    `state` is "", "planned", "posted", "failed" or "withdrawn".
    """

    account: ShareAccount
    share: Share | None
    text: str
    length: int
    limit: int
    state: str
    error: str = ""


def places(story: Story, document: Document) -> list[Place]:
    """The active accounts that a story may be shared to: three queries."""
    accounts = ShareAccount.objects.filter(
        Q(language__in=["", story.language]), Q(section=None) | Q(section=story.desk_id), is_active=True
    ).order_by("name")
    shares = {share.account_id: share for share in Share.objects.filter(story=story.pk)}
    subjects = [share.subject for share in shares.values()]
    newest: dict[str, Delivery] = {
        delivery.subject: delivery
        for delivery in Delivery.objects.filter(channel__in=(CHANNEL, TAKING_BACK), subject__in=subjects)
    }
    found = []
    for account in accounts:
        share = shares.get(account.pk)
        delivery = newest.get(share.subject) if share else None
        text = text_of(account, document, share.text if share else "")
        adapter = ADAPTERS[account.service]
        state = _state(share, delivery)
        error = delivery.error if delivery and state in ("failed", "planned") else ""
        found.append(Place(account, share, text, adapter.length(text), adapter.limit, state, error))
    return found


def _state(share: Share | None, delivery: Delivery | None) -> str:
    if share is None:
        return ""
    if share.withdrawn_at:
        return "withdrawn"
    if share.remote_id:
        return "posted"
    return "failed" if delivery and delivery.state == Delivery.State.FAILED else "planned"
