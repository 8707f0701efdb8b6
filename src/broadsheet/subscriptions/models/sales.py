"""What was sold: checkouts, subscriptions, invoices, gifts and donations."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..money import Money
from ..standing import Status
from .ledger import LedgerEntry
from .offers import Plan, Price, PromotionCode

STATUSES = [
    (Status.INCOMPLETE.value, _("not paid yet")),
    (Status.TRIALING.value, _("free trial")),
    (Status.ACTIVE.value, _("active")),
    (Status.PAST_DUE.value, _("payment overdue")),
    (Status.PAUSED.value, _("paused")),
    (Status.CANCELLED.value, _("cancelled")),
    (Status.EXPIRED.value, _("expired")),
]


class Checkout(models.Model):
    """One attempt to buy. `key` goes to the gateway with every call, so that a repeated call buys nothing twice.

    `session` is the browser that began it; `made_account` whether the account was opened by it.
    """

    PURPOSES: ClassVar = [
        ("subscription", _("subscription")),
        ("gift", _("gift")),
        ("donation", _("donation")),
    ]
    STATES: ClassVar = [
        ("open", _("open")),
        ("pending", _("payment under way")),
        ("paid", _("paid")),
        ("failed", _("failed")),
        ("expired", _("abandoned")),
    ]

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    purpose = models.CharField(max_length=12, choices=PURPOSES, default="subscription")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True)
    email = models.EmailField()
    price = models.ForeignKey(Price, on_delete=models.PROTECT, null=True, blank=True)
    promotion = models.ForeignKey(PromotionCode, on_delete=models.SET_NULL, null=True, blank=True)
    amount = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)
    # Where the buyer says they are: it decides about the tax.
    country = models.CharField(max_length=2, blank=True)
    details = models.JSONField(default=dict, blank=True)
    gateway = models.CharField(max_length=30)
    ref = models.CharField(max_length=120, blank=True)
    url = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=STATES, default="open")
    # What nobody else may buy while this may still be paid; see `holds`.
    hold = models.CharField(max_length=50, null=True, unique=True, editable=False)
    session = models.CharField(max_length=64, blank=True)
    made_account = models.BooleanField(default=False)
    return_path = models.CharField(max_length=500, default="/")
    story = models.PositiveBigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["gateway", "ref"], name="checkout_ref")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.key}"


class Subscription(models.Model):
    """One subscription as its ledger leaves it: every field but the story's is folded from events, never set by hand."""

    gateway = models.CharField(max_length=30)
    ref = models.CharField(max_length=120)
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="subscriptions",
    )
    customer_ref = models.CharField(max_length=120, blank=True)
    price = models.ForeignKey(Price, on_delete=models.PROTECT, null=True, blank=True)
    quantity = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=10, choices=STATUSES, default=Status.INCOMPLETE.value)
    period_start = models.DateTimeField(null=True, blank=True)
    period_end = models.DateTimeField(null=True, blank=True)
    trial_end = models.DateTimeField(null=True, blank=True)
    cancel_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    resumes_at = models.DateTimeField(null=True, blank=True)
    past_due_since = models.DateTimeField(null=True, blank=True)
    access_until = models.DateTimeField(null=True, blank=True)
    is_disputed = models.BooleanField(default=False)
    needs_fetch = models.BooleanField(default=False)
    started_at = models.DateTimeField(null=True, blank=True)
    # Which stories led here: the wall first met, and the one the offer was opened from.
    first_story = models.PositiveBigIntegerField(null=True, blank=True)
    last_story = models.PositiveBigIntegerField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        permissions: ClassVar = [("export_subscription", _("Can export the list of subscribers"))]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gateway", "ref"], name="one_subscription_a_ref")
        ]
        indexes: ClassVar = [
            models.Index(fields=["reader", "access_until"], name="subscription_access"),
            models.Index(fields=["status", "price", "quantity"], name="subscription_status"),
            models.Index(fields=["access_until"], name="subscription_until"),
            models.Index(fields=["started_at"], name="subscription_started"),
            models.Index(fields=["ended_at"], name="subscription_ended"),
            models.Index(fields=["trial_end", "period_start"], name="subscription_trial"),
            models.Index(
                fields=["first_story"],
                condition=models.Q(first_story__isnull=False),
                name="subscription_first",
            ),
            models.Index(
                fields=["last_story"],
                condition=models.Q(last_story__isnull=False),
                name="subscription_last",
            ),
            models.Index(fields=["gateway"], condition=models.Q(needs_fetch=True), name="subscription_fetch"),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.ref}: {self.status}"

    @property
    def entries(self) -> models.QuerySet[LedgerEntry]:
        """What the ledger holds under its name, oldest first."""
        found = LedgerEntry.objects.filter(gateway=self.gateway, subscription_ref=self.ref)
        return found.order_by("at", "pk")


class NumberSeries(models.Model):
    """The last number given in a series; taken under a lock, in the transaction that uses it, so that none is missing."""

    name = models.CharField(max_length=20, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.last}"


class Invoice(models.Model):
    """An invoice, or a credit note for one. Once numbered its amounts, seller and buyer never change.

    Amounts are in minor units: `net` + `tax` = `total`.
    """

    KINDS: ClassVar = [
        ("invoice", _("invoice")),
        ("pro_forma", _("pro-forma invoice")),
        ("credit_note", _("credit note")),
    ]
    STATES: ClassVar = [
        ("draft", _("draft")),
        ("open", _("open")),
        ("paid", _("paid")),
        ("void", _("void")),
        ("uncollectible", _("not collected")),
    ]

    gateway = models.CharField(max_length=30)
    ref = models.CharField(max_length=120)
    kind = models.CharField(max_length=11, choices=KINDS, default="invoice")
    number = models.CharField(max_length=30, unique=True, null=True, blank=True)
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="credit_notes"
    )
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, null=True, blank=True, related_name="invoices"
    )
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="invoices"
    )
    state = models.CharField(max_length=13, choices=STATES, default="draft")
    currency = models.CharField(max_length=3)
    net = models.IntegerField(default=0)
    tax = models.IntegerField(default=0)
    tax_label = models.CharField(max_length=60, blank=True)
    total = models.IntegerField(default=0)
    paid = models.IntegerField(default=0)
    refunded = models.IntegerField(default=0)
    lines = models.JSONField(default=list)
    seller = models.JSONField(default=dict)
    buyer = models.JSONField(default=dict)
    period_start = models.DateTimeField(null=True, blank=True)
    period_end = models.DateTimeField(null=True, blank=True)
    issued_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gateway", "kind", "ref"], name="one_invoice_a_ref")
        ]
        indexes: ClassVar = [models.Index(fields=["reader", "-issued_at"], name="invoice_reader")]

    def __str__(self) -> str:
        return self.number or f"{self.gateway} {self.ref}"

    @property
    def money(self) -> Money:
        return Money(self.total, self.currency)


class Gift(models.Model):
    """A subscription for somebody else, paid once. Its code is kept as a hash; the mail alone holds it."""

    checkout = models.OneToOneField(Checkout, on_delete=models.PROTECT)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT)
    months = models.PositiveSmallIntegerField()
    code_hash = models.CharField(max_length=64, unique=True)
    giver = models.CharField(max_length=80, blank=True)
    recipient_email = models.EmailField()
    message = models.CharField(max_length=400, blank=True)
    deliver_at = models.DateTimeField()
    # The money went back: the code opens nothing, and what it opened is closed.
    is_void = models.BooleanField(default=False)
    grant = models.OneToOneField(
        "subscriptions.Grant", on_delete=models.SET_NULL, null=True, blank=True, related_name="gift"
    )
    redeemed_at = models.DateTimeField(null=True, blank=True)
    redeemed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )

    class Meta:
        verbose_name = _("gift")
        verbose_name_plural = _("gifts")

    def __str__(self) -> str:
        return f"{self.plan} × {self.months}"


class Donation(models.Model):
    """Money given once, for nothing in return."""

    checkout = models.OneToOneField(Checkout, on_delete=models.PROTECT)
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    paid_at = models.DateTimeField()

    class Meta:
        verbose_name = _("donation")
        verbose_name_plural = _("donations")

    def __str__(self) -> str:
        return Money(self.amount, self.currency).text("en")
