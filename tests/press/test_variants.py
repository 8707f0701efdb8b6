from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from broadsheet.newsroom.models import Access as NewsroomAccess
from broadsheet.paywall import Access, Pass, encode_pass
from broadsheet.readers.models import User
from broadsheet.syndication.engines import months
from broadsheet.syndication.fediverse.models import Actor
from tests.factories import make_picture

CANARY = "Zanzibarquince"
BODY = [
    ("text", f"<p>Public one.</p><p>Public two.</p><p>{CANARY} three.</p>"),
    ("quote", {"quote": f"{CANARY} quote", "by": ""}),
    ("facts", {"title": f"{CANARY} facts", "text": f"<p>{CANARY}</p>"}),
]
pytestmark = pytest.mark.django_db


def test_the_newsroom_and_the_paywall_know_the_same_access_levels():
    assert {a.value for a in NewsroomAccess} == {a.value for a in Access}


@pytest.mark.parametrize("access", ["registered", "subscribers"])
def test_no_premium_sentence_reaches_a_reader_without_right(client, paper, access):
    story = paper.story("Premium", access=access, body=BODY, standfirst="Stand first.")
    months.cut_stale()
    addresses = [
        f"/nation/{story.slug}/",
        "/",
        "/latest/",
        "/nation/",
        f"/search/?q={CANARY}",
        "/search/?q=premium",
        f"/search/?q={CANARY}&order=newest",
        *(f"/{feed}.{kind}" for feed in ("feeds/latest", "nation/feed") for kind in ("rss", "atom", "json")),
        "/search/feed.rss?q=premium",
        f"/-/ap/story/{story.pk}",
        *(
            "/sitemap.xml",
            "/news-sitemap.xml",
            "/sitemap-en-pages.xml",
            "/robots.txt",
            "/license.xml",
            "/ads.txt",
        ),
        f"/sitemap-en-{timezone.localtime(story.published_at, settings.PAPER.zone):%Y-%m}-1.xml",
        f"/-/ap/actor/{Actor.objects.create(handle='gazette', language='en', is_on=True).pk}/outbox/page",
        *(f"/api/v1/stories{one}.{form}" for one in ("", f"/{story.pk}") for form in ("ninjs", "newsml")),
        *(
            f"/api/v1/{path}"
            for path in ("stories?fields=body_html,headline,standfirst,picture", f"stories/{story.pk}")
        ),
        *(f"/api/v1/search?{asked}" for asked in (f"q={CANARY}", "q=premium&fields=body_html&order=newest")),
        f"/embed/{story.pk}/",
        f"/oembed?url=http://testserver/nation/{story.slug}/",
    ]

    for address in addresses:
        page = client.get(address)
        text = (
            page.content.decode()
            .replace(f'value="{CANARY}"', "")
            .replace(f"“{CANARY}”", "")
            .replace(f"<title>{CANARY}", "")
        )
        assert page.status_code == 200, address
        assert CANARY not in text, address
        assert CANARY not in str(page.headers), address


def test_a_subscriber_reads_everything_and_nobody_may_keep_it(client, paper):
    story = paper.story("Premium", access="subscribers", body=BODY)
    pass_ = Pass(5, frozenset({"stories"}), timezone.now() + timedelta(minutes=10))
    client.cookies["bs_pass"] = encode_pass(pass_, settings.BROADSHEET_KEYS)

    page = client.get(f"/nation/{story.slug}/")

    assert CANARY in page.content.decode()
    assert page.headers["Cache-Control"] == "private, no-cache"
    assert page.headers["Broadsheet-Access"] == f"subscribers; story={story.pk}"


def test_a_forged_pass_is_as_none(client, paper):
    story = paper.story("Premium", access="subscribers", body=BODY)
    client.cookies["bs_pass"] = "AQAAAAAAAAAFatorged"

    assert CANARY not in client.get(f"/nation/{story.slug}/").content.decode()


def test_three_metered_stories_are_open_and_the_fourth_is_not(client, paper):
    stories = [paper.story(f"Metered {n}", access="metered", body=BODY) for n in range(4)]

    opened = [CANARY in client.get(f"/nation/{s.slug}/").content.decode() for s in [*stories, stories[0]]]

    assert opened == [True, True, True, False, True]


def test_looking_ahead_neither_opens_nor_spends(client, paper):
    story = paper.story("Metered", access="metered", body=BODY)

    page = client.get(f"/nation/{story.slug}/", headers={"Sec-Purpose": "prefetch"})

    assert CANARY not in page.content.decode()
    assert "bs_meter" not in page.cookies


def test_a_forged_meter_counts_as_spent(client, paper):
    story = paper.story("Metered", access="metered", body=BODY)
    client.cookies["bs_meter"] = "forged"

    assert CANARY not in client.get(f"/nation/{story.slug}/").content.decode()


def test_the_newsroom_reads_everything_uncounted(client, paper):
    story = paper.story("Premium", access="subscribers", body=BODY, lead_picture=make_picture())
    client.force_login(User.objects.create_superuser("chief@paper.example"))

    page = client.get(f"/nation/{story.slug}/")

    assert CANARY in page.content.decode()
    assert "private" in page.headers["Cache-Control"]


def test_a_free_story_may_be_kept_by_caches(client, paper):
    story = paper.story("Free")

    page = client.get(f"/nation/{story.slug}/")

    assert "s-maxage" in page.headers["Cache-Control"]
    assert f"story/{story.pk}" in page.headers["Surrogate-Key"].split()
    assert "Vary" not in page.headers or "Cookie" not in page.headers["Vary"]
