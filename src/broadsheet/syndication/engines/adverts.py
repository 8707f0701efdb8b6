"""`/ads.txt`: who may sell the paper's advertising space (IAB Tech Lab, ads.txt 1.1)."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# The advertising system's domain, the account there, DIRECT or RESELLER, and perhaps the certifying body's id.
_RECORD = re.compile(
    r"[a-z0-9.-]+\.[a-z]{2,}\s*,[^,]+,\s*(DIRECT|RESELLER)\s*(,\s*[a-z0-9]+\s*)?", re.IGNORECASE
)
_VARIABLE = re.compile(
    r"(CONTACT|SUBDOMAIN|INVENTORYPARTNERDOMAIN|OWNERDOMAIN|MANAGERDOMAIN)\s*=\s*\S.*", re.IGNORECASE
)
# Said by who sells nothing: otherwise an empty file lets everybody sell.
NOBODY = "placeholder.example.com, placeholder, DIRECT, placeholder\n"


def validate_ads(text: str) -> None:
    """Raises `ValidationError` naming the first line that no reader of the file would understand."""
    for number, line in enumerate(text.splitlines(), 1):
        said = line.split("#", 1)[0].split(";", 1)[0].strip()
        if said and not _RECORD.fullmatch(said) and not _VARIABLE.fullmatch(said):
            raise ValidationError(
                _("Line %(number)s is no record of ads.txt: %(line)s")
                % {"number": number, "line": line.strip()[:80]}
            )


def ads_text(text: str) -> str:
    """The file; one that authorises nobody where nothing is said."""
    lines = [line.rstrip() for line in text.splitlines()]
    return "\n".join(lines).strip() + "\n" if any(lines) else NOBODY
