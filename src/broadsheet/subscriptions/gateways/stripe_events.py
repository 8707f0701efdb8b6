"""Stripe's objects in our words. Pure: what is read here came in a webhook or was fetched, both have the same shapes.

Shapes: API version 2026-10-28, https://docs.stripe.com/api. Objects are plain mappings, as the SDK's `to_dict` gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from json import dumps
from typing import Any

from ..events import Event, Kind, Snapshot, Stage

Object = Mapping[str, Any]

STAGES = {
    "incomplete": Stage.INCOMPLETE,
    "trialing": Stage.TRIALING,
    "active": Stage.ACTIVE,
    "past_due": Stage.PAST_DUE,
    "unpaid": Stage.PAST_DUE,
    "paused": Stage.PAUSED,
    "canceled": Stage.ENDED,
    "incomplete_expired": Stage.ENDED,
}
# An inquiry (`warning_…`) takes no money back; it becomes a dispute or is closed.
DISPUTES = {"needs_response": "open", "under_review": "open", "won": "won", "lost": "lost"}
REFUND_FAILED = {"failed", "canceled"}
# https://docs.stripe.com/currencies: amounts in these are given in hundredths that do not exist.
INFLATED = {"ISK": 100, "UGX": 100}


def theirs(amount: int, currency: str) -> int:
    """Our minor units as Stripe counts them."""
    return amount * INFLATED.get(currency, 1)


def ours(amount: int | None, currency: str) -> int:
    """Stripe's amount in our minor units."""
    return (amount or 0) // INFLATED.get(currency, 1)


def name_of(value: Any) -> str:
    """The id of what is referred to, expanded or not."""
    found = value.get("id") if isinstance(value, Mapping) else value
    return str(found or "")


def moment(seconds: Any) -> datetime | None:
    """Unix seconds as a time; None for none. Raises `TypeError` or `ValueError`."""
    if not seconds:
        return None
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(f"{seconds} is no time") from error


def events_of(report: Object) -> list[Event]:
    """What one of Stripe's events (`evt_…`) says; nothing when it is of no interest to us.

    Raises `KeyError`, `TypeError` or `ValueError` when it has not the shape of an event.
    """
    at = moment(report["created"])
    if at is None:
        raise ValueError("an event without a time")
    thing = report["data"]["object"]
    found = list(_read(thing, str(report["type"]), str(report["id"]), at))
    # The ledger knows each line by its id: the first keeps the event's own.
    return [_numbered(event, place) for place, event in enumerate(found)]


def _numbered(event: Event, place: int) -> Event:
    if not place:
        return event
    return Event(
        f"{event.id}:{place}", event.kind, event.at, event.subject, event.subscription, event.invoice,
        event.payment, event.facts,
    )  # fmt: skip


def _read(thing: Object, kind: str, name: str, at: datetime) -> Iterator[Event]:
    if thing.get("deleted"):
        return
    match thing.get("object"):
        case "subscription":
            yield subscription(thing, name, at)
        case "invoice" if thing.get("id"):
            yield invoice(thing, name, at, is_deleted=kind == "invoice.deleted")
        case "invoice_payment":
            yield from payment(thing, name, at)
        case "checkout.session":
            yield checkout(thing, name, at, has_failed=kind == "checkout.session.async_payment_failed")
        case "refund":
            yield from refund(thing, name, at)
        case "dispute":
            yield from dispute(thing, name, at)
        case "charge":
            for part in (thing.get("refunds") or {}).get("data") or ():
                yield from refund({"payment_intent": thing.get("payment_intent"), **part}, name, at)


def fetched(thing: Object, at: datetime, seen: datetime) -> list[Event]:
    """What an object that we asked for says.

    An invoice, a payment, a refund and a checkout only ever go forward: the same content is the same report, and makes
    no second line. A subscription goes to and fro: each look at it is one of its own.
    """
    if thing.get("object") == "subscription":
        return [observation(thing, at, seen)]
    found = list(_read(thing, "", "", at))
    return [
        Event(
            f"{event.subject}:{_digest(event)}", event.kind, at, event.subject, event.subscription, event.invoice,
            event.payment, event.facts,
        )
        for event in found
    ]  # fmt: skip


def _digest(event: Event) -> str:
    said = [event.subscription, event.invoice, event.payment, dict(event.facts)]
    return blake2b(dumps(said, sort_keys=True).encode(), digest_size=8).hexdigest()


def snapshot(thing: Object) -> Snapshot:
    """A subscription as it stands."""
    status = STAGES[thing["status"]]
    stage = status
    paused = thing.get("pause_collection") or None
    # Whoever owes is not paused: a pause would be open to the end of a period that nobody paid.
    if paused and status in {Stage.TRIALING, Stage.ACTIVE}:
        stage = Stage.PAUSED
    item = thing["items"]["data"][0]
    start, end = item.get("current_period_start"), item.get("current_period_end")
    metadata = thing.get("metadata") or {}
    price, following = name_of(item.get("price")), ""
    # A change from the next period on is noted on the subscription with the period that keeps its old price.
    if metadata.get("held_price") and metadata.get("held_until") == str(end):
        price, following = metadata["held_price"], price
    cancel_at = thing.get("cancel_at") or (end if thing.get("cancel_at_period_end") else None)
    reader = str(metadata.get("reader") or "")
    return Snapshot(
        stage=stage,
        price=price,
        next_price=following,
        quantity=int(item.get("quantity") or 1),
        reader=int(reader) if reader.isdecimal() else None,
        customer=name_of(thing.get("customer")),
        started_at=moment(thing.get("start_date")),
        period_start=moment(start),
        period_end=moment(end),
        trial_end=moment(thing.get("trial_end")),
        cancel_at=moment(cancel_at),
        ended_at=moment(thing.get("ended_at")),
        resumes_at=moment((paused or {}).get("resumes_at")),
    )


def subscription(thing: Object, name: str, at: datetime) -> Event:
    facts = snapshot(thing).facts()
    return Event(name, Kind.SUBSCRIPTION, at, thing["id"], subscription=thing["id"], facts=facts)


def observation(thing: Object, at: datetime, seen: datetime) -> Event:
    """A subscription as we fetched it: `at` by Stripe's clock, `seen` by ours."""
    return Event(
        f"seen:{thing['id']}:{seen.timestamp():.6f}",
        Kind.OBSERVATION,
        at,
        thing["id"],
        subscription=thing["id"],
        facts={**snapshot(thing).facts(), "seen": seen.isoformat(timespec="microseconds")},
    )


def invoice(thing: Object, name: str, at: datetime, *, is_deleted: bool = False) -> Event:
    parent = (thing.get("parent") or {}).get("subscription_details") or {}
    return Event(
        name,
        Kind.INVOICE,
        at,
        thing["id"],
        subscription=name_of(parent.get("subscription")),
        invoice=thing["id"],
        facts={**_bill(thing), **({"status": "void"} if is_deleted else {})},
    )


def _bill(thing: Object) -> dict[str, Any]:
    currency = str(thing["currency"]).upper()
    total = ours(thing["total"], currency)
    tax = sum(ours(part["amount"], currency) for part in thing.get("total_taxes") or ())
    steps = thing.get("status_transitions") or {}
    start, end = _period(thing)
    address = thing.get("customer_address") or {}
    places = ("line1", "line2", "postal_code", "city", "state")
    parent = (thing.get("parent") or {}).get("subscription_details") or {}
    metadata = {**(parent.get("metadata") or {}), **(thing.get("metadata") or {})}
    return {
        "status": thing.get("status") or "draft",
        "currency": currency,
        "net": total - tax,
        "tax": tax,
        "total": total,
        "paid": ours(thing.get("amount_paid"), currency),
        "lines": [_line(line, currency) for line in thing["lines"]["data"]],
        "attempts": int(thing.get("attempt_count") or 0),
        "issued_at": _text(steps.get("finalized_at")),
        "paid_at": _text(steps.get("paid_at")),
        "due_at": _text(thing.get("due_date")),
        "next_attempt_at": _text(thing.get("next_payment_attempt")),
        "period_start": start,
        "period_end": end,
        "reader": metadata.get("reader") or "",
        "name": thing.get("customer_name") or "",
        "email": thing.get("customer_email") or "",
        "address": "\n".join(str(address[place]) for place in places if address.get(place)),
        # Where the buyer said they were decided about the tax; an address, about the gateway's own.
        "country": metadata.get("country") or address.get("country") or "",
        "tax_label": metadata.get("tax") or "",
        "tax_id": next(
            (str(one["value"]) for one in thing.get("customer_tax_ids") or () if one.get("value")), ""
        ),
    }


def _line(line: Object, currency: str) -> dict[str, Any]:
    return {
        "label": line.get("description") or "",
        "amount": ours(line["amount"], currency),
        "quantity": int(line.get("quantity") or 1),
    }


def _period(thing: Object) -> tuple[str, str]:
    """What the invoice pays for: its longest line. Its own period is the one before, for what is metered."""
    spans = [line["period"] for line in thing["lines"]["data"] if line.get("period")]
    span: Object = max(spans, key=lambda one: (one["end"], -one["start"]), default={})
    return _text(span.get("start")), _text(span.get("end"))


def _text(seconds: Any) -> str:
    found = moment(seconds)
    return "" if found is None else found.isoformat()


def payment(thing: Object, name: str, at: datetime) -> Iterator[Event]:
    """Which payment settles which invoice."""
    by = thing.get("payment") or {}
    paid_with = name_of(by.get("payment_intent") or by.get("charge"))
    if paid_with:
        yield Event(name, Kind.PAYMENT, at, paid_with, invoice=name_of(thing["invoice"]), payment=paid_with)


def checkout(thing: Object, name: str, at: datetime, *, has_failed: bool = False) -> Event:
    currency = str(thing.get("currency") or "").upper()
    customer = thing.get("customer_details") or {}
    return Event(
        name,
        Kind.CHECKOUT,
        at,
        thing["id"],
        subscription=name_of(thing.get("subscription")),
        invoice=name_of(thing.get("invoice")),
        payment=name_of(thing.get("payment_intent")),
        facts={
            "status": "failed" if has_failed else _checkout_status(thing),
            "key": thing.get("client_reference_id") or (thing.get("metadata") or {}).get("key") or "",
            "amount": ours(thing.get("amount_total"), currency),
            "currency": currency,
            "email": customer.get("email") or thing.get("customer_email") or "",
        },
    )


def _checkout_status(thing: Object) -> str:
    if thing.get("status") != "complete":
        return "expired" if thing.get("status") == "expired" else "open"
    if thing.get("payment_status") in {"paid", "no_payment_required"}:
        return "paid"
    intent = thing.get("payment_intent")
    # Known only when the payment was fetched along with it.
    is_refused = isinstance(intent, Mapping) and intent.get("status") in {
        "requires_payment_method",
        "canceled",
    }
    return "failed" if is_refused else "pending"


def refund(thing: Object, name: str, at: datetime) -> Iterator[Event]:
    """Money that went back; one that is still under way says nothing yet."""
    status = thing.get("status")
    if status != "succeeded" and status not in REFUND_FAILED:
        return
    currency = str(thing["currency"]).upper()
    yield Event(
        name,
        Kind.REFUND,
        at,
        thing["id"],
        payment=name_of(thing.get("payment_intent") or thing.get("charge")),
        facts={
            "amount": ours(thing["amount"], currency),
            "currency": currency,
            "failed": status in REFUND_FAILED,
        },
    )


def dispute(thing: Object, name: str, at: datetime) -> Iterator[Event]:
    status = DISPUTES.get(str(thing.get("status")))
    if status is not None:
        by = name_of(thing.get("payment_intent") or thing.get("charge"))
        yield Event(name, Kind.DISPUTE, at, thing["id"], payment=by, facts={"status": status})


def all_of(things: Sequence[Object], at: datetime, seen: datetime) -> list[Event]:
    """What several fetched objects say."""
    return [event for thing in things for event in fetched(thing, at, seen)]
