"""Where hubs reach us: `/-/websub/<key>/`. The address can't be guessed; what comes is believed for its signature alone."""

from __future__ import annotations

import hashlib
import hmac
import logging

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from broadsheet.outward.errors import OutsideError

from . import subscribing
from .arriving import take_in
from .models import WireSubscription
from .reading import Document, read

log = logging.getLogger("broadsheet.websub")
MOST_BYTES = 4 * 1024 * 1024
METHODS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}


@csrf_exempt
@require_http_methods(["GET", "POST"])
def websub(request: HttpRequest, key: str) -> HttpResponse:
    """GET: a hub asks whether we meant it. POST: it brings the topic's news."""
    found = WireSubscription.objects.select_related("source").filter(key=key, source__is_enabled=True).first()
    if request.method == "GET":
        if found is None:
            raise Http404
        return intent(request, found)
    if found is None:
        # The hub strikes us off its list.
        return _line(410, "no such subscription")
    return _delivery(request, found)


def intent(request: HttpRequest, subscription: WireSubscription) -> HttpResponse:
    """The challenge, for what we asked for; 404 for everything else, and the hub lets it be."""
    asked = request.GET
    if asked.get("hub.topic") != subscription.topic:
        raise Http404
    if asked.get("hub.mode") == "denied":
        subscribing.deny(subscription, asked.get("hub.reason", "")[:200])
        return _line(200, "noted")
    seconds, challenge = asked.get("hub.lease_seconds", ""), asked.get("hub.challenge", "")
    if asked.get("hub.mode") != "subscribe" or not challenge or len(challenge) > 2000:
        raise Http404
    if not (seconds.isascii() and seconds.isdigit()):
        raise Http404
    subscribing.confirm(subscription, int(seconds[:12]))
    response = HttpResponse(challenge, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


def _delivery(request: HttpRequest, subscription: WireSubscription) -> HttpResponse:
    if (
        not subscription.is_active
        or not subscription.lease_until
        or subscription.lease_until < timezone.now()
    ):
        return _line(410, "the lease is over")
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return _line(413, f"more than {MOST_BYTES} bytes")
    if not is_signed(body, request.headers.get("X-Hub-Signature", ""), subscription.secret):
        log.warning("a delivery for %s was not signed by its hub", subscription.source)
        return _line(403, "not signed")
    source = subscription.source
    trouble = ""
    try:
        found = read(source.kind, Document(body, "delivery", subscription.topic, _charset(request)))
        take_in(source, found.stories, found.marks, is_whole=False)
    except OutsideError as error:
        # Sent again it would be no better; the next look at the source gets what is missing.
        trouble = str(error)[:500]
        log.warning("a delivery for %s can't be read: %s", source, error)
    WireSubscription.objects.filter(pk=subscription.pk).update(heard_at=timezone.now(), last_error=trouble)
    return _line(202, "taken")


def is_signed(body: bytes, header: str, secret: str) -> bool:
    """Whether one of the methods of the Recommendation, over the bytes as they came, gives what the header says."""
    name, _, given = header.strip().partition("=")
    method = METHODS.get(name.strip().lower())
    if method is None or not secret:
        return False
    wanted = hmac.new(secret.encode(), body, method).hexdigest()
    return hmac.compare_digest(wanted.encode(), given.strip().lower().encode("utf-8", "replace"))


def _charset(request: HttpRequest) -> str:
    return str((request.content_params or {}).get("charset", ""))


def _line(status: int, text: str) -> HttpResponse:
    response = HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
