"""The seed page as a story of the paper, and what extraction says of it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from django.contrib.auth import get_user_model

from broadsheet.newsroom.models import Story
from broadsheet.record.confirming import confirm_all
from broadsheet.record.models import Claim
from broadsheet.record.taking_in import TakenIn, take_in
from broadsheet.record.text import story_text
from tests.factories import Paper

HEADLINE = "Baku, Brussels hold political consultations"
S1 = "The next round of political consultation took place between Azerbaijan and Belgium on April 4, in Brussels, the Azerbaijani Foreign Ministry has reported."
S2 = "The delegations, led by Azerbaijani Deputy Foreign Minister Khalaf Khalafov and Belgian Director-General for Bilateral Affairs Jeroen Koreman, discussed the current state of relations."
S4 = "Highlighting the good political ties between Belgium and Azerbaijan, Koreman said there are interactions at the level of governments."
S8 = "Following that, the parties discussed regional security and decided to continue their political consultations."
S9 = "Azerbaijani President Ilham Aliyev, European Council President Charles Michel and Armenian Prime Minister Nikol Pashinyan will meet in Brussels on 6 April 2022 to continue discussions."
SEED = (S1, S2, S4, S8, S9)
BAKU = timezone(timedelta(hours=4))
DATELINE = datetime(2022, 4, 5, 12, 51, tzinfo=BAKU)


def editor(name: str = "ed") -> Any:
    made, _ = get_user_model().objects.get_or_create(email=f"{name}@example.org")
    return made


def seed_story(paper: Paper, sentences: tuple[str, ...] = SEED, **facts: Any) -> Story:
    body = [("text", "".join(f"<p>{sentence}</p>" for sentence in sentences))]
    story = paper.story(facts.pop("headline", HEADLINE), body=body, **facts)
    Story.objects.filter(pk=story.pk).update(published_at=facts.get("at", DATELINE))
    return Story.objects.get(pk=story.pk)


def said(story: Story, kind: str, words: str, value: Any, tier: str = "A", **more: Any) -> dict[str, Any]:
    """One suggestion, standing on the first place of `words` in the story."""
    start = story_text(story).text.index(words)
    return {
        "kind": kind,
        "start": start,
        "end": start + len(words),
        "text": words,
        "value": value,
        "tier": tier,
        "rule": more.pop("rule", f"{kind}-rule"),
        "reason": "because the test says so",
        **more,
    }


def party(name: str, kind: str, capacity: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": kind, "capacity": capacity, **more}


def consultations(
    story: Story, date: str = "2022-04-04", words: str = "political consultation", place: str = "Brussels"
) -> dict[str, Any]:
    return said(
        story,
        "event",
        words,
        {
            "type": "consultation",
            "date": date,
            "place": place,
            "life": "occurred",
            "outcome": "Sides decided to continue their political consultations",
            "participants": [
                party("AZ", "country", "party"),
                party("BE", "country", "party"),
                party("Khalaf Khalafov", "person", "head-of-delegation", representing="country:AZ"),
                party("Jeroen Koreman", "person", "head-of-delegation", representing="country:BE"),
            ],
        },
    )


def seed_suggestions(story: Story) -> list[dict[str, Any]]:
    leaders = ("Ilham Aliyev", "Charles Michel", "Nikol Pashinyan")
    return [
        said(story, "country", "Azerbaijan", "AZ"),
        said(story, "country", "Belgium", "BE"),
        said(story, "country", "Armenian", "AM"),
        said(story, "place", "Brussels, the", "Brussels"),
        said(story, "person", "Khalaf Khalafov", "Khalaf Khalafov"),
        said(story, "person", "Jeroen Koreman", "Jeroen Koreman"),
        said(story, "person", "Koreman said", "Jeroen Koreman", form="surname"),
        *(said(story, "person", name, name) for name in leaders),
        said(
            story,
            "role",
            "Deputy Foreign Minister",
            {
                "person": "Khalaf Khalafov",
                "title": "Deputy Foreign Minister",
                "country": "AZ",
                "level": "deputy-minister",
            },
        ),
        said(
            story,
            "role",
            "Director-General for Bilateral Affairs",
            {
                "person": "Jeroen Koreman",
                "title": "Director-General for Bilateral Affairs",
                "country": "BE",
                "level": "senior-official",
            },
        ),
        said(story, "date", "April 4", "2022-04-04"),
        consultations(story),
        said(
            story,
            "event",
            "decided to continue",
            {
                "type": "consultation",
                "date": "2022-04-04/..",
                "life": "planned",
                "participants": [party("AZ", "country", "party"), party("BE", "country", "party")],
            },
            tier="B",
        ),
        said(
            story,
            "event",
            "will meet",
            {
                "type": "meeting",
                "date": "2022-04-06",
                "place": "Brussels",
                "life": "planned",
                "certainty": "eos5",
                "participants": [party(name, "person", "participant") for name in leaders],
            },
        ),
    ]


def take_seed(paper: Paper) -> tuple[Story, TakenIn]:
    story = seed_story(paper)
    return story, take_in(story, seed_suggestions(story))


def confirmed_seed(paper: Paper) -> Story:
    """The seed story with everything confirmed."""
    story, _ = take_seed(paper)
    left = confirm_all(story, Claim.objects.filter(story=story), editor())
    assert left == []
    return story
