"""Forms in which amounts are written as people write them: 4.99, not 499."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import InlinePanel

from ..models import SCOPES
from ..money import BadAmount, Money, parse


class AmountsForm(WagtailAdminModelForm):
    """Shows and reads the fields in `amounts` in major units of the form's `currency`."""

    amounts: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.amounts:
            minor = getattr(self.instance, name, None)
            if minor is not None and self.instance.currency:
                self.initial[name] = str(Money(minor, self.instance.currency).decimal)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        currency = (cleaned.get("currency") or "").upper()
        for name in self.amounts:
            written = cleaned.get(name)
            if not written:
                cleaned[name] = None
                continue
            try:
                cleaned[name] = parse(written, currency).amount
            except BadAmount as error:
                self.add_error(name, str(error))
        return cleaned


class PriceForm(AmountsForm):
    """One price of a plan."""

    amounts = ("amount", "intro_amount")
    amount = forms.CharField(label=_("amount"))
    intro_amount = forms.CharField(label=_("introductory amount"), required=False)


class PromotionForm(AmountsForm):
    """A promotion code."""

    amounts = ("amount_off",)
    amount_off = forms.CharField(label=_("amount off"), required=False)


class PlanForm(WagtailAdminModelForm):
    """A plan: what it opens is ticked."""

    scopes = forms.MultipleChoiceField(label=_("opens"), choices=SCOPES, widget=forms.CheckboxSelectMultiple)


class PricesPanel(InlinePanel):
    """The prices that are on sale, each with a form of ours."""

    def get_form_options(self) -> dict[str, Any]:
        options: dict[str, Any] = super().get_form_options()
        options["formsets"][self.relation_name]["form"] = PriceForm
        return options
