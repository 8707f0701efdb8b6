"""Our addresses in the fediverse. Other servers keep them for ever: none is ever made otherwise, or given to another."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.conf import settings

from .models import LONGEST_ID, Actor, Post

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
# ActivityPub §5.6: the same collection under its compact names.
PUBLIC_NAMES = frozenset({PUBLIC, "as:Public", "Public"})
_OURS = re.compile(r"/-/ap/(?P<kind>actor|story)/(?P<number>[1-9][0-9]{0,17})(?:/(?P<life>[1-9][0-9]{0,4}))?")


def base() -> str:
    return str(settings.PAPER.base_url).rstrip("/")


def own_host() -> str:
    """The paper's host, with its port where that is not the scheme's own."""
    return urlsplit(base()).netloc.lower()


def actor_uri(actor: Actor) -> str:
    return f"{base()}/-/ap/actor/{actor.pk}"


def key_uri(actor: Actor) -> str:
    return f"{actor_uri(actor)}#main-key"


def followers_uri(actor: Actor) -> str:
    return f"{actor_uri(actor)}/followers"


def outbox_uri(actor: Actor) -> str:
    return f"{actor_uri(actor)}/outbox"


def shared_inbox() -> str:
    return f"{base()}/-/ap/inbox"


def address_of(actor: Actor) -> str:
    """`handle@host`, as people name it."""
    return f"{actor.handle}@{own_host()}"


def story_uri(story: int, life: int = 1) -> str:
    return f"{base()}/-/ap/story/{story}" + (f"/{life}" if life > 1 else "")


def post_uri(post: Post) -> str:
    return story_uri(post.story, post.life)


def actor_number(uri: str) -> int | None:
    """The id of the actor that `uri` names; None when it names none of ours."""
    found = _ours(uri)
    return int(found["number"]) if found and found["kind"] == "actor" and not found["life"] else None


def story_number(uri: str) -> int | None:
    """The id of the story that `uri` names; None when it names none of ours."""
    found = _ours(uri)
    return int(found["number"]) if found and found["kind"] == "story" else None


def _ours(uri: str) -> re.Match[str] | None:
    start = base()
    return _OURS.fullmatch(uri, len(start)) if uri.startswith(start) else None


def host_of(uri: str, *, plain: bool = False) -> str:
    """The host of somebody else's id, in small letters and with its port; empty when it is no address that we take.

    `plain` lets http pass, for tests against this machine.
    """
    if len(uri) > LONGEST_ID or not uri.isprintable() or " " in uri:
        return ""
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme != "https" and not (plain and parts.scheme == "http"):
        return ""
    if not parts.hostname or "@" in parts.netloc:
        return ""
    return parts.hostname if port in (None, 443) else f"{parts.hostname}:{port}"
