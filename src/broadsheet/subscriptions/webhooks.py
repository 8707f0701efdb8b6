"""Where gateways report: `POST /-/gateways/<name>/`.

The body is believed for its signature alone: no session, no cookie, no address. What it says is in the ledger, in one
transaction, before it is answered; nothing else is done and nobody is asked, so the answer comes at once.
"""

from __future__ import annotations

import logging

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from . import ledger
from .gateways import registry
from .gateways.protocol import BadWebhook, GatewayError

log = logging.getLogger("broadsheet.webhooks")
MOST_BYTES = 1_048_576


@csrf_exempt
@require_POST
def take(request: HttpRequest, name: str) -> HttpResponse:
    """200 when it is in the ledger, or was, or is of no interest; 400 and one line when it can't be believed or read.

    Anything else tells the gateway to send it again.
    """
    # Only a gateway that this paper has set up: a name in an address must not load one.
    if name not in settings.BROADSHEET_GATEWAY_SETTINGS:
        raise Http404
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return _line(413, f"more than {MOST_BYTES} bytes")
    try:
        events = registry.get(name).webhook(body, request.headers)
    except BadWebhook as error:
        log.warning("%s: webhook refused: %s", name, error)
        return _line(400, str(error))
    except GatewayError as error:
        log.error("%s: %s", name, error)  # noqa: TRY400  (a line for the owner: the trace says nothing more)
        return _line(503, "this gateway is not set up")
    if not events:
        log.info("%s: a webhook that is of no interest", name)
        return _line(200, "of no interest")
    return _line(200, f"{ledger.record(name, events)} new")


def _line(status: int, text: str) -> HttpResponse:
    response = HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
