"""What a mail says: its subject, text and HTML, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from broadsheet.readers import newsletters

from . import papers
from .models import Checkout, Invoice, Notice, Seller, Subscription
from .money import Money
from .notices import OFFERS
from .wording import day

_ADDRESS = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail. `attachments` are (name, bytes, media type); `leave` ends mails of its kind in one click (RFC 8058)."""

    subject: str
    text: str
    html: str
    attachments: Sequence[tuple[str, bytes, str]] = ()
    leave: str = ""


def written(notice: Notice) -> Letter:
    """The mail that a notice stands for. Its text's first line is the subject."""
    language = notice.language or settings.LANGUAGE_CODE
    with translation.override(language):
        leave = _leave(notice)
        context = {**_words(notice, language), "paper": settings.PAPER.name, "leave_url": leave}
        whole = render_to_string(f"subscriptions/mail/{notice.kind}.txt", context).strip()
        subject, _, body = whole.partition("\n")
        text = re.sub(r"\n{3,}", "\n\n", body.strip())
        html = render_to_string(
            "subscriptions/mail/frame.html",
            {
                "paper": settings.PAPER.name,
                "base_url": _absolute("/"),
                "language": language,
                "direction": "rtl" if translation.get_language_bidi() else "ltr",
                "subject": subject,
                "parts": [_part(part) for part in text.split("\n\n") if part.strip()],
            },
        )
    return Letter(subject.strip(), text + "\n", html, _attachments(notice), leave)


def _leave(notice: Notice) -> str:
    """Offers alone can be left; what is owed to a customer can't."""
    if notice.kind != "win_back" or notice.reader is None:
        return ""
    return _absolute(newsletters.unsubscribe_path(notice.reader, OFFERS))


def _part(text: str) -> dict[str, str]:
    """A paragraph; one that is nothing but an address becomes a button under the words before it."""
    lines = text.strip().splitlines()
    address = lines[-1].strip()
    if _ADDRESS.fullmatch(address):
        return {"label": " ".join(lines[:-1]).rstrip(":"), "address": address}
    return {"text": "\n".join(lines)}


def _words(notice: Notice, language: str) -> dict[str, Any]:
    facts = notice.facts
    words: dict[str, Any] = {
        "facts": facts,
        "account_url": _absolute("/account/"),
        "subscribe_url": _absolute(reverse("subscribe")),
    }
    if pk := facts.get("subscription"):
        words |= _of_subscription(Subscription.objects.select_related("price__plan").get(pk=pk), language)
    if pk := facts.get("invoice"):
        words |= _of_invoice(Invoice.objects.get(pk=pk), language)
    if pk := facts.get("checkout"):
        words |= _of_checkout(Checkout.objects.select_related("price__plan").get(pk=pk), language)
    return words


def _of_subscription(subscription: Subscription, language: str) -> dict[str, Any]:
    price = subscription.price
    return {
        "plan": price.plan.said("name", language) if price else "",
        "amount": price.money.text(language) if price else "",
        "interval": price.get_interval_display() if price else "",
        "trial_end": day(subscription.trial_end, language),
        "period_end": day(subscription.period_end, language),
        "until": day(subscription.access_until, language),
    }


def _of_invoice(invoice: Invoice, language: str) -> dict[str, Any]:
    return {
        "number": invoice.number,
        "reference": invoice.ref,
        "due": day(invoice.due_at, language),
        "bank_details": Seller.current().bank_details,
        "total": Money(abs(invoice.total), invoice.currency).text(language),
        "corrected": invoice.corrects.number if invoice.corrects else "",
    }


def _of_checkout(checkout: Checkout, language: str) -> dict[str, Any]:
    words: dict[str, Any] = {"plan": checkout.price.plan.said("name", language) if checkout.price else ""}
    if checkout.amount:
        words["total"] = Money(checkout.amount, checkout.currency).text(language)
    return words


def _attachments(notice: Notice) -> Sequence[tuple[str, bytes, str]]:
    pk = notice.facts.get("invoice")
    if pk is None:
        return ()
    invoice = Invoice.objects.get(pk=pk)
    return [(f"{invoice.number or invoice.ref}.pdf", papers.pdf(invoice), "application/pdf")]


def _absolute(path: str) -> str:
    return settings.PAPER.base_url.rstrip("/") + path
