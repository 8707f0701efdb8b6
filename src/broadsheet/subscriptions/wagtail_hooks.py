"""Subscriptions in Wagtail's admin: the menu, the dashboard, and what circulation may do."""

from __future__ import annotations

from typing import Any

from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.snippets.models import register_snippet

from . import acts
from .admin import views
from .admin.viewsets import SubscriptionsGroup

register_snippet(SubscriptionsGroup)


@hooks.register("register_admin_urls")
def admin_urls() -> list[Any]:
    """The dashboard, its export, and the acts on one subscription."""
    urls = [
        path("", views.dashboard, name="dashboard"),
        path("export.csv", views.export, name="export"),
        path("<int:pk>/<str:act>/", views.act, name="act"),
        path("prices/<int:pk>/", views.move, name="move"),
        path("invoices/<int:pk>.pdf", views.invoice_pdf, name="invoice_pdf"),
    ]
    return [path("circulation/", include((urls, "circulation")))]


class _DashboardItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return bool(request.user.has_perm(views.LOOK))


@hooks.register("register_admin_menu_item")
def dashboard_item() -> MenuItem:
    """Numbers first."""
    return _DashboardItem(_("Circulation"), reverse("circulation:dashboard"), icon_name="history", order=290)


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    """Acts on a subscription, as the audit trail names them."""
    for name in (*acts.ACTS, *views.ON_INVOICES):
        actions.register_action(f"subscriptions.{name}", name, name)
