"""The references of a story are those that Wagtail itself extracts, whichever way they are found."""

import pytest
from wagtail.models import ReferenceIndex

from broadsheet.newsroom.models import Author, StoryByline
from broadsheet.newsroom.references import references
from tests.factories import make_picture

pytestmark = pytest.mark.django_db
TEXT = '<p>Words, <a href="https://e.example/">a link</a>.</p>'


@pytest.mark.parametrize(
    "inner", ["", ' and <a linktype="page" id="{}">a page</a>', '<embed embedtype="image" id="{}"/>']
)
def test_they_are_wagtails_own(paper, inner):
    author = Author.objects.create(name="Ann Author", locale=paper.fronts["en"].locale)
    text = TEXT + inner.format(paper.fronts["en"].pk)
    story = paper.story("One", body=[("text", text)], lead_picture=make_picture())
    story.bylines = [StoryByline(author=author, locale=story.locale, pk=7)]

    found = list(references(story))

    assert found == list(ReferenceIndex._extract_references_from_object(story))
    assert {"desk", "lead_picture", "bylines.item.author"} <= {path for _, _, path, _ in found}
    assert any(path.startswith("body.") for _, _, path, _ in found) == bool(inner)
