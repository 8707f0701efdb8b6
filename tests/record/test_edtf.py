from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.record.edtf import LATEST, BadDate, Precision, parse, parse_or_none
from broadsheet.record.wording import when_words


@pytest.mark.parametrize(
    ("text", "start", "end", "precision"),
    [
        ("2022-04-04", date(2022, 4, 4), date(2022, 4, 4), Precision.DAY),
        ("2022-04-05T12:51+04:00", date(2022, 4, 5), date(2022, 4, 5), Precision.MINUTE),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), Precision.MONTH),
        ("2022-21", date(2022, 3, 1), date(2022, 5, 31), Precision.SEASON),
        ("1992", date(1992, 1, 1), date(1992, 12, 31), Precision.YEAR),
        ("1992~", date(1992, 1, 1), date(1992, 12, 31), Precision.YEAR),
        ("199X", date(1990, 1, 1), date(1999, 12, 31), Precision.DECADE),
        ("19XX", date(1900, 1, 1), date(1999, 12, 31), Precision.CENTURY),
        ("2004-XX", date(2004, 1, 1), date(2004, 12, 31), Precision.YEAR),
        ("2004-05-XX", date(2004, 5, 1), date(2004, 5, 31), Precision.MONTH),
        ("2022-04-04/..", date(2022, 4, 4), LATEST, Precision.OPEN),
        ("/2022-04", date.min, date(2022, 4, 30), Precision.OPEN),
        ("2022-04-04/2022-04-06", date(2022, 4, 4), date(2022, 4, 6), Precision.DAY),
        ("2020/2022-04-06", date(2020, 1, 1), date(2022, 4, 6), Precision.YEAR),
    ],
)
def test_a_date_has_the_bounds_and_the_precision_of_what_is_known(text, start, end, precision):
    when = parse(text)

    assert (when.sort_start, when.sort_end, when.precision) == (start, end, precision)


@pytest.mark.parametrize(
    "text",
    [
        *("", "..", "/", "../..", "April 2022", "2022-13", "2022-02-30", "2022-XX-04", "199X-04"),
        *("2022-04-06/2022-04-04", "20220404", "2022-04T12:00", "0000", "2022-04-04T25:00", "٢٠٢٢"),
    ],
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(BadDate):
        parse(text)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text):
    when = parse_or_none(text)

    assert when is None or when.sort_start <= when.sort_end


@given(st.dates(), st.dates())
def test_an_interval_holds_its_ends(first, second):
    start, end = sorted((first, second))

    when = parse(f"{start.isoformat()}/{end.isoformat()}")

    assert when.overlaps(parse(start.isoformat()))
    assert when.overlaps(parse(end.isoformat()))


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "2022-04-04", "4 April 2022"),
        ("en", "2022-04", "April 2022"),
        ("en", "1992", "1992"),
        ("en", "199X", "the 1990s"),
        ("en", "1992~", "about 1992"),
        ("en", "1992%", "about 1992 (not certain)"),
        ("en", "2022-04-04/..", "since 4 April 2022"),
        ("en", "2022-22", "summer 2022"),
        ("en", "2022-04-05T12:51+04:00", "5 April 2022, 12:51"),
        ("az", "2022-04-04", "4 aprel 2022"),
        ("ru", "2022-04", "апрель 2022\N{NARROW NO-BREAK SPACE}г."),
        ("ar", "2022-04", "أبريل 2022"),
    ],
)
def test_a_date_reads_as_precisely_as_it_is_known(language, text, words):
    with translation.override(language):
        assert when_words(parse(text)) == words
