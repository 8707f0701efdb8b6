"""Pages of the kinds that saved archives hold: odd furniture, dates of saving, hardly any markup."""

from zoneinfo import ZoneInfo

import pytest

from broadsheet.intake.errors import NoStory
from broadsheet.intake.readers.page.reader import story_of
from broadsheet.intake.readers.page.source import PageSource, looks_like_html

BAKU = ZoneInfo("Asia/Baku")
FIRST = "The energy ministry signed an agreement on natural gas with two European companies on Monday."
SECOND = "Deliveries will start next year and reach two billion cubic metres by 2027, the ministry said."
TALKED = '"This is good news for both sides," the minister told reporters.'


def story(text):
    return story_of(PageSource("page", text, looks_like_html(text)), BAKU)


def paragraphs(text):
    return story(text).body_text.split("\n\n")


def saved(
    *body,
    headline="Gas deal is signed in the capital",
    moment="3 March 2023 18:05 (UTC+04:00)",
    by="By Jane Roe",
):
    return "\n\n".join(
        [
            "Morning Post",
            "Sunday May 12 2024",
            headline,
            f"{moment}\n{headline}",
            *([by] if by else []),
            *body,
            "---",
            "Follow us on Twitter @post",
            "Loading...",
        ]
    )


def html(*body, head=""):
    return f"<!doctype html><html lang=en><head><meta charset=utf-8>{head}</head><body>{''.join(body)}</body></html>"


PROSE = f"<p>{FIRST}</p><p>{SECOND}</p><p>{TALKED}</p><p>{SECOND} Twice.</p>"


def test_a_date_and_a_headline_of_like_length_are_two_lines():
    found = story(saved(FIRST, SECOND, headline="Baku hosts film festival [PHOTO/VIDEO]", by=""))

    assert (found.headline, found.labels) == ("Baku hosts film festival", ("PHOTO", "VIDEO"))
    assert found.published.isoformat() == "2023-03-03T18:05:00+04:00"


@pytest.mark.parametrize(
    "line",
    [
        "Register early, organisers told runners who want a place in the spring marathon.",
        "Share prices of the sponsor rose by three per cent on the news.",
        "Comments by the mayor were welcomed by everyone there.",
        "Cookies and tea were served to all who finished the race.",
        '"No," he said.',
        "Why?",
        TALKED,
    ],
)
def test_sentences_of_the_story_are_no_furniture(line):
    assert paragraphs(saved(FIRST, line, SECOND)) == [FIRST, line, SECOND]


@pytest.mark.parametrize(
    "line",
    [
        "Subscribe to our newsletter to get the best stories of the day in your inbox.",
        "Photo by Reuters",
        "* * *",
        "---",
    ],
)
def test_lines_of_the_page_stay_out_and_the_story_goes_on(line):
    assert paragraphs(saved(FIRST, line, SECOND) if line[0] != "S" else saved(line, FIRST, SECOND)) == [
        FIRST,
        SECOND,
    ]


def test_an_arabic_sentence_that_opens_like_a_button_stays():
    first = "شارك الرئيس في افتتاح المؤتمر الدولي الذي عقد في باكو يوم الاثنين بحضور ممثلين عن أربعين دولة."
    second = "ووقع المشاركون على الوثيقة الختامية للمؤتمر وفق ما ذكرته وكالة الأنباء الرسمية في بيان لها."
    found = story(f"افتتاح المؤتمر الدولي في باكو\n\n٥ أبريل ٢٠٢٢ ١٢:٥١\n\n{first}\n\n{second}")

    assert found.body_text == f"{first}\n\n{second}"
    assert found.published.isoformat() == "2022-04-05T12:51:00+04:00"


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("Jane Roe\nRead more by the author", ("Jane Roe",)),
        ("By Jane Roe, Reuters", ("Jane Roe",)),
        ("By Trend", ("Trend",)),
    ],
)
def test_names_of_writers_and_agencies(by, names):
    assert story(saved(FIRST, SECOND, by=by)).bylines == names


@pytest.mark.parametrize(
    ("moment", "iso"),
    [("3 March 2023\n18:05", "2023-03-03T18:05:00+04:00"), ("05/04/2022 12:51", "2022-04-05T12:51:00+04:00")],
)
def test_moments_in_two_lines_and_days_before_months(moment, iso):
    text = f"Gas deal is signed in the capital\n\n{moment}\n\n{FIRST}\n\n{SECOND}"

    assert story(text).published.isoformat() == iso


def test_markdown_loses_its_marks():
    found = story(
        f"# Gas deal is signed\n\n*By Jane Roe*\n\n5 April 2022 12:51\n\n![a](https://e.example/a.jpg)\n\n{FIRST}\n\n[{SECOND}](https://e.example/)"
    )

    assert (found.headline, found.bylines) == ("Gas deal is signed", ("Jane Roe",))
    assert found.body_text == f"{FIRST}\n\n{SECOND}"


def test_what_html_prints_by_its_headline_is_the_storys_and_what_the_masthead_prints_is_not():
    head = "<header><a href=/>Post</a><div class=date>Tuesday November 19 2024</div></header>"
    printed = "<div class=meta>5 April 2022 12:51 (UTC+04:00)</div><p><b>By Jane Roe</b></p>"
    tail = "<p>---</p><p>Follow us on Twitter</p>"
    dated = story(
        html(
            head,
            "<h1>Gas deal signed [PHOTO]</h1>",
            printed,
            PROSE,
            tail,
            head="<title>Gas deal signed</title>",
        )
    )
    undated = story(html(head, "<article><h1>Gas deal signed</h1>", PROSE, "</article>"))

    assert (dated.bylines, dated.published.isoformat()) == (("Jane Roe",), "2022-04-05T12:51:00+04:00")
    assert dated.body_text.split("\n\n") == [FIRST, SECOND, TALKED, f"{SECOND} Twice."]
    assert undated.published is None


def test_a_day_just_above_the_headline_outside_the_pages_header_is_the_storys():
    day = "<div id=main><h2 class=date-header>Wednesday, October 16, 2019</h2>"
    found = story(
        html(
            "<header><a href=/>Blog</a></header>",
            day,
            "<h3>Gas deal signed</h3>",
            PROSE,
            "</div>",
            head="<title>Gas deal signed</title>",
        )
    )

    assert found.published.date().isoformat() == "2019-10-16"


def test_text_between_line_breaks_is_whole():
    text = html(
        "<div id=content><h1>Gas deal signed</h1><div class=date>05.04.2022 12:51</div>",
        "<br><br>".join([FIRST, SECOND, TALKED, f"{SECOND} Twice."]),
        "</div>",
    )

    assert paragraphs(text) == [FIRST, SECOND, TALKED, f"{SECOND} Twice."]


def test_broken_addresses_break_nothing_and_a_front_page_is_no_storys_address():
    text = html(
        f"<article><h1>Gas deal signed</h1><p><a href='http://[bad/x'>{FIRST}</a></p>",
        f"<figure><img src='http://[bad.jpg'><figcaption>c</figcaption></figure>{PROSE}</article>",
        head="<link rel=canonical href='https://post.example/'><meta property=og:url content='http://[bad'>",
    )

    assert FIRST in story(text).body_text
    assert story(text).source_url == ""


def test_two_stories_of_one_headline_are_two():
    one, other = (
        story(html("<title>Weather</title><article><h1>Weather</h1>", f"<p>{lead}</p>", PROSE, "</article>"))
        for lead in (
            "Rain is expected along the coast all through the day.",
            "A dry day is expected everywhere.",
        )
    )

    assert one.source_id != other.source_id


@pytest.mark.parametrize(
    "body",
    [
        "<h1>Latest news</h1>"
        + "".join(
            f"<div><h2><a href=/s/{n}>Story number {n} of the day</a></h2><p>A teaser of story {n} that says what happened in one sentence.</p></div>"
            for n in range(12)
        ),
        "<h1>Before you continue</h1><p>We use cookies and data to deliver our services and track outages. "
        "If you choose to accept all, we will also use cookies to do more of it.</p>",
    ],
)
def test_lists_and_walls_are_no_stories(body):
    with pytest.raises(NoStory):
        story(html(body, head="<title>Post</title>"))
