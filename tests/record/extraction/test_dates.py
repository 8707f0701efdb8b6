"""Dates as they are written, and what they mean on the dateline."""

from datetime import date

import pytest

from broadsheet.record.extraction.dates import find_dates

DAY = date(2022, 4, 5)  # a Tuesday


def dates(text, language="en", day=DAY):
    found = find_dates(text, 0, len(text), day, language)
    return {text[d.start : d.end]: d.edtf for d in found}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("It took place on April 4, in Brussels.", {"April 4": "2022-04-04"}),
        ("They will meet on 6 April 2022.", {"6 April 2022": "2022-04-06"}),
        ("They met on December 20.", {"December 20": "2021-12-20"}),
        ("They will meet on February 3.", {"February 3": "2023-02-03"}),
        ("The visit of 4-6 April ended.", {"4-6 April": "2022-04-04/2022-04-06"}),
        ("The talks lasted from March 30 to April 2.", {"March 30 to April 2": "2022-03-30/2022-04-02"}),
        ("He was there on 4 and 9 March.", {"4": "2022-03-04", "9 March": "2022-03-09"}),
        ("On Monday they met.", {"Monday": "2022-04-04"}),
        ("They will meet on Thursday.", {"Thursday": "2022-04-07"}),
        ("He arrived last Tuesday.", {"last Tuesday": "2022-03-29"}),
        ("They meet next Monday.", {"next Monday": "2022-04-11"}),
        ("She left yesterday and returns tomorrow.", {"yesterday": "2022-04-04", "tomorrow": "2022-04-06"}),
        ("It rained last week.", {"last week": "2022-03-28/2022-04-03"}),
        ("Trade grew last month.", {"last month": "2022-03"}),
        ("It began two years ago.", {"two years ago": "2020"}),
        ("It ran in the 1990s.", {"the 1990s": "199X"}),
        ("In the first quarter of 2024 it rose.", {"the first quarter of 2024": "2024-01/2024-03"}),
        ("It opens in spring 2023.", {"spring 2023": "2023-21"}),
        ("Signed on 05.04.2021.", {"05.04.2021": "2021-04-05"}),
        ("Between 2014 and 2020 it grew.", {"2014 and 2020": "2014/2020"}),
        ("It opened in March.", {"March": "2022-03"}),
        ("It was Thursday, March 31.", {"Thursday, March 31": "2022-03-31"}),
        ("2022 marks the 30th anniversary.", {"2022": "2022", "30th anniversary": "1992"}),
    ],
)
def test_english(text, wanted):
    assert dates(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "Resolution 1325 and Agenda 2030 were named.",
        "It cost 2000 dollars and took 1500 people.",
        "They may march on.",
        "The flight 1990 left with 2,010 boxes.",
        "In the past 30 years he wrote.",
        "They sold 31/32 of it at 12:51.",
    ],
)
def test_what_is_no_date(text):
    assert dates(text) == {}


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("az", "Görüş aprelin 4-də keçirilib.", {"aprelin 4-də": "2022-04-04"}),
        ("az", "Görüş 2022-ci il aprelin 6-da keçiriləcək.", {"2022-ci il aprelin 6-da": "2022-04-06"}),
        ("az", "O, dünən Bakıya gəlib.", {"dünən": "2022-04-04"}),
        ("ru", "Встреча состоялась 4 апреля в Брюсселе.", {"4 апреля": "2022-04-04"}),
        ("ru", "Переговоры пройдут 6 апреля 2022 года.", {"6 апреля 2022 года": "2022-04-06"}),
        ("ru", "Он прибыл в понедельник.", {"понедельник": "2022-04-04"}),
        ("ar", "التقى الوزيران في 4 أبريل 2022 في بروكسل", {"4 أبريل 2022": "2022-04-04"}),
        ("ar", "سيلتقي الوزيران في ٦ نيسان/أبريل ٢٠٢٢", {"٦ نيسان/أبريل ٢٠٢٢": "2022-04-06"}),
    ],
)
def test_other_languages(language, text, wanted):
    assert dates(text, language) == wanted
