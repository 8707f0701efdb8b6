"""What machines may do is said alike in robots.txt, in the licence and in feeds, and a change is everywhere at once."""

import json
import urllib.robotparser

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from lxml import etree

from broadsheet.newsroom.roles import Role, install_roles
from broadsheet.press.models import LogRow
from broadsheet.readers.models import User
from broadsheet.syndication.engines import rsl
from broadsheet.syndication.engines.adverts import ads_text, validate_ads
from broadsheet.syndication.engines.crawlers import ANSWERS, BY_PURPOSE, SEARCH, TRAINING
from broadsheet.syndication.engines.models import CrawlerRule, MachineTerms

pytestmark = pytest.mark.django_db
RSL = {"r": rsl.NAMESPACE}


def robots(client):
    answer = client.get("/robots.txt")
    rules = urllib.robotparser.RobotFileParser()
    rules.parse(answer.content.decode().splitlines())
    return rules, answer


def test_search_may_and_ai_may_not_unless_the_paper_says_so(client):
    rules, answer = robots(client)
    story = "http://testserver/nation/a-bridge-opens/"
    assert all(rules.can_fetch(name, story) for name in (*SEARCH, "SomebodyNew"))
    assert not any(rules.can_fetch(name, story) for name in (*ANSWERS, *TRAINING))
    assert not rules.can_fetch("Googlebot", "http://testserver/newsroom/")
    assert rules.site_maps() == ["http://testserver/sitemap.xml", "http://testserver/news-sitemap.xml"]
    assert "License: http://testserver/license.xml" in answer.content.decode()
    assert "Content-Usage: search=y, train-ai=n" in answer.content.decode()
    assert "terms" in answer.headers["Surrogate-Key"].split()
    assert "s-maxage" in answer.headers["Cache-Control"]


def test_one_crawler_may_be_treated_otherwise_than_its_kind(client):
    terms = MachineTerms.objects.create(answers="yes")
    CrawlerRule.objects.create(terms=terms, name="gptbot", may_crawl=True)
    CrawlerRule.objects.create(terms=terms, name="PerplexityBot", may_crawl=False)
    rules, _ = robots(client)
    assert rules.can_fetch("GPTBot", "/nation/x/")
    assert not rules.can_fetch("PerplexityBot", "/nation/x/")
    assert rules.can_fetch("OAI-SearchBot", "/nation/x/")
    assert not rules.can_fetch("CCBot", "/nation/x/")


def test_a_paper_that_wants_no_search_lets_only_those_in_that_it_names(client):
    terms = MachineTerms.objects.create(search="no", answers="yes")
    CrawlerRule.objects.create(terms=terms, name="Applebot")
    rules, _ = robots(client)
    assert not rules.can_fetch("Googlebot", "/nation/x/")
    assert not rules.can_fetch("SomebodyNew", "/nation/x/")
    assert rules.can_fetch("OAI-SearchBot", "/nation/x/")
    assert rules.can_fetch("Applebot", "/nation/x/")
    assert rules.can_fetch("Googlebot", "/license.xml")


def test_no_rule_stands_twice_and_every_group_has_one(client):
    MachineTerms.objects.create(answers="yes", training="licence")
    names = [
        line.partition(": ")[2]
        for line in robots(client)[1].content.decode().splitlines()
        if line.startswith("User-agent")
    ]
    assert len(names) == len({name.lower() for name in names})


def test_crawlers_are_called_as_they_call_themselves(corpora):
    folder = corpora / "corpora" / "crawlers"
    machines = set(json.loads((folder / "ai-robots.json").read_text()))
    others = (folder / "crawler-user-agents.json").read_text().lower()
    assert not {name for name in (*ANSWERS, *TRAINING) if name not in machines}
    unknown = {name for name in SEARCH if name.lower().split("-")[0] not in others.replace("\\\\.", ".")}
    assert unknown == set()
    every = [name.lower() for names in BY_PURPOSE.values() for name in names]
    assert len(every) == len(set(every))


def told(terms):
    found = {}
    for licence in rsl.content("/", terms).findall("r:license", RSL):
        pay = licence.find("r:payment", RSL)
        for kind in ("permits", "prohibits"):
            for said in licence.findall(f"r:{kind}", RSL):
                for token in said.text.split():
                    assert token not in found, "said once"
                    found[token] = (kind, pay.get("type") if pay is not None else None)
    return found


def test_the_licence_says_the_same(client):
    document = etree.fromstring(client.get("/license.xml").content)
    assert document.tag == f"{{{rsl.NAMESPACE}}}rsl"
    assert document.nsmap == {None: rsl.NAMESPACE}, "a document of its own has no prefix (§2.2)"
    assert [content.get("url") for content in document] == ["/"]
    assert client.get("/license.xml").headers["Content-Type"] == "application/rsl+xml"
    assert told(MachineTerms()) == {
        "search": ("permits", "free"),
        "ai-input": ("prohibits", "free"),
        "ai-index": ("prohibits", "free"),
        "ai-train": ("prohibits", "free"),
    }
    assert told(MachineTerms(answers="yes", training="licence", licence_url="https://paper.example/ai/")) == {
        "search": ("permits", "attribution"),
        "ai-input": ("permits", "attribution"),
        "ai-index": ("permits", "attribution"),
        "ai-train": ("permits", "purchase"),
    }
    assert set(told(MachineTerms(search="no")).values()) == {("prohibits", None)}


PARTS = {
    "content": {"license", "alternate", "schema", "copyright", "terms"},
    "license": {"permits", "prohibits", "payment", "reporting", "legal"},
    "payment": {"standard", "custom", "amount", "accepts"},
}


def test_every_item_of_a_feed_bears_the_licence(client, paper):
    MachineTerms.objects.create(training="licence", licence_url="https://paper.example/ai/")
    paper.story("One", slug="one")
    feed = client.get("/feeds/latest.rss")
    item = etree.fromstring(feed.content).find("channel/item")
    licence = item.find("r:content", RSL)
    assert licence.prefix == "rsl"
    assert licence.get("url") == item.findtext("link") == "http://testserver/nation/one/"
    assert licence.findtext("r:license/r:prohibits", None, RSL) == "ai-input ai-index"
    assert "terms" in feed.headers["Surrogate-Key"].split()


@pytest.mark.parametrize("search", ["yes", "licence", "no"])
@pytest.mark.parametrize("answers", ["yes", "licence", "no"])
@pytest.mark.parametrize("training", ["yes", "licence", "no"])
def test_whatever_is_chosen_the_licence_is_well_formed(search, answers, training):
    terms = MachineTerms(
        search=search, answers=answers, training=training, terms_url="https://paper.example/t"
    )
    made = rsl.content("https://paper.example/x/", terms)
    assert made.findall("r:license", RSL)
    for element in made.iter():
        name = etree.QName(element).localname
        for child in element:
            assert etree.QName(child).localname in PARTS[name]
    assert set(told(terms)) == {"search", "ai-input", "ai-index", "ai-train"}


def test_a_change_is_everywhere_at_once():
    MachineTerms.objects.create(training="yes")
    row = LogRow.objects.order_by("-pk").first()
    assert (row.keys, row.is_hard) == (["terms"], True)


def test_ads_txt_holds_what_advertising_systems_gave_and_nothing_else(client):
    given = "google.com, pub-1234567890, DIRECT, f08c47fec0942fa0\n# ours\nContact = ads@paper.example"
    validate_ads(given)
    MachineTerms.objects.create(ads=given)
    assert client.get("/ads.txt").content.decode() == given + "\n"
    for wrong in ("<script>", "google.com pub-1 DIRECT", "google.com, pub-1, RESALE"):
        with pytest.raises(ValidationError, match="Line 1"):
            validate_ads(wrong)
    assert "placeholder" in ads_text(" \n"), "an empty file would let anybody sell"


@pytest.mark.parametrize(
    ("role", "status"), [(Role.EDITOR_IN_CHIEF, 200), (Role.CIRCULATION, 200), (Role.REPORTER, 302)]
)
def test_who_may_change_the_terms(client, paper, role, status):
    from django.contrib.auth.models import Group

    install_roles(paper.fronts.values())
    MachineTerms.objects.create()
    person = User.objects.create_user("person@paper.example")
    person.groups.add(Group.objects.get(name=role.value))
    client.force_login(person)
    page = client.get(
        reverse("wagtailsettings:edit", args=["syndication", "machineterms", MachineTerms.objects.get().pk])
    )
    assert page.status_code == status


def test_the_terms_are_changed_in_the_newsroom(client, paper):
    client.force_login(User.objects.create_superuser("chief@paper.example"))
    terms = MachineTerms.objects.create()
    address = reverse("wagtailsettings:edit", args=["syndication", "machineterms", terms.pk])
    sent = {
        "search": "yes",
        "answers": "licence",
        "training": "no",
        "wants_credit": "on",
        "licence_url": "https://paper.example/ai/",
        "terms_url": "",
        "contact": "",
        "ads": "",
        "rules-TOTAL_FORMS": "1",
        "rules-INITIAL_FORMS": "0",
        "rules-MIN_NUM_FORMS": "0",
        "rules-MAX_NUM_FORMS": "1000",
        "rules-0-name": "GPTBot",
        "rules-0-may_crawl": "on",
        "rules-0-ORDER": "1",
    }
    assert client.post(address, sent).status_code == 302
    rules, _ = robots(client)
    assert rules.can_fetch("GPTBot", "/nation/x/")
    assert b"https://paper.example/ai/" in client.get("/license.xml").content
    sent["rules-0-name"] = "GPT Bot\nAllow: /"
    assert client.post(address, sent).status_code == 200, "nothing is smuggled into the file"
