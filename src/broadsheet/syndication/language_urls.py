"""Addresses that stand in each language, below its prefix, before the reader's pages."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
