"""What the record tells the rest of the house."""

from django.dispatch import Signal

# Facts that readers see have changed, in the present transaction. Arguments: `keys`, the surrogate keys of the pages that show them.
facts_changed = Signal()
