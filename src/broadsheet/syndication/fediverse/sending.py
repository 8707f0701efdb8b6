"""Makes ready what is handed over: the words from the story's state at this moment, signed at the moment of sending."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from functools import lru_cache, partial
from hashlib import sha256
from typing import Any

from django.db.models import Max

from broadsheet.outward.errors import BadAnswer, OutsideError
from broadsheet.outward.fetch import post

from ..delivering import HandOver
from ..models import Delivery, StoryEvent, Unfolding
from ..stories import public_stories, released
from . import addresses as at
from . import objects, peers
from .keys import Signer, signer_of
from .models import Actor, Post

# Many deliveries of a round are of the same words; actors' settings may be this old in them, stories never.
SECONDS_KEPT = 15
MOST_ANSWER = 1024 * 1024
Version = tuple[int, int, int]


def send(delivery: Delivery) -> HandOver | None:
    """The channel's sender; None for what is no longer to be said."""
    payload = delivery.payload
    made = _accept(payload) if payload["verb"] == "accept" else _said(**payload, version=_version())
    if made is None:
        return None
    body, signer = made
    return partial(_hand_over, delivery.target, body, signer)


def _hand_over(url: str, body: bytes, signer: Signer) -> None:
    headers = {"Accept": peers.ACCEPT, **signer.headers("POST", url, body)}
    try:
        post(
            url,
            body,
            objects.MEDIA_TYPE,
            headers=headers,
            most_bytes=MOST_ANSWER,
            allow_private=peers.allow_private,
        )
    except BadAnswer as error:
        if error.status != 401:
            raise
        # Servers say so too when they could not read our key just then.
        raise OutsideError("the signature was not taken", url, "is our own address reachable?") from None


def _version() -> Version:
    """Another one as soon as anything that the public can see has changed."""
    event = StoryEvent.objects.aggregate(Max("pk"))["pk__max"] or 0
    unfolding = Unfolding.objects.aggregate(Max("pk"))["pk__max"] or 0
    return event, unfolding, int(time.monotonic() // SECONDS_KEPT)


@lru_cache(maxsize=128)
def _said(verb: str, post: int, version: Version, actor: int = 0) -> tuple[bytes, Signer] | None:
    row = (
        Post.objects.select_related("actor__section__locale", "actor__author__locale").filter(pk=post).first()
    )
    if row is None:
        return None
    if verb == "delete":
        uri = at.post_uri(row)
        gone = objects.tombstone(uri, row.gone_at)
        words = objects.activity("Delete", row.actor, gone, id_=f"{uri}#delete", to=[at.PUBLIC])
        return _bytes(words), signer_of(row.actor)
    story = public_stories().filter(pk=row.story).first()
    if row.gone_at is not None or story is None:
        return None
    if verb == "share":
        sharer = Actor.objects.filter(pk=actor, is_on=True).first()
        if sharer is None:
            return None
        return _bytes(objects.share(at.post_uri(row), sharer, row.made_at)), signer_of(sharer)
    if not row.actor.is_on:
        return None
    others = list(Actor.objects.filter(pk__in=row.shared_by, is_on=True).order_by("pk"))
    touched = StoryEvent.objects.filter(story=row.story).aggregate(Max("at"))["at__max"]
    words = objects.article(
        released([story])[0],
        at.post_uri(row),
        row.actor,
        others,
        touched=touched if verb == "update" else None,
    )
    if verb == "create":
        return _bytes(objects.create(words, row.actor)), signer_of(row.actor)
    id_ = f"{words['id']}#update-{version[0]}"
    update = objects.activity("Update", row.actor, words, id_=id_, to=words["to"], cc=words["cc"])
    return _bytes(update), signer_of(row.actor)


def _accept(payload: Mapping[str, Any]) -> tuple[bytes, Signer] | None:
    ours = Actor.objects.filter(pk=payload["actor"], is_on=True).first()
    if ours is None:
        return None
    followed = payload["object"]
    mark = sha256(str(followed["id"]).encode()).hexdigest()[:24]
    id_ = f"{at.actor_uri(ours)}#accept-{mark}"
    return _bytes(objects.activity("Accept", ours, followed, id_=id_, to=[followed["actor"]])), signer_of(
        ours
    )


def _bytes(words: Mapping[str, Any]) -> bytes:
    return json.dumps(objects.in_context(words), ensure_ascii=False).encode("utf-8", "replace")
