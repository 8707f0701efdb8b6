"""What other packages may hear of: each signal is sent in the transaction that makes the change."""

from django.dispatch import Signal

# `sender`: the page's model; `pk`, `tree` (its path in Wagtail's tree), `before` and `after`: facts as `changes.facts_of`
# gives them, None where the page is not there.
page_changed = Signal()
