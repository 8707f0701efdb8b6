"""What is for sale: plans, their prices, taxes and promotion codes."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import PreviewableMixin

from .. import previews
from ..money import Money

SCOPES = [
    ("stories", _("All stories")),
    ("archive", _("The archive")),
    ("epaper", _("The e-paper")),
    ("ad-free", _("No advertising")),
]
# What a buyer agrees to: a price in which one of these differs is another price.
TERMS = ("interval", "currency", "amount", "is_tax_inclusive", "intro_amount", "intro_periods")
INTERVALS = [("month", _("monthly")), ("year", _("yearly"))]
currency_field_validators = [RegexValidator(r"^[A-Z]{3}$", _("Three capital letters, such as EUR."))]


def _only_known_scopes(value: object) -> None:
    known = {scope for scope, _label in SCOPES}
    if not isinstance(value, list) or not value or not set(value) <= known:
        raise ValidationError(_("Choose at least one of: %s") % ", ".join(sorted(known)))


class Plan(PreviewableMixin, ClusterableModel):
    """A tier that readers can subscribe to. `scopes` is what it opens; `seats` above 0 make it a group's plan.

    `name`, `summary` and `benefits` are in the paper's main language; `words` has them in others, as
    `{language: {field: text}}`. What is not said there is said in the main one.
    """

    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(_("slug"), unique=True)
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    benefits = models.TextField(_("benefits"), blank=True, help_text=_("One a line."))
    words = models.JSONField(_("in other languages"), default=dict, blank=True)
    scopes = models.JSONField(_("opens"), default=list, validators=[_only_known_scopes])
    trial_days = models.PositiveSmallIntegerField(
        _("days of free trial"), default=0, validators=[MaxValueValidator(365)]
    )
    seats = models.PositiveIntegerField(_("seats"), default=0)
    is_offered = models.BooleanField(_("on the offer page"), default=True)
    is_recommended = models.BooleanField(_("recommended"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.name

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponseBase:
        """The offer page as readers would see it with this plan."""
        self.is_offered = True
        return previews.shown(self, request)

    def said(self, field: str, language: str = "") -> str:
        """`name`, `summary` or `benefits` in `language`, else in the one that is active; costs no query."""
        words = self.words.get(language or get_language() or "", {})
        return str(words.get(field) or getattr(self, field))

    @property
    def shown_name(self) -> str:
        return self.said("name")

    @property
    def shown_summary(self) -> str:
        return self.said("summary")

    @property
    def benefit_lines(self) -> list[str]:
        return [line.strip() for line in self.said("benefits").splitlines() if line.strip()]


class PriceQuerySet(models.QuerySet["Price"]):
    """Selections of prices."""

    def on_sale(self) -> PriceQuerySet:
        """Those a new subscriber can choose."""
        return self.filter(replaced_at=None, plan__is_offered=True)


class CurrentPrices(models.Manager["Price"]):
    """Prices that nothing has replaced: what a plan's editor and its buyers see."""

    def get_queryset(self) -> models.QuerySet[Price]:
        return super().get_queryset().filter(replaced_at=None)


class Price(models.Model):
    """What a plan costs for one interval in one currency.

    A price that was sold is never changed: a new one replaces it, and running subscriptions keep theirs.
    Amounts are in minor units. The first `intro_periods` periods cost `intro_amount`.
    """

    plan = ParentalKey(Plan, on_delete=models.PROTECT, related_name="prices")
    interval = models.CharField(_("interval"), max_length=5, choices=INTERVALS, default="month")
    currency = models.CharField(_("currency"), max_length=3, validators=currency_field_validators)
    amount = models.PositiveIntegerField(_("amount in minor units"), validators=[MinValueValidator(1)])
    is_tax_inclusive = models.BooleanField(_("includes tax"), default=True)
    intro_amount = models.PositiveIntegerField(_("introductory amount"), null=True, blank=True)
    intro_periods = models.PositiveSmallIntegerField(_("introductory periods"), default=0)
    replaced_at = models.DateTimeField(_("replaced"), null=True, blank=True, editable=False)
    replaced_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    # The first is the default, which a plan's `prices` are read through.
    current = CurrentPrices()
    objects = PriceQuerySet.as_manager()

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ("interval", "currency", "pk")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan", "interval", "currency"],
                condition=models.Q(replaced_at=None),
                name="one_price_on_sale",
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan}: {self.money.text('en')} {self.get_interval_display()}"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def intro_money(self) -> Money | None:
        if self.intro_amount is None or not self.intro_periods:
            return None
        return Money(self.intro_amount, self.currency)

    @property
    def is_sold(self) -> bool:
        """Whether somebody pays it, or is about to."""
        return self.subscription_set.exists() or self.checkout_set.exists()

    @property
    def _terms(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in TERMS)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a sold price whose terms were changed stays as it was, and a new one takes its place."""
        stored = Price.objects.filter(pk=self.pk).first() if self.pk else None
        if stored is None or stored._terms == self._terms or not stored.is_sold:
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            Price.objects.filter(pk=self.pk).update(replaced_at=timezone.now())
            self.pk = None
            self._state.adding = True
            super().save(force_insert=True)
            Price.objects.filter(pk=stored.pk).update(replaced_by=self)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete; a sold price is only taken off the offer."""
        if self.is_sold:
            Price.objects.filter(pk=self.pk).update(replaced_at=timezone.now())
            return 0, {}
        return super().delete(*args, **kwargs)


class TaxRate(models.Model):
    """The tax of one country, in hundredths of a percent."""

    country = models.CharField(_("country"), max_length=2, unique=True)
    name = models.CharField(_("name"), max_length=40, default="VAT")
    basis_points = models.PositiveIntegerField(_("rate (1/100 %)"), validators=[MaxValueValidator(10_000)])

    class Meta:
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        ordering = ("country",)

    def __str__(self) -> str:
        return f"{self.country}: {self.name} {self.basis_points / 100:g} %"


class PromotionCode(models.Model):
    """A code that makes a plan cheaper: by a percentage or an amount, for some periods (0: for good)."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("plan"))
    percent_off = models.PositiveSmallIntegerField(
        _("percent off"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    amount_off = models.PositiveIntegerField(_("amount off in minor units"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True, validators=currency_field_validators)
    periods = models.PositiveSmallIntegerField(_("periods"), default=1)
    most_uses = models.PositiveIntegerField(_("most uses"), null=True, blank=True)
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("promotion code")
        verbose_name_plural = _("promotion codes")
        ordering = ("code",)

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        self.code = self.code.strip().upper()
        if (self.percent_off is None) == (self.amount_off is None):
            raise ValidationError(_("Give either a percentage or an amount."))
        if self.amount_off is not None and not self.currency:
            raise ValidationError({"currency": _("An amount needs its currency.")})
