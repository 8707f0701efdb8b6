"""E-mail addresses as mailboxes: two spellings that reach one person count as one against limits."""

from __future__ import annotations

import unicodedata

# Hosts that ignore dots before the @.
DOTLESS = frozenset({"gmail.com", "googlemail.com"})


def normalised(email: str) -> str:
    """The mailbox behind `email`: case, Unicode forms, `+tags` and Gmail's dots make no difference. Never shown."""
    name, _, host = unicodedata.normalize("NFKC", email).strip().casefold().rpartition("@")
    name = name.split("+", 1)[0]
    if host in DOTLESS:
        name, host = name.replace(".", ""), "gmail.com"
    return f"{name}@{host}"
