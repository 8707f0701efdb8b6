"""Forms in which amounts are written as people write them: 4.99, not 499."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import InlinePanel

from ..models import SCOPES, Plan
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


# (language, its name) of every language of the paper but the main one.
OTHER_LANGUAGES: list[tuple[str, str]] = [
    (code, name) for code, name in settings.LANGUAGES if code != settings.LANGUAGE_CODE
]
WORDS = ("name", "summary", "benefits")


class PlanForm(WagtailAdminModelForm):
    """A plan: what it opens is ticked, and what is said of it has a field for each language."""

    scopes = forms.MultipleChoiceField(label=_("opens"), choices=SCOPES, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, _name in OTHER_LANGUAGES:
            for field, text in self.instance.words.get(code, {}).items():
                self.initial[f"{field}_{code}"] = text

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        # A language that the paper has given up keeps what was said in it.
        words = dict(self.instance.words)
        for code, _name in OTHER_LANGUAGES:
            said = {field: cleaned.get(f"{field}_{code}", "").strip() for field in WORDS}
            words[code] = {field: text for field, text in said.items() if text}
        self.instance.words = {code: said for code, said in words.items() if said}
        return cleaned


def _words_field(field: str, code: str) -> forms.Field:
    text = Plan._meta.get_field(field)
    made: forms.Field = text.formfield(required=False)
    made.widget.attrs |= {"lang": code, "dir": "auto"}
    return made


PlanForm.declared_fields.update(
    {f"{field}_{code}": _words_field(field, code) for code, _name in OTHER_LANGUAGES for field in WORDS}
)


class PricesPanel(InlinePanel):
    """The prices that are on sale, each with a form of ours."""

    def get_form_options(self) -> dict[str, Any]:
        options: dict[str, Any] = super().get_form_options()
        options["formsets"][self.relation_name]["form"] = PriceForm
        return options
