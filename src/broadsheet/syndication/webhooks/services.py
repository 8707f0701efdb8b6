"""Owes receivers what became of stories, and hands it over signed.

A message tells the state at the moment of its sending: what is no longer public is never sent, whatever was owed.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from broadsheet.newsroom.selectors import web
from broadsheet.outward.errors import RefusedAddress
from broadsheet.outward.fetch import post

from .. import delivering
from ..api import showing
from ..models import Delivery, StoryEvent
from ..stories import public_stories, released
from . import signing
from .models import Webhook

CHANNEL = "webhooks"
PING = "ping"
# After a change of secret the old one counts as well for this long.
OVERLAP = timedelta(hours=24)
MOST_ANSWER = 65_536
# For tests against this machine.
ALLOW_PRIVATE = False
Kind = StoryEvent.Kind


# -- what is owed -----------------------------------------------------------------------------------------------------


def heard(events: Sequence[StoryEvent]) -> None:
    """The follower of story events. Of the same twice in a row about one story the last counts."""
    hooks = list(Webhook.objects.filter(is_active=True).prefetch_related("sections"))
    if not hooks:
        return
    last: dict[int, StoryEvent] = {}
    told: list[StoryEvent] = []
    for event in events:
        before = last.get(event.story)
        if before is not None and before.kind == event.kind:
            told.remove(before)
        last[event.story] = event
        told.append(event)
    sections = {hook.pk: {section.pk for section in hook.sections.all()} for hook in hooks}
    for event in told:
        for hook in hooks:
            if _wants(hook, event.kind) and (not sections[hook.pk] or event.section in sections[hook.pk]):
                _owe(hook, _payload(event))


def _wants(hook: Webhook, kind: str) -> bool:
    return {
        Kind.PUBLISHED: hook.on_published,
        Kind.UPDATED: hook.on_updated,
        Kind.CORRECTED: hook.on_corrected,
        Kind.UNPUBLISHED: hook.on_unpublished,
    }[Kind(kind)]


def _payload(event: StoryEvent) -> dict[str, Any]:
    return {
        "id": f"evt_{event.pk}_{int(event.at.timestamp())}",
        "kind": event.kind,
        "story": event.story,
        "path": event.path,
        "language": event.language,
        "at": event.at.isoformat(),
    }


def _owe(hook: Webhook, payload: Mapping[str, Any]) -> None:
    delivering.owe(CHANNEL, [hook.url], {**payload, "webhook": hook.pk})


def ping(hook: Webhook) -> None:
    """Owe a message that says nothing, for whoever sets up a receiver."""
    now = timezone.now()
    _owe(hook, {"id": f"ping_{secrets.token_hex(8)}", "kind": PING, "at": now.isoformat()})


@transaction.atomic
def again(hook: Webhook, delivery: Delivery) -> None:
    """Owe a message once more, under the id it had: a receiver that has it already can tell."""
    _owe(hook, {key: value for key, value in delivery.payload.items() if key not in ("webhook", "answer")})


def renew_secret(hook: Webhook) -> str:
    """Give a webhook a new secret, beside which the old one counts for a day; returns it, for the only time."""
    now = timezone.now()
    hook.old_secret, hook.old_secret_until = hook.secret, now + OVERLAP if hook.secret else None
    hook.secret = signing.new_secret()
    hook.save()
    return hook.secret


# -- handing over -----------------------------------------------------------------------------------------------------


def send(delivery: Delivery) -> delivering.HandOver | None:
    """The sender of the channel."""
    payload = delivery.payload
    hook = Webhook.objects.filter(pk=payload["webhook"], is_active=True).first()
    if hook is None:
        return partial(_note, delivery, "off")
    message = message_of(payload)
    if message is None:
        return partial(_note, delivery, "passed")
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    keys = [hook.secret]
    if hook.old_secret and hook.old_secret_until and hook.old_secret_until > timezone.now():
        keys.append(hook.old_secret)
    return partial(_post, delivery, hook.url, payload["id"], body, keys)


def message_of(payload: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is told; None when it is not so any more: what followed has a message of its own."""
    kind = payload["kind"]
    if kind == PING:
        return _message(kind, payload, {"words": "This webhook works."})
    row = public_stories().filter(pk=payload["story"]).order_by().first()
    if (row is None) != (kind == Kind.UNPUBLISHED):
        return None
    if row is not None:
        return _message(f"story.{kind}", payload, showing.story(released([row])[0]).model_dump(mode="json"))
    tombstone = {"id": payload["story"], "url": web(payload["path"]), "language": payload["language"]}
    return _message(f"story.{kind}", payload, tombstone)


def _message(type_: str, payload: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    at = showing.moment(datetime.fromisoformat(payload["at"]))
    return {"type": type_, "timestamp": at.isoformat(), "data": data}


def _post(
    delivery: Delivery, url: str, number: str, body: bytes, keys: Sequence[str]
) -> delivering.Afterwards:
    """Runs in a thread, without the database."""
    if not url.startswith("https://") and not ALLOW_PRIVATE:
        raise RefusedAddress("a webhook goes to https only", url, "change its address")
    headers = signing.headers(keys, number, int(time.time()), body)
    answer = post(
        url,
        body,
        "application/json",
        headers=headers,
        most_bytes=MOST_ANSWER,
        allow_private=ALLOW_PRIVATE,
    )
    return _note(delivery, str(answer.status))


def _note(delivery: Delivery, answer: str) -> delivering.Afterwards:
    """For the log: what the receiver said, or why nothing was sent."""
    payload = {**delivery.payload, "answer": answer}
    return partial(Delivery.objects.filter(pk=delivery.pk).update, payload=payload)
