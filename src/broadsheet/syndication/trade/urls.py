"""Addresses of the trade formats."""

from django.urls import path

from . import partner_views, views

urlpatterns = [
    path(f"api/v1/stories{one}.{form}", view, {"form": form}, name=f"{name}_{form}")
    for form in views.FORMS
    for one, view, name in (("/<int:pk>", views.story, "trade_story"), ("", views.stories, "trade_stories"))
] + [
    path(
        f"partners/<str:token>/stories.{form}", partner_views.stories, {"form": form}, name=f"partner_{form}"
    )
    for form in partner_views.ALLOWED
]
