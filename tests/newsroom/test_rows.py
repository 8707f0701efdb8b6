"""Rows in bulk: the same values as one by one, and the same errors."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from broadsheet.intake.models import ImportItem
from broadsheet.newsroom.models import Topic
from broadsheet.newsroom.rows import insert_rows, reserve_ids

pytestmark = pytest.mark.django_db
ODD = 'tab\t, line\n, carriage\r, \\N, \\., "quoted", \'single\', ə, 𝄞, {"a": [1]}'


def test_odd_texts_and_structures_come_back_as_they_were(paper):
    landed = {"title": ODD, "body": [{"value": ODD, "none": None, "number": 1.5}]}
    insert_rows(ImportItem, [ImportItem(kind="wxr", source_id=ODD, digest="", landed=landed, page_id=None)])

    item = ImportItem.objects.get()

    assert (item.source_id, item.landed, item.page_id, item.has_gaps) == (ODD, landed, None, False)
    assert (datetime.now(UTC) - item.imported_at).total_seconds() < 60


def test_a_broken_rule_is_djangos_error_and_the_transaction_ends(paper):
    item = ImportItem(kind="wxr", source_id="1", digest="")
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(ImportItem, [item, item])

    assert not ImportItem.objects.exists()


def test_reserved_ids_are_nobody_elses(paper):
    first = Topic.objects.create(name="First", locale=paper.fronts["en"].locale)
    with transaction.atomic():
        ids = reserve_ids(Topic, 2)
        made = [
            Topic(pk=pk, name=f"T{pk}", slug=f"t{pk}", locale=first.locale, translation_key=uuid4())
            for pk in ids
        ]
        insert_rows(Topic, made, with_ids=True)
    last = Topic.objects.create(name="Last", locale=first.locale)

    assert sorted({first.pk, *ids, last.pk}) == [first.pk, *ids, last.pk]
    assert Topic.objects.count() >= 4
