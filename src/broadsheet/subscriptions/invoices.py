"""Invoices as the ledger leaves them, numbered without gaps; a credit note for every refund."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from broadsheet.readers.models import User

from . import wording
from .billing import Bill, fold_invoice
from .models import Invoice, LedgerEntry, NumberSeries, Seller, Subscription

NUMBERED = {"open", "paid", "uncollectible"}
FIXED = ("currency", "net", "tax", "total")


def next_number(series: str) -> str:
    """The next number of `series`, such as `2026-000017`. Only inside the transaction that saves its invoice."""
    NumberSeries.objects.get_or_create(name=series)
    row = NumberSeries.objects.select_for_update().get(name=series)
    row.last += 1
    row.save()
    return f"{series}-{row.last:06d}"


@transaction.atomic
def refold(gateway: str, ref: str) -> Invoice | None:
    """Make one invoice, and its credit notes, what the ledger says; None when nothing has described it yet."""
    entries = LedgerEntry.objects.filter(gateway=gateway)
    own = list(entries.filter(invoice_ref=ref))
    payments = {entry.payment_ref for entry in own if entry.payment_ref}
    paid = list(entries.filter(payment_ref__in=payments)) if payments else []
    bill = fold_invoice(entry.event for entry in (*own, *paid))
    if bill is None:
        return None
    rows = Invoice.objects.select_for_update().filter(gateway=gateway, ref=ref).exclude(kind="credit_note")
    invoice = rows.first() or Invoice(gateway=gateway, ref=ref)
    _describe(invoice, bill, next((entry.subscription_ref for entry in own if entry.subscription_ref), ""))
    invoice.save()
    for refund, amount in bill.refunds.items():
        _credit(invoice, refund, amount)
    return invoice


def _describe(invoice: Invoice, bill: Bill, subscription: str) -> None:
    facts = bill.facts
    invoice.state = facts["status"]
    # A pro-forma invoice asks for money; it becomes an invoice, with a number, when the money has come.
    is_asking = bool(facts.get("is_pro_forma")) and invoice.state != "paid"
    invoice.kind = "pro_forma" if is_asking else "invoice"
    invoice.paid = facts.get("paid", 0)
    invoice.refunded = bill.refunded
    invoice.attempts = facts.get("attempts", 0)
    invoice.paid_at, invoice.due_at = _moment(facts, "paid_at"), _moment(facts, "due_at")
    invoice.next_attempt_at = _moment(facts, "next_attempt_at")
    if subscription and invoice.subscription is None:
        invoice.subscription, _made = Subscription.objects.get_or_create(
            gateway=invoice.gateway, ref=subscription
        )
    if invoice.reader is None and invoice.subscription is not None:
        invoice.reader = invoice.subscription.reader
    if invoice.reader is None and str(facts.get("reader", "")).isdecimal():
        invoice.reader = User.objects.filter(pk=int(facts["reader"])).first()
    if invoice.number:
        return
    for name in FIXED:
        setattr(invoice, name, facts[name])
    invoice.tax_label = str(facts.get("tax_label", ""))[:60] if invoice.tax else ""
    price = invoice.subscription.price if invoice.subscription else None
    language = wording.language_of(invoice.reader)
    invoice.lines = wording.lines_of(facts.get("lines", []), price.plan if price else None, language)
    invoice.period_start, invoice.period_end = _moment(facts, "period_start"), _moment(facts, "period_end")
    if invoice.state in NUMBERED and invoice.total > 0 and not is_asking:
        _issue(invoice, facts)


def _issue(invoice: Invoice, facts: Any) -> None:
    """Give the invoice its number, and freeze who sold to whom."""
    seller = Seller.current()
    invoice.seller = seller.facts()
    invoice.buyer = {name: facts.get(name, "") for name in ("name", "email", "address", "country", "tax_id")}
    if not invoice.buyer["email"] and invoice.reader is not None:
        invoice.buyer["email"] = invoice.reader.email
    invoice.issued_at = _moment(facts, "issued_at") or timezone.now()
    invoice.number = next_number(f"{seller.invoice_prefix}{timezone.localtime(invoice.issued_at).year}")


def _credit(invoice: Invoice, refund: str, amount: int) -> None:
    """A credit note for one refund, once."""
    if (
        not invoice.number
        or Invoice.objects.filter(gateway=invoice.gateway, kind="credit_note", ref=refund).exists()
    ):
        return
    tax = round(invoice.tax * amount / invoice.total) if invoice.total else 0
    now = timezone.now()
    seller = Seller.current()
    Invoice.objects.create(
        gateway=invoice.gateway,
        kind="credit_note",
        ref=refund,
        corrects=invoice,
        subscription=invoice.subscription,
        reader=invoice.reader,
        state="paid",
        currency=invoice.currency,
        net=-(amount - tax),
        tax=-tax,
        tax_label=invoice.tax_label,
        total=-amount,
        paid=-amount,
        lines=[{"label": invoice.number, "amount": -amount}],
        seller=invoice.seller,
        buyer=invoice.buyer,
        issued_at=now,
        paid_at=now,
        number=next_number(f"{seller.invoice_prefix}CN{timezone.localtime(now).year}"),
    )


def _moment(facts: Any, name: str) -> datetime | None:
    return datetime.fromisoformat(facts[name]) if facts.get(name) else None
