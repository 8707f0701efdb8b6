"""Who sells: what the law wants on an invoice, and how patient and generous the paper is."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting


@register_setting(icon="form")
class Seller(BaseGenericSetting):
    """The paper as a seller; edited under the newsroom's settings."""

    name = models.CharField(_("company"), max_length=160, blank=True)
    address = models.TextField(_("address"), blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    tax_id = models.CharField(_("tax number"), max_length=40, blank=True)
    bank_details = models.TextField(_("bank details"), blank=True, help_text=_("For payment by transfer."))
    invoice_prefix = models.CharField(_("prefix of invoice numbers"), max_length=8, blank=True)
    email = models.EmailField(_("address for questions"), blank=True)
    are_donations_taxed = models.BooleanField(
        _("donations carry tax"),
        default=False,
        help_text=_("The tax of the giver's country is in the amount."),
    )
    gift_links_a_month = models.PositiveSmallIntegerField(_("gift links a month"), default=5)
    retention_code = models.ForeignKey(
        "subscriptions.PromotionCode",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("offer to those who cancel"),
        related_name="+",
    )

    class Meta:
        verbose_name = _("selling")

    @classmethod
    def current(cls) -> Seller:
        """The one there is, or an unsaved one: the selling pages ask for it, and no reader may wait for a write."""
        return cls.objects.select_related("retention_code").first() or cls()

    def facts(self) -> dict[str, Any]:
        """What is printed on an invoice, as JSON."""
        kept = ("name", "address", "country", "tax_id", "bank_details", "email")
        return {name: getattr(self, name) for name in kept}
