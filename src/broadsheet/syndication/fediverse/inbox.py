"""Where other servers post: `POST /-/ap/inbox`, and one for each actor.

From the cheapest check to the dearest: rate, size, form, interest, what the signature claims, and only then its key,
which may have to be fetched. What is acted on is acted on once, in the transaction that notes it as heard, before it is
answered: whatever goes wrong before that is answered with an error, and the other side sends it again.
"""

from __future__ import annotations

import logging
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from broadsheet.outward.errors import BadAnswer, OutsideError, RefusedAddress
from broadsheet.subscriptions.limits import may

from . import acting, peers, wording
from .addresses import base, host_of, own_host
from .models import Actor, Heard, Peer
from .signatures import Claim, Forged, Message, claim_of, verify
from .understanding import Odd, Wish, understood

log = logging.getLogger("broadsheet.fediverse")
TYPES = (*peers.ACTIVITY_TYPES, "application/json")
POSTS_A_MINUTE = 600
FOLLOWS_AN_HOUR = 1_000


class Refused(Exception):
    """The post is answered with `status`; the text says why, for the log and for whoever runs the other server."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@csrf_exempt
@require_POST
def shared(request: HttpRequest) -> HttpResponse:
    """For all of our actors."""
    return _answer(request, Actor.objects.filter(is_on=True).order_by("pk").first())


@csrf_exempt
@require_POST
def own(request: HttpRequest, number: int) -> HttpResponse:
    """For one actor; what it says it is about decides."""
    return _answer(request, Actor.objects.filter(is_on=True, pk=number).first())


def _answer(request: HttpRequest, ours: Actor | None) -> HttpResponse:
    """202 for what was acted on and for what is of no interest; 4xx with one line for what isn't believed."""
    try:
        if ours is None:
            raise Refused(404, "nobody here")
        _take(request, ours)
    except Refused as refused:
        log.warning(
            "fediverse: %d, %s (from %s)", refused.status, refused, request.META.get("REMOTE_ADDR", "")
        )
        response = HttpResponse(
            f"{refused}\n", status=refused.status, content_type="text/plain; charset=utf-8"
        )
        if refused.status in (429, 503):
            response.headers["Retry-After"] = "60"
    else:
        response = HttpResponse(status=202)
    response.headers["Cache-Control"] = "no-store"
    return response


def _take(request: HttpRequest, ours: Actor) -> None:
    message = _message(request)
    try:
        wish = understood(wording.read(message.body))
    except (wording.Unreadable, Odd) as error:
        raise Refused(400, str(error)) from None
    if wish is None:
        return
    host = host_of(wish.actor, plain=peers.allow_private)
    if host == own_host():
        raise Refused(400, "an actor of ours does not post here")
    if peers.is_blocked(host):
        raise Refused(403, "this domain is blocked")
    try:
        claim = claim_of(message, timezone.now())
    except Forged as error:
        raise Refused(401, str(error)) from None
    if host_of(claim.key_id, plain=peers.allow_private) != host:
        raise Refused(401, "signed with a key of another host")
    if wish.is_of_known and peers.known(wish.actor) is None:
        return
    if wish.verb == "follow" and not may("fediverse-follow", host, most=FOLLOWS_AN_HOUR, seconds=3600):
        raise Refused(429, "too many follows from this host")
    _act_once(wish, _signer(message, claim, wish, ours), claim)


def _message(request: HttpRequest) -> Message:
    """The request as it came, within its limits."""
    client = request.META.get("REMOTE_ADDR", "")
    if not may("fediverse-inbox", client, most=POSTS_A_MINUTE, seconds=60):
        raise Refused(429, "too many posts from this address")
    if request.content_type not in TYPES:
        raise Refused(415, "not an activity")
    body = request.read(wording.MOST_BYTES + 1)
    if len(body) > wording.MOST_BYTES:
        raise Refused(413, "too large")
    target = request.get_full_path()
    return Message(
        method="POST",
        url=f"{base()}{target}",
        target=target,
        host=own_host(),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
    )


def _signer(message: Message, claim: Claim, wish: Wish, ours: Actor) -> Peer:
    """Whoever said it, proven. Raises `Refused`."""
    try:
        # Who says goodbye can't be asked any more.
        held = peers.known(wish.actor) if wish.is_of_known else peers.met(wish.actor, ours)
        if held is None:
            raise Refused(401, "nobody we know")
        try:
            _prove(message, claim, held)
        except Forged:
            if not peers.may_have_new_key(held):
                raise
            held = peers.read_again(wish.actor, ours)
            _prove(message, claim, held)
    except Forged as error:
        raise Refused(401, str(error)) from None
    except (peers.Unfit, RefusedAddress) as error:
        raise Refused(401, f"its actor is not to be had: {error}"[:300]) from None
    except peers.Busy:
        raise Refused(429, "too many strangers from this host") from None
    except OutsideError as error:
        gone = isinstance(error, BadAnswer) and 400 <= error.status < 500
        raise Refused(401 if gone else 503, "its actor can't be read now") from None
    return held


def _prove(message: Message, claim: Claim, peer: Peer) -> None:
    if claim.key_id != peer.key_id:
        raise Forged("signed with a key that is not its actor's")
    verify(message, claim, peer.public_pem)


def _act_once(wish: Wish, peer: Peer, claim: Claim) -> None:
    said = sha256(f"{wish.verb} {wish.id}".encode()).hexdigest()
    try:
        with transaction.atomic():
            for digest in (claim.signature, said):
                Heard.objects.create(digest=digest)
            acting.act(wish, Peer.objects.select_for_update().get(pk=peer.pk))
    except IntegrityError:
        if not Heard.objects.filter(digest__in=(claim.signature, said)).exists():
            raise
        log.info("fediverse: heard before: %s %s", wish.verb, wish.id)
    except Peer.DoesNotExist:
        log.info("fediverse: %s went away meanwhile", wish.actor)
