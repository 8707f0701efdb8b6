"""Addresses that are the same in every language."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("broadsheet.syndication.engines.urls")),
    path("", include("broadsheet.syndication.trade.urls")),
]
