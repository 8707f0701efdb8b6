"""What circulation edits and looks at in the newsroom."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.permissions import register_permission_policy
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from ..models import (
    Departure,
    Donation,
    Gift,
    Grant,
    Group,
    Invoice,
    Notice,
    Plan,
    PromotionCode,
    Reconciliation,
    Seat,
    Subscription,
    TaxRate,
)
from .forms import OTHER_LANGUAGES, WORDS, PlanForm, PricesPanel, PromotionForm
from .policies import LookOnly


class PlanViewSet(SnippetViewSet):
    """Plans with their prices."""

    model = Plan
    icon = "tick-inverse"
    menu_label = _("Plans")
    list_display = ("name", "is_offered", "trial_days")
    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            FieldPanel("slug"),
            FieldPanel("summary"),
            FieldPanel("benefits"),
            *(
                MultiFieldPanel(
                    [FieldPanel(f"{field}_{code}") for field in WORDS], heading=name, classname="collapsed"
                )
                for code, name in OTHER_LANGUAGES
            ),
            FieldPanel("scopes"),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("is_offered"), FieldPanel("is_recommended")]),
                    FieldRowPanel([FieldPanel("position"), FieldPanel("trial_days"), FieldPanel("seats")]),
                ],
                heading=_("Offer"),
            ),
            PricesPanel(
                "prices",
                heading=_("Prices"),
                label=_("Price"),
                panels=[
                    FieldRowPanel([FieldPanel("interval"), FieldPanel("currency")]),
                    FieldRowPanel([FieldPanel("amount"), FieldPanel("is_tax_inclusive")]),
                    FieldRowPanel([FieldPanel("intro_amount"), FieldPanel("intro_periods")]),
                ],
            ),
        ],
        base_form_class=PlanForm,
    )


class PromotionViewSet(SnippetViewSet):
    """Promotion codes."""

    model = PromotionCode
    icon = "tag"
    menu_label = _("Promotion codes")
    list_display = ("code", "plan", "percent_off", "ends_at", "is_active")
    edit_handler = ObjectList(
        [
            FieldPanel("code"),
            FieldPanel("plan"),
            FieldRowPanel([FieldPanel("percent_off"), FieldPanel("amount_off"), FieldPanel("currency")]),
            FieldRowPanel([FieldPanel("periods"), FieldPanel("most_uses")]),
            FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
            FieldPanel("is_active"),
        ],
        base_form_class=PromotionForm,
    )


class TaxRateViewSet(SnippetViewSet):
    """Tax by country."""

    model = TaxRate
    icon = "calendar-check"
    menu_label = _("Tax rates")


class GroupViewSet(SnippetViewSet):
    """Companies, universities, libraries."""

    model = Group
    icon = "group"
    menu_label = _("Groups")
    list_display = ("name", "plan", "seats", "ends_at")
    search_fields = ("name",)


class SeatViewSet(SnippetViewSet):
    """Seats of groups."""

    model = Seat
    icon = "user"
    menu_label = _("Seats")
    list_display = ("email", "group", "reader")
    list_filter = ("group",)


class GrantViewSet(SnippetViewSet):
    """Complimentary passes."""

    model = Grant
    icon = "key"
    menu_label = _("Complimentary passes")
    list_display = ("reader", "plan", "source", "ends_at", "note")
    list_filter = ("source", "plan")
    panels = tuple(FieldPanel(name) for name in ("reader", "plan", "starts_at", "ends_at", "note"))


for _model in (Subscription, Invoice, Gift, Donation, Notice, Departure, Reconciliation):
    register_permission_policy(_model, LookOnly(_model))


class _Watched(SnippetViewSet):
    """A table that is looked at, never edited."""

    inspect_view_enabled = True
    copy_view_enabled = False
    list_per_page = 50


class SubscriptionViewSet(_Watched):
    """Every subscription."""

    model = Subscription
    icon = "user"
    menu_label = _("Subscribers")
    list_display = ("ref", "reader", "price", "status", "period_end", "access_until")
    list_filter = ("status", "price__plan", "gateway")
    inspect_template_name = "subscriptions/newsroom/subscription.html"


class InvoiceViewSet(_Watched):
    """Every invoice."""

    model = Invoice
    icon = "doc-full"
    menu_label = _("Invoices")
    list_display = ("number", "kind", "reader", "state", "money", "issued_at")
    list_filter = ("kind", "state", "currency")


class GiftViewSet(_Watched):
    """Gifts that were bought."""

    model = Gift
    icon = "snippet"
    menu_label = _("Gifts")
    list_display = ("recipient_email", "plan", "months", "deliver_at", "redeemed_at")
    inspect_view_fields_exclude = ("code_hash",)


class DonationViewSet(_Watched):
    """Donations."""

    model = Donation
    icon = "pick"
    menu_label = _("Donations")
    list_display = ("__str__", "paid_at")


class NoticeViewSet(_Watched):
    """Mails that are owed, on their way, or sent."""

    model = Notice
    icon = "mail"
    menu_label = _("Mails")
    list_display = ("kind", "email", "due_at", "claimed_at", "sent_at", "attempts")
    list_filter = ("kind",)
    inspect_view_fields_exclude = ("facts",)


class DepartureViewSet(_Watched):
    """Why subscribers leave."""

    model = Departure
    icon = "comment"
    menu_label = _("Cancellations")
    list_display = ("subscription", "reason", "note", "is_kept", "at")
    list_filter = ("reason", "is_kept")


class ReconciliationViewSet(_Watched):
    """Nightly comparisons with the gateway."""

    model = Reconciliation
    icon = "check"
    menu_label = _("Reconciliations")
    list_display = ("gateway", "started_at", "finished_at", "checked", "events", "different")
    list_filter = ("gateway",)


class SubscriptionsGroup(SnippetViewSetGroup):
    """All of it under one heading of the main menu."""

    items = (
        SubscriptionViewSet,
        PlanViewSet,
        PromotionViewSet,
        TaxRateViewSet,
        GroupViewSet,
        SeatViewSet,
        GrantViewSet,
        InvoiceViewSet,
        GiftViewSet,
        DonationViewSet,
        NoticeViewSet,
        DepartureViewSet,
        ReconciliationViewSet,
    )
    menu_icon = "group"
    menu_label = _("Subscriptions")
    menu_order = 300
