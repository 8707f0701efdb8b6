from datetime import date

import pytest

from broadsheet.record.confirming import confirm_all
from broadsheet.record.deciding import undo
from broadsheet.record.edtf import BadDate
from broadsheet.record.errors import NeedsSource, NotDecidable
from broadsheet.record.happening import correct, set_life
from broadsheet.record.models import Claim, Decision, Event, Life, Source
from broadsheet.record.selectors import daybook, to_follow_up
from broadsheet.record.taking_in import take_in
from tests.record.making import confirmed_seed, consultations, editor, said, seed_story
from tests.record.state import facts, truth

pytestmark = pytest.mark.django_db


def next_round(paper):
    words = "The next round of political consultation was held in Baku on October 21, 2024."
    story = seed_story(paper, (words,), headline="Next round")
    take_in(
        story,
        [
            said(story, "country", "political", "AZ"),
            said(story, "country", "consultation", "BE"),
            consultations(story, "2024-10-21", place="Baku"),
        ],
    )
    assert confirm_all(story, Claim.objects.filter(story=story), editor()) == []
    return story


def test_a_planned_event_waits_in_the_daybook_then_asks_whether_it_happened(paper):
    confirmed_seed(paper)
    meeting = Event.objects.get(date="2022-04-06")

    assert daybook(date(2022, 4, 5)) == [meeting]
    assert to_follow_up(date(2022, 4, 6)) == []
    assert to_follow_up(date(2022, 4, 7)) == [meeting]


@pytest.mark.parametrize("life", [Life.OCCURRED, Life.CANCELLED, Life.POSTPONED])
def test_the_answer_is_a_decision_that_can_be_undone(paper, life):
    confirmed_seed(paper)
    meeting = Event.objects.get(date="2022-04-06")
    before = truth(), facts()

    set_life(meeting, life, editor())

    meeting.refresh_from_db()
    assert meeting.life == life
    assert to_follow_up(date(2022, 4, 7)) == []
    undo(Decision.objects.latest("pk"), editor())
    assert (truth(), facts()) == before


def test_put_off_to_a_day_it_is_planned_for_that_day(paper):
    confirmed_seed(paper)
    meeting = Event.objects.get(date="2022-04-06")

    set_life(meeting, Life.POSTPONED, editor(), new_date="2022-05-06")

    meeting.refresh_from_db()
    assert (meeting.life, meeting.date, meeting.sort_start) == (Life.PLANNED, "2022-05-06", date(2022, 5, 6))
    with pytest.raises(BadDate):
        set_life(meeting, Life.POSTPONED, editor(), new_date="in May")


def test_what_took_place_is_not_decided_again(paper):
    confirmed_seed(paper)

    with pytest.raises(NotDecidable):
        set_life(Event.objects.get(date="2022-04-04"), Life.CANCELLED, editor())


def test_the_next_round_closes_the_open_one_and_undoing_opens_it_again(paper):
    confirmed_seed(paper)
    opened = Event.objects.get(date="2022-04-04/..")
    assert opened.life == Life.PLANNED

    next_round(paper)

    opened.refresh_from_db()
    assert (opened.life, opened.superseded_by.date) == (Life.SUPERSEDED, "2024-10-21")
    undo(Decision.objects.latest("pk"), editor())
    opened.refresh_from_db()
    assert (opened.life, opened.superseded_by) == (Life.PLANNED, None)


def test_a_correction_names_its_source_and_readers_are_told(paper):
    confirmed_seed(paper)
    held = Event.objects.get(date="2022-04-04")
    with pytest.raises(NeedsSource):
        correct(held, "date", "2022-04-03", None, editor())
    source = Source.objects.create(kind="official-statement", issuer="MFA", url="https://mfa.example/1")

    correct(held, "date", "2022-04-03", source, editor(), "the ministry's own date")

    held.refresh_from_db()
    assert (held.date, held.sort_start) == ("2022-04-03", date(2022, 4, 3))
    told = Decision.objects.get(is_public=True)
    assert (told.note["from"], told.note["to"], told.note["source"]) == (
        "2022-04-04",
        "2022-04-03",
        "https://mfa.example/1",
    )
