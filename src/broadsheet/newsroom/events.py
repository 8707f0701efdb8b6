"""What the newsroom tells the rest of the house beyond Wagtail's own signals."""

from django.dispatch import Signal

# Stories were written in bulk, in the present transaction; no save, publish or index signal is sent for them.
# Arguments: `entries`, a sequence of `bulk.NewStory`, saved.
stories_created = Signal()

# Topics were made in bulk, in the present transaction; the newsroom's search has them. Arguments: `topics`, saved.
topics_created = Signal()
