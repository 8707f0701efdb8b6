"""Many documents cost the queries of one, and only free stories leave whole."""

import pytest

from broadsheet.syndication.stories import newest, public_stories, released

TEXT = "".join(f"<p>Paragraph {n} of it.</p>" for n in range(6))


@pytest.fixture
def stories(paper):
    return [
        paper.story(f"Story {n}", bylines=("Ann Author",), access=access, body=[("text", TEXT)])
        for n, access in enumerate(["free", "registered", "metered", "subscribers"])
    ]


def test_only_free_stories_are_whole(stories):
    made, older = newest(public_stories())
    assert older is None
    by_access = {document.access: document for document in made}
    assert [by_access[a].is_whole for a in ("free", "registered", "metered", "subscribers")] == [
        True,
        False,
        False,
        False,
    ]
    assert "Paragraph 5" in by_access["free"].blocks[0].html
    assert "Paragraph 5" not in str(by_access["metered"])


def test_queries_do_not_grow(stories, django_assert_max_num_queries):
    rows = list(public_stories())
    with django_assert_max_num_queries(6):
        assert len(released(rows)) == 4


def test_pages_of_a_list(stories):
    first, older = newest(public_stories(), limit=3)
    rest, end = newest(public_stories(), older, limit=3)
    assert (len(first), len(rest), end) == (3, 1, None)
    assert not {d.id for d in first} & {d.id for d in rest}
