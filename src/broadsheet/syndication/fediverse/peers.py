"""Reads actors of other servers: only from their own address, only what we need, kept until it is old or a key changed.

An actor is believed on what stands at its own id, on its own host, and on nothing else: no key is read from another
place, so none can be foisted on somebody.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.utils import timezone

from broadsheet.outward.errors import OutsideError
from broadsheet.outward.fetch import fetch
from broadsheet.subscriptions.limits import may

from . import wording
from .addresses import host_of
from .keys import signer_of
from .models import Actor, BlockedDomain, Peer
from .signatures import Forged, public_key

log = logging.getLogger("broadsheet.fediverse")
ACTIVITY_TYPES = ("application/activity+json", "application/ld+json")
ACCEPT = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
KINDS = frozenset({"Person", "Service", "Application", "Organization", "Group"})
FRESH = timedelta(days=7)
# A wrong signature makes us ask for a new key this often at most.
LEAST_BETWEEN_READS = timedelta(minutes=1)
READS_A_MINUTE = 120
# For tests against this machine.
allow_private = False


class Unfit(Exception):
    """What stands at an actor's address is no actor that we can deal with; the text says why."""


class Busy(Exception):
    """Too much was asked of one host of late: to be tried again later."""


def is_blocked(host: str) -> bool:
    """Whether a host is one of the blocked domains, or below one."""
    parts = host.partition(":")[0].split(".")
    names = [".".join(parts[n:]) for n in range(len(parts))]
    return BlockedDomain.objects.filter(domain__in=names).exists()


def known(uri: str) -> Peer | None:
    return Peer.objects.filter(uri=uri).first()


def met(uri: str, by: Actor) -> Peer:
    """The actor at `uri` as it is known, read by one of ours where it isn't or is old. Raises as `read_again`."""
    held = known(uri)
    if held is None:
        return read_again(uri, by)
    if held.read_at < timezone.now() - FRESH:
        try:
            return read_again(uri, by)
        except (OutsideError, Unfit, Busy) as error:
            log.info("%s can't be read again: %s", uri, error)
    return held


def may_have_new_key(peer: Peer) -> bool:
    return peer.read_at < timezone.now() - LEAST_BETWEEN_READS


def read_again(uri: str, by: Actor) -> Peer:
    """Read the actor at `uri` and keep it. Raises `OutsideError`, `Unfit` or `Busy`."""
    host = host_of(uri, plain=allow_private)
    if not host:
        raise Unfit("no address of an actor")
    if not may("fediverse-read", host, most=READS_A_MINUTE, seconds=60):
        raise Busy(host)
    headers = {"Accept": ACCEPT, **signer_of(by).headers("GET", uri)}
    got = fetch(
        uri, robots=False, most_bytes=wording.MOST_BYTES, headers=headers, allow_private=allow_private
    )
    if got.media_type not in ACTIVITY_TYPES:
        raise Unfit(f"{got.media_type} instead of an actor")
    if host_of(got.url, plain=allow_private) != host:
        raise Unfit("its address leads to another host")
    try:
        facts = facts_of(wording.read(got.body), uri)
    except wording.Unreadable as error:
        raise Unfit(str(error)) from None
    peer, _ = Peer.objects.update_or_create(uri=uri, defaults={**facts, "read_at": timezone.now()})
    return peer


def facts_of(found: dict[str, Any], uri: str) -> dict[str, Any]:
    """What we keep of an actor's document. Raises `Unfit`.

    Its inbox must be on its own host, or we would send to whomever it names.
    """
    host = host_of(uri, plain=allow_private)
    if found.get("id") != uri:
        raise Unfit("it calls itself by another id")
    kind = wording.kind_of(found)
    if kind not in KINDS:
        raise Unfit("not an actor")
    key = found.get("publicKey")
    if isinstance(key, list):
        key = key[0] if key else None
    if (
        not isinstance(key, dict)
        or key.get("owner") != uri
        or host_of(wording.id_of(key), plain=allow_private) != host
    ):
        raise Unfit("it has no key of its own")
    pem = key.get("publicKeyPem")
    if not isinstance(pem, str) or len(pem) > 8192 or not pem.isascii() or "\x00" in pem:
        raise Unfit("it has no key of its own")
    try:
        public_key(pem)
    except Forged as error:
        raise Unfit(str(error)) from None
    inbox = wording.id_of(found.get("inbox"))
    if host_of(inbox, plain=allow_private) != host:
        raise Unfit("its inbox is not on its own host")
    ends = found.get("endpoints")
    shared = wording.id_of(ends.get("sharedInbox")) if isinstance(ends, dict) else ""
    name = wording.text_of(found.get("preferredUsername"), 100) or uri
    url = wording.id_of(found.get("url"))
    return {
        "host": host,
        "kind": kind,
        "handle": f"@{name}@{host}"[:255],
        "name": wording.text_of(found.get("name"), 200),
        "url": url if host_of(url, plain=allow_private) else uri,
        "inbox": inbox,
        "delivers_to": shared if host_of(shared, plain=allow_private) == host else inbox,
        "key_id": wording.id_of(key),
        "public_pem": pem,
    }
