"""Partners are set up in the newsroom by those who may, and topics bear codes that are ones."""

import json
import re

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from broadsheet.newsroom.models import MediaTopic, Topic
from broadsheet.readers.models import User
from broadsheet.syndication.models import Delivery, Partner
from broadsheet.syndication.trade import partners

ADD = "wagtailsnippets_syndication_partner:add"


@pytest.fixture
def owner(client, paper):
    user = User.objects.create_superuser("owner@paper.example")
    client.force_login(user)
    return client


def given(**facts):
    return {
        "name": "Evening Post",
        "embargo": "0",
        "push_format": "ninjs",
        "by_ninjs": "on",
        "is_active": "on",
        **facts,
    }


def test_a_token_is_shown_once(owner, paper):
    paper.story("Bridge opens")
    page = owner.post(reverse(ADD), given())
    assert page.status_code == 200
    assert "no-store" in page.headers["Cache-Control"]
    [token] = re.findall(r"bsp_[\w-]{40,}", page.content.decode())
    partner = Partner.objects.get()
    assert owner.get(f"/partners/{token}/stories.ninjs").status_code == 200
    for name in ("syndication:partner", "wagtailsnippets_syndication_partner:edit"):
        assert token not in owner.get(reverse(name, args=[partner.pk])).content.decode()
    page = owner.post(reverse("syndication:partner_renew", args=[partner.pk]))
    [other] = re.findall(r"bsp_[\w-]{40,}", page.content.decode())
    assert owner.get(f"/partners/{token}/stories.ninjs").status_code == 404
    assert owner.get(f"/partners/{other}/stories.ninjs").status_code == 200


def test_its_page_says_where_it_pulls_and_what_was_brought(owner):
    partner = Partner(name="Post", push_url="sftp://us@post.example/in/", host_key="ssh-ed25519 AAAA")
    partners.give(partner)
    partner.save()
    Delivery.objects.create(
        channel="partners",
        target=partner.push_url,
        host="post.example",
        payload={"partner": partner.pk, "story": 77},
        state="failed",
        due_at=partner.made_at,
        error="the server shows another host key",
    )
    text = owner.get(reverse("syndication:partner", args=[partner.pk])).content.decode()
    assert f"/partners/{partner.start}…/stories.newsml" in text
    assert "ssh-ed25519 " in text
    assert "PRIVATE" not in text
    assert "another host key" in text


def test_a_reporter_sees_no_partner(client, paper):
    partner = Partner.objects.create(name="Post")
    client.force_login(User.objects.create_user("reporter@paper.example"))
    assert client.get(reverse("syndication:partner", args=[partner.pk])).status_code in (302, 403)
    assert client.post(reverse("syndication:partner_renew", args=[partner.pk])).status_code in (302, 403)


def test_topics_choose_from_the_vocabulary(owner, paper, tmp_path):
    form = reverse("wagtailsnippets_newsroom_topic:add")
    assert "medtop:15000000" in owner.get(form).content.decode()
    file = tmp_path / "cptall.json"
    concepts = [
        {
            "qcode": "medtop:20000344",
            "uri": "http://cv.iptc.org/newscodes/mediatopic/20000344",
            "prefLabel": {"en-GB": "economy"},
            "broader": ["medtop:04000000"],
        },
        {"qcode": "medtop:20000999", "prefLabel": {"en-GB": "old"}, "retired": "2014-01-01"},
    ]
    file.write_text(json.dumps({"conceptSet": concepts}))
    call_command("media_topics", str(file))
    assert list(MediaTopic.objects.values_list("code", "broader")) == [("medtop:20000344", "medtop:04000000")]
    assert "economy" in owner.get(form).content.decode()
    call_command("media_topics", str(file))
    assert MediaTopic.objects.count() == 1
    locale = paper.sections["en", "nation"].locale_id
    for code, is_kept in (("medtop:20000344", True), ("economy", False), ("medtop:2", False)):
        page = owner.post(form, {"name": f"T {code}", "slug": "", "locale": locale, "media_topic": code})
        assert Topic.objects.filter(media_topic=code).exists() is is_kept, page.content.decode()[:200]


def test_another_file_is_no_vocabulary(db, tmp_path):
    for text in ("{}", "[]", "no", '{"conceptSet": 1}'):
        (tmp_path / "x.json").write_text(text)
        with pytest.raises(CommandError):
            call_command("media_topics", str(tmp_path / "x.json"))


def test_iptcs_own_file_is_read(db, corpora):
    call_command("media_topics", str(corpora / "corpora/mediatopics/cptall-x-all.json"))
    assert MediaTopic.objects.count() > 1000
    assert MediaTopic.objects.get(code="medtop:15000000").names["de"] == "Sport"
