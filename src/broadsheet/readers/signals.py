"""What other apps hear about readers."""

from __future__ import annotations

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

# Sent after the commit with `reader_id` and `at` (aware, UTC): no session or pass from before `at` counts any more.
signed_out_everywhere = Signal()


def tell_signed_out(reader_id: int) -> None:
    """Send `signed_out_everywhere` once the transaction has been committed."""
    at = timezone.now()
    transaction.on_commit(
        lambda: signed_out_everywhere.send(sender="readers", reader_id=reader_id, at=at) and None,
        robust=False,
    )
