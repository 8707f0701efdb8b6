"""What gateways said, kept for ever, and what has to be said to readers, once."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from ..events import Event, Kind


class LedgerIsFinal(Exception):
    """Somebody tried to change or delete a line of the ledger."""


class LedgerQuerySet(models.QuerySet["LedgerEntry"]):
    """The ledger is only ever added to."""

    def update(self, **kwargs: Any) -> int:
        raise LedgerIsFinal("the ledger is append-only")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise LedgerIsFinal("the ledger is append-only")


class LedgerEntry(models.Model):
    """One event of a gateway. Unique by the gateway's own id, so that a duplicate adds nothing."""

    gateway = models.CharField(max_length=30)
    event_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in Kind])
    at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)
    subject = models.CharField(max_length=120)
    subscription_ref = models.CharField(max_length=120, blank=True)
    invoice_ref = models.CharField(max_length=120, blank=True)
    payment_ref = models.CharField(max_length=120, blank=True)
    facts = models.JSONField(default=dict)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gateway", "event_id"], name="one_entry_an_event")
        ]
        indexes: ClassVar = [
            models.Index(fields=["gateway", "subscription_ref"], name="ledger_subscription"),
            models.Index(fields=["gateway", "invoice_ref"], name="ledger_invoice"),
            models.Index(fields=["gateway", "payment_ref"], name="ledger_payment"),
            models.Index(fields=["gateway", "subject"], name="ledger_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.event_id}: {self.kind} {self.subject}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise LedgerIsFinal("the ledger is append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise LedgerIsFinal("the ledger is append-only")

    @property
    def event(self) -> Event:
        return Event(
            id=self.event_id,
            kind=Kind(self.kind),
            at=self.at,
            subject=self.subject,
            subscription=self.subscription_ref,
            invoice=self.invoice_ref,
            payment=self.payment_ref,
            facts=self.facts,
        )


class GatewayRef(models.Model):
    """What a gateway calls something of ours: `kind` is `price`, `product`, `customer`, `promotion`, `tax_rate`."""

    gateway = models.CharField(max_length=30)
    kind = models.CharField(max_length=20)
    local = models.CharField(max_length=80)
    ref = models.CharField(max_length=120)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gateway", "kind", "local"], name="one_ref_each"),
            models.UniqueConstraint(fields=["gateway", "kind", "ref"], name="one_owner_a_ref"),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.kind} {self.local} = {self.ref}"


class Notice(models.Model):
    """A mail that is owed. `key` says what for, so that it is owed once however often its cause is seen.

    Claimed before it is handed over: a process that dies in between leaves it claimed and unsent, for staff to see,
    and nobody gets the same mail twice.
    """

    key = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=30)
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True)
    email = models.EmailField()
    language = models.CharField(max_length=10, blank=True)
    facts = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], condition=models.Q(claimed_at=None, sent_at=None), name="notice_waiting"
            )
        ]

    def __str__(self) -> str:
        return self.key
