"""The real page and the truth about it: every tier-A item is proposed, nothing that must not be is."""

import json
from datetime import date

import pytest

from broadsheet.record.extraction import Document, extract

DAY = date(2022, 4, 5)


@pytest.fixture(scope="module")
def seed(request):
    import os
    from pathlib import Path

    folder = Path(os.environ.get("BROADSHEET_CORPORA", Path(__file__).resolve().parents[4] / "shared"))
    if not (folder / "record" / "seed_record.json").is_file():
        pytest.skip("the corpora of real input are not on this machine")
    truth = json.loads((folder / "record" / "seed_record.json").read_text(encoding="utf-8"))
    text = (folder / truth["seed"]["path"]).read_bytes().decode()
    return truth, text, extract(Document(text, DAY)).suggestions


def at(suggestions, kind, start, end):
    return [s for s in suggestions if s.kind == kind and s.start < end and start < s.end]


def test_the_text_of_every_suggestion_is_the_text_at_its_place(seed):
    _, text, suggestions = seed
    assert suggestions
    assert all(text[s.start : s.end] == s.text for s in suggestions)


def test_every_mention_of_a_tier_a_entity_is_proposed_in_tier_a(seed):
    truth, _, suggestions = seed
    kinds = {"person": "person", "country": "country", "place": "place", "organisation": "organisation"}
    missing = []
    for entity in truth["entities"]:
        for mention in entity["mentions"]:
            if entity["suggestion_tier"] != "A" or mention.get("form") in {"pronoun", "byline", "metonym"}:
                continue
            found = at(suggestions, kinds[entity["type"]], mention["start"], mention["end"])
            if not any(s.tier == "A" for s in found):
                missing.append((entity["id"], mention))
    assert missing == []


def test_every_office_is_proposed_with_its_holder_and_country(seed):
    truth, _, suggestions = seed
    labels = {entity["id"]: entity["label"] for entity in truth["entities"]}
    for role in truth["roles"]:
        if "title_in_text" not in role:
            continue
        place = role["title_in_text"]
        found = next(
            s for s in suggestions if s.kind == "role" and (s.start, s.end) == (place["start"], place["end"])
        )
        assert found.tier == "A"
        assert found.value["person"] == labels[role["person"]]
        if role["jurisdiction"].startswith("country:"):
            assert found.value["country"] == role["jurisdiction"].removeprefix("country:")
        assert found.value["level"] == role["level"]


def test_every_date_is_proposed_as_it_is_meant(seed):
    truth, _, suggestions = seed
    for wanted in truth["dates"]:
        if "edtf" in wanted:
            place = wanted["mention"]
            assert [s.value for s in at(suggestions, "date", place["start"], place["end"])] == [
                wanted["edtf"]
            ]


@pytest.mark.parametrize("part", ["events_proposed", "events_second_look"])
def test_every_event_is_proposed_with_its_date_place_and_tier(seed, part):
    truth, _, suggestions = seed
    events = {event["id"]: event for event in truth["events"]}
    for id_ in truth["expected"]["editor_box"][part]:
        wanted = events[id_]
        trigger = wanted["trigger"]
        found = at(suggestions, "event", trigger["start"], trigger["end"])
        assert [s.value["type"] for s in found] == [wanted["type"]], id_
        assert found[0].tier == ("A" if part == "events_proposed" else "B")
        assert found[0].value["date"] == wanted["date"]
        assert found[0].value["place"] == ("Brussels" if wanted.get("place") else None)


def test_who_took_part_is_who_the_truth_says(seed):
    truth, _, suggestions = seed
    for wanted in truth["events"]:
        stated = {p["entity"] for p in wanted["participants"] if not p.get("inferred")}
        trigger = wanted["trigger"]
        found = at(suggestions, "event", trigger["start"], trigger["end"])[0]
        proposed = {p["entity"] for p in found.value["participants"]}
        assert proposed <= stated, wanted["id"]
        if found.tier == "A":
            assert proposed == stated, wanted["id"]


def test_the_meeting_ahead_is_planned_and_what_was_is_not(seed):
    _, _, suggestions = seed
    lives = {s.value["date"]: s.value["life"] for s in suggestions if s.kind == "event"}
    assert lives["2022-04-06"] == "planned"
    assert lives["2022-04-04"] == "occurred"
    assert lives["2021-12-14"] == "occurred"
    assert lives["2022-04-04/.."] == "planned"


def test_nothing_of_what_must_not_be_is_proposed(seed):
    truth, _, suggestions = seed
    dates = [s for s in suggestions if s.kind == "date"]
    assert not [s for s in dates if str(s.value).startswith("2024")]
    for negative in truth["negatives"]:
        if "start" not in negative:
            continue
        kinds = {"headline": {"place"}, "(S8)": set(), "(S4)": {"event"}}
        wanted = next((kinds[key] for key in kinds if key in negative["text"]), None)
        found = [s for s in suggestions if s.start < negative["end"] and negative["start"] < s.end]
        assert not [s for s in found if wanted is None or s.kind in wanted], negative["text"]
    occurred = [
        s
        for s in suggestions
        if s.kind == "event" and s.value["life"] == "occurred" and s.value["type"] == "consultation"
    ]
    assert len(occurred) == 1
    names = json.dumps([s.value for s in suggestions], ensure_ascii=False)
    assert "Khalilov" not in names
    assert "Twitter" not in names
    assert "Facebook" not in names
    assert "azernews" not in names.lower()
    ministry = next(s for s in suggestions if s.kind == "organisation" and "Ministry" in s.text)
    assert ministry.rule == "organisation.source"
