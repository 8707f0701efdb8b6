"""What a reader's request may cost the database: it reads, and waits for no writer."""

import re

import pytest
from django.db import connection

from broadsheet.newsroom.models import Topic
from tests.factories import make_author
from tests.press.test_edge import edge as edge  # the fixture

pytestmark = pytest.mark.django_db(transaction=True)
# On SQLite a transaction takes the write lock when it begins, whatever is done in it.
WRITES = re.compile(
    r"\s*(?:BEGIN|SAVEPOINT|INSERT|UPDATE|DELETE|REPLACE|SELECT .* FOR UPDATE)", re.IGNORECASE
)


@pytest.mark.parametrize("access", ["free", "metered"])
def test_no_page_takes_the_write_lock(edge, paper, access):
    section = paper.sections["en", "nation"]
    make_author(section, "Ann Author")
    Topic.objects.create(name="Water", locale=section.locale)
    story, gone = paper.story("Here", access=access), paper.story("Gone", access=access)
    gone.unpublish()
    asked: list[str] = []

    def note(execute, sql, params, many, context):
        asked.append(sql)
        return execute(sql, params, many, context)

    edge("/")  # the first request of all makes the log's epoch
    with connection.execute_wrapper(note):
        for path, variant in (
            ("/", ""), ("/latest/", ""), ("/nation/", ""), ("/author/ann-author/", ""), ("/topic/water/", ""), ("/corrections/", ""),
            ("/search/?q=here", ""), ("/subscribe/", ""), ("/nowhere/", ""), ("/-/log?after=0", ""), ("/account/me", ""),
            (f"/nation/{story.slug}/", "full"), (f"/nation/{story.slug}/", "preview"), (f"/nation/{gone.slug}/", "full"),
        ):  # fmt: skip
            before = len(asked)
            edge(path, variant)
            assert [sql for sql in asked[before:] if WRITES.match(sql)] == [], path

    assert asked
