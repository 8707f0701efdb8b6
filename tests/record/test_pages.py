"""The reader's pages of the record, as the origin makes them."""

import json
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from broadsheet.newsroom.models import Topic
from broadsheet.press.models import LogRow
from broadsheet.record.confirming import confirm_all, reject
from broadsheet.record.happening import set_life
from broadsheet.record.identity import rename
from broadsheet.record.models import Claim, Entity, Event, Life, Source
from broadsheet.record.taking_in import take_in
from tests.record.making import confirmed_seed, consultations, editor, said, seed_story

pytestmark = pytest.mark.django_db
PAIR = "/topic/azerbaijan-belgium/"


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def json_ld(response) -> list[dict]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', response.content.decode(), re.S)
    return [thing for one in found for thing in json.loads(one)["@graph"]]


def test_nothing_unconfirmed_is_on_any_page(client, paper):
    story = seed_story(paper)
    take_in(story, [consultations(story)])

    assert client.get(PAIR).status_code == 404
    assert "Consultations" not in text_of(client.get("/calendar/2022/04/"))
    assert client.get("/record/export.jsonl").getvalue() == b""


def test_a_pair_has_a_page_and_says_what_it_shows(client, paper):
    story = confirmed_seed(paper)

    page = client.get(PAIR)

    words = text_of(page)
    assert page.status_code == 200
    for said_ in (
        "Azerbaijan – Belgium",
        "4 April 2022",
        "Deputy Foreign Minister",
        "Brussels",
        "since 4 April 2022",
    ):
        assert said_ in words
    held = Event.objects.get(date="2022-04-04")
    keys = page.headers["Surrogate-Key"].split()
    assert {f"event/{held.pk}", f"card/{story.pk}", "chrome/en", "site"} <= set(keys)
    assert any(key.startswith("dyad/") for key in keys)
    assert not any("style=" in line for line in page.content.decode().splitlines())


def test_the_page_costs_twelve_queries_at_most(client, paper):
    confirmed_seed(paper)
    client.get(PAIR)

    with CaptureQueriesContext(connection) as queries:
        client.get(PAIR)

    assert len(queries) <= 12


def test_structured_data_holds_dated_events_and_nothing_inferred(client, paper):
    confirmed_seed(paper)

    page = next(thing for thing in json_ld(client.get(PAIR)) if thing["@type"] == "CollectionPage")

    assert [event["startDate"] for event in page["mentions"]] == ["2022-04-04"]
    assert {who["name"] for who in page["mentions"][0]["attendee"]} == {
        "Azerbaijan",
        "Belgium",
        "Khalaf Khalafov",
        "Jeroen Koreman",
    }


def test_topics_of_the_newsroom_keep_their_addresses(client, paper):
    topic = Topic.objects.create(name="Azerbaijan Belgium", locale=paper.sections["en", "nation"].locale)
    confirmed_seed(paper)

    assert topic.slug == "azerbaijan-belgium"
    assert "Dossier" not in text_of(client.get(PAIR))
    assert "Dossier" in text_of(client.get("/topic/azerbaijan-belgium-2/"))


def test_a_renamed_person_is_found_at_the_old_address(client, paper):
    confirmed_seed(paper)
    source = Source.objects.create(kind="wire", publisher="news.az", url="https://news.az/1")

    rename(Entity.objects.get(label="Jeroen Koreman"), "Jeroen Cooreman", source, editor())

    moved = client.get("/topic/jeroen-koreman/")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/topic/jeroen-cooreman/")
    assert client.get(moved.headers["Location"]).status_code == 200
    changes = text_of(client.get("/record/changes/"))
    assert "Jeroen Koreman Jeroen Cooreman" in changes
    assert "https://news.az/1" in changes


def test_decisions_purge_the_pages_that_show_them(client, paper):
    confirmed_seed(paper)
    held = Event.objects.get(date="2022-04-04")
    before = LogRow.objects.count()

    reject(list(Claim.objects.filter(event=held)), editor(), "wrong")

    rows = LogRow.objects.order_by("pk")[before:]
    hard = {key for row in rows if row.is_hard for key in row.keys}
    assert {f"event/{held.pk}", "calendar", "record/changes", "missing"} <= hard
    assert any(key.startswith("dyad/") for key in hard)


@pytest.mark.parametrize(
    "query", ["year=x", "year=0", "year=99999", "type=war", "with=nobody", "until=x", "before=x"]
)
def test_what_no_form_of_ours_asks_for_is_not_found(client, paper, query):
    confirmed_seed(paper)

    assert client.get(f"{PAIR}?{query}").status_code == 404


def test_filters_narrow_the_timeline(client, paper):
    confirmed_seed(paper)

    assert "4 April 2022" not in text_of(client.get(f"{PAIR}?year=2021"))
    narrowed = client.get(f"{PAIR}?year=2022&type=consultation&with=jeroen-koreman")
    assert "4 April 2022" in text_of(narrowed)
    assert 'content="noindex, follow"' in narrowed.content.decode()


def test_the_calendar_shows_a_plan_on_its_day(client, paper):
    confirmed_seed(paper)

    words = text_of(client.get("/calendar/2022/04/"))

    assert "6 April 2022" in words
    assert "planned" in words
    assert client.get("/calendar/2022/13/").status_code == 404
    assert client.get("/calendar/").status_code == 200


def test_days_are_dates_in_other_peoples_calendars(client, paper):
    confirmed_seed(paper)

    response = client.get("/topic/ilham-aliyev/calendar.ics")

    [entry] = Calendar.from_ical(response.content).walk("VEVENT")
    event = Event.objects.get(date="2022-04-06")
    assert b"DTSTART;VALUE=DATE:20220406" in response.content
    assert b"DTEND;VALUE=DATE:20220407" in response.content
    assert (entry["STATUS"], entry["LOCATION"]) == ("TENTATIVE", "Brussels")
    assert str(entry["UID"]).startswith(str(event.uid))
    assert response.headers["Content-Type"].startswith("text/calendar")


def test_what_was_called_off_is_told_for_ninety_days_with_a_higher_number(client, paper):
    story = seed_story(paper)
    day = date.today() + timedelta(days=3)
    take_in(
        story,
        [
            *(said(story, "country", word, code) for word, code in (("Azerbaijan", "AZ"), ("Belgium", "BE"))),
            consultations(story, day.isoformat()),
        ],
    )
    Claim.objects.filter(kind="event").update(
        value={**Claim.objects.get(kind="event").value, "life": "planned"}
    )
    confirm_all(story, Claim.objects.all(), editor())
    address = f"{PAIR}calendar.ics"
    [first] = Calendar.from_ical(client.get(address).content).walk("VEVENT")

    set_life(Event.objects.get(), Life.CANCELLED, editor())

    [second] = Calendar.from_ical(client.get(address).content).walk("VEVENT")
    assert (first["UID"], second["STATUS"]) == (second["UID"], "CANCELLED")
    assert second["SEQUENCE"] > first["SEQUENCE"]


def test_open_data_has_every_public_fact_and_no_sentence(client, paper):
    confirmed_seed(paper)

    rows = [json.loads(line) for line in client.get("/record/export.jsonl").getvalue().decode().splitlines()]

    people = {row["name"]: row for row in rows if row["object"] == "person"}
    assert people["Khalaf Khalafov"]["roles"][0]["seen_on"] == "2022-04-05"
    events = {row["date"]: row for row in rows if row["object"] == "event"}
    assert events["2022-04-06"]["life"] == "planned"
    assert events["2022-04-04"]["stories"][0].startswith("http://testserver/nation/")
    assert "took place between" not in json.dumps(rows)
    table = client.get("/record/export.csv").getvalue().decode()
    assert table.startswith("id,type,date,life")
    assert "2022-04-06" in table


def second_story(paper):
    words = "The next round of political consultation was held in Baku on October 21, 2024, between Azerbaijan and Belgium."
    story = seed_story(paper, (words,), headline="Baku hosts the next round")
    take_in(story, [consultations(story, "2024-10-21", place="Baku")])
    confirm_all(story, Claim.objects.filter(story=story), editor())
    return story


def test_a_story_tells_what_happened_next_and_the_next_one_what_went_before(client, paper):
    first = confirmed_seed(paper)
    second = second_story(paper)

    old = text_of(client.get(f"/nation/{first.slug}/"))
    new = text_of(client.get(f"/nation/{second.slug}/"))

    assert "What happened next" in old
    assert "21 October 2024" in old
    assert "What happened next" in new or "The story so far" in new
    assert "4 April 2022" in new


def test_a_preview_has_no_box(client, paper):
    story = confirmed_seed(paper)
    second_story(paper)
    type(story).objects.filter(pk=story.pk).update(access="subscribers")

    assert "What happened next" not in text_of(client.get(f"/nation/{story.slug}/"))


def test_a_story_without_facts_has_no_box(client, paper):
    story = paper.story("Plain", slug="plain")

    assert "The story so far" not in text_of(client.get(f"/nation/{story.slug}/"))


@pytest.mark.parametrize(("prefix", "word"), [("/az", "Azərbaycan – Belçika"), ("", "Azerbaijan – Belgium")])
def test_every_language_has_the_dossier_in_its_own_words(client, paper, prefix, word):
    confirmed_seed(paper)

    page = client.get(prefix + PAIR)

    assert word in text_of(page)
    assert 'hreflang="az"' in page.content.decode()
