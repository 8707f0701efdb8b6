"""The seed page from extraction to its dossier, as an editor would: tier A at once, the open round after a look."""

from datetime import date

import pytest

from broadsheet.newsroom.models import Story
from broadsheet.record.confirming import confirm_all
from broadsheet.record.extraction import Document, extract
from broadsheet.record.models import Claim, Entity, Event, Life
from broadsheet.record.taking_in import take_in
from broadsheet.record.text import story_text
from tests.record.making import editor, seed_story

pytestmark = pytest.mark.django_db
PARAGRAPHS = (
    "The next round of political consultation took place between Azerbaijan and Belgium on April 4, in Brussels, the Azerbaijani Foreign Ministry has reported.",
    "The delegations, led by Azerbaijani Deputy Foreign Minister Khalaf Khalafov and Belgian Director-General for Bilateral Affairs Jeroen Koreman, discussed the current state of relations between the two nations and the regional situation, the report added.",
    "Following that, the parties discussed regional and international security problems and decided to continue their political consultations.",
    "Azerbaijani President Ilham Aliyev, European Council President Charles Michel and Armenian Prime Minister Nikol Pashinyan will meet in Brussels on 6 April 2022 to continue discussions, among others on issues raised during the leaders’ meeting on 14 December 2021.",
)
LATER = "A new round of political consultations between Azerbaijan and Belgium took place in Baku on October 21, the Azerbaijani Foreign Ministry said."


def extracted(story: Story, day: date) -> None:
    found = extract(Document(story_text(story).text, day))
    take_in(story, [suggestion.as_json() for suggestion in found.suggestions])


def confirmed(story: Story, *tiers: str) -> None:
    assert confirm_all(story, Claim.objects.filter(story=story, tier__in=tiers), editor()) == []


def test_the_seed_goes_from_extraction_to_dossier_in_two_decisions(client, paper):
    story = seed_story(paper, PARAGRAPHS)
    extracted(story, date(2022, 4, 5))
    confirmed(story, "A")
    confirmed(story, "B")

    events = {event.date: event for event in Event.objects.filter(is_public=True)}
    assert {"2022-04-04", "2022-04-04/..", "2022-04-06", "2021-12-14"} <= set(events)
    assert events["2021-12-14"].place is None
    assert events["2022-04-06"].life == Life.PLANNED
    held = {p.entity.label: p.capacity for p in events["2022-04-04"].participations.select_related("entity")}
    assert {"Azerbaijan", "Belgium", "Khalaf Khalafov", "Jeroen Koreman"} <= set(held)
    assert "Azerbaijani Foreign Ministry" not in held
    assert not Entity.objects.filter(kind="place", label="Baku").exists()
    page = client.get("/topic/azerbaijan-belgium/").content.decode()
    assert "Deputy Foreign Minister" in page
    assert "since 4 April 2022" in page


def test_the_second_story_closes_the_open_round(paper):
    story = seed_story(paper, PARAGRAPHS)
    extracted(story, date(2022, 4, 5))
    confirmed(story, "A")
    confirmed(story, "B")
    later = seed_story(paper, (LATER,), headline="Azerbaijan, Belgium hold new round of talks")

    extracted(later, date(2024, 10, 22))
    confirmed(later, "A")

    opened = Event.objects.get(date="2022-04-04/..")
    assert opened.life == Life.SUPERSEDED
    assert opened.superseded_by.date == "2024-10-21"
