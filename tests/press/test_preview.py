from hypothesis import given
from hypothesis import strategies as st

from broadsheet.press.preview import public_blocks

paragraphs = st.lists(st.integers(1, 999), min_size=0, max_size=8)


def text(*numbers: int) -> tuple[str, str]:
    return "text", "".join(f"<p>Sentence {n}.</p>" for n in numbers)


def test_a_preview_holds_the_first_two_paragraphs():
    assert public_blocks([text(1, 2, 3, 4)]) == [text(1, 2)]


def test_a_preview_stops_at_the_first_thing_that_is_not_text():
    assert public_blocks([text(1), ("picture", {"picture": 5}), text(2, 3)]) == [text(1)]


def test_a_preview_is_never_the_whole_story():
    assert public_blocks([text(1, 2)]) == [text(1)]
    assert public_blocks([text(1)]) == []


def test_markup_is_never_cut_in_the_middle():
    blocks = [
        ("text", '<p>One <a href="/x">link</a>.</p><ul><li>a</li><li>b</li></ul><p>Three &amp; more.</p>')
    ]

    assert public_blocks(blocks) == [
        ("text", '<p>One <a href="/x">link</a>.</p><ul><li>a</li><li>b</li></ul>')
    ]


@given(numbers=paragraphs, split=st.integers(0, 8))
def test_no_later_sentence_is_ever_in_it(numbers, split):
    blocks = [text(*numbers[:split]), text(*numbers[split:])] if numbers else []
    shown = "".join(value for _, value in public_blocks(blocks))

    assert all(f"Sentence {n}." not in shown or n in numbers[:2] for n in numbers)
    assert shown.count("<p>") <= max(0, min(2, len(numbers) - 1))
