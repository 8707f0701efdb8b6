"""The demo edition's texts: complete, consistent with each other, and enough of each kind for a paper."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

import pytest

from broadsheet.demo import edition
from broadsheet.demo.studio.plates import catalogue

ENGLISH = edition.stories("en")
OTHERS = [text for language in ("az", "ru", "ar") for text in edition.stories(language)]
PAPER = edition.paper()
LIVE = [text for text in ENGLISH if text.facts.get("status", "live") == "live"]
BY_SLUG = {text.slug: text for text in ENGLISH}
GENRES = {"news", "analysis", "opinion", "explainer", "interview", "feature", "live"}
WEEKDAY = re.compile(r"\bon (Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")

every_story = pytest.mark.parametrize("text", ENGLISH, ids=lambda text: text.slug)


def keys(text: edition.Text) -> list[str]:
    """Every picture that a story shows, its lead first."""
    shown = [text.facts["lead"]] if text.facts.get("lead") else []
    for kind, value in text.body:
        shown += [value] if kind == "picture" else value if kind == "gallery" else []
    return shown


def slugs(entries: str) -> set[str]:
    return {entry["slug"] for entry in PAPER[entries]}


def words(text: edition.Text) -> int:
    return sum(len(re.sub(r"<[^>]+>", " ", value).split()) for kind, value in text.body if kind == "text")


def related(text: edition.Text) -> list[str]:
    return [value for kind, value in text.body if kind == "related"]


def test_no_two_stories_share_a_slug() -> None:
    assert [slug for slug, times in Counter(text.slug for text in ENGLISH).items() if times > 1] == []


@every_story
def test_a_story_has_all_its_fields(text: edition.Text) -> None:
    assert all((text.headline, text.standfirst, text.body))
    assert text.section in slugs("sections")
    assert text.facts.get("genre", "news") in GENRES
    assert text.facts["access"] in {"free", "registered", "metered", "subscribers"}
    assert set() < set(text.facts["by"]) <= slugs("authors")
    assert set() < set(text.facts["topics"]) <= slugs("topics")
    assert edition.age(text.facts.get("age") or text.facts["in"]) <= timedelta(days=40)


@every_story
def test_a_story_names_only_pictures_that_exist_and_none_of_them_twice_in_its_text(
    text: edition.Text,
) -> None:
    shown = keys(text)

    assert set(shown) <= set(catalogue())
    assert len(set(shown[1:])) == len(shown[1:])


@every_story
def test_an_update_follows_the_first_printing_and_a_correction_follows_it_too(text: edition.Text) -> None:
    later = [text.facts["updated"]] if "updated" in text.facts else []
    later += [entry["ago"] for entry in text.facts.get("corrections", [])]

    assert all(edition.age(when) < edition.age(text.facts["age"]) for when in later)


@every_story
def test_a_table_has_equally_long_rows(text: edition.Text) -> None:
    tables = [value for kind, value in text.body if kind == "table"]

    assert all(len({len(row) for row in rows}) == 1 and len(rows) > 2 for rows in tables)


@every_story
def test_every_mark_was_understood(text: edition.Text) -> None:
    prose = " ".join(value for kind, value in text.body if kind == "text")

    assert not re.search(r"<p>(?:[!>@~|]|\[facts|##|- )", prose)
    assert "**" not in prose


@every_story
def test_a_story_names_no_weekday_of_its_own_since_the_edition_is_dated_when_it_is_built(
    text: edition.Text,
) -> None:
    prose = " ".join(
        [text.headline, text.standfirst, *(str(value) for kind, value in text.body if kind == "text")]
    )

    assert not WEEKDAY.search(re.sub(r"on the (?:\w+ )?\w+day|and on Tuesdays", "", prose))


def test_a_lead_picture_serves_two_stories_at_most() -> None:
    leads = Counter(text.facts["lead"] for text in LIVE if text.facts.get("lead"))

    assert [key for key, times in leads.items() if times > 2] == []


def test_related_stories_are_printed_and_none_is_related_to_itself() -> None:
    wanting = [
        (text.slug, slug) for text in LIVE for slug in related(text) if slug not in {t.slug for t in LIVE}
    ]
    itself = [text.slug for text in LIVE if text.slug in related(text)]

    assert (wanting, itself) == ([], [])


def test_only_stories_in_waiting_are_unpublished() -> None:
    waiting = Counter(text.facts["status"] for text in ENGLISH if text not in LIVE)

    assert waiting == {"draft": 2, "scheduled": 1}


def test_each_section_has_ten_stories_and_the_paper_sixty() -> None:
    sections = Counter(text.section for text in LIVE)

    assert set(sections) == slugs("sections")
    assert min(sections.values()) >= 10
    assert len(LIVE) >= 62


def test_most_stories_are_metered_and_each_access_level_has_its_share() -> None:
    levels = Counter(text.facts["access"] for text in LIVE)

    assert levels["metered"] == max(levels.values())
    assert levels["free"] >= 15
    assert levels["registered"] >= 6
    assert levels["subscribers"] >= 8


def test_every_genre_is_in_the_paper_and_opinion_is_signed_by_one_person() -> None:
    genres = Counter(text.facts.get("genre", "news") for text in LIVE)

    assert set(genres) == GENRES
    assert all(len(text.facts["by"]) == 1 for text in LIVE if text.facts.get("genre") == "opinion")


def test_every_kind_of_block_is_in_the_paper() -> None:
    kinds = {kind for text in LIVE for kind, _ in text.body}

    assert kinds == {"text", "picture", "gallery", "quote", "facts", "table", "embed", "related"}


def test_lengths_run_from_briefs_to_long_reads() -> None:
    counted = sorted(words(text) for text in LIVE)

    assert counted[0] >= 35
    assert sum(n > 600 for n in counted) >= 5
    assert counted[len(counted) // 2] >= 200


def test_corrections_are_given_with_their_kind_on_two_stories() -> None:
    kinds = [entry["kind"] for text in LIVE for entry in text.facts.get("corrections", [])]

    assert {"correction", "clarification"} <= set(kinds)


def test_times_run_from_minutes_to_weeks_in_every_section() -> None:
    for section in slugs("sections"):
        ages = [edition.age(text.facts["age"]) for text in LIVE if text.section == section]
        assert min(ages) < timedelta(hours=4), section
        assert max(ages) > timedelta(days=5), section


def test_a_topic_has_a_story_and_most_have_a_thread_of_them() -> None:
    filed = Counter(topic for text in LIVE for topic in text.facts["topics"])

    assert set(filed) == slugs("topics")
    assert sum(times >= 3 for times in filed.values()) >= 12


def test_translations_stand_on_stories_of_the_english_edition() -> None:
    assert [text.slug for text in OTHERS if text.of not in BY_SLUG] == []
    assert all(times >= 8 for times in Counter(text.language for text in OTHERS).values())


def test_ten_authors_have_a_portrait_and_something_to_do() -> None:
    busy = {slug for text in LIVE for slug in text.facts["by"]}

    assert len(PAPER["authors"]) == 10
    assert slugs("authors") == busy
    assert all(f"portrait-{slug}" in catalogue() for slug in slugs("authors"))


def test_galleries_show_eight_pictures_that_exist_and_none_of_them_twice() -> None:
    assert len(PAPER["galleries"]) == 2
    for gallery in PAPER["galleries"]:
        assert len(set(gallery["pictures"])) == len(gallery["pictures"]) >= 8
        assert set(gallery["pictures"]) <= set(catalogue())


def test_containers_pin_what_exists_and_refill_from_what_exists() -> None:
    known = set(BY_SLUG) | slugs("galleries")
    for box in PAPER["containers"]:
        assert set(box.get("pinned", [])) <= known
        assert box["layout"] in {"lead", "grid", "strip", "list", "opinion"}
        assert box.get("refill", {}).get("section", "nation") in slugs("sections")
        assert box.get("refill", {}).get("genre", "news") in GENRES


def test_every_page_and_name_is_there_in_four_languages() -> None:
    named = [PAPER["name"], PAPER["tagline"], PAPER["appeal_text"], PAPER["corrections_intro"]]
    named += [entry["title"] for entry in PAPER["info"]] + [entry["text"] for entry in PAPER["info"]]
    named += [entry["name"] for entry in PAPER["sections"] + PAPER["topics"]]

    assert all(set(entry) == {"en", "az", "ru", "ar"} and all(entry.values()) for entry in named)
