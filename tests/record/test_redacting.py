import json

import pytest
from django.core import serializers

from broadsheet.record.confirming import confirm_all
from broadsheet.record.deciding import undo
from broadsheet.record.errors import NotUndoable
from broadsheet.record.identity import rename
from broadsheet.record.models import (
    Address,
    Alias,
    Claim,
    Decision,
    Entity,
    EntityStory,
    Event,
    Mention,
    Party,
    Source,
    Tenure,
    Tombstone,
)
from broadsheet.record.redacting import redact
from broadsheet.record.taking_in import take_in
from tests.record.making import confirmed_seed, editor, seed_story, seed_suggestions

pytestmark = pytest.mark.django_db


def everything() -> str:
    models = (Address, Alias, Claim, Decision, Entity, Event, Mention, Party, Source, Tenure, Tombstone)
    return "\n".join(
        json.dumps(json.loads(serializers.serialize("json", model._base_manager.all())), ensure_ascii=False)
        for model in models
    )


def test_redaction_leaves_a_tombstone_and_no_name(paper):
    confirmed_seed(paper)
    entity = Entity.objects.get(label="Khalaf Khalafov")
    rename(entity, "Xələf Xələfov", Source.objects.create(kind="document", publisher="MFA"), editor())

    redact(entity, editor(), "asked for under Article 17")

    entity.refresh_from_db()
    assert (entity.status, entity.label) == ("redacted", "—")
    # His name stands in no table but in the sentence that others' claims quote from the story.
    left = everything()
    for quote in Mention.objects.values_list("quote", flat=True):
        left = left.replace(json.dumps(quote, ensure_ascii=False)[1:-1], "")
    assert "Xələfov" not in left
    assert "xalafov" not in left.lower()
    assert "Khalaf Khalafov" not in "\n".join(Claim.objects.values_list("wording", flat=True))
    assert "khalafov" not in json.dumps(list(Claim.objects.values_list("value", flat=True))).lower()
    assert "khalafov" not in json.dumps(list(Decision.objects.values_list("touched", flat=True))).lower()
    assert not Address.objects.filter(slug__contains="khalafov").exists()
    assert not EntityStory.objects.filter(entity=entity).exists()
    assert not Event.objects.get(date="2022-04-04").participations.filter(entity=entity).exists()
    assert Event.objects.get(date="2022-04-04").is_public


def test_who_was_redacted_is_not_extracted_again(paper):
    confirmed_seed(paper)
    redact(Entity.objects.get(label="Khalaf Khalafov"), editor())
    other = seed_story(paper, headline="Once more")

    taken = take_in(other, seed_suggestions(other))
    confirm_all(other, Claim.objects.filter(story=other), editor())

    assert taken.held_back == 2
    assert not Entity.objects.filter(label__contains="Khalaf").exists()
    assert not Claim.objects.filter(story=other, wording__contains="Khalaf").exists()


def test_redaction_is_final(paper):
    confirmed_seed(paper)
    redact(Entity.objects.get(label="Khalaf Khalafov"), editor())

    with pytest.raises(NotUndoable):
        undo(Decision.objects.get(kind="redact"), editor())
