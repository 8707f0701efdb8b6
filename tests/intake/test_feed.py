"""Feeds of every version: what an item says, what stands beside it, and documents that are broken or hostile."""

import json
import tarfile
import time
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from broadsheet.intake.incoming import Broken, IncomingStory
from broadsheet.intake.readers.feed import FeedReader, reader
from broadsheet.intake.readers.feed.dates import iso
from broadsheet.intake.readers.protocol import ReaderOptions
from broadsheet.outward.errors import OutsideError
from broadsheet.outward.fetch import Fetched

ZONE = ZoneInfo("Asia/Baku")
SPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/"'
)


def read(tmp_path, document, name="feed.xml"):
    path = tmp_path / name
    path.write_bytes(document if isinstance(document, bytes) else document.encode())
    return list(FeedReader(ReaderOptions()).items(str(path), ZONE))


def rss(items, head="<title>Wire</title><link>https://w.example/</link>"):
    return f'<rss version="2.0" {SPACES}><channel>{head}{items}</channel></rss>'


def one(tmp_path, document, name="feed.xml"):
    (found,) = read(tmp_path, document, name)
    assert isinstance(found, IncomingStory)
    return found


RSS_ITEM = """<item><title>Q&amp;A: the bridge</title><link>https://w.example/1?a=1&amp;b=2</link>
<guid isPermaLink="false">abc-1</guid><pubDate>Tue, 05 Apr 2022 09:30:00 +0400</pubDate>
<dc:creator>Ann Author</dc:creator><dc:creator>bob@w.example (Bob)</dc:creator>
<category>City</category><category domain="x">Bridges</category><category>city</category>
<description>A summary that says something else than the beginning.</description>
<content:encoded><![CDATA[<p>First <a href="/rel">link</a>.</p><figure><img src="/in.jpg"></figure><p>Second.</p>]]></content:encoded>
<dc:rights>No syndication</dc:rights></item>"""


def test_an_item_of_rss_keeps_all_that_it_says(tmp_path):
    found = one(
        tmp_path,
        rss(RSS_ITEM, "<title>Wire</title><link>https://w.example/</link><language>en-gb</language>"),
    )

    assert found.headline == "Q&A: the bridge"
    assert found.source_id == "feed:w.example#abc-1"
    assert found.source_url == "https://w.example/1?a=1&b=2"
    assert found.old_urls == ("https://w.example/1?a=1&b=2",)
    assert found.published == datetime(2022, 4, 5, 9, 30, tzinfo=timezone(timedelta(hours=4)))
    assert found.published.utcoffset() == timedelta(hours=4)
    assert found.bylines == ("Ann Author", "Bob")
    assert found.authors[1].email == "bob@w.example"
    assert [term.name for term in found.terms] == ["City", "Bridges"]
    assert found.standfirst == "A summary that says something else than the beginning."
    assert (found.source_name, found.language, found.usage_terms) == ("Wire", "en-gb", "No syndication")
    assert "https://w.example/rel" in found.body[0].value
    assert found.body[1].value.address == "https://w.example/in.jpg"
    assert found.lost == ()


def test_the_words_of_an_address_stay(tmp_path):
    links = (
        "https://w.example/2022/04/bridge-opens.html?x=1",
        "https://w.example/123-4",
        "https://w.example/one",
    )
    found = read(
        tmp_path, rss("".join(f"<item><title>T</title><link>{link}</link></item>" for link in links))
    )

    assert [item.slug for item in found] == ["bridge-opens", "", ""]


def test_an_address_is_fetched_and_links_are_seen_from_there(monkeypatch):
    body = b'<rss version="2.0"><channel><item><guid>1</guid><title>T</title><description>&lt;a href="/x"&gt;x&lt;/a&gt;</description></item></channel></rss>'
    monkeypatch.setattr(
        reader, "fetch", lambda url, **_: Fetched("https://w.example/f/rss", "text/xml", "", body)
    )
    (found,) = FeedReader(ReaderOptions()).items("https://w.example/feed", ZONE)

    assert found.source_id == "feed:w.example#1"
    assert "https://w.example/x" in found.body[0].value


def test_an_entry_of_atom(tmp_path):
    document = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="az" xml:base="https://a.example/blog/">
    <title>A</title><author><name>The Desk</name><uri>https://a.example/desk</uri></author><rights>R</rights><id>urn:feed</id>
    <entry xml:base="posts/"><title type="html">One &lt;b&gt;two&lt;/b&gt;</title><id>tag:a.example,2022:1</id>
    <link rel="alternate" href="1.html"/><link rel="enclosure" type="image/jpeg" href="/e.jpg" title="Alt"/>
    <published>2022-04-05T09:30:00Z</published><updated>2022-04-06T10:00:00+02:00</updated>
    <category term="c1" label="City"/>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Text <a href="x">x</a></p></div></content></entry>
    <entry><title>Two</title><id>2</id><updated>2022-04-05T09:30:00Z</updated><author><name>Own</name></author>
    <source><title>Origin</title></source><content type="text">a &lt; b</content></entry></feed>"""
    first, second = read(tmp_path, document)

    assert (first.headline, first.source_id, first.language) == ("One two", "feed:tag:a.example,2022:1", "az")
    assert first.source_url == "https://a.example/blog/posts/1.html"
    assert 'href="https://a.example/blog/posts/x"' in first.body[0].value
    assert first.lead.address == "https://a.example/e.jpg"
    assert (first.published, first.modified) == (
        datetime(2022, 4, 5, 9, 30, tzinfo=UTC),
        datetime(2022, 4, 6, 8, 0, tzinfo=UTC),
    )
    assert first.bylines == ("The Desk",)
    assert first.usage_terms == "R"
    assert (first.terms[0].name, first.terms[0].key) == ("City", "c1")
    assert (second.bylines, second.source_name, second.body_text) == (("Own",), "Origin", "a < b")
    assert second.modified is None


def test_rss_1_and_0_9(tmp_path):
    head = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" {}xmlns="{}"><channel rdf:about="x"><title>F</title><link>https://f.example/</link></channel>'
    item = '<item rdf:about="https://f.example/1"><title>T</title><link>https://f.example/1</link><description>D</description>{}</item></rdf:RDF>'
    new = one(
        tmp_path,
        head.format('xmlns:dc="http://purl.org/dc/elements/1.1/" ', "http://purl.org/rss/1.0/")
        + item.format("<dc:date>2004-05-06</dc:date>"),
    )
    old = one(tmp_path, head.format("", "http://my.netscape.com/rdf/simple/0.9/") + item.format(""))

    assert (new.source_name, new.headline, new.body_text) == ("F", "T", "D")
    assert new.published == datetime(2004, 5, 6, tzinfo=ZONE)
    assert (old.source_name, old.source_url) == ("F", "https://f.example/1")


def test_a_dtd_of_the_nineties_is_no_attack(tmp_path):
    doctype = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">'
    found = one(
        tmp_path,
        doctype
        + '<rss version="0.91"><channel><item><title>T&eacute;</title><description>D</description></item></channel></rss>',
    )

    assert found.headline == "Té"


def test_media_rss_pictures_with_their_words(tmp_path):
    item = """<item><title>T</title><description>D</description><media:credit>Item Credit</media:credit>
    <media:group><media:content url="https://m.example/s.jpg" medium="image" width="100"/>
    <media:content url="https://m.example/l.jpg" medium="image" width="2000"><media:description>Cap</media:description>
    <media:credit role="photographer">P. Hoto</media:credit></media:content><media:title>Group</media:title></media:group>
    <media:content url="https://m.example/2.png" type="image/png"/>
    <media:content url="https://m.example/v.mp4" type="video/mp4"><media:title>Film</media:title></media:content>
    <media:keywords>bridges, trams</media:keywords></item>"""
    found = one(tmp_path, rss(item))

    pictures = {picture.address: picture for picture in found.pictures}
    assert list(pictures) == ["https://m.example/2.png", "https://m.example/l.jpg"]
    large = pictures["https://m.example/l.jpg"]
    assert (large.caption, large.credit, large.alt) == ("Cap", "P. Hoto", "Group")
    assert pictures["https://m.example/2.png"].credit == "Item Credit"
    assert any(block.kind == "embed" and "v.mp4" in json.dumps(block.value) for block in found.body)
    assert found.headline == "T"
    assert [term.name for term in found.terms] == ["bridges", "trams"]


def test_a_thumbnail_leads_only_where_there_is_no_other_picture(tmp_path):
    thumbnail = '<media:thumbnail url="https://m.example/t.jpg"/>'
    alone = one(tmp_path, rss(f"<item><title>T</title><description>D</description>{thumbnail}</item>"))
    beside = one(
        tmp_path,
        rss(
            f'<item><title>T</title><description>&lt;img src="https://m.example/big.jpg"&gt;D</description>{thumbnail}</item>'
        ),
    )

    assert alone.lead.address == "https://m.example/t.jpg"
    assert [picture.address for picture in beside.pictures] == ["https://m.example/big.jpg"]


def test_a_summary_alone_is_said(tmp_path):
    found = one(tmp_path, rss("<item><title>T</title><description>Short.</description></item>"))

    assert found.lost == ("the feed gives no more than a summary",)
    assert (found.body_text, found.standfirst) == ("Short.", "")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Tue, 05 Apr 2022 09:30:00 GMT", datetime(2022, 4, 5, 9, 30, tzinfo=UTC)),
        ("Tue, 05 Apr 2022 09:30:00 EST", datetime(2022, 4, 5, 14, 30, tzinfo=UTC)),
        ("Tue, 05 Apr 2022 09:30:00", datetime(2022, 4, 5, 9, 30, tzinfo=ZONE)),
        ("5 Apr 2022", datetime(2022, 4, 5, tzinfo=ZONE)),
        ("2022-04-05T09:30:00", datetime(2022, 4, 5, 9, 30, tzinfo=ZONE)),
        ("2022-04-05T09:30:60.5Z", datetime(2022, 4, 5, 9, 30, 59, tzinfo=UTC)),
        ("never", None),
        ("9" * 5000, None),
    ],
)
def test_times_with_and_without_a_zone(tmp_path, written, expected):
    found = one(tmp_path, rss(f"<item><title>T</title><pubDate>{written}</pubDate></item>"))

    assert found.published == expected


@pytest.mark.parametrize(
    "written", ["2022-13-01", "2022-04-05T25:00:00Z", "2022-04-05T00:00:00+99:99", "", None, 7]
)
def test_times_that_are_none(written):
    assert iso(written, ZONE) is None


def test_ill_formed_feeds_are_mended(tmp_path):
    document = (
        "<?xml version='1.0'?>\n<rss version='2.0'><channel><title>A & B</title>"
        "<item><title>Caf&eacute; & <b>bar</b></title><description>One &nbsp; two &undefined; <![CDATA[<p>a&b</p>]]></description>"
        "<media:content url='https://m.example/1.jpg'/><link>https://w.example/?a=1&b=2</link></item>"
        "<item><title>Second</title><description>Unclosed"
    )
    first, second = read(tmp_path, document)

    assert first.headline == "Café & bar"
    assert first.source_url == "https://w.example/?a=1&b=2"
    assert first.lead.address == "https://m.example/1.jpg"
    assert "two" in first.body_text
    assert second.headline == "Second"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1251", "koi8-r"])
def test_encodings(tmp_path, encoding):
    document = f'<?xml version="1.0" encoding="{encoding}"?>' + rss("<item><title>Мост открыт</title></item>")

    assert one(tmp_path, document.encode(encoding)).headline == "Мост открыт"


def test_a_wrong_encoding_is_found_out(tmp_path):
    document = '<?xml version="1.0" encoding="utf-8"?>' + rss(
        "<item><title>Caf\xe9 bar and a longer text</title></item>"
    )

    assert one(tmp_path, document.encode("cp1252")).headline == "Café bar and a longer text"


@pytest.mark.parametrize(
    "declarations",
    [
        '<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">',
        '<!ENTITY x SYSTEM "file:///etc/passwd">',
        '<!ENTITY % p SYSTEM "http://127.0.0.1/"> %p;',
    ],
)
def test_documents_that_declare_entities_are_refused(tmp_path, declarations):
    document = f"<!DOCTYPE rss [{declarations}]>" + rss("<item><title>&b;</title></item>")

    with pytest.raises(OutsideError, match=r"entities|well-formed"):
        read(tmp_path, document)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\x00" * 100, "empty"),
        (b"just words", "no feed"),
        (b"<a><b/></a>", "no feed"),
        (b"<rss version='2.0'><channel><title>x</title></channel></rss>", "no items"),
        (
            b"<!doctype html><html><head><link rel=alternate type=application/rss+xml href=/f.xml></head><p>x",
            "its feed is /f.xml",
        ),
        (b'{"a": 1}', "no JSON Feed"),
        (b'{"version": ', "not whole JSON"),
        (b"<x>" * 5000, "nested"),
    ],
)
def test_what_is_no_feed_is_refused_with_a_reason(tmp_path, content, reason):
    with pytest.raises(OutsideError, match=reason):
        read(tmp_path, content)


def test_items_without_anything_are_told(tmp_path):
    empty, good = read(tmp_path, rss("<item><guid>1</guid></item><item><title>T</title></item>"))

    assert isinstance(empty, Broken)
    assert good.headline == "T"


def test_more_items_than_one_batch_keep_their_order(tmp_path):
    many = "".join(f"<item><title>T {n}</title><guid>{n}</guid></item>" for n in range(50))

    assert [item.headline for item in read(tmp_path, rss(many))] == [f"T {n}" for n in range(50)]


@pytest.mark.parametrize(
    "item",
    [
        "<item><title>T</title>" + "".join(f"<category>c{n}</category>" for n in range(5000)) + "</item>",
        "<item><title>T</title>"
        + "".join(f'<enclosure url="https://e.example/{n}.mp3" type="audio/mpeg"/>' for n in range(5000))
        + "</item>",
        "<item " + " ".join(f'a{n}="x"' for n in range(20_000)) + "><title>T</title></item>",
        "<item><title>T</title><dc:creator>" + "a" * 500_000 + "</dc:creator></item>",
        "<item><title>T</title>" + "".join(f"<p{n}:x/>" for n in range(20_000)) + "</item>",
    ],
    ids=["categories", "enclosures", "attributes", "author", "prefixes"],
)
def test_items_of_any_width_take_no_time(tmp_path, item):
    begun = time.monotonic()

    assert one(tmp_path, rss(item)).headline == "T"
    assert time.monotonic() - begun < 5


def test_a_feed_of_many_attributes_is_refused(tmp_path):
    attributes = " ".join(f'a{n}="x"' for n in range(5000))

    with pytest.raises(OutsideError, match="attributes"):
        read(tmp_path, f"<rss {attributes}><channel><item><title>T</title></item></channel></rss>")


JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "items": [
        {
            "id": 7,
            "url": "https://j.example/7",
            "title": "T",
            "content_html": "<p>Text <a href='/x'>x</a></p>",
            "summary": "A summary of its own.",
            "image": "https://j.example/lead.jpg",
            "date_published": "2022-04-05T09:30:00+04:00",
            "date_modified": "2022-04-06T09:30:00Z",
            "authors": [
                {"name": "Ann", "url": "https://j.example/ann", "avatar": "https://j.example/ann.png"}
            ],
            "tags": ["City", 5],
            "language": "ru",
            "attachments": [
                {"url": "https://j.example/s.mp3", "mime_type": "audio/mpeg", "title": "Sound"},
                9,
            ],
        },
        {
            "id": "https://j.example/8",
            "content_text": "Line one\nline two\n\nNext",
            "external_url": "https://o.example/",
        },
        "nonsense",
        {"id": "9"},
    ],
    "title": "J",
    "home_page_url": "https://j.example/",
    "language": "en",
    "author": {"name": "Desk"},
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_feed(tmp_path, encoding):
    first, second, odd, empty = read(tmp_path, json.dumps(JSON_FEED).encode(encoding), "feed.json")

    assert (first.source_id, first.headline, first.source_name, first.language) == (
        "feed:j.example#7",
        "T",
        "J",
        "ru",
    )
    assert (first.standfirst, first.lead.address) == ("A summary of its own.", "https://j.example/lead.jpg")
    assert 'href="https://j.example/x"' in first.body[0].value
    assert first.published.utcoffset() == timedelta(hours=4)
    assert first.authors[0].photo.address == "https://j.example/ann.png"
    assert [term.name for term in first.terms] == ["City"]
    assert any(block.kind == "embed" for block in first.body)
    assert (second.headline, second.bylines, second.language) == ("Line one", ("Desk",), "en")
    assert "https://o.example/" in json.dumps(second.to_json()["body"])
    assert second.old_urls == ("https://j.example/8",)
    assert isinstance(odd, Broken)
    assert isinstance(empty, Broken)


COUNTS = {"feeds-feedparser": (620, 1141, 533), "feeds-w3cvalidator": (1050, 1289, 669)}
DANGERS = (
    "<script",
    "javascript:",
    "vbscript:",
    "onload=",
    "onclick=",
    "onmouseover",
    "<iframe",
    "<object",
    "<style",
    "<svg",
)


@pytest.mark.parametrize(
    ("folder", "file"),
    [("feeds-feedparser", "feedparser-tests.tar.xz"), ("feeds-w3cvalidator", "testcases.tar.xz")],
)
def test_every_sample_gives_its_items_or_one_reason_and_no_script(corpora, tmp_path, folder, file):
    with tarfile.open(corpora / "corpora" / folder / file) as archive:
        archive.extractall(tmp_path, filter="data")
    stories = broken = refused = 0
    for path in sorted(path for path in tmp_path.rglob("*") if path.is_file()):
        try:
            found = list(FeedReader(ReaderOptions()).items(str(path), ZONE))
        except OutsideError:
            refused += 1
            continue
        for item in found:
            if isinstance(item, Broken):
                broken += 1
                continue
            stories += 1
            body = json.dumps(item.to_json()["body"]).lower()
            assert not [danger for danger in DANGERS if danger in body], path

    # What was measured; those refused and broken are feeds without items and items without words.
    least, items, without = COUNTS[folder]
    assert (stories + broken, refused) == (items, without)
    assert stories >= least
