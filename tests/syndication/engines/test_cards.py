"""Share cards: set in every script, made after publication, never of what is not public."""

import io
from datetime import timedelta

import numpy
import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image
from wagtail.models import PageViewRestriction

from broadsheet.newsroom.models import ShareCard, Story
from broadsheet.pictures.models import Picture
from broadsheet.pictures.services import render
from broadsheet.press.models import LogRow
from broadsheet.syndication import following
from broadsheet.syndication.engines.cards import making
from broadsheet.syndication.engines.cards.drawing import Words, card
from broadsheet.syndication.engines.cards.setting import (
    SERIF,
    NoSuchLetter,
    draw,
    settable,
    shaped,
    wrapped,
)
from tests.factories import make_picture

HEADLINES = {
    "en": "Bridge over the Kura opens a week early, and nobody is quite sure who will pay for it",
    "az": "Şəki ipək fabriki yenidən açılır: ölkənin ən böyük güzəştli krediti ilə",
    "ru": "Съезд учителей обсудил реформу: «ёлки» и подъезды, объявленные в 2026 году",
    "ar": "إعادة افتتاح جسر كورا قبل موعده بأسبوع بعد اتفاق مع شركة ABC عام 2026",
}


def opened(data):
    return Image.open(io.BytesIO(data))


def ink(image, box):
    """How much of a part of a card on paper is dark."""
    return (numpy.asarray(image.convert("L").crop(box)) < 110).mean()


@pytest.mark.parametrize("language", HEADLINES)
@pytest.mark.parametrize("has_photo", [False, True])
def test_every_language_is_set_in_the_right_size_on_its_own_side(language, has_photo):
    is_rtl = language == "ar"
    photo = Image.new("RGB", (900, 600), (240, 240, 240)) if has_photo else None
    made = opened(card(Words(HEADLINES[language], "", "P", is_rtl=is_rtl), photo))
    assert (made.format, made.size) == ("JPEG", (1200, 630))
    if not has_photo:
        left, right = ink(made, (40, 120, 400, 480)), ink(made, (800, 120, 1160, 480))
        assert (right > left) == is_rtl
        assert max(left, right) > 0.05


def test_long_headlines_shrink_and_never_run_over():
    for words in ("Water", "Many words " * 12, "x" * 400, "word " * 200):
        made = opened(card(Words(words, "Kicker", "P")))
        assert ink(made, (0, 100, 60, 500)) == 0, "the margin stays free"
        assert ink(made, (1141, 100, 1200, 500)) == 0
        assert ink(made, (64, 525, 1136, 540)) == 0, "and the line above the paper's name"


def test_arabic_joins_and_numbers_keep_their_order():
    joined, apart = (
        shaped("سلام", 60, SERIF, is_rtl=True),
        sum(shaped(letter, 60, SERIF, is_rtl=True).width for letter in "سلام"),
    )
    assert joined.width < apart * 0.9
    mixed = shaped("عام 2026 ABC", 60, SERIF, is_rtl=True)
    latin = shaped("2026", 60, SERIF, is_rtl=False)
    order = [glyph for _, glyph, _, _ in mixed.glyphs]
    wanted = [glyph for _, glyph, _, _ in latin.glyphs]
    assert any(order[i : i + 4] == wanted for i in range(len(order))), "2026 reads from the left"


def test_azerbaijani_letters_are_drawn_not_boxes():
    have = settable("Əə Ğğ İı Şş Çç Öö Üü", SERIF)
    assert have == "Əə Ğğ İı Şş Çç Öö Üü"
    image = Image.new("RGB", (400, 100), "white")
    draw(image, shaped("ə", 80, SERIF, is_rtl=False), 80, (20, 80), (0, 0, 0))
    assert ink(image, (0, 0, 400, 100)) > 0.01


def test_symbols_without_form_are_left_out_and_letters_without_form_refused():
    assert settable("Party 🎉\u200d  now\x00", SERIF) == "Party now"
    with pytest.raises(NoSuchLetter):
        settable("新聞", SERIF)


def test_a_word_that_is_wider_than_the_card_is_broken():
    lines = wrapped("a " + "m" * 100, 60, 500, SERIF, is_rtl=False)
    assert "".join(lines).replace("a", "", 1) == "m" * 100
    assert all(shaped(line, 60, SERIF, is_rtl=False).width <= 500 for line in lines)


# -- making -----------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    monkeypatch.setattr(making, "_looked_at", None)


def address(client, path):
    page = client.get(path).content.decode()
    return page.partition('property="og:image" content="http://testserver')[2].partition('"')[0]


def make():
    following.hand_on()
    return making.make_stale()


@pytest.mark.django_db
def test_a_published_story_has_its_card_and_another_headline_another(client, paper):
    picture = make_picture()
    render(picture)
    make()
    story = paper.story("A bridge opens", slug="bridge", lead_picture=picture, access="subscribers")
    Picture.objects.update(released=True)
    assert address(client, "/nation/bridge/").startswith("/media/"), "until it is made, the lead picture"
    last = LogRow.objects.latest("pk").pk
    assert make() == 1
    assert f"story/{story.pk}" in {key for row in LogRow.objects.filter(pk__gt=last) for key in row.keys}
    first = address(client, "/nation/bridge/")
    answer = client.get(first)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert {f"story/{story.pk}", f"picture/{picture.pk}"} <= set(answer.headers["Surrogate-Key"].split())
    assert "s-maxage" in answer.headers["Cache-Control"]
    assert opened(b"".join(answer.streaming_content)).size == (1200, 630)
    assert make() == 0, "nothing changed"
    old = ShareCard.objects.get().file
    story = Story.objects.get(pk=story.pk)
    story.title = "A bridge opens late"
    story.save_revision().publish()
    assert make() == 1
    second = address(client, "/nation/bridge/")
    assert second != first
    moved = client.get(first)
    assert (moved.status_code, moved.headers["Location"]) == (302, second)
    assert not default_storage.exists(old)


@pytest.mark.django_db
def test_what_is_not_public_has_no_card(client, paper):
    make()
    paper.story("A draft", live=False)
    closed = paper.story("Closed", slug="closed")
    gone = paper.story("Gone", slug="gone")
    make()
    shown = {slug: address(client, f"/nation/{slug}/") for slug in ("closed", "gone")}
    assert all(client.get(path).status_code == 200 for path in shown.values())
    assert ShareCard.objects.count() == 2
    PageViewRestriction.objects.create(page=closed, restriction_type="login")
    Story.objects.get(pk=gone.pk).unpublish()
    assert all(client.get(path).status_code == 404 for path in shown.values()), "before the worker knows"
    files = list(ShareCard.objects.values_list("file", flat=True))
    make()
    assert not ShareCard.objects.exists()
    assert not any(default_storage.exists(file) for file in files)
    assert client.get(f"/share/{closed.pk}-abc.jpg").status_code == 404


@pytest.mark.django_db
def test_a_picture_without_rights_is_on_no_card(client, paper):
    picture = make_picture()
    render(picture)
    make()
    story = paper.story("With a picture", slug="pictured", lead_picture=picture)
    make()
    path = address(client, "/nation/pictured/")
    Picture.objects.update(rights_expire_at=timezone.now() - timedelta(seconds=1))
    assert client.get(path).status_code == 404
    assert make() == 1
    card_row = ShareCard.objects.get(pk=story.pk)
    assert card_row.picture_id is None
    assert client.get(address(client, "/nation/pictured/")).status_code == 200


@pytest.mark.django_db
def test_a_card_waits_for_its_picture_and_takes_it_when_it_is_ready(paper):
    picture = make_picture()
    make()
    paper.story("Early", lead_picture=picture)
    make()
    first = ShareCard.objects.get().digest
    render(picture)
    assert make() == 1
    assert ShareCard.objects.get().digest != first


@pytest.mark.django_db
def test_a_headline_in_letters_that_we_have_not_keeps_the_lead_picture(client, paper):
    picture = make_picture()
    render(picture)
    make()
    paper.story("新聞", slug="news-in-chinese", lead_picture=picture)
    assert make() == 0
    assert address(client, "/nation/news-in-chinese/").startswith("/media/")
    assert not ShareCard.objects.filter(is_stale=True).exists()


@pytest.mark.django_db
def test_a_paper_that_had_stories_before_gets_cards_of_the_newest(paper, monkeypatch):
    monkeypatch.setattr(making, "NEWEST", 2)
    for n in range(4):
        paper.story(f"Story {n}", hours_ago=n + 1)
    following.hand_on()
    ShareCard.objects.all().delete()
    assert making.make_stale() == 2
