"""Webhook endpoints and events, as the API shows them."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from broadsheet.sandbox import lists
from broadsheet.sandbox.account import Account, new_id
from broadsheet.sandbox.errors import Json, invalid, missing, required
from broadsheet.sandbox.forms import Params

CONFIGURED = "we_sandbox_command_line"
MOST = 16


def create(account: Account, params: Params) -> Json:
    """The secret is only in this answer, as at Stripe."""
    if len(account.where("webhook_endpoint")) >= MOST:
        raise invalid(f"You have reached the maximum of {MOST} test webhook endpoints.")
    url, events = _url(params.need("url")), params.texts("enabled_events")
    if not events:
        raise required("enabled_events")
    params.ignore("connect")
    secret = f"whsec_{secrets.token_urlsafe(24)}"
    made = account.make(
        "webhook_endpoint", id=new_id("webhook_endpoint"), created=account.wall(), url=url, enabled_events=events,
        api_version=params.text("api_version"), description=params.text("description"), metadata=params.metadata(),
        _secret=secret,
    )  # fmt: skip
    return made | {"secret": secret}


def _url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise invalid(
            "Invalid URL: An explicit scheme (such as https) must be provided.", "url", "url_invalid"
        )
    return url


def update(account: Account, params: Params, key: str) -> Json:
    found = account.get("webhook_endpoint", key)
    found["metadata"] = params.metadata(found["metadata"])
    if params.given("url"):
        found["url"] = _url(params.need("url"))
    if params.given("enabled_events"):
        found["enabled_events"] = params.texts("enabled_events")
    if params.given("disabled"):
        found["status"] = "disabled" if params.flag("disabled") else "enabled"
    if params.given("description"):
        found["description"] = params.text("description")
    account.save(found)
    return found


def delete(account: Account, params: Params, key: str) -> Json:
    return account.delete(account.get("webhook_endpoint", key))


def configure(account: Account, url: str | None, secret: str) -> None:
    """The endpoint of the command line: there under one id while it is given, else gone."""
    with account.transaction():
        found = account.find("webhook_endpoint", CONFIGURED)
        if url is None:
            if found and not found.get("deleted"):
                account.delete(found)
            return
        if found is None or found.get("deleted"):
            found = account.make(
                "webhook_endpoint", id=CONFIGURED, created=account.wall(), url=url, _secret=secret,
                description="Given on the command line",
            )  # fmt: skip
        found |= {"url": url, "_secret": secret, "status": "enabled"}
        account.save(found)


def _with_pending(account: Account, event: Json) -> Json:
    waiting = account.store.rows(
        "SELECT count(*) FROM deliveries WHERE event = ? AND state = 'waiting'", event["id"]
    )[0][0]
    return event | {"pending_webhooks": int(waiting)}


def retrieve_event(account: Account, params: Params, key: str) -> Json:
    found = account.find("event", key)
    if found is None:
        raise missing("event", key, status=404)
    return _with_pending(account, found)


def list_events(account: Account, params: Params) -> Json:
    """Newest first; `type` takes one, `types[]` several."""
    kinds = params.texts("types")
    params.ignore("delivery_success")
    url = "/v1/events"
    found = lists.page(account, "event", params, url, parent=params.text("type"), among=("parent", kinds))
    found["data"] = [_with_pending(account, event) for event in found["data"]]
    return found
