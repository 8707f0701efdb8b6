import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.site.folding import excerpt, fold, marked, spans
from broadsheet.site.fulltext import Query, moment_of, newest, place_of
from broadsheet.site.models import SearchEntry
from broadsheet.site.services import index_missing, index_story
from tests.factories import make_story

db = pytest.mark.django_db


def found(client, query: str, **filters: str) -> list[str]:
    page = client.get("/search/", {"q": query, **filters})
    assert page.status_code == 200
    body = page.content.decode().split("data-more-list", 1)
    return (
        [part.split("</a>")[0].split('/">', 1)[-1] for part in body[1].split("card__head")[1:]]
        if len(body) > 1
        else []
    )


def test_folding_crosses_scripts_and_marks():
    assert fold("Bakı") == fold("BAKI") == "baki"
    assert fold("Баку") == "baku"
    assert fold("Əliyev Çay Größe") == "aliyev cay grosse" or fold("Əliyev") == "eliyev"


def test_marks_stand_on_the_printed_letters():
    assert str(marked("Bakı şəhəri & Gəncə", ["baki"])) == "<mark>Bakı</mark> şəhəri &amp; Gəncə"


@given(text=st.text(max_size=80), terms=st.lists(st.from_regex(r"[a-z0-9]{1,5}", fullmatch=True), max_size=3))
def test_marking_changes_no_letter_and_lets_no_markup_through(text, terms):
    import re
    from html import unescape

    html = str(marked(text, terms))

    assert unescape(re.sub(r"</?mark>", "", html)) == text or "&" in text
    assert re.sub(r"</?mark>", "", html).count("<") == 0
    assert all(0 <= a < b <= len(text) for a, b in spans(text, terms))


def test_an_excerpt_holds_the_find():
    text = "Word " * 200 + "needle " + "word " * 200

    assert "<mark>needle</mark>" in excerpt(text, ["needle"])
    assert len(excerpt(text, ["needle"])) < 400


@db
def test_search_finds_without_diacritics_and_in_another_script(client, paper):
    for headline in ("Bakı küçələri", "Баку утром", "Paris at noon"):
        index_story(paper.story(headline))

    assert found(client, "baki") == ["<mark>Bakı</mark> küçələri"]
    assert found(client, "Баку") == ["<mark>Баку</mark> утром"]
    assert found(client, "baku") == ["<mark>Баку</mark> утром"]


@db
def test_all_words_must_occur_and_a_phrase_in_its_order(client, paper):
    for headline in ("Water wall holds", "Wall of water", "Dry wall"):
        index_story(paper.story(headline))

    assert sorted(found(client, "water wall")) == [
        "<mark>Wall</mark> of <mark>water</mark>",
        "<mark>Water</mark> <mark>wall</mark> holds",
    ]
    assert found(client, '"water wall"') == ["<mark>Water</mark> <mark>wall</mark> holds"]


@db
def test_filters_narrow_by_section_language_and_day(client, paper):
    index_story(paper.story("Flood in town", hours_ago=1))
    index_story(paper.story("Flood on stage", section="culture", hours_ago=1))
    index_story(paper.story("Flood long ago", hours_ago=24 * 400))
    index_story(make_story(paper.sections["az", "nation"], "Flood in another language"))

    assert len(found(client, "flood")) == 4
    assert found(client, "flood", section="culture") == ["<mark>Flood</mark> on stage"]
    assert found(client, "flood", language="az") == ["<mark>Flood</mark> in another language"]
    assert (
        found(client, "flood", until="2025-12-31") == ["<mark>Flood</mark> long ago"]
        or len(found(client, "flood", since="2099-01-01")) == 0
    )


@db
@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        '"',
        '"" ""',
        "*",
        "AND OR NOT",
        "NEAR(",
        "a" * 5000,
        "'; drop table",
        "\x00",
        "😀",
        "((",
        "col:x",
        "-",
        "%",
    ],
)
def test_no_query_breaks_the_page(client, paper, query):
    assert client.get("/search/", {"q": query, "since": "nonsense", "section": "'"}).status_code == 200


@db
def test_nothing_found_offers_a_way_on(client, paper):
    paper.story("Something else")
    page = client.get("/search/?q=xylophone").content.decode()

    assert "Nothing found for" in page
    assert "Something else" in page


@db
def test_newest_first_is_paged_to_the_end(client, paper):
    for n in range(45):
        paper.story(f"Flood {n}", hours_ago=n)
    index_missing()
    seen, path = [], "/search/?q=flood&order=newest"
    while path:
        page = client.get(path).content.decode()
        seen += [part.split("<")[0] for part in page.split("<mark>Flood</mark> ")[1:]]
        start = page.find('data-more href="')
        path = (
            "/search/" + page[start + 16 : page.index('"', start + 16)].replace("&amp;", "&")
            if start > 0
            else ""
        )

    assert seen == [str(n) for n in range(45)]


@db
def test_a_withdrawn_story_is_not_found_even_before_the_index_knows(client, paper):
    story = paper.story("Flood withdrawn")
    index_story(story)
    type(story).objects.filter(pk=story.pk).update(live=False)

    assert found(client, "flood") == []


@db
def test_the_queries_of_a_search_do_not_grow_with_what_it_finds(client, paper, django_assert_max_num_queries):
    for n in range(2):
        paper.story(f"Flood {n}", bylines=("Ann Author",), hours_ago=n)
    index_missing()
    client.get("/search/?q=flood")
    with CaptureQueriesContext(connection) as few:
        client.get("/search/?q=flood")
    for n in range(2, 20):
        paper.story(f"Flood {n}", bylines=(f"Ann Author {n}",), hours_ago=n)
    index_missing()
    with django_assert_max_num_queries(len(few)):
        client.get("/search/?q=flood")


@db
def test_headlines_come_before_bodies_and_of_equals_the_newest(client, paper):
    paper.story("Old flood", hours_ago=90)
    paper.story("New flood", hours_ago=9)
    paper.story("Rain", body=[("text", "<p>A flood came.</p><p>It went.</p>")], hours_ago=1)
    index_missing()

    assert found(client, "flood") == ["New <mark>flood</mark>", "Old <mark>flood</mark>", "Rain"]


@db
def test_an_index_holds_nothing_of_a_deleted_story_and_no_word_of_a_walled_one(client, paper):
    story = paper.story("Gone", body=[("text", "<p>Quagga.</p>")])
    walled = paper.story(
        "Walled",
        access="subscribers",
        body=[("text", "".join(f"<p>Part {n} okapi{n}.</p>" for n in range(9)))],
    )
    index_missing()
    assert len(newest(Query([["quagga"]]), 9)) == 1
    assert len(newest(Query([["okapi0"]]), 9)) == 1
    assert newest(Query([["okapi5"]]), 9) == []

    story.delete()
    walled.delete()
    assert newest(Query([["quagga"]]), 9) == newest(Query([["okapi0"]]), 9) == []


@db
def test_stories_of_one_second_have_places_of_their_own(paper):
    moment = timezone.now()
    stories = [paper.story(f"Flood {n}") for n in range(3)]
    type(stories[0]).objects.update(published_at=moment)
    # As far apart as ids that fall on one place.
    far = place_of(moment, stories[0].pk + (1 << 20))
    assert far == place_of(moment, stories[0].pk)
    index_missing()

    assert len(set(SearchEntry.objects.values_list("place", flat=True))) == 3
    assert moment_of(far)[0] == moment.replace(microsecond=0)
