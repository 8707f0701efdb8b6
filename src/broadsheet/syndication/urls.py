"""Addresses that are the same in every language."""

from django.urls import URLPattern, URLResolver, include, path

from .api import views as api

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("broadsheet.syndication.engines.urls")),
    path("", include("broadsheet.syndication.trade.urls")),
    path("", include("broadsheet.syndication.feeds.urls")),
    path("", include("broadsheet.syndication.embedding.urls")),
    *api.urlpatterns,
    # Last: whatever else is asked for below /api/v1/.
    *api.rest,
    path("", include("broadsheet.syndication.fediverse.urls")),
]
