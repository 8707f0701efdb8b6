"""The kind of a feed as it stands in an address."""

from __future__ import annotations

from django.urls.converters import StringConverter

from .feed import TYPES


class KindConverter(StringConverter):
    """`rss`, `atom` or `json`."""

    regex = "|".join(TYPES)
