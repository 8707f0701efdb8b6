"""Reads of the site for apps that know no newsroom."""

from __future__ import annotations

from collections.abc import Iterable

from broadsheet.newsroom.models import Story
from broadsheet.newsroom.selectors import page_path, public_stories
from broadsheet.readers.stories import Line


def headlines(ids: Iterable[int]) -> dict[int, str]:
    """What some stories are called, whether readers may know of them or not: for the newsroom. One query."""
    return dict(Story.objects.filter(pk__in=list(ids)).values_list("pk", "title"))


def public_lines(ids: Iterable[int]) -> dict[int, Line]:
    """Those of some stories that readers may know of, with address and headline. One query."""
    rows = (
        public_stories()
        .filter(pk__in=list(ids))
        .values_list("pk", "url_path", "locale__language_code", "title")
    )
    return {pk: Line(page_path(path, language), headline) for pk, path, language, headline in rows}
