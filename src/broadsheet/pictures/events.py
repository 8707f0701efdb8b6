"""What others may want to hear of files: sent inside the transaction that changes them."""

from __future__ import annotations

from django.dispatch import Signal

# Sent with `keys`, names such as picture/5 or clip/7, and `is_withdrawn`: readers may not have them any more.
files_changed = Signal()
