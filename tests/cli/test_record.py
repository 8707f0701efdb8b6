"""`broadsheet record extract` as other tools call it."""

import json

import pytest

from broadsheet.cli import main

STORY = "Prime Minister Ann Lee met President Bo Derek in Vienna on 4 April 2022.\n"


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def run(capsys, *words):
    code = main(["record", "extract", *map(str, words)])
    out, err = capsys.readouterr()
    return code, [json.loads(line) for line in out.splitlines()] if "--json" in words else out, err


def test_one_line_per_file_in_the_contracts_form(tmp_path, capsys):
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_bytes(("\ufeff" + "😀 İ\r\n\r\n" + STORY).encode())
    two.write_text("Nothing is known of it.\n")
    code, lines, err = run(capsys, one, two, "--date", "2022-04-05", "--json")

    assert (code, err) == (0, "")
    assert [line["file"] for line in lines] == [str(one), str(two)]
    text = one.read_bytes().decode()
    for suggestion in lines[0]["suggestions"]:
        assert list(suggestion) == ["kind", "start", "end", "text", "value", "tier", "rule"]
        assert text[suggestion["start"] : suggestion["end"]] == suggestion["text"]
    found = {(s["kind"], s["text"]) for s in lines[0]["suggestions"]}
    assert {
        ("person", "Ann Lee"),
        ("role", "Prime Minister"),
        ("place", "Vienna"),
        ("date", "4 April 2022"),
        ("event", "met"),
    } <= found


def test_a_registry_and_reasons(tmp_path, capsys):
    (tmp_path / "registry").mkdir()
    (tmp_path / "registry" / "r.jsonl").write_text(
        '{"text": "Zed Zorg", "entity": "person:z", "kind": "person", "label": "Zed Zorg", "country": "AT"}'
    )
    story = tmp_path / "story.txt"
    story.write_text("In Austria the crowd saw Zed Zorg again this evening.\n")
    code, lines, _ = run(
        capsys, story, "--date", "2022-04-05", "--registry", tmp_path / "registry", "--json", "--explain"
    )

    person = next(s for s in lines[0]["suggestions"] if s["kind"] == "person")
    assert code == 0
    assert (person["entity"], person["tier"]) == ("person:z", "A")
    assert "known to the record as Zed Zorg" in person["reason"]


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("absent.txt", None, "no such file"),
        ("bytes.txt", b"\xff\xfe\x00", "not text"),
        ("latin.txt", b"caf\xe9", "UTF-8"),
    ],
)
def test_what_can_not_be_read_is_one_line_and_the_rest_goes_on(tmp_path, capsys, name, data, why):
    bad, good = tmp_path / name, tmp_path / "good.txt"
    if data is not None:
        bad.write_bytes(data)
    good.write_text(STORY)
    code, lines, err = run(capsys, bad, good, "--date", "2022-04-05", "--json")
    assert (code, len(lines)) == (3, 1)
    assert err.count("\n") == 1
    assert why in err

    code, lines, err = run(capsys, bad, "--date", "2022-04-05", "--json")
    assert (code, lines) == (2, [])


@pytest.mark.parametrize(
    "words",
    [
        ("--date", "yesterday"),
        ("--date", "2022-04-05", "--language", "*"),
        ("--date", "2022-04-05", "--registry", "nowhere"),
    ],
)
def test_a_wrong_option_is_one_line(tmp_path, capsys, words):
    story = tmp_path / "story.txt"
    story.write_text(STORY)
    code, _, err = run(capsys, story, *words)
    assert code == 2
    assert err.count("\n") == 1
