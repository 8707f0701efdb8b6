"""Our own hub (W3C WebSub, 23 January 2018): takes wishes, verifies them with whoever they name, and hands feeds out.

Only this paper's public feeds are its topics. What it keeps is bounded: per host, and in all.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import lru_cache, partial
from hashlib import sha256
from typing import cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from broadsheet.outward.errors import BadAnswer
from broadsheet.outward.fetch import fetch, post
from broadsheet.press import log

from ..delivering import Afterwards, HandOver, owe
from ..models import Delivery
from .feed import TYPES, Kind
from .lists import StoryList, addressed
from .making import links, made
from .models import FeedSettings, HubRequest, HubSubscription

LEASE, SHORTEST, LONGEST = 864_000, 3_600, 2_592_000
LONGEST_SECRET, LONGEST_CALLBACK, LONGEST_TOPIC = 199, 1000, 500
MOST_SUBSCRIPTIONS, MOST_OF_A_HOST = 20_000, 500
MOST_WAITING, MOST_WAITING_OF_A_HOST = 2_000, 20
# A wish that its callback has not confirmed by then is void.
PATIENCE = timedelta(hours=1)
ASKING = "hub-asking"


class Refused(Exception):
    """A wish that the hub does not take; `status` and the text are the answer."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks the hub for; `lease` in seconds."""

    mode: str
    topic: str
    callback: str
    secret: str
    lease: int


def key_of(topic: str, callback: str) -> str:
    """By what a pair of topic and callback is known."""
    return sha256(f"{topic}\n{callback}".encode()).hexdigest()


def subject_of(topic: str) -> str:
    """By what the deliveries of a topic are known: of those that wait for one callback the newest stays."""
    return f"feed/{sha256(topic.encode()).hexdigest()[:40]}"


def parse(form: Mapping[str, str]) -> Wish:
    """A wish from its form (§5.1). Raises `Refused`."""
    mode, topic = form.get("hub.mode", ""), form.get("hub.topic", "")
    callback, secret = form.get("hub.callback", ""), form.get("hub.secret", "")
    if mode not in ("subscribe", "unsubscribe"):
        raise Refused("hub.mode is subscribe or unsubscribe; this hub knows itself when its feeds change")
    if len(secret.encode()) > LONGEST_SECRET:
        raise Refused("hub.secret is too long")
    if not _is_callback(callback):
        raise Refused("hub.callback is not an address that can be called")
    if mode == "subscribe" and _list_at(topic) is None:
        raise Refused(
            "hub.topic is not a feed of this paper; use the address that the feed calls its own", 404
        )
    lease = form.get("hub.lease_seconds", "").strip()
    if lease and not (lease.isascii() and lease.isdecimal()):
        raise Refused("hub.lease_seconds is a number of seconds")
    seconds = min(max(int(lease[:12] or LEASE), SHORTEST), LONGEST)
    return Wish(mode, topic[:LONGEST_TOPIC], callback, secret, seconds)


def _is_callback(address: str) -> bool:
    try:
        parts = urlsplit(address)
        is_whole = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False
    is_plain = address.isascii() and address.isprintable() and not set(address) & set(' "<>\\')
    return (
        is_whole and is_plain and len(address) <= LONGEST_CALLBACK and not (parts.username or parts.fragment)
    )


def _list_at(topic: str) -> tuple[StoryList, str] | None:
    """The list and the kind of the public feed with this full address."""
    base = settings.PAPER.base_url.rstrip("/")
    is_ours = topic.startswith(f"{base}/") and len(topic) <= LONGEST_TOPIC
    return addressed(topic.removeprefix(base)) if is_ours else None


@transaction.atomic
def take(wish: Wish) -> None:
    """Write a wish down; it counts once its callback has confirmed it. Raises `Refused` when there is no more room."""
    key, host = key_of(wish.topic, wish.callback), urlsplit(wish.callback).netloc.lower()[:255]
    waiting = HubRequest.objects.exclude(key=key)
    is_known = HubSubscription.objects.filter(key=key).exists()
    if wish.mode == "unsubscribe" and not is_known:
        raise Refused("there is no such subscription", 404)
    if (
        waiting.count() >= MOST_WAITING
        or waiting.filter(host=host).count() >= MOST_WAITING_OF_A_HOST
        or (not is_known and not _has_room(wish.callback))
    ):
        raise Refused("too many wishes at present; ask again later", 503)
    facts = {**asdict(wish), "host": host, "made_at": timezone.now()}
    row, _ = HubRequest.objects.update_or_create(key=key, defaults=facts)
    owe(ASKING, [wish.callback], {"wish": row.pk}, subject=f"wish/{key}")


def _has_room(callback: str) -> bool:
    parts = urlsplit(callback)
    same = HubSubscription.objects.filter(callback__startswith=f"{parts.scheme}://{parts.netloc}/")
    return HubSubscription.objects.count() < MOST_SUBSCRIPTIONS and same.count() < MOST_OF_A_HOST


def ask(delivery: Delivery) -> HandOver | None:
    """Ask a callback whether a wish is its own (§5.3); nothing when the wish is settled or too old."""
    wish = HubRequest.objects.filter(pk=delivery.payload["wish"]).first()
    if wish is None or wish.made_at < timezone.now() - PATIENCE:
        return None
    return partial(_ask, wish)


def _ask(wish: HubRequest) -> Afterwards:
    challenge = secrets.token_urlsafe(32)
    asked = {"hub.mode": wish.mode, "hub.topic": wish.topic, "hub.challenge": challenge}
    if wish.mode == "subscribe":
        asked["hub.lease_seconds"] = str(wish.lease)
    joint = "&" if urlsplit(wish.callback).query else "?"
    answer = fetch(f"{wish.callback}{joint}{urlencode(asked)}", robots=False, most_bytes=4096)
    return partial(_settle, wish, is_meant=hmac.compare_digest(answer.body.strip(), challenge.encode()))


@transaction.atomic
def _settle(wish: HubRequest, *, is_meant: bool) -> None:
    # A wish that was changed while its callback was asked is another wish.
    if not HubRequest.objects.filter(pk=wish.pk, made_at=wish.made_at).delete()[0] or not is_meant:
        return
    if wish.mode == "unsubscribe":
        HubSubscription.objects.filter(key=wish.key).delete()
        return
    until = timezone.now() + timedelta(seconds=wish.lease)
    facts = {"topic": wish.topic, "callback": wish.callback, "secret": wish.secret, "lease_until": until}
    HubSubscription.objects.update_or_create(key=wish.key, defaults=facts)


def forget_old() -> int:
    """Drop subscriptions whose lease is over and wishes that nobody confirmed; for the worker."""
    now = timezone.now()
    over = HubSubscription.objects.filter(lease_until__lte=now).delete()[0]
    return over + HubRequest.objects.filter(made_at__lt=now - PATIENCE).delete()[0]


def distribute(delivery: Delivery) -> HandOver | None:
    """The feed as it is now, for one subscriber (§7); nothing when their lease, or the feed, is over."""
    topic = str(delivery.payload["topic"])
    held = HubSubscription.objects.filter(key=key_of(topic, delivery.target)).first()
    if held is None or held.lease_until <= timezone.now() or not FeedSettings.current().has_own_hub:
        return None
    content = _content(topic, log.head())
    if content is None:
        return None
    body, media_type, link = content
    headers = {"Link": link}
    if held.secret:
        # The name of the method, as §7.1 has it; whoever gave a secret believes nothing unsigned.
        signature = hmac.new(held.secret.encode(), body, sha256).hexdigest()
        headers["X-Hub-Signature"] = f"sha256={signature}"
    return partial(_hand_over, topic, delivery.target, body, media_type, headers)


@lru_cache(maxsize=16)
def _content(topic: str, state: tuple[str, int]) -> tuple[bytes, str, str] | None:
    """A feed's bytes, media type and `Link` header: made once for all its subscribers while nothing is published."""
    found = _list_at(topic)
    if found is None:
        return None
    chosen, kind = found[0], cast(Kind, found[1])
    with translation.override(chosen.language):
        done = made(chosen, kind)
    return done.body, TYPES[kind], links(done.feed)


def _hand_over(
    topic: str, callback: str, body: bytes, media_type: str, headers: Mapping[str, str]
) -> Afterwards | None:
    try:
        post(callback, body, media_type, headers=headers, most_bytes=65_536)
    except BadAnswer as error:
        if error.status == 410:
            return partial(_gone, key_of(topic, callback), error)
        raise
    return None


def _gone(key: str, error: BadAnswer) -> None:
    """The subscriber said so (§7)."""
    HubSubscription.objects.filter(key=key).delete()
    raise error


def ping(delivery: Delivery) -> HandOver | None:
    """Tell an outside hub that feeds have changed; it fetches them itself."""
    topics = [str(topic) for topic in delivery.payload["topics"]]
    if delivery.target not in FeedSettings.current().hub_lines:
        return None
    return partial(_ping, delivery.target, topics)


def _ping(hub: str, topics: Sequence[str]) -> None:
    form = urlencode([("hub.mode", "publish"), *(("hub.url", topic) for topic in topics)])
    post(hub, form.encode(), "application/x-www-form-urlencoded", most_bytes=65_536)
