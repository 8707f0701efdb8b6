"""Slugs of any script: Django's `slugify` deletes ə and empties Cyrillic, so the ASCII form is slugified."""

from __future__ import annotations

from anyascii import anyascii
from django.utils.text import slugify

LONGEST = 80


def slug_for(text: str) -> str:
    """`Bakı, Brüssel` → `baki-brussel`; whole words up to 80 characters; `story` when nothing is left."""
    slug = slugify(anyascii(text))
    if len(slug) > LONGEST:
        slug = slug[: LONGEST + 1].rpartition("-")[0] or slug[:LONGEST]
    return slug.strip("-") or "story"
