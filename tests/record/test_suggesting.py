import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from broadsheet.record.models import Claim, Entity
from broadsheet.record.redacting import redact
from broadsheet.record.suggesting import current_registry, suggest
from tests.record.making import confirmed_seed, editor, seed_story

pytestmark = pytest.mark.django_db
WORDS = "Khalaf Khalafov arrived in Vienna on 3 May 2022, the ministry said."


def test_who_is_in_the_record_is_recognised_by_name(paper):
    confirmed_seed(paper)
    story = seed_story(paper, (WORDS,), headline="Talks are held in Vienna this week")

    suggest(story)

    claim = Claim.objects.get(story=story, kind="person")
    assert claim.entity == Entity.objects.get(label="Khalaf Khalafov")


def test_what_came_from_elsewhere_is_never_ticked_beforehand(paper):
    confirmed_seed(paper)
    story = seed_story(paper, (WORDS,), headline="Talks are held in Vienna this week", source_name="Turan")

    suggest(story)

    assert set(Claim.objects.filter(story=story).values_list("tier", flat=True)) <= {"B", "C"}


def test_the_registry_is_compiled_again_only_after_a_change(paper):
    confirmed_seed(paper)
    first = current_registry()

    with CaptureQueriesContext(connection) as queries:
        again = current_registry()
    redact(Entity.objects.get(label="Khalaf Khalafov"), editor())

    assert (again is first, len(queries)) == (True, 2)
    assert len(current_registry()) == len(first) - 1
