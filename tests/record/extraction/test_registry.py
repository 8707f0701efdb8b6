"""The registry: read, compiled, kept, matched by word borders and case."""

import json

import pytest

from broadsheet.record.extraction import RegistryError, load_registry
from broadsheet.record.extraction.folding import fold


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def registry(tmp_path, *rows, name="people.jsonl"):
    folder = tmp_path / "registry"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(
        "\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8"
    )
    return load_registry(folder)


def person(text, entity="person:x", **more):
    return {"text": text, "entity": entity, "kind": "person", **more}


def found(made, text, language="en"):
    return [text[h.start : h.end] for h in made.find(text, fold(text), language)]


def test_words_are_matched_whole_and_the_longest_wins(tmp_path):
    made = registry(
        tmp_path, person("Ann Lee"), person("Ann Lee Park", "person:y"), person("York", "person:z")
    )
    assert found(made, "Ann Lee Park and Ann Leeds met Ann Lee in New Yorkshire, Yorks, York.") == [
        "Ann Lee Park",
        "Ann Lee",
        "York",
    ]


def test_a_border_that_fails_leaves_the_shorter_name(tmp_path):
    made = registry(tmp_path, person("New York Times", "org:t"), person("New York", "place:n"))
    assert found(made, "The New York Timesheet") == ["New York"]


def test_case_follows_the_rule_of_the_alias(tmp_path):
    made = registry(
        tmp_path,
        person("May Day"),
        {"text": "WHO", "entity": "org:who", "kind": "organisation", "alias_kind": "abbr"},
    )
    assert found(made, "may day; May Day; MAY DAY; who said WHO") == ["May Day", "MAY DAY", "WHO"]


@pytest.mark.parametrize(
    ("language", "alias", "text", "wanted"),
    [
        ("az", "Xələf Xələfov", "Nazir müavini Xələf Xələfovun görüşü", ["Xələf Xələfovun"]),
        ("az", "İlham Əliyev", "Prezident İlham Əliyevlə görüşüb", ["İlham Əliyevlə"]),
        ("ru", "Халафов", "встреча с Халафовым", ["Халафовым"]),
        ("ar", "خلف خلفوف", "التقى بخلف خلفوف أمس", ["خلف خلفوف"]),
    ],
)
def test_endings_and_particles_of_other_languages(tmp_path, language, alias, text, wanted):
    made = registry(tmp_path, person(alias, language=language))
    assert found(made, text, language) == wanted


def test_places_are_code_points_whatever_stands_before(tmp_path):
    made = registry(tmp_path, person("Ann Lee"))
    assert found(made, "😀 İİẞ ǅ ﬁ e\u0301 Ann Lee") == ["Ann Lee"]


def test_an_entity_with_its_aliases_and_a_csv_row(tmp_path):
    folder = tmp_path / "registry"
    folder.mkdir()
    (folder / "a.csv").write_text(
        "text,entity,kind,alias_kind,auto_link,titles\nBaku,country:AZ,country,metonym,false,\n",
        encoding="utf-8",
    )
    made = registry(
        tmp_path,
        {
            "entity": "person:k",
            "kind": "person",
            "label": "K L",
            "country": "AZ",
            "titles": [{"title": "Minister"}],
            "aliases": [{"text": "K L"}, {"text": "Kay El"}],
        },
    )
    hits = made.find("Kay El in Baku", fold("Kay El in Baku"), "en")
    assert [(h.known.id, h.known.titles, h.auto_link) for h in hits] == [
        ("person:k", ("Minister",), True),
        ("country:AZ", (), False),
    ]


def test_the_compiled_form_is_used_and_follows_its_files(tmp_path):
    folder = tmp_path / "registry"
    assert found(registry(tmp_path, person("Ann Lee")), "Ann Lee") == ["Ann Lee"]
    kept = list((tmp_path / "cache").rglob("*.bin"))
    assert len(kept) == 1
    assert found(load_registry(folder), "Ann Lee") == ["Ann Lee"]
    kept[0].write_bytes(kept[0].read_bytes()[:-5] + b"xxxxx")
    assert found(load_registry(folder), "Ann Lee") == ["Ann Lee"]
    assert found(registry(tmp_path, person("Bo Derek")), "Ann Lee, Bo Derek") == ["Bo Derek"]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{", "not JSON"),
        ("[1]", "not an object"),
        ('{"text": "X", "kind": "person"}', "no entity"),
        ('{"text": "X", "entity": "e", "kind": "dog"}', "kind is 'dog'"),
        ('{"text": "", "entity": "e", "kind": "person"}', "no text"),
        ('{"text": "X", "entity": "e", "kind": "person", "auto_link": "maybe"}', "auto_link"),
        ('{"text": 5, "entity": "e", "kind": "person"}', "text is not text"),
        ('{"entity": "e", "kind": "person", "aliases": [3]}', "not an object"),
    ],
)
def test_what_can_not_be_read_is_named_with_its_line(tmp_path, line, what):
    folder = tmp_path / "registry"
    folder.mkdir()
    (folder / "r.jsonl").write_text(json.dumps(person("A B")) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(RegistryError, match=r"r\.jsonl, line 2") as error:
        load_registry(folder)
    assert what in str(error.value)


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(RegistryError, match="nowhere"):
        load_registry(tmp_path / "nowhere")
