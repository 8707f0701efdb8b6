from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from broadsheet.record.confirming import confirm_all, reject, second, someone_else
from broadsheet.record.deciding import undo
from broadsheet.record.errors import ChangedSince, NeedsSource, NotUndoable, SameEditor
from broadsheet.record.models import (
    Claim,
    Decision,
    Dyad,
    DyadStory,
    Entity,
    EntityStory,
    Event,
    Life,
    Source,
    TenureSeen,
)
from broadsheet.record.taking_in import take_in
from tests.record.making import (
    confirmed_seed,
    consultations,
    editor,
    party,
    said,
    seed_story,
    seed_suggestions,
    take_seed,
)
from tests.record.state import facts, truth

pytestmark = pytest.mark.django_db


def test_nothing_is_public_before_somebody_confirmed_it(paper):
    take_seed(paper)

    assert not Event.objects.exists()
    assert not Entity.objects.exists()
    assert not EntityStory.objects.exists()


def test_confirming_the_seed_makes_its_facts(paper):
    confirmed_seed(paper)

    events = {event.date: event for event in Event.objects.all()}
    assert set(events) == {"2022-04-04", "2022-04-04/..", "2022-04-06"}
    held = events["2022-04-04"]
    assert (held.type, held.life, held.place.label, held.precision) == (
        "consultation",
        Life.OCCURRED,
        "Brussels",
        "day",
    )
    titles = {
        row.entity.label: row.tenure and row.tenure.post.title
        for row in held.participations.select_related("entity", "tenure__post")
    }
    assert titles == {
        "Azerbaijan": None,
        "Belgium": None,
        "Khalaf Khalafov": "Deputy Foreign Minister",
        "Jeroen Koreman": "Director-General for Bilateral Affairs",
    }
    assert events["2022-04-06"].life == Life.PLANNED
    assert TenureSeen.objects.filter(is_public=True, seen_on="2022-04-05").count() == 2
    pairs = {(d.a.label, d.b.label): d.event_count for d in Dyad.objects.select_related("a", "b")}
    assert pairs["Azerbaijan", "Belgium"] == 2
    assert pairs["Khalaf Khalafov", "Jeroen Koreman"] == 1
    assert len([1 for n in pairs.values() if n]) == 5
    assert DyadStory.objects.filter(dyad__a__label="Azerbaijan", dyad__b__label="Belgium").count() == 1


def test_taking_the_same_in_again_changes_nothing(paper):
    story, first = take_seed(paper)
    before = truth()

    again = take_in(story, seed_suggestions(story))

    assert (again.created, again.kept, again.dropped) == (0, first.created, 0)
    assert truth() == before


def test_two_places_of_one_name_are_one_claim(paper):
    story, _ = take_seed(paper)

    koreman = Claim.objects.get(story=story, kind="person", wording="Jeroen Koreman")

    assert [m.quote for m in koreman.mentions.all()] == ["Jeroen Koreman", "Koreman said"]


def test_what_was_rejected_is_not_suggested_again(paper):
    story, _ = take_seed(paper)
    reject(list(Claim.objects.filter(kind="date")), editor(), "crawl furniture")

    again = take_in(story, seed_suggestions(story))

    assert again.held_back == 1
    assert Claim.objects.get(kind="date").status == "rejected"


def test_confirming_twelve_claims_costs_few_queries(paper):
    story, _ = take_seed(paper)
    claims = list(Claim.objects.filter(story=story)[:12])
    ed = editor()

    with CaptureQueriesContext(connection) as queries:
        confirm_all(story, claims, ed)

    assert len(queries) <= 130


def test_undoing_a_confirmation_restores_truth_and_facts(paper):
    story, _ = take_seed(paper)
    before = truth(), facts()
    confirm_all(story, Claim.objects.filter(story=story), editor())

    undo(Decision.objects.get(), editor())

    assert (truth(), facts()) == before


def test_a_decision_is_undone_once(paper):
    story, _ = take_seed(paper)
    confirm_all(story, Claim.objects.filter(story=story), editor())
    made = Decision.objects.get()
    undo(made, editor())

    with pytest.raises(NotUndoable):
        undo(made, editor())


def test_an_undo_can_be_undone(paper):
    story, _ = take_seed(paper)
    confirm_all(story, Claim.objects.filter(story=story), editor())
    before = truth(), facts()
    undo(Decision.objects.get(), editor())

    undo(Decision.objects.latest("pk"), editor())

    assert (truth(), facts()) == before


def test_what_others_build_on_is_not_undone_under_them(paper):
    first = confirmed_seed(paper)
    other = seed_story(paper, headline="Another story")
    take_in(other, [said(other, "person", "Khalaf Khalafov", "Khalaf Khalafov")])
    confirm_all(other, Claim.objects.filter(story=other), editor())

    with pytest.raises(ChangedSince):
        undo(Decision.objects.get(story=first), editor())

    assert Claim.objects.filter(story=first, status="confirmed").exists()


def test_decisions_are_only_ever_added(paper):
    confirmed_seed(paper)
    made = Decision.objects.get()

    for change in (
        made.save,
        made.delete,
        Decision.objects.all().delete,
        lambda: Decision.objects.update(kind="x"),
    ):
        with pytest.raises(TypeError):
            change()


def test_a_second_story_of_the_same_event_joins_it(paper):
    confirmed_seed(paper)
    other = seed_story(paper, headline="The consultations again", source_name="Turan")
    take_in(other, [consultations(other)])

    confirm_all(other, Claim.objects.filter(story=other), editor())

    held = Event.objects.get(date="2022-04-04")
    assert held.claims.count() == 2
    assert held.source_count == 2


def test_a_name_that_two_have_is_left_to_the_editor(paper):
    story = confirmed_seed(paper)
    other = seed_story(paper, headline="Another Michel")
    take_in(other, [said(other, "person", "Charles Michel", "Charles Michel")])
    someone_else(Claim.objects.get(story=other), None, editor())
    third = seed_story(paper, headline="Which Michel")
    take_in(third, [said(third, "person", "Charles Michel", "Charles Michel")])
    claim = Claim.objects.get(story=third)

    left = confirm_all(third, [claim], editor())

    assert left == [claim]
    assert (claim.tier, claim.entity) == ("B", None)
    assert "2 entries" in claim.reason
    assert story.pk != third.pk


def test_someone_else_takes_office_and_party_along(paper):
    story = confirmed_seed(paper)
    claim = Claim.objects.get(story=story, kind="person", wording="Khalaf Khalafov")
    before = truth(), facts()
    old = claim.entity

    new = someone_else(claim, None, editor())

    row = Event.objects.get(date="2022-04-04").participations.get(entity=new)
    assert row.tenure.post.title == "Deputy Foreign Minister"
    assert not Event.objects.get(date="2022-04-04").participations.filter(entity=old).exists()
    undo(Decision.objects.latest("pk"), editor())
    assert (truth(), facts()) == before


def test_a_retracted_claim_withholds_its_facts_and_readers_are_told(paper):
    story = confirmed_seed(paper)
    claim = Claim.objects.get(story=story, value__date="2022-04-04", kind="event")

    reject([claim], editor(), "the ministry withdrew it")

    assert not Event.objects.get(pk=claim.event_id).is_public
    assert Decision.objects.filter(is_public=True, kind="retract").count() == 1


def test_confirmed_claims_of_a_draft_are_not_public(paper):
    story, _ = take_seed(paper)
    type(story).objects.filter(pk=story.pk).update(live=False)
    confirm_all(story, Claim.objects.filter(story=story), editor())

    assert Event.objects.count() == 3
    assert not Event.objects.filter(is_public=True).exists()
    assert not EntityStory.objects.exists()


def arrest(paper):
    story = seed_story(paper, ("Police arrested John Doe in Baku on 4 April 2022.",), headline="Arrest")
    take_in(
        story,
        [
            said(
                story,
                "event",
                "arrested",
                {
                    "type": "arrest",
                    "date": "2022-04-04",
                    "participants": [party("John Doe", "person", "subject")],
                },
            ),
            said(story, "person", "John Doe", "John Doe"),
        ],
    )
    confirm_all(story, Claim.objects.filter(story=story), editor())
    return Claim.objects.get(kind="event")


def test_a_sensitive_event_needs_a_second_editor_a_source_and_a_day_of_review(paper, settings):
    claim = arrest(paper)

    source = Source.objects.create(kind="official-statement", issuer="Police")
    assert not claim.event.is_public
    with pytest.raises(SameEditor):
        second(claim, editor(), source=source, review_by=date(2023, 1, 1))
    with pytest.raises(NeedsSource):
        second(claim, editor("two"), review_by=date(2023, 1, 1))
    assert not Event.objects.get().is_public

    second(claim, editor("two"), source=source, review_by=date(2023, 1, 1))

    assert Event.objects.get().is_public
    undo(Decision.objects.latest("pk"), editor())
    assert not Event.objects.get().is_public


def test_a_rule_that_is_often_wrong_stands_a_tier_lower(paper):
    for n in range(3):
        story = seed_story(paper, headline=f"Wrong {n}")
        take_in(
            story,
            [
                said(story, "person", words, words, rule="bad-rule")
                for words in ("Highlighting", "Following", "The delegations", "Belgian")
            ],
        )
        reject(list(Claim.objects.filter(story=story)), editor())
    story = seed_story(paper, headline="Next")

    take_in(story, [said(story, "person", "Ilham Aliyev", "Ilham Aliyev", rule="bad-rule")])

    claim = Claim.objects.get(story=story)
    assert claim.tier == "B"
    assert "wrong too often" in claim.reason
