"""Does what somebody elsewhere wants, once it is known who says so. Each in the caller's transaction, with what is owed
in return; doing it twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ..delivering import owe
from ..models import Delivery
from .addresses import actor_uri
from .models import Actor, Following, Peer, Reaction, Reply
from .understanding import Wish

CHANNEL = "fediverse"
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def act(wish: Wish, peer: Peer) -> None:
    """Do it."""
    _ACTS[wish.verb](wish, peer, wish.facts)


def _follow(wish: Wish, peer: Peer, facts: Mapping[str, Any]) -> None:
    ours: Actor = facts["ours"]
    Following.objects.update_or_create(actor=ours, peer=peer, defaults={"activity": wish.id})
    followed = {"id": wish.id, "type": "Follow", "actor": peer.uri, "object": actor_uri(ours)}
    owe(
        CHANNEL,
        [peer.inbox],
        {"verb": "accept", "actor": ours.pk, "object": followed},
        subject=f"accept/{ours.pk}/{peer.pk}",
    )


def _unfollow(wish: Wish, peer: Peer, facts: Mapping[str, Any]) -> None:
    Following.objects.filter(actor=facts["ours"], peer=peer).delete()


def _react(wish: Wish, peer: Peer, facts: Mapping[str, Any]) -> None:
    Reaction.objects.update_or_create(**facts, peer=peer, defaults={"activity": wish.id})


def _unreact(wish: Wish, peer: Peer, facts: Mapping[str, Any]) -> None:
    Reaction.objects.filter(**facts, peer=peer).delete()


def _undo(wish: Wish, peer: Peer, facts: Mapping[str, Any]) -> None:
    Following.objects.filter(**facts, peer=peer).delete()
    Reaction.objects.filter(**facts, peer=peer).delete()


def _reply(wish: Wish, peer: Peer, facts: Mapping[str, Any]) -> None:
    Reply.objects.get_or_create(uri=facts["uri"], defaults={**facts, "peer": peer})


def _change(wish: Wish, peer: Peer, facts: Mapping[str, Any]) -> None:
    """Other words were not looked at yet."""
    Reply.objects.filter(uri=facts["uri"], peer=peer).update(html=facts["html"], state=Reply.State.HELD)


def _unsay(wish: Wish, peer: Peer, facts: Mapping[str, Any]) -> None:
    Reply.objects.filter(uri=facts["uri"], peer=peer).delete()


def _vanish(wish: Wish, peer: Peer, facts: Mapping[str, Any]) -> None:
    forget(peer)


def _reread(wish: Wish, peer: Peer, facts: Mapping[str, Any]) -> None:
    """It is read again before it is next believed."""
    Peer.objects.filter(pk=peer.pk).update(read_at=LONG_AGO)


def forget(peer: Peer) -> None:
    """All that we hold of somebody: what follows, what was said, what is still owed to them alone."""
    Delivery.objects.filter(channel=CHANNEL, target=peer.inbox, subject__startswith="accept/").delete()
    peer.delete()


_ACTS = {
    "follow": _follow,
    "unfollow": _unfollow,
    "react": _react,
    "unreact": _unreact,
    "undo": _undo,
    "reply": _reply,
    "change": _change,
    "unsay": _unsay,
    "vanish": _vanish,
    "reread": _reread,
}
