import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.newsroom.blocks import TEXT_FEATURES
from broadsheet.newsroom.cleaning import clean_text


def through_the_editor(html):
    """What the newsroom's editor makes of it when it is saved as it is."""
    from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

    converter = ContentstateConverter(features=TEXT_FEATURES)
    return re.sub(
        r' data-block-key="[^"]*"', "", converter.to_database_format(converter.from_database_format(html))
    )


@pytest.mark.parametrize(
    ("html", "made"),
    [
        ("<p>one<br>two</p>", "<p>one<br/>two</p>"),
        (
            '<p title="t" lang="en">a <a title="t" href="https://x.example/">b</a></p>',
            '<p>a <a href="https://x.example/">b</a></p>',
        ),
        ("<p>two&nbsp;words</p>", "<p>two\xa0words</p>"),
        (
            "<ul><li><p>one</p></li><li><p>two</p><p>more</p></li></ul>",
            "<ul><li>one</li><li>two<br/>more</li></ul>",
        ),
        (
            "<blockquote><p>said <i>he</i></p><p>twice</p></blockquote>",
            "<blockquote>said <i>he</i><br/>twice</blockquote>",
        ),
        (
            "<blockquote><p>a</p><ul><li>b</li></ul><p>c</p></blockquote>",
            "<blockquote>a</blockquote><ul><li>b</li></ul><blockquote>c</blockquote>",
        ),
        ("<ul><li>a<ol><li><p>b</p></li></ol></li></ul>", "<ul><li>a<ol><li>b</li></ol></li></ul>"),
        (
            "<blockquote><blockquote><p>a</p></blockquote><p>b</p></blockquote>",
            "<blockquote>a<br/>b</blockquote>",
        ),
        ("<ul><li><blockquote>a</blockquote>b</li></ul>", "<ul><li>a<br/>b</li></ul>"),
        ("<ul><li>a<ul><li>b</li></ul>c</li></ul>", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
    ],
)
def test_what_an_editor_saves_unchanged_stays_as_it_is(html, made):
    assert clean_text(html) == made
    assert through_the_editor(made) == made


_WORDS = st.sampled_from(["a", "b c", "<i>d</i>", "<br>", ""])
_TEXT = st.recursive(
    st.tuples(st.sampled_from(["p", "h2", "h3"]), _WORDS).map(lambda t: f"<{t[0]}>{t[1]}</{t[0]}>"),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: f"<blockquote>{''.join(parts)}</blockquote>"),
        st.lists(st.tuples(_WORDS, inner), min_size=1, max_size=3).map(
            lambda rows: f"<ul>{''.join(f'<li>{words}{part}</li>' for words, part in rows)}</ul>"
        ),
    ),
    max_leaves=8,
)


@given(_TEXT)
def test_no_word_is_lost_and_no_text_fails_the_editor(html):
    words = "".join(re.sub(r"<[^>]*>", "", html).split())

    made = clean_text(html)

    assert "".join(re.sub(r"<[^>]*>", "", made).split()) == words
    assert "".join(re.sub(r"<[^>]*>", "", through_the_editor(made)).split()) == words
    assert clean_text(made) == made
