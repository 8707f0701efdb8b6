"""What other apps hear about readers."""

from __future__ import annotations

from django.dispatch import Signal
from django.utils import timezone

# Sent with `reader_id` and `at` (aware, UTC): no session or pass from before `at` counts any more. In the transaction that
# signs out, so that what receivers write is in it too; effects outside the database belong after the commit.
signed_out_everywhere = Signal()


def tell_signed_out(reader_id: int) -> None:
    """Send `signed_out_everywhere`."""
    signed_out_everywhere.send(sender="readers", reader_id=reader_id, at=timezone.now())
