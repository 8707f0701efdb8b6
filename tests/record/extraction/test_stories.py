"""Our own stories in many houses' styles, against what they say, read by a person."""

import pytest

from broadsheet.record.extraction import extract
from tests.record.extraction import scoring


@pytest.fixture(scope="module")
def total():
    made = scoring.Score()
    for truth in scoring.stories():
        one = scoring.score(truth, extract(truth.document).suggestions)
        made.right.update(one.right)
        made.wrong.update(one.wrong)
        made.missed.update(one.missed)
        made.notes.extend(one.notes)
    return made


def test_there_are_enough_stories_to_mean_anything():
    assert len(list(scoring.stories())) >= 60


@pytest.mark.parametrize(
    ("what", "precision", "recall"),
    [
        ("role", 0.97, 0.9),
        ("person", 0.97, 0.9),
        ("date", 0.97, 0.95),
        ("event", 0.93, 0.9),
        ("participant", 0.93, 0.9),
    ],
)
def test_what_is_suggested_is_what_the_stories_say(total, what, precision, recall):
    assert total.precision(what) >= precision, total.notes
    assert total.recall(what) >= recall, total.notes


def test_every_span_is_the_text_at_its_place():
    for truth in scoring.stories():
        for s in extract(truth.document).suggestions:
            assert truth.document.text[s.start : s.end] == s.text
