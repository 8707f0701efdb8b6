"""From a story to its open claims: extraction over the registry that the record is. For a task after autosave; publishing never waits."""

from __future__ import annotations

from django.db.models import Max
from django.utils import timezone

from broadsheet.newsroom.models import Story

from .extraction import Document, Registry, extract
from .extraction.compiling import TableBuilder
from .extraction.protocol import Provenance
from .models import Alias, Decision
from .projecting import story_day
from .selectors import registry
from .taking_in import TakenIn, take_in
from .text import StoryText, story_text

# This process's compiled registry and the state of the record that it was compiled from.
Stamp = tuple[object, object]
_compiled: tuple[Stamp, Registry] | None = None


def current_registry() -> Registry:
    """Every confirmed entity with its names, compiled; again only after a decision or a new name. Two queries while nothing changed."""
    global _compiled
    # The moment as well: a database that was restored counts from where it was.
    decided = Decision.objects.order_by("-pk").values_list("pk", "at").first()
    stamp: Stamp = (decided, Alias.objects.aggregate(last=Max("pk"))["last"])
    if _compiled is None or _compiled[0] != stamp:
        builder = TableBuilder()
        for row in registry():
            builder.row(row)
        _compiled = stamp, Registry(builder.table)
    return _compiled[1]


def suggest(story: Story, text: StoryText | None = None) -> TakenIn:
    """Read `text`, by default the story's as it is in memory, and make its open claims what extraction says of it.

    What came from elsewhere (`source_name`) gets nothing above tier B.
    """
    text = text or story_text(story)
    day = story_day(story) if story.published_at else timezone.localdate()
    provenance: Provenance = "wire" if story.source_name else "own"
    document = Document(text.text, day, story.language or "en", provenance)
    found = extract(document, current_registry())
    return take_in(story, (suggestion.as_json() for suggestion in found.suggestions), text=text)
