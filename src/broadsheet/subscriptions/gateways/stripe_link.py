"""The line to Stripe: one pinned version, bounded waiting, and errors in words for the person who meets them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import stripe

from .protocol import GatewayAway, GatewayError, Setup

if TYPE_CHECKING:
    from stripe import RequestOptions

# The version whose shapes `stripe_events` reads; the SDK's own may move on without us.
API_VERSION = "2026-10-28.endive"
CONNECT_SECONDS, ANSWER_SECONDS, RETRIES = 4.0, 20.0, 2

# Says nothing of us to Stripe but the calls themselves.
stripe.enable_telemetry = False


def connect(setup: Setup) -> stripe.StripeClient:
    """A client with this paper's key. Raises `GatewayError` when there is none."""
    key = setup.settings.get("key", "")
    if not key:
        raise GatewayError(f"{setup.name}: gateway_key is not set")
    base = setup.settings.get("api_base", "")
    return stripe.StripeClient(
        key,
        stripe_version=API_VERSION,
        base_addresses={"api": base.rstrip("/")} if base else None,
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, ANSWER_SECONDS)),
    )


def once(key: str) -> RequestOptions:
    """The option that makes a repeated write the same write."""
    return {"idempotency_key": key[:255]}


@contextmanager
def asking(name: str) -> Iterator[None]:
    """Turn the SDK's errors into ours."""
    try:
        yield
    except stripe.APIConnectionError as error:
        raise GatewayAway(f"{name} can't be reached: {_words(error)}") from error
    except stripe.RateLimitError as error:
        raise GatewayAway(f"{name} is busy: {_words(error)}") from error
    except stripe.IdempotencyError as error:
        raise GatewayError(f"{name}: this was begun before with other values; begin anew") from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise GatewayError(f"{name} does not accept gateway_key: {_words(error)}") from error
    except stripe.StripeError as error:
        status = error.http_status or 0
        # 409: the same write is under way in another process.
        if status >= 500 or status == 409:
            raise GatewayAway(f"{name} has a fault: {_words(error)}") from error
        raise GatewayError(f"{name}: {_words(error)}") from error


def _words(error: stripe.StripeError) -> str:
    text = error.user_message or str(error) or type(error).__name__
    return text.split("\n", 1)[0][:300]


def is_missing(error: GatewayError) -> bool:
    """Whether Stripe refused because what was named is not there (any more)."""
    cause = error.__cause__
    return isinstance(cause, stripe.StripeError) and cause.code == "resource_missing"


def plain(thing: stripe.StripeObject) -> dict[str, Any]:
    """As plain mappings, all the way down: the SDK's objects are none."""
    found: dict[str, Any] = thing.to_dict(for_json=True)
    return found


def clock_of(thing: stripe.StripeObject, fallback: datetime) -> datetime:
    """What the gateway's clock said when it answered, to the second."""
    answer = thing.last_response
    text = answer.headers.get("Date", "") if answer is not None else ""
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (TypeError, ValueError):
        return fallback.replace(microsecond=0)


def is_replay(thing: stripe.StripeObject) -> bool:
    """Whether this is the stored answer to a write that was done before: how things stood then."""
    answer = thing.last_response
    return answer is not None and answer.headers.get("Idempotent-Replayed", "") == "true"
