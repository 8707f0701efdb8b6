"""Text that is no story: bounded in time, spans right, nothing raised."""

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.record.extraction import Document, extract

DAY = date(2022, 4, 5)
WORDS = [
    "President",
    "Ann",
    "Lee",
    "met",
    "von",
    "der",
    "“",
    "”",
    "’s",
    "'",
    ".",
    ",",
    ";",
    "(",
    ")",
    "-",
    "–",
    "held",
    "a",
    "meeting",
    "with",
    "Minister",
    "of",
    "Foreign",
    "Affairs",
    "the",
    "Republic",
    "Azerbaijan",
    "Baku",
    "in",
    "on",
    "4",
    "April",
    "2022",
    "today",
    "İ",
    "ẞ",
    "😀",
    "\u202e",
    "́",
    "\n",
    "\r\n",
    "signed",
    "agreement",
    "and",
    "UN",
    "Council",
    "Dr.",
    "H.E.",
    "former",
    "deputy",
    "visit",
    "to",
    "will",
]


@pytest.mark.parametrize(
    "text",
    [
        "will meet with " * 3000,
        "first second third regular annual " * 2000 + "x",
        "4 April 2022 " * 3000,
        "signed the very " * 3000 + "agreement",
        "President Ann Lee met Bo Derek on 4 April. " * 1500,
        "Minister of Foreign Affairs of " * 2000,
        "between Armenia and Azerbaijan and " * 2000,
        "a" * 100_000,
        "(" * 20_000,
    ],
    ids=lambda text: text[:20],
)
def test_no_text_takes_more_than_its_length_is_worth(text):
    start = time.process_time()
    extract(Document(text, DAY))
    # Ten thousand words are worth a second and a half at the most; the bound leaves room for a busy machine.
    assert time.process_time() - start < 8


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sampled_from(WORDS), max_size=60),
    st.text(max_size=40),
    st.sampled_from(["en", "az", "ru", "ar", "zz"]),
)
def test_spans_are_exact_whatever_the_text_is(words, more, language):
    text = " ".join(words) + more
    for suggestion in extract(Document(text, DAY, language)).suggestions:
        assert text[suggestion.start : suggestion.end] == suggestion.text
        assert suggestion.text
