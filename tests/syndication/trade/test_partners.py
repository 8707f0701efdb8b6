"""Partners pull what was agreed and no more, and hear of what they must take down."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from lxml import etree

from broadsheet.newsroom.models import Story
from broadsheet.pictures.models import Picture
from broadsheet.syndication.models import Partner, PartnerItem
from broadsheet.syndication.trade import partners

CANARY = "Zanzibarquince"


def make(**facts):
    partner = Partner(name=facts.pop("name", "Evening Post"), **facts)
    token = partners.give(partner)
    partner.save()
    return partner, f"/partners/{token}/stories"


def pulled(client, address, **query):
    answer = client.get(address, query)
    assert answer.status_code == 200
    return json.loads(answer.content).get("associations", []), answer


def titles(client, address):
    return {item.get("title") for item in pulled(client, f"{address}.ninjs")[0]}


def link(answer, rel):
    for part in answer.headers.get("Link", "").split(", "):
        if f'rel="{rel}"' in part or (rel == "changes" and "rel/changes" in part):
            return "/" + part.split(">")[0].split("/", 3)[3]
    return ""


def test_a_partner_reads_what_was_agreed_in_each_form(full, client, ninjs_schema, newsml_schema):
    _, address = make(is_whole=True)
    found, answer = pulled(client, f"{address}.ninjs")
    assert [e.message for s in ninjs_schema.values() for e in s.iter_errors(json.loads(answer.content))] == []
    assert len(found) == Story.objects.count()
    assert CANARY in answer.content.decode()
    message = client.get(f"{address}.newsml").content
    newsml_schema.assertValid(etree.fromstring(message))
    assert CANARY in message.decode()
    feed = client.get(f"{address}.rss")
    assert CANARY in feed.content.decode()
    etree.fromstring(feed.content)
    for form in ("ninjs", "newsml", "rss"):
        answer = client.get(f"{address}.{form}")
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        again = client.get(f"{address}.{form}", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304


def test_without_the_right_the_rest_of_a_story_stays_here(full, client):
    _, address = make()
    for form in ("ninjs", "newsml", "rss"):
        assert CANARY not in client.get(f"{address}.{form}").content.decode()
    _, address = make(name="Free", only_free=True)
    assert "Premium" not in titles(client, address)


def test_a_partner_is_known_by_its_token_alone(full, client):
    partner, address = make()
    assert client.get("/partners/bsp_wrong/stories.ninjs").status_code == 404
    assert partner.digest not in address
    for change in (
        {"is_active": False},
        {"is_active": True, "valid_until": timezone.localdate() - timedelta(days=1)},
    ):
        Partner.objects.filter(pk=partner.pk).update(**change)
        assert client.get(f"{address}.ninjs").status_code == 404
    Partner.objects.filter(pk=partner.pk).update(valid_until=timezone.localdate(), by_newsml=False)
    assert client.get(f"{address}.ninjs").status_code == 200
    assert client.get(f"{address}.newsml").status_code == 403
    token = partners.give(partner)
    partner.save()
    assert client.get(f"{address}.ninjs").status_code == 404
    assert client.get(f"/partners/{token}/stories.ninjs").status_code == 200


def test_its_choice_narrows_what_it_gets(full, client):
    partner, address = make()
    assert "Körpü açıldı" in titles(client, address)
    partner.languages = "en"
    partner.save()
    assert "Körpü açıldı" not in titles(client, address)
    partner.sections.add(full.sections["en", "culture"])
    assert titles(client, address) == set()
    partner.sections.set([full.sections["en", "nation"]])
    partner.topics = "rivers, lakes"
    partner.save()
    assert titles(client, address) == {"Bridge opens early"}


def test_what_others_wrote_and_took_is_not_handed_on(full, client):
    borrowed = Picture.objects.get(pk=full.bridge.lead_picture_id)
    borrowed.usage_terms = "One use"
    borrowed.save()
    full.story("From the wire", source_name="Agency")
    partner, address = make()
    found, _ = pulled(client, f"{address}.ninjs")
    assert all(part.get("type") != "picture" for item in found for part in item.get("associations", []))
    assert "<img" not in json.dumps(found)
    assert "From the wire" not in titles(client, address)
    partner.with_pictures = partner.with_others = True
    partner.save()
    found, answer = pulled(client, f"{address}.ninjs")
    bridge = next(item for item in found if item["title"] == "Bridge opens early")
    shown = {part["uri"].rpartition("/")[2] for part in bridge["associations"]}
    assert shown
    assert str(borrowed.pk) not in shown
    assert borrowed.file.name.rpartition("/")[2].rpartition(".")[0] not in answer.content.decode()
    assert "From the wire" in titles(client, address)
    Picture.objects.update(rights_expire_at=timezone.now() + timedelta(days=9))
    assert "<img" not in client.get(f"{address}.ninjs").content.decode()


def test_what_is_held_back_comes_when_its_time_is_over(full, client):
    _, address = make(embargo=240)
    assert titles(client, address) == {"The first story", "H" * 255}


def test_terms_and_rights_say_what_was_agreed(full, client):
    _, address = make(usage_terms="Print only.", valid_until=timezone.localdate())
    item = next(i for i in pulled(client, f"{address}.ninjs")[0] if i["title"] == "Bridge opens early")
    policy = json.loads(item["rightsInfo"]["encodedRights"])
    assert item["usageTerms"] == "Print only."
    assert policy["@type"] == "Agreement"
    rule = policy["permission"][0]
    assert rule["action"] == "distribute"
    assert rule["assignee"].endswith("evening-post")
    assert rule["constraint"][0]["rightOperand"]["@value"] == timezone.localdate().isoformat()


def test_a_withdrawal_is_told_to_those_who_have_it(full, client):
    _, address = make()
    _, other = make(name="Latecomer")
    _, answer = pulled(client, f"{address}.ninjs")
    changes = link(answer, "changes")
    full.bridge.unpublish()

    found = pulled(client, f"{address}.ninjs")[0]
    assert [i["pubStatus"] for i in found if i["uri"].endswith(f"/{full.bridge.pk}")] == ["canceled"]
    assert "canceled" not in json.dumps(pulled(client, f"{other}.ninjs")[0])
    since, answer = pulled(client, changes)
    assert [(i["uri"].rpartition("/")[2], i["pubStatus"]) for i in since] == [
        (str(full.bridge.pk), "canceled")
    ]
    assert pulled(client, link(answer, "changes"))[0] == []
    assert "Bridge" not in json.dumps(since)


def test_a_story_that_leaves_a_partners_choice_is_withdrawn_there(full, client):
    partner, address = make(only_free=True)
    changes = link(pulled(client, f"{address}.ninjs")[1], "changes")
    full.bridge.refresh_from_db()
    full.bridge.access = "subscribers"
    full.bridge.save_revision().publish()
    since, _ = pulled(client, changes)
    assert [i["pubStatus"] for i in since] == ["canceled"]
    assert PartnerItem.objects.get(partner=partner, story=full.bridge.pk).is_withdrawn


def test_changes_come_in_order_and_none_is_passed_over(paper, client, monkeypatch):
    monkeypatch.setattr(partners, "MOST", 2)
    _, address = make()
    changes = link(pulled(client, f"{address}.ninjs")[1], "changes")
    made = [paper.story(f"Story {n}", slug=f"s{n}") for n in range(5)]
    seen = []
    while True:
        found, answer = pulled(client, changes)
        if not found:
            break
        seen += [int(i["uri"].rpartition("/")[2]) for i in found]
        changes = link(answer, "changes")
    assert seen == [story.pk for story in made]


def test_pages_of_the_list_follow(paper, client, monkeypatch):
    monkeypatch.setattr(partners, "MOST", 2)
    _, address = make()
    made = {paper.story(hours_ago=n + 1).pk for n in range(5)}
    following, seen = f"{address}.ninjs", []
    while following:
        found, answer = pulled(client, following)
        seen += [int(i["uri"].rpartition("/")[2]) for i in found]
        following = link(answer, "next")
    assert sorted(seen) == sorted(made)


@pytest.mark.parametrize("query", ["before=x", "changes=x", "changes=-1", "changes=" + "9" * 30])
def test_a_wrong_place_is_said_to_be_one(paper, client, query):
    _, address = make()
    assert client.get(f"{address}.ninjs?{query}").status_code == 400


def test_a_list_costs_what_one_costs(full, client, django_assert_max_num_queries):
    _, address = make(with_pictures=True)
    with django_assert_max_num_queries(24):
        client.get(f"{address}.newsml")
