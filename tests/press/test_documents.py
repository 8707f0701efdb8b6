from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone
from wagtail.documents import get_document_model

from broadsheet.paywall import Pass, encode_pass

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(db):
    return get_document_model().objects.create(
        title="The contract", file=ContentFile(b"the contract's text", name="contract.txt")
    )


def linking(document):
    return [
        ("text", "<p>One.</p><p>Two.</p><p>Three.</p>"),
        ("documents", {"title": "", "documents": [document.pk]}),
    ]


def test_a_document_that_no_public_page_links_to_is_not_there(client, paper, document):
    paper.story("Draft", body=linking(document), live=False)

    assert client.get(document.url).status_code == 404


def test_a_free_storys_document_is_for_everybody_until_the_story_goes(client, paper, document):
    story = paper.story("Free", access="free", body=linking(document))
    assert client.get(document.url).status_code == 200

    story.unpublish()

    assert client.get(document.url).status_code == 404


def test_a_premium_storys_document_is_for_those_who_may_read_it(client, paper, document):
    paper.story("Premium", access="subscribers", body=linking(document))
    assert client.get(document.url).status_code == 404

    pass_ = Pass(5, frozenset({"stories"}), timezone.now() + timedelta(minutes=10))
    client.cookies["bs_pass"] = encode_pass(pass_, settings.BROADSHEET_KEYS)

    assert client.get(document.url).status_code == 200


def test_a_metered_storys_document_comes_after_the_story_and_spends_nothing(client, paper, document):
    story = paper.story("Metered", access="metered", body=linking(document))
    assert client.get(document.url).status_code == 404

    client.get(f"/nation/{story.slug}/")
    before = client.cookies["bs_meter"].value

    assert client.get(document.url).status_code == 200
    assert client.cookies["bs_meter"].value == before
