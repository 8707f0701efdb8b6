"""Extraction: who, what office, where, when, and what came next, out of a story's plain text.

Pure: no Django, no models to download, no network. Rules over a registry; each suggestion says which rule made it and why.
"""

from __future__ import annotations

from .pipeline import extract
from .protocol import Document, Extraction, Extractor, Suggestion
from .registry import Registry, RegistryError, load_registry

__all__ = [
    "Document",
    "Extraction",
    "Extractor",
    "Registry",
    "RegistryError",
    "Suggestion",
    "extract",
    "load_registry",
]
