import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadsheet.record.confirming import confirm_all
from broadsheet.record.deciding import undo
from broadsheet.record.errors import CannotMerge, ChangedSince, NeedsSource
from broadsheet.record.identity import merge, not_same, part, rename, split
from broadsheet.record.models import (
    Address,
    Alias,
    Claim,
    Decision,
    Dyad,
    DyadEvent,
    Entity,
    EntityStory,
    Event,
    NotSame,
    Source,
)
from broadsheet.record.reading import Ref
from broadsheet.record.resolving import Resolver
from broadsheet.record.taking_in import take_in
from tests.record.making import confirmed_seed, editor, party, said, seed_story
from tests.record.state import facts, truth

pytestmark = pytest.mark.django_db


def named(label: str) -> Entity:
    return Entity.objects.get(label=label)


def spelt_otherwise(paper):
    """A second story that names the Belgian as others do."""
    words = "Belgian Director-General Jeroen Cooreman met Khalaf Khalafov in Baku on 21 October 2024."
    story = seed_story(paper, (words,), headline="Next round")
    take_in(
        story,
        [
            said(story, "person", "Jeroen Cooreman", "Jeroen Cooreman"),
            said(story, "person", "Khalaf Khalafov", "Khalaf Khalafov"),
            said(
                story,
                "event",
                "met",
                {
                    "type": "meeting",
                    "date": "2024-10-21",
                    "participants": [
                        party("Jeroen Cooreman", "person", "participant"),
                        party("Khalaf Khalafov", "person", "participant"),
                    ],
                },
            ),
        ],
    )
    assert confirm_all(story, Claim.objects.filter(story=story), editor()) == []
    return story


def test_merging_gathers_events_and_stories_under_one(paper):
    confirmed_seed(paper)
    spelt_otherwise(paper)

    merge(named("Jeroen Cooreman"), named("Jeroen Koreman"), editor())

    kept = named("Jeroen Koreman")
    assert kept.participations.count() == 2
    assert EntityStory.objects.filter(entity=kept).count() == 2
    assert DyadEvent.objects.filter(dyad=Dyad.objects.get(a=named("Khalaf Khalafov"), b=kept)).count() == 2
    assert Resolver([Ref("", "Jeroen Cooreman", "person")]).one(Ref("", "Jeroen Cooreman", "person")) == kept


def test_parting_restores_the_exact_state(paper):
    confirmed_seed(paper)
    spelt_otherwise(paper)
    before = truth(), facts()
    merge(named("Jeroen Cooreman"), named("Jeroen Koreman"), editor())
    assert facts() != before[1]

    part(named("Jeroen Cooreman"), editor())

    assert (truth(), facts()) == before


def test_a_merge_below_another_is_undone_from_the_top(paper):
    confirmed_seed(paper)
    spelt_otherwise(paper)
    c, k, m = named("Jeroen Cooreman"), named("Jeroen Koreman"), named("Charles Michel")
    merge(c, k, editor())
    merge(k, m, editor())
    assert Entity.objects.get(pk=c.pk).merged_into == m

    with pytest.raises(ChangedSince):
        part(c, editor())


def test_splitting_moves_what_some_stories_say_to_somebody_new(paper):
    confirmed_seed(paper)
    second = spelt_otherwise(paper)
    old = named("Khalaf Khalafov")
    before = truth(), facts()

    new = split(
        old, list(Claim.objects.filter(story=second, entity=old)), "Khalaf Khalafov (diplomat)", editor()
    )

    assert Event.objects.get(date="2024-10-21").participations.filter(entity=new).exists()
    assert NotSame.objects.filter(a=old, b=new).exists()
    with pytest.raises(CannotMerge):
        merge(new, old, editor())
    undo(Decision.objects.latest("pk"), editor())
    assert (truth(), facts()) == before


def test_what_was_kept_apart_or_differs_in_kind_is_not_merged(paper):
    confirmed_seed(paper)
    not_same(named("Ilham Aliyev"), named("Charles Michel"), editor())
    not_same(named("Charles Michel"), named("Ilham Aliyev"), editor())
    assert NotSame.objects.count() == 1

    for one, other in (("Ilham Aliyev", "Charles Michel"), ("Belgium", "Brussels"), ("Belgium", "Belgium")):
        with pytest.raises(CannotMerge):
            merge(named(one), named(other), editor())


def test_renaming_keeps_old_addresses_and_the_story(paper):
    story = confirmed_seed(paper)
    entity = named("Jeroen Koreman")
    source = Source.objects.create(kind="wire", publisher="news.az", url="https://news.az/2024")
    body = story.body.raw_data[0]
    with pytest.raises(NeedsSource):
        rename(entity, "Jeroen Cooreman", None, editor())
    before = truth(), facts()

    rename(entity, "Jeroen Cooreman", source, editor())

    rows = dict(Address.objects.filter(entity=entity).values_list("slug", "is_current"))
    assert rows == {"jeroen-koreman": False, "jeroen-cooreman": True}
    story.refresh_from_db()
    assert story.body.raw_data[0] == body
    assert Alias.objects.filter(entity=entity, text="Jeroen Koreman").exists()
    told = Decision.objects.get(is_public=True)
    assert told.note == {
        "field": "name",
        "from": "Jeroen Koreman",
        "to": "Jeroen Cooreman",
        "source": "https://news.az/2024",
    }
    undo(told, editor())
    assert (truth(), facts()) == before


PEOPLE = (
    "Khalaf Khalafov",
    "Jeroen Koreman",
    "Ilham Aliyev",
    "Charles Michel",
    "Nikol Pashinyan",
    "Jeroen Cooreman",
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)), min_size=1, max_size=6))
def test_any_merges_taken_back_in_turn_restore_the_exact_state(paper, pairs):
    with transaction.atomic():
        confirmed_seed(paper)
        spelt_otherwise(paper)
        states = []
        for gone, kept in pairs:
            before = truth(), facts()
            try:
                made = merge(named(gone), named(kept), editor())
            except CannotMerge:
                continue
            states.append((made, before))

        for made, before in reversed(states):
            undo(made, editor())
            assert (truth(), facts()) == before
        transaction.set_rollback(True)
