"""Mails that are owed: who is told what, once, whatever order and number the events came in.

Every mail has a key that says what for; owing it again changes nothing. What a mail says is read when it is sent,
and one that is no longer true by then is dropped.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from broadsheet.readers import newsletters
from broadsheet.readers.models import User

from .models import Checkout, Double, Invoice, Notice, Subscription
from .standing import Status
from .wording import language_of

# Days after the first failed charge; one more goes out the day before the grace ends.
DUNNING_DAYS = (0, 3, 7)
# Days from when a transfer is due.
REMINDERS = (-3, 3)
# The kind of newsletter that a reader who wants to hear of offers has chosen.
OFFERS = "offers"
TRIAL_NOTICE = timedelta(days=3)
WIN_BACK_AFTER = timedelta(days=30)
# An archive of old subscriptions that moves in, or a long reconciliation, must not write to anybody.
NEWS_FOR = timedelta(days=3)


def owe(
    key: str,
    kind: str,
    *,
    email: str,
    reader: User | None = None,
    language: str = "",
    due_at: datetime | None = None,
    **facts: Any,
) -> None:
    """Owe a mail. The same key again is the same mail; in the caller's transaction."""
    if not email:
        return
    Notice.objects.get_or_create(
        key=key[:160],
        defaults={
            "kind": kind,
            "email": email,
            "reader": reader,
            "language": language or language_of(reader),
            "due_at": due_at or timezone.now(),
            "facts": facts,
        },
    )


def drop_waiting(prefix: str) -> int:
    """Take back what is owed under keys that begin so, unless it is on its way already."""
    return Notice.objects.filter(key__startswith=prefix, claimed_at=None, sent_at=None).delete()[0]


def on_subscription(subscription: Subscription, before: str) -> None:
    """What a change of a subscription makes us say. Called in the transaction of that change."""
    reader = subscription.reader
    if reader is None or Double.objects.filter(subscription_id=subscription.pk).exists():
        return
    name = f"{subscription.gateway}:{subscription.ref}"
    about: dict[str, Any] = {"email": reader.email, "reader": reader, "subscription": subscription.pk}
    status = Status(subscription.status)
    if status is not Status.PAST_DUE:
        drop_waiting(f"dunning:{name}:")
    if status in {Status.ACTIVE, Status.TRIALING} and _is_news(subscription.started_at):
        owe(f"welcome:{name}", "welcome", **about)
    if status is Status.TRIALING and subscription.trial_end:
        due = subscription.trial_end - TRIAL_NOTICE
        owe(f"trial_ending:{name}:{subscription.trial_end:%Y%m%d}", "trial_ending", due_at=due, **about)
    if status is Status.PAST_DUE:
        _owe_dunning(subscription, name, about)
    if status is Status.ACTIVE and before == Status.PAST_DUE.value:
        owe(f"recovered:{name}:{_day(subscription.period_end)}", "recovered", **about)
    if status is Status.CANCELLED and _is_to_come(subscription.access_until):
        owe(f"cancelled:{name}:{_day(subscription.access_until)}", "cancelled", **about)
    if status is Status.EXPIRED and _is_news(subscription.ended_at or subscription.access_until):
        owe(f"ended:{name}", "ended", **about)
        owe(f"win_back:{name}", "win_back", due_at=timezone.now() + WIN_BACK_AFTER, **about)


def _owe_dunning(subscription: Subscription, name: str, about: dict[str, Any]) -> None:
    since = subscription.past_due_since or timezone.now()
    days = sorted({*DUNNING_DAYS, max(0, settings.PAPER.grace_days - 1)})
    for number, day in enumerate(days):
        due = since + timedelta(days=day)
        if day and day >= settings.PAPER.grace_days:
            continue
        # Learnt of late, the reader is told once how things stand, not all that was missed.
        if number and due < timezone.now():
            continue
        owe(f"dunning:{name}:{_day(since)}:{day}", "payment_failed", due_at=due, **about)


def on_invoice(invoice: Invoice) -> None:
    """A receipt for what was paid, a credit note for what was given back, a request for what is to be transferred."""
    if invoice.kind == "pro_forma":
        _owe_request(invoice)
    for paper in (invoice, *invoice.credit_notes.all()):
        if not paper.number or paper.reader is None or not _is_news(paper.paid_at or paper.issued_at):
            continue
        name = f"{paper.gateway}:{paper.ref}"
        about: dict[str, Any] = {"email": paper.reader.email, "reader": paper.reader, "invoice": paper.pk}
        if paper.kind == "credit_note":
            owe(f"credit_note:{name}", "credit_note", **about)
        elif paper.state == "paid":
            owe(f"receipt:{name}", "receipt", **about)


def _owe_request(invoice: Invoice) -> None:
    """Ask for a transfer, and remind of it three days before it is due and three days after."""
    reader, due = invoice.reader, invoice.due_at
    if reader is None or due is None or invoice.state != "open" or not _is_to_come(due):
        return
    about: dict[str, Any] = {"email": reader.email, "reader": reader, "invoice": invoice.pk}
    name = f"pro_forma:{invoice.gateway}:{invoice.ref}"
    owe(name, "pro_forma", **about)
    for days in REMINDERS:
        if (moment := due + timedelta(days=days)) > timezone.now():
            owe(f"{name}:{days}", "pro_forma", due_at=moment, **about)


def on_checkout(checkout: Checkout) -> None:
    """Thanks for a gift or a donation; a subscription's buyer hears from its welcome and its receipt."""
    about: dict[str, Any] = {"email": checkout.email, "reader": checkout.reader, "checkout": checkout.pk}
    language = checkout.details.get("language", "")
    if checkout.purpose == "donation":
        owe(f"donation:{checkout.key}", "donation", language=language, **about)
    if checkout.purpose == "gift":
        owe(f"gift_receipt:{checkout.key}", "gift_receipt", language=language, **about)


def is_still_true(notice: Notice) -> bool:
    """Whether a mail that is due may still be sent."""
    if notice.kind == "pro_forma":
        return Invoice.objects.filter(pk=notice.facts["invoice"], kind="pro_forma", state="open").exists()
    pk = notice.facts.get("subscription")
    if pk is None:
        return True
    subscription = Subscription.objects.filter(pk=pk).first()
    if subscription is None:
        return False
    expected = {
        "payment_failed": {Status.PAST_DUE},
        "trial_ending": {Status.TRIALING},
        "cancelled": {Status.CANCELLED},
    }.get(notice.kind)
    if expected is not None and Status(subscription.status) not in expected:
        return False
    return notice.kind != "win_back" or _may_be_won_back(subscription)


def _may_be_won_back(subscription: Subscription) -> bool:
    """Only those who asked for offers, and have no subscription again."""
    reader = subscription.reader
    if reader is None or not newsletters.subscribers(OFFERS).filter(pk=reader.pk).exists():
        return False
    running = Q(access_until__gt=timezone.now())
    return not Subscription.objects.filter(running, reader=reader).exists()


def _is_news(moment: datetime | None) -> bool:
    return moment is not None and timezone.now() - moment < NEWS_FOR


def _is_to_come(moment: datetime | None) -> bool:
    return moment is not None and moment > timezone.now()


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y%m%d}" if moment else "-"
