"""The subscriber's half of WebSub (W3C Recommendation, 23 January 2018): finding hubs, asking, keeping the lease."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from lxml import etree

from broadsheet.outward.errors import OutsideError, RefusedAddress
from broadsheet.outward.fetch import post

from .models import WireSource, WireSubscription
from .reading import Document

HEAD_BYTES = 131_072
LEASE = timedelta(days=10)
SHORTEST_LEASE, LONGEST_LEASE = timedelta(minutes=5), timedelta(days=90)
# A hub that was asked and has not verified by then is asked again.
PATIENCE = timedelta(hours=1)
LONGEST_DELAY = timedelta(days=1)
MOST_AT_ONCE = 4
_LINK = re.compile(
    r"<([^<>]{1,2000})>((?:\s*;\s*[\w!#$&+.^`|~-]+\s*(?:=\s*(?:\"[^\"]{0,500}\"|[^\s;,\"]{0,200}))?){0,20})"
)
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Offer:
    """A hub, and the address under which the feed is known to it."""

    hub: str
    topic: str


def discover(headers: Mapping[str, str], document: bytes, address: str) -> Offer | None:
    """What a topic offers: by `Link` headers, else by the links in a feed or page. None without both hub and self."""
    found: dict[str, str] = {}
    for rel, href in _in_header(headers.get("link", "")):
        found.setdefault(rel, href)
    if "hub" not in found or "self" not in found:
        found = {}
        for rel, href in _in_document(document):
            found.setdefault(rel, href)
    hub, topic = (_whole(found.get(rel, ""), address) for rel in ("hub", "self"))
    return Offer(hub, topic) if hub and topic else None


def _whole(href: str, address: str) -> str:
    try:
        whole = urljoin(address, href.strip()) if href.strip() else ""
        return whole if urlsplit(whole).scheme in ("http", "https") and len(whole) <= 1000 else ""
    except ValueError:
        return ""


def _in_header(text: str) -> list[tuple[str, str]]:
    found = []
    for link in _LINK.finditer(text[:20_000]):
        for rel in _REL.findall(link[2]):
            found += [(name.casefold(), link[1]) for name in (rel[0] or rel[1]).split()]
    return found


def _in_document(document: bytes) -> list[tuple[str, str]]:
    if document.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _in_json(document)
    head = document[:HEAD_BYTES]
    parser: Any
    if re.search(rb"<html\b|<!doctype html", head[:2000], re.IGNORECASE):
        parser = etree.HTMLPullParser(events=("start",), no_network=True, huge_tree=False)
    else:
        parser = etree.XMLPullParser(
            events=("start",), no_network=True, resolve_entities=False, load_dtd=False, recover=True
        )
    found: list[tuple[str, str]] = []
    try:
        parser.feed(head)
        for _, element in parser.read_events():
            name = str(element.tag).rpartition("}")[2].casefold()
            # Links of the items, and of a page's own text, are somebody else's.
            if name in ("item", "entry", "body"):
                break
            if name == "link" and element.get("href"):
                found += [(rel.casefold(), element.get("href")) for rel in (element.get("rel") or "").split()]
    except etree.LxmlError:
        return found
    return found


def _in_json(document: bytes) -> list[tuple[str, str]]:
    try:
        feed = json.loads(document)
        hubs = [hub["url"] for hub in feed.get("hubs", []) if str(hub.get("type")).casefold() == "websub"]
        return [*(("hub", str(url)) for url in hubs), ("self", str(feed.get("feed_url") or ""))]
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError):
        return []


def note_offer(source: WireSource, headers: Mapping[str, str], document: Document) -> None:
    """Remember what a source offers; a new hub, or a topic of another name, is asked soon."""
    offer = discover(headers, document.data, document.address)
    if offer is None:
        WireSubscription.objects.filter(source=source).delete()
        return
    known = WireSubscription.objects.filter(source=source).first()
    if known is None:
        WireSubscription.objects.get_or_create(
            source=source, defaults={"hub": offer.hub, "topic": offer.topic}
        )
    elif (known.hub, known.topic) != (offer.hub, offer.topic):
        WireSubscription.objects.filter(pk=known.pk).update(
            hub=offer.hub, topic=offer.topic, is_active=False, failures=0, next_ask_at=timezone.now()
        )


def is_told(source: WireSource) -> bool:
    """Whether a hub tells of the source's news at present."""
    return WireSubscription.objects.filter(
        source=source, is_active=True, lease_until__gt=timezone.now()
    ).exists()


def keep_leases(*, allow_private: bool = False) -> int:
    """Ask the hubs whose subscriptions are new or soon over; for the worker. Returns how many were asked."""
    now = timezone.now()
    due = WireSubscription.objects.filter(next_ask_at__lte=now, source__is_enabled=True)
    asked = 0
    for subscription in due.order_by("next_ask_at")[:MOST_AT_ONCE]:
        mine = WireSubscription.objects.filter(pk=subscription.pk, next_ask_at=subscription.next_ask_at)
        if mine.update(next_ask_at=now + PATIENCE):
            ask(subscription, allow_private=allow_private)
            asked += 1
    return asked


def ask(subscription: WireSubscription, *, allow_private: bool = False) -> None:
    """Ask the hub to subscribe us, or to renew the lease. It answers by asking us back (`intent`).

    The secret goes over TLS alone: a hub of an `http` address is asked at the `https` one.
    """
    try:
        base = _public_base(allow_private=allow_private)
        hub = subscription.hub
        if not allow_private and hub.lower().startswith("http://"):
            hub = "https://" + hub[7:]
        form = {
            "hub.mode": "subscribe",
            "hub.topic": subscription.topic,
            "hub.callback": base + reverse("websub", args=[subscription.key]),
            "hub.secret": subscription.secret,
            "hub.lease_seconds": str(int(LEASE.total_seconds())),
        }
        post(
            hub,
            urlencode(form).encode(),
            "application/x-www-form-urlencoded",
            most_bytes=65_536,
            allow_private=allow_private,
        )
    except OutsideError as error:
        failures = subscription.failures + 1
        delay = min(timedelta(minutes=5) * 2 ** min(failures, 10), LONGEST_DELAY)
        WireSubscription.objects.filter(pk=subscription.pk).update(
            failures=failures, last_error=str(error)[:500], next_ask_at=timezone.now() + delay
        )


def _public_base(*, allow_private: bool) -> str:
    if not allow_private and settings.PAPER.host in ("localhost", "127.0.0.1", "::1"):
        raise RefusedAddress("no hub can reach this paper", settings.PAPER.base_url, "set base_url")
    return str(settings.PAPER.base_url).rstrip("/")


def confirm(subscription: WireSubscription, lease_seconds: int) -> None:
    """The hub has verified that it was we who asked."""
    now = timezone.now()
    lease = min(max(timedelta(seconds=min(lease_seconds, 10**9)), SHORTEST_LEASE), LONGEST_LEASE)
    WireSubscription.objects.filter(pk=subscription.pk).update(
        is_active=True, lease_until=now + lease, next_ask_at=now + lease * 0.8, failures=0, last_error=""
    )


def deny(subscription: WireSubscription, reason: str) -> None:
    """The hub will not tell us, or will no more."""
    WireSubscription.objects.filter(pk=subscription.pk).update(
        is_active=False,
        last_error=f"the hub refuses: {reason or 'it says no reason'}"[:500],
        next_ask_at=timezone.now() + LONGEST_DELAY,
    )
