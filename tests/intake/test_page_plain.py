from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.intake.errors import NoStory
from broadsheet.intake.readers.page import PageReader, dates, plain, words
from broadsheet.intake.readers.protocol import ReaderOptions

BAKU = ZoneInfo("Asia/Baku")
FIRST = "The new bridge over the river opened a month early on Tuesday, the city council said."
SECOND = "It carries two lanes and a path for bicycles, and it cost four per cent less than planned."
AZ = "Yeni körpü çərşənbə axşamı vaxtından bir ay əvvəl açıldı, şəhər rəhbərliyi bildirdi."
RU = "Новый мост через реку открылся во вторник на месяц раньше срока, сообщили в мэрии города."
AR = "افتتح الجسر الجديد فوق النهر يوم الثلاثاء قبل موعده بشهر كما أعلنت بلدية المدينة في بيان لها."


def page(*lines: str) -> plain.Page:
    return plain.read("\n\n".join(lines), "page.txt", BAKU)


def test_the_real_page_gives_exactly_its_story(corpora):
    source = corpora / "seeds" / "000_7809c8da04a1c57b.txt"
    story = next(PageReader(ReaderOptions()).items(str(source), BAKU))
    paragraphs = story.body_text.split("\n\n")

    assert story.headline == "Baku, Brussels hold political consultations"
    assert story.labels == ("PHOTO",)
    assert story.bylines == ("Vugar Khalilov",)
    assert story.published.isoformat() == "2022-04-05T12:51:00+04:00"
    lines = [line.strip() for line in source.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert paragraphs == lines[lines.index("By Vugar Khalilov") + 1 : lines.index("---")]
    assert len(paragraphs) == 9


@pytest.mark.parametrize(
    ("headline", "label"),
    [
        ("Bridge opens early [PHOTO]", "PHOTO"),
        ("Bridge opens early (PHOTOS)", "PHOTO"),
        ("Bridge opens early [VIDEO]", "VIDEO"),
        ("Bridge opens early - VIDEO", "VIDEO"),
        ("UPDATED: Bridge opens early", "UPDATED"),
        ("Körpü vaxtından əvvəl açıldı [FOTO]", "PHOTO"),
        ("Мост открылся раньше срока [ВИДЕО]", "VIDEO"),
        ("افتتاح الجسر الجديد قبل موعده [صور]", "PHOTO"),
    ],
)
def test_labels_leave_the_headline(headline, label):
    found = page("Morning Post", headline, "5 April 2022 12:51", FIRST, SECOND)

    assert found.labels == (label,)
    assert "[" not in found.headline
    assert label not in found.headline


def test_a_headline_about_video_keeps_its_subject():
    assert words.split_labels("Video games are art, court rules") == ("Video games are art, court rules", ())


def test_the_mastheads_date_is_never_the_storys():
    found = page("Morning Post", "Tuesday November 19 2024", "Bridge opens early", FIRST, SECOND)

    assert found.published is None


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("5 April 2022 12:51 (UTC+04:00)", datetime(2022, 4, 5, 12, 51, tzinfo=timezone(timedelta(hours=4)))),
        ("April 5, 2022, 9:05 p.m. EST", datetime(2022, 4, 5, 21, 5, tzinfo=timezone(timedelta(hours=-5)))),
        ("Published: 05.04.2022 12:51", datetime(2022, 4, 5, 12, 51, tzinfo=BAKU)),
        ("2022-04-05T12:51:00Z", datetime(2022, 4, 5, 12, 51, tzinfo=UTC)),
        ("2022-04-05 12:51 GMT", datetime(2022, 4, 5, 12, 51, tzinfo=UTC)),
        ("5 aprel 2022 12:51", datetime(2022, 4, 5, 12, 51, tzinfo=BAKU)),
        ("5 апреля 2022, 12:51", datetime(2022, 4, 5, 12, 51, tzinfo=BAKU)),
        ("5 أبريل 2022 12:51", datetime(2022, 4, 5, 12, 51, tzinfo=BAKU)),
        ("Tue, 5 Apr 2022 12:51 +0300", datetime(2022, 4, 5, 12, 51, tzinfo=timezone(timedelta(hours=3)))),
        ("25/12/2021 08:00", datetime(2021, 12, 25, 8, 0, tzinfo=BAKU)),
    ],
)
def test_moments_of_many_shapes(line, moment):
    assert dates.date_line(line, BAKU) == (moment, True)
    assert page("Bridge opens early this week", line, FIRST, SECOND).published == moment


@pytest.mark.parametrize(
    "line",
    [
        "The war of 1992 and 1994 ended",
        "On April 5, 2022 the bridge opened and people came to see it",
        "12:51",
        "2022",
        "1 2 3",
        "31/31/2022 10:00",
    ],
)
def test_prose_and_scraps_are_no_dates(line):
    assert dates.date_line(line, BAKU) is None


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Vugar Khalilov", ("Vugar Khalilov",)),
        ("By Ann Author and Bob Writer", ("Ann Author", "Bob Writer")),
        ("BY ANN AUTHOR", ("ANN AUTHOR",)),
        ("Ann Author, Staff Reporter", ("Ann Author",)),
        ("Müəllif: Leyla Əliyeva", ("Leyla Əliyeva",)),
        ("Автор: Иван Петров", ("Иван Петров",)),
        ("بقلم: أحمد علي", ("أحمد علي",)),
    ],
)
def test_bylines_of_many_shapes(line, names):
    assert page("Bridge opens early this week", line, "5 April 2022 12:51", FIRST, SECOND).bylines == names


def test_byline_and_date_in_one_line():
    found = page("Bridge opens early this week", "By Ann Author | 5 April 2022 12:51", FIRST, SECOND)

    assert found.bylines == ("Ann Author",)
    assert found.published == datetime(2022, 4, 5, 12, 51, tzinfo=BAKU)


@pytest.mark.parametrize("first", [FIRST, AZ, RU, AR])
def test_furniture_before_and_after_stays_out(first):
    found = page(
        "Home",
        "Menu",
        "Morning Post",
        "Bridge opens early this week",
        "5 April 2022 12:51",
        "Share on Facebook",
        first,
        SECOND,
        "---",
        "Follow us on Twitter @Post",
        "Related stories",
        "Another story that has nothing to do with this one at all, and goes on.",
        "© 2022 Morning Post",
    )

    assert found.paragraphs == (first, SECOND)


def test_soft_wrapped_lines_are_paragraphs_again():
    wrapped = "The new bridge over the river opened a month\nearly on Tuesday, the city council said in a\nstatement that it sent to newspapers."
    found = page("Bridge opens early this week", wrapped, SECOND)

    assert found.paragraphs[0] == wrapped.replace("\n", " ")


def test_a_page_that_holds_its_text_twice_gives_it_once():
    assert page("Bridge opens early this week", FIRST, SECOND, FIRST, SECOND).paragraphs == (FIRST, SECOND)


def test_a_dateline_is_noted_and_left_in_the_text():
    found = page("Bridge opens early this week", f"BAKU, April 5 — {FIRST}", SECOND)

    assert found.dateline == "BAKU"
    assert found.paragraphs[0].startswith("BAKU, April 5")


@pytest.mark.parametrize(
    "text",
    [
        "Log in",
        "Please enable cookies\n\nSign in\n\nRegister",
        "a\n\nb\n\nc",
        "Morning Post\n\nTuesday November 19 2024",
    ],
)
def test_a_page_without_story_says_so(text):
    with pytest.raises(NoStory):
        plain.read(text, "page.txt", BAKU)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=600))
def test_no_text_breaks_the_reader(text):
    try:
        found = plain.read(text, "page.txt", BAKU)
    except NoStory:
        return
    assert found.headline
    assert found.paragraphs


def test_naughty_strings_neither_break_nor_get_through(corpora):
    import json

    strings = json.loads((corpora / "corpora" / "naughty-strings" / "blns.json").read_text())
    for text in strings:
        try:
            found = page("Bridge opens early this week", "By Ann Author", FIRST, str(text), SECOND)
        except NoStory:
            continue
        html = "".join(block.value for block in found.blocks)
        assert "<script" not in html.lower()
        assert "<img" not in html.lower()
