"""What our own statement puts into the newsroom's search is what modelsearch's own would put there."""

import pytest
from django.db import connection
from modelsearch.backends import get_search_backend
from wagtail.search.models import IndexEntry

from broadsheet.newsroom.models import Author, Story

COLUMNS = ("object_id", "title", "autocomplete", "body", "title_norm", "title_text", "body_text")


def entries():
    return list(IndexEntry.objects.order_by("object_id").values(*COLUMNS))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's entries are modelsearch's own")
def test_entries_are_those_of_modelsearch_itself(paper):
    backend = get_search_backend()
    ours = backend.get_index_for_model(Story)
    theirs = type(ours).__mro__[3](backend)
    things = {
        Author: [Author(pk=7, name="Günel O'Brien \\ {a,b}"), Author(pk=8, name=" ")],
        Story: [Story(pk=1, title='A "quoted" title'), Story(pk=2, title="Two words")],
    }
    written = []
    for index in (ours, theirs, ours):
        if index is not ours or not written:
            IndexEntry.objects.all().delete()
        for model, objects in things.items():
            index.add_items(model, objects)
        written.append(entries())

    assert written[0] == written[1] == written[2]
    assert len(written[0]) == 4
