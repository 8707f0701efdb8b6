import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import assume, given
from hypothesis import strategies as st

from broadsheet.newsroom.models import Story
from broadsheet.record.anchoring import reanchor
from broadsheet.record.confirming import confirm_all
from broadsheet.record.models import Claim, EntityStory, Event
from broadsheet.record.selectors import flagged
from broadsheet.record.taking_in import take_in
from broadsheet.record.text import StoryText, story_text
from tests.record.making import S1, S2, S4, S8, S9, confirmed_seed, editor, said, seed_story, take_seed
from tests.record.state import facts

pytestmark = pytest.mark.django_db


def publish(story: Story, *sentences: str) -> Story:
    story = Story.objects.get(pk=story.pk)
    block = story.body.raw_data[0]
    story.body = json.dumps(
        [{"type": "text", "id": block["id"], "value": "".join(f"<p>{s}</p>" for s in sentences)}]
    )
    story.save_revision().publish(skip_permission_checks=True)
    return Story.objects.get(pk=story.pk)


def test_an_edit_elsewhere_moves_anchors_and_leaves_the_facts(paper):
    story = confirmed_seed(paper)
    publish(story, S1, S2, S4, S8, S9)
    before = facts()

    edited = publish(story, "A new first sentence.", S1, S2, S4, S8, S9)

    assert facts() == before
    text = story_text(edited).text
    for mention in Claim.objects.get(story=story, wording="Khalaf Khalafov", kind="person").mentions.all():
        at = text.index(S2) + S2.index("Khalaf Khalafov")
        assert story_text(edited).place(at, at + len(mention.quote)).start == mention.start


def test_a_quote_that_is_gone_withholds_its_facts_until_it_is_back(paper):
    story = confirmed_seed(paper)
    publish(story, S1, S2, S4, S8, S9)
    meeting = Event.objects.get(date="2022-04-06")
    before = facts()

    publish(story, S1, S2, S4, S8)

    meeting.refresh_from_db()
    assert not meeting.is_public
    assert {claim.event_id for claim in flagged() if claim.event_id} == {meeting.pk}
    assert not EntityStory.objects.filter(entity__label="Nikol Pashinyan").exists()
    assert Event.objects.get(date="2022-04-04").is_public
    publish(story, S1, S2, S4, S8, S9)
    assert facts() == before
    assert flagged() == []


def test_a_changed_sentence_flags_its_event_but_not_its_people(paper):
    story = confirmed_seed(paper)
    publish(story, S1, S2, S4, S8, S9)

    publish(story, S1, S2, S4, S8, S9.replace("6 April", "7 April"))

    assert not Event.objects.get(date="2022-04-06").is_public
    assert EntityStory.objects.filter(entity__label="Nikol Pashinyan").exists()


def test_unpublishing_withdraws_and_deleting_forgets(paper):
    story = confirmed_seed(paper)
    story = publish(story, S1, S2, S4, S8, S9)

    story.unpublish()
    assert not Event.objects.filter(is_public=True).exists()
    assert not EntityStory.objects.exists()

    Story.objects.get(pk=story.pk).delete()
    assert not Claim.objects.exists()
    assert not Event.objects.filter(is_public=True).exists()


def test_going_live_makes_confirmed_facts_public(paper):
    story, _ = take_seed(paper)
    Story.objects.filter(pk=story.pk).update(live=False)
    confirm_all(story, Claim.objects.filter(story=story), editor())

    publish(story, S1, S2, S4, S8, S9)

    assert Event.objects.filter(is_public=True).count() == 3


def test_of_two_equal_quotes_the_surroundings_decide(paper):
    story = seed_story(paper, ("Koreman came first.", "Then Koreman left."))
    text = story_text(story)
    second = text.place(*(text.text.rindex("Koreman") + n for n in (0, 7)))
    block = story.body.raw_data[0]["id"]

    moved = StoryText([(block, "Koreman spoke.\nKoreman came first.\nThen Koreman left.")]).find(second)

    assert moved is not None
    assert moved.prefix.endswith("Then ")


def test_a_hundred_claims_are_followed_in_few_queries(paper):
    sentences = tuple(f"Person{n} Surname{n} spoke in the house of words number {n}." for n in range(100))
    story = seed_story(paper, sentences)
    take_in(
        story, [said(story, "person", f"Person{n} Surname{n}", f"Person{n} Surname{n}") for n in range(100)]
    )

    with CaptureQueriesContext(connection) as queries:
        reanchor(story, StoryText([(story.body.raw_data[0]["id"], "\n".join(("New.", *sentences)))]))

    assert len(queries) <= 8


@given(st.lists(st.text(alphabet="ab. \n", min_size=1, max_size=20), min_size=1, max_size=4), st.data())
def test_every_word_of_a_block_is_found_where_it_was(parts, data):
    text = StoryText([(f"b{n}", part) for n, part in enumerate(parts)])
    passage = data.draw(st.sampled_from(text.passages))
    words = [match.span() for match in re.finditer(r"\S+", passage.text)]
    assume(words)
    start, end = data.draw(st.sampled_from(words))

    anchor = text.place(passage.start + start, passage.start + end)

    assert anchor is not None
    assert text.text[passage.start + start : passage.start + end] == anchor.quote
    assert text.find(anchor) == anchor
