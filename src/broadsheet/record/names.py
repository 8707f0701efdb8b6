"""How names are compared: folded to plain lower-case letters, the same for every script."""

from __future__ import annotations

import hashlib
import hmac
import re

from anyascii import anyascii
from django.conf import settings

_NOT_WORD = re.compile(r"[^a-z0-9]+")


def fold(name: str) -> str:
    """`İlham Əliyev` → `ilham aliyev`: what two spellings of one name have in common when only marks differ."""
    return fold_text(name)[:200]


def fold_text(text: str) -> str:
    """As `fold`, of any length: a folded name is found in it between spaces."""
    return _NOT_WORD.sub(" ", anyascii(text.replace("ə", "a").replace("Ə", "A")).lower()).strip()


def digest(name: str) -> str:
    """A folded name that can be compared and not read: keyed with the paper's secret."""
    key = f"record tombstone {settings.SECRET_KEY!s}".encode()
    return hmac.new(key, fold(name).encode(), hashlib.sha256).hexdigest()


def fingerprint(*parts: object) -> str:
    """A short name of a claim's content, the same for the same content."""
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=16).hexdigest()
