import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.newsroom.slugs import LONGEST, slug_for
from tests.factories import make_story


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Bakı, Brüssel", "baki-brussel"),
        ("Əliyev", "eliyev"),
        ("Москва", "moskva"),
        ("!!!", "story"),
        ("a" * 300, "a" * 80),
    ],
)
def test_any_script_gives_a_slug(text, slug):
    assert slug_for(text) == slug


@given(st.text(max_size=400))
def test_every_text_gives_a_usable_slug(text):
    import re

    slug = slug_for(text)
    assert 1 <= len(slug) <= LONGEST
    assert re.fullmatch(r"[a-z0-9_-]+", slug)


@pytest.mark.django_db
def test_two_stories_of_the_same_headline_have_two_addresses(paper):
    section = paper.sections["en", "nation"]
    first, second = (
        make_story(section, "Same headline", slug=""),
        make_story(section, "Same headline", slug=""),
    )

    assert first.slug == "same-headline"
    assert second.slug != first.slug
