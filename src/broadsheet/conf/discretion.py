"""Keeps secrets that stand in addresses out of logs: Django's own lines about requests name the whole path."""

from __future__ import annotations

import logging

from broadsheet.edge.rules import told_path


class Discreet(logging.Filter):
    """Cuts paths in a line's arguments where a secret may begin."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.") and isinstance(record.args, tuple):
            record.args = tuple(_told(part) for part in record.args)
        return True


def _told(part: object) -> object:
    if not isinstance(part, str) or not part.startswith("/"):
        return part
    return told_path(part.encode("utf-8", "replace")).decode("utf-8", "replace")
