"""The one way stories leave: public ones, each as the newsroom's document, whole only for whom it may be whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db.models import QuerySet

from broadsheet.newsroom.document import Document
from broadsheet.newsroom.documents import Part, documents, stored_blocks
from broadsheet.newsroom.models import Story
from broadsheet.newsroom.selectors import Cursor, older_than, page_of, public
from broadsheet.paywall import Access
from broadsheet.press.preview import public_blocks

# Whether a story may leave whole.
Rule = Callable[[Story], bool]


def if_free(story: Story) -> bool:
    """What anybody may have: free stories whole, of all others the preview."""
    return story.access == Access.FREE


def public_stories() -> QuerySet[Story]:
    """Stories that a reader may know of, with all that a document needs."""
    return public(Story.objects.select_related("desk", "lead_clip"))


def released(stories: Sequence[Story], is_whole: Rule = if_free) -> list[Document]:
    """The documents of public stories in order: nine queries at most, however many. Of a story that is not to leave
    whole only the public blocks are ever looked at."""
    parts = []
    for story in stories:
        blocks, whole = stored_blocks(story), is_whole(story)
        parts.append(Part(story, blocks if whole else public_blocks(blocks), whole))
    return documents(parts)[0]


def headed(stories: Sequence[Story], is_whole: Rule = if_free) -> list[Document]:
    """The documents of public stories without their text, for lists that show none: the body may be deferred."""
    return documents([Part(story, (), is_whole(story)) for story in stories])[0]


def newest(
    stories: QuerySet[Story], before: Cursor | None = None, *, limit: int = 30, is_whole: Rule = if_free
) -> tuple[list[Document], Cursor | None]:
    """One page of `stories`, newest first, and the cursor of the next: keyset-paged, one query and those of `released`."""
    rows, older = page_of(list(older_than(stories, before)[: limit + 1]), limit)
    return released(rows, is_whole), older
