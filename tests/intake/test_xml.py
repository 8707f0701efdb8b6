"""XML from outside: no entities, no network, one element in memory, everything before a break is taken."""

from __future__ import annotations

import io
import resource

import pytest

from broadsheet.intake.xml import events, parse
from broadsheet.outward.errors import UnreadableSource

ENTITIES = (
    b'<!DOCTYPE a [<!ENTITY x "boom"><!ENTITY y SYSTEM "file:///etc/passwd">]><rss><item>&x;&y;</item></rss>'
)


class Endless:
    """A feed of any size that is made while it is read."""

    def __init__(self, head: bytes, part: bytes, times: int) -> None:
        self.left, self.part, self.next = times, part, head

    def read(self, size: int = -1, /) -> bytes:
        given = self.next
        self.next = self.part * 20 if self.left > 0 else b"</rss>" * (self.left == 0)
        self.left -= 20
        return given


def test_outermost_elements_come_one_by_one():
    found = events(
        io.BytesIO(b"<rss><title>a</title><item><title>b</title></item><item/></rss>"), {"title", "item"}
    )

    assert [(e.tag, e.findtext("title")) for e in found] == [("title", None), ("item", "b"), ("item", None)]


def test_any_namespace():
    found = events(
        io.BytesIO(b'<f xmlns="urn:x"><entry>a</entry><g xmlns=""><entry>b</entry></g></f>'), {"{*}entry"}
    )

    assert [e.text for e in found] == ["a", "b"]


def test_everything_before_a_break_is_taken():
    found = events(io.BytesIO(b"<rss><item>a</item><item>b</item><item>c"), {"item"}, name="x.xml")

    assert [next(found).text, next(found).text] == ["a", "b"]
    with pytest.raises(UnreadableSource, match=r"x\.xml"):
        next(found)


@pytest.mark.parametrize("read", [lambda data: list(events(io.BytesIO(data), {"item"})), parse])
def test_entities_are_refused(read):
    with pytest.raises(UnreadableSource, match="entities"):
        read(ENTITIES)


def test_deep_nesting_is_refused():
    with pytest.raises(UnreadableSource, match="nested"):
        list(events(io.BytesIO(b"<a>" * 1_000_000), {"item"}))
    with pytest.raises(UnreadableSource):
        parse(b"<a>" * 1_000_000)


def test_an_item_without_end_is_refused():
    with pytest.raises(UnreadableSource, match="one item is larger"):
        list(events(Endless(b"<rss><item>", b"x" * 65_536, 100_000), {"item"}))


def test_what_is_held_does_not_grow():
    part = b"<item><title>word</title><body>" + b"word " * 500 + b"</body></item><noise a='1'>\n</noise>"
    list(events(Endless(b"<rss>", part, 1000), {"item"}))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    count = sum(1 for _ in events(Endless(b"<rss>", part, 40_000), {"item"}, recover=True))

    assert count == 40_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


@pytest.mark.parametrize(
    "name", ["cyclic", "quadratic", "xmlbomb", "xmlbomb2", "external", "external_file", "dtd"]
)
def test_the_attacks_that_everybody_knows(corpora, name: str):
    data = (corpora / "corpora" / "hostile-xml" / f"{name}.xml").read_bytes()
    for read in (lambda: [parse(data)], lambda: list(events(io.BytesIO(data), {"root", "html"}))):
        try:
            found = read()
        except UnreadableSource:
            continue
        assert sum(len("".join(map(str, e.itertext()))) for e in found) < 1000


def test_harmless_files_beside_them_are_read(corpora):
    assert parse((corpora / "corpora" / "hostile-xml" / "simple.xml").read_bytes()) is not None
