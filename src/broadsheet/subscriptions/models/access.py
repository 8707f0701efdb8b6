"""Rights that no gateway speaks of: complimentary passes, redeemed gifts, groups and their seats, gift links."""

from __future__ import annotations

import ipaddress
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from .offers import Plan


class Grant(models.Model):
    """One reader's right for a time. Without an end it lasts until it is taken back."""

    SOURCES: ClassVar = [("complimentary", _("complimentary")), ("gift", _("gift"))]

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grants")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, verbose_name=_("plan"))
    source = models.CharField(_("source"), max_length=13, choices=SOURCES, default="complimentary")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("complimentary pass")
        verbose_name_plural = _("complimentary passes")
        indexes: ClassVar = [models.Index(fields=["reader", "ends_at"], name="grant_reader")]

    def __str__(self) -> str:
        return f"{self.reader}: {self.plan}"


class Group(models.Model):
    """A company, university or library that reads together: by seats, by e-mail domain, by network address."""

    name = models.CharField(_("name"), max_length=120)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, verbose_name=_("plan"))
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("manager"),
        related_name="managed_groups",
    )
    seats = models.PositiveIntegerField(_("seats"), default=0)
    domains = models.TextField(_("e-mail domains"), blank=True, help_text=_("One a line."))
    networks = models.TextField(
        _("network addresses"), blank=True, help_text=_("One a line, such as 192.0.2.0/24.")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        for line in self.network_lines:
            try:
                ipaddress.ip_network(line)
            except ValueError:
                raise ValidationError(
                    {"networks": _("“%s” is not a network such as 192.0.2.0/24.") % line}
                ) from None
        self.domains = "\n".join(self.domain_lines)

    @property
    def network_lines(self) -> list[str]:
        return [line.strip() for line in self.networks.splitlines() if line.strip()]

    @property
    def domain_lines(self) -> list[str]:
        return [line.strip().lower().lstrip("@") for line in self.domains.splitlines() if line.strip()]


class Seat(models.Model):
    """One reader's place in a group, by the address that was invited."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="taken_seats")
    email = models.EmailField()
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="seats"
    )
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["group", "email"], name="one_seat_an_address")
        ]
        indexes: ClassVar = [models.Index(fields=["email"], name="seat_email")]

    def __str__(self) -> str:
        return f"{self.email} ({self.group})"


class GiftLink(models.Model):
    """A story that a subscriber opened for a friend. The token is kept as a hash."""

    giver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="gift_links")
    story = models.PositiveBigIntegerField()
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField()
    openings = models.PositiveIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["giver", "created_at"], name="gift_link_giver")]

    def __str__(self) -> str:
        return f"{self.giver}: {self.story}"
