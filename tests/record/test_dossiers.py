from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from broadsheet.record.dossiers import dossier, find
from broadsheet.record.identity import merge, rename
from broadsheet.record.models import Address, Dyad, DyadEvent, Entity, Event, Participation, Source, Storyline
from broadsheet.record.timelines import Filters, Place
from tests.record.making import confirmed_seed, editor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def many_events(count: int) -> Dyad:
    """A pair that has met once a day, the last time on 2022-12-31."""
    az, be = Entity.objects.get(iso3166="AZ"), Entity.objects.get(iso3166="BE")
    dyad = Dyad.objects.get(a=min(az, be, key=lambda e: e.pk), b=max(az, be, key=lambda e: e.pk))
    day = date(2022, 12, 31)
    days = [day - timedelta(days=n) for n in range(count)]
    events = Event.objects.bulk_create(
        Event(type="meeting", date=d.isoformat(), sort_start=d, sort_end=d, precision="day", is_public=True)
        for d in days
    )
    DyadEvent.objects.bulk_create(DyadEvent(dyad=dyad, event=e, sort_start=e.sort_start) for e in events)
    Participation.objects.bulk_create(
        Participation(event=e, entity=who, capacity="party", is_public=True, sort_start=e.sort_start)
        for e in events
        for who in (az, be)
    )
    return dyad


def test_the_pair_of_the_seed_has_a_dossier(paper):
    confirmed_seed(paper)

    page = dossier(find("azerbaijan-belgium"))

    assert page.head.name == "Azerbaijan – Belgium"
    assert [(line.words, line.state) for line in page.next] == [("since 4 April 2022", "planned")]
    held = next(line for line in page.timeline.lines if line.edtf == "2022-04-04")
    assert (held.words, held.title, held.place.name) == (
        "4 April 2022",
        "Consultations: Azerbaijan, Belgium",
        "Brussels",
    )
    assert {who.name: who.title for who in held.people} == {
        "Khalaf Khalafov": "Deputy Foreign Minister",
        "Jeroen Koreman": "Director-General for Bilateral Affairs",
    }
    assert [(m.one.name, m.other.name, m.count) for m in page.met] == [
        ("Khalaf Khalafov", "Jeroen Koreman", 1)
    ]
    assert [card.headline for card in page.stories] == ["Baku, Brussels hold political consultations"]


def test_a_plan_that_nobody_followed_up_reads_as_a_plan(paper):
    confirmed_seed(paper)

    page = dossier(find("ilham-aliyev"))

    assert page.next == []
    assert page.timeline.lines[0].words == "was planned for 6 April 2022"


def test_names_and_dates_are_in_the_readers_language(paper):
    confirmed_seed(paper)

    with translation.override("az"):
        page = dossier(find("azerbaijan-belgium"))

    assert page.head.name == "Azərbaycan – Belçika"
    assert page.head.path_in("az") == "/az/topic/azerbaijan-belgium/"
    assert page.timeline.lines[-1].words in ("4 aprel 2022", "4 aprel 2022-ci ildən")


def test_a_person_has_roles_with_the_days_they_were_seen(paper):
    confirmed_seed(paper)

    page = dossier(find("khalaf-khalafov"))

    assert [(r.title, r.of, r.words, r.is_now) for r in page.roles] == [
        ("Deputy Foreign Minister", "Azerbaijan", "5 April 2022", False)
    ]


def test_old_and_merged_addresses_lead_to_the_one_in_use(paper):
    confirmed_seed(paper)
    koreman = Entity.objects.get(label="Jeroen Koreman")
    rename(koreman, "Jeroen Cooreman", Source.objects.create(kind="wire", publisher="x"), editor())
    assert find("jeroen-koreman").moved_to == "jeroen-cooreman"

    merge(koreman, Entity.objects.get(label="Charles Michel"), editor())

    assert find("jeroen-cooreman").moved_to == "charles-michel"
    assert find("nobody") is None


def test_who_has_no_page_is_not_found(paper):
    confirmed_seed(paper)
    Entity.objects.filter(label="Khalaf Khalafov").update(page_policy="card-only")

    assert find("khalaf-khalafov") is None
    assert all(who.path == "" for who in dossier(find("azerbaijan-belgium")).met[:1] for who in [who.one])


def test_pages_of_a_timeline_meet_without_gap_or_overlap(paper):
    confirmed_seed(paper)
    many_events(120)
    found, until, seen = find("azerbaijan-belgium"), None, []

    for _ in range(3):
        page = dossier(found, until=until)
        seen += [line.id for line in page.timeline.lines]
        until = page.timeline.older

    assert until is None
    assert len(seen) == len(set(seen)) == 121


def test_a_timeline_can_be_narrowed(paper):
    confirmed_seed(paper)
    many_events(400)
    found = find("azerbaijan-belgium")
    who = Entity.objects.get(label="Jeroen Koreman").pk

    by_year = dossier(found, filters=Filters(year=2021)).timeline.lines
    by_type = dossier(found, filters=Filters(type="consultation")).timeline.lines
    by_person = dossier(found, filters=Filters(person=who)).timeline.lines

    assert {line.year for line in by_year} == {2021}
    assert {line.edtf for line in by_type} == {"2022-04-04"}
    assert [line.edtf for line in by_person] == ["2022-04-04"]


def test_a_dossier_costs_the_same_however_long_it_is(paper):
    confirmed_seed(paper)
    counts = []
    for more in (0, 300):
        many_events(more)
        with CaptureQueriesContext(connection) as queries:
            dossier(find("azerbaijan-belgium"))
        counts.append(len(queries))

    assert counts == [9, 9]


def test_a_storyline_is_told_in_its_editors_order(paper):
    confirmed_seed(paper)
    line = Storyline.objects.create(title="Peace talks", is_public=True)
    for order, day in enumerate(("2022-04-06", "2022-04-04")):
        line.slots.create(order=order, event=Event.objects.get(date=day))
    Address.objects.create(slug="peace-talks", storyline=line)

    page = dossier(find("peace-talks"))

    assert [line.edtf for line in page.timeline.lines] == ["2022-04-06", "2022-04-04"]


@pytest.mark.parametrize("text", ["", "2022-04-04", "2022-04-04.x", "20220404.1", "x.1", "2022-13-01.4"])
def test_a_place_that_we_never_gave_out_is_none(text):
    assert Place.parse(text) is None
