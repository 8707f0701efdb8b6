"""Hostile and odd JSON: bounded, cleaned, and read as far as it goes."""

import io

import pytest

from broadsheet.intake import json_stream
from broadsheet.intake.json_stream import Builder, JsonSource
from broadsheet.outward.errors import UnreadableSource


def values(data: bytes) -> list[object]:
    builder, found = Builder(), []
    for event, value in JsonSource(io.BytesIO(data), "sample").events():
        builder.take(event, value)
        if builder.is_whole:
            found.append(builder.value)
            builder = Builder()
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_unicode_encoding(encoding):
    assert values('{"a": ["ə", 1, 2.5, true, null, {}]}'.encode(encoding)) == [
        {"a": ["ə", 1, 2.5, True, None, {}]}
    ]


def test_bytes_that_are_no_utf_8_and_control_characters_are_replaced():
    assert values(b'{"a": "caf\xe9 \x01\x00!"}') == [{"a": "caf\ufffd   !"}]


def test_a_text_without_end_is_cut_and_the_rest_is_read(monkeypatch):
    monkeypatch.setattr(json_stream, "LONGEST_TEXT", 200_000)
    source = JsonSource(io.BytesIO(b'{"a": "' + b"long words " * 100_000 + b'\\" still", "b": 2}'), "sample")
    builder = Builder()
    for event, value in source.events():
        builder.take(event, value)

    assert source.cuts == 1
    assert builder.value["b"] == 2
    assert len(builder.value["a"]) < 400_000


def test_a_text_of_nothing_but_escapes_is_refused(monkeypatch):
    monkeypatch.setattr(json_stream, "LONGEST_TEXT", 200_000)

    with pytest.raises(UnreadableSource, match="longer than"):
        values(b'{"a": "' + b"\\u0041" * 100_000 + b'"}')


def test_deep_nesting_is_cut_without_recursion():
    builder = Builder()
    for event, value in JsonSource(io.BytesIO(b'{"a": ' * 50_000 + b"1" + b"}" * 50_000), "sample").events():
        builder.take(event, value)

    assert builder.is_whole
    assert "deeper" in builder.excess


def test_a_list_of_millions_is_cut(monkeypatch):
    monkeypatch.setattr(json_stream, "MOST_VALUES", 100)
    builder = Builder()
    for event, value in JsonSource(io.BytesIO(b"[" + b"1," * 10_000 + b"1]"), "sample").events():
        builder.take(event, value)

    assert builder.is_whole
    assert len(builder.value) == 99
    assert "more than" in builder.excess


@pytest.mark.parametrize(
    "data", [b"", b"{", b'{"a": 1', b"[1,]", b"<xml/>", b'{"a": 1e99999999999}x', b"\xff\xfe\x00"]
)
def test_what_is_no_json_is_refused_with_a_reason(data):
    with pytest.raises(UnreadableSource, match="sample"):
        values(data)
