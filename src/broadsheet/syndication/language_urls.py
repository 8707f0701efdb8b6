"""Addresses that stand in each language, below its prefix, before the reader's pages."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("broadsheet.syndication.feeds.language_urls"))
]
