import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from lxml import etree

from broadsheet.intake.incoming import Broken, IncomingMedia, IncomingStory, Skipped
from broadsheet.intake.nitf import html_of_nitf
from broadsheet.intake.readers.newsml import NewsmlReader
from broadsheet.intake.readers.protocol import ReaderOptions
from broadsheet.intake.services import run_import
from broadsheet.newsroom.models import Story
from broadsheet.outward.errors import UnreadableSource
from tests.factories import picture_bytes

ZONE = ZoneInfo("Asia/Baku")
NS = 'xmlns="http://iptc.org/std/nar/2006-10-01/"'
XHTML = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>T</title></head><body>{}</body></html>'
NITF = """<nitf xmlns="http://iptc.org/std/NITF/2006-10-18/"><body><body.head><hedline><hl1>Bridge opens</hl1></hedline>
<byline>By Nat Nitf</byline></body.head><body.content>{}</body.content><body.end><tagline>(end)</tagline></body.end></body></nitf>"""
FIRST = '<p>It <a href="https://x.example/">opened</a> in <location>Baku</location>.</p>'


def item(content: str, guid: str = "urn:x:1", kind: str = "text", meta: str = "", more: str = "") -> str:
    return f"""<newsItem {NS} guid="{guid}" version="1" xml:lang="en-GB">
<rightsInfo><copyrightHolder><name>Wire</name></copyrightHolder><usageTerms>Not in X</usageTerms></rightsInfo>
<itemMeta><itemClass qcode="ninat:{kind}"/><provider qcode="nprov:WIRE"/>
<versionCreated>2022-04-05T13:51:00+04:00</versionCreated><firstCreated>2022-04-05T12:51:00+04:00</firstCreated>{meta}</itemMeta>
<contentMeta><located><name>Baku</name></located><creator><name>Ann Author</name></creator>
<subject qcode="medtop:20000523"><name xml:lang="de">Arbeitsmarkt</name><name xml:lang="en-GB">labour market</name></subject>
<headline>Bridge opens</headline>{more}</contentMeta><contentSet>{content}</contentSet></newsItem>"""


def text(html: str, **facts: str) -> str:
    return item(f'<inlineXML contenttype="application/xhtml+xml">{XHTML.format(html)}</inlineXML>', **facts)


def picture(guid: str, name: str, caption: str = "The bridge") -> str:
    files = "".join(
        f'<remoteContent href="{href}" contenttype="{kind}" width="{width}" height="{width}"/>'
        for href, kind, width in (
            (f"./{name}-small.jpg", "image/jpeg", 10),
            (f"file:///./{name}.jpg", "image/jpeg", 100),
            (f"./{name}.mp4", "video/mp4", 999),
        )
    )
    return item(files, guid, "picture", more=f'<description role="drol:caption">{caption}</description>')


def message(*items: str) -> str:
    return f"<newsMessage {NS}><header/><itemSet>{''.join(items)}</itemSet></newsMessage>"


def package(*references: str, groups: str = "") -> str:
    refs = "".join(
        f'<itemRef residref="{guid}"><itemClass qcode="ninat:{kind}"/></itemRef>'
        for kind, guid in (r.split("|") for r in references)
    )
    inside = groups or f'<group id="G1" role="g">{refs}</group>'
    return f'<packageItem {NS} guid="urn:x:pack"><groupSet root="G1">{inside}</groupSet></packageItem>'


def read(tmp_path: Path, document: str | bytes, name: str = "x.xml") -> list:
    path = tmp_path / name
    path.write_bytes(document if isinstance(document, bytes) else document.encode())
    return list(NewsmlReader(ReaderOptions()).items(str(path), ZONE))


def test_an_item_says_everything_that_a_story_needs(tmp_path):
    (story,) = read(tmp_path, text(FIRST, more="<slugline>s</slugline><keyword>roads</keyword>"))

    assert story.headline == "Bridge opens"
    assert story.body[0].value == '<p>It <a href="https://x.example/">opened</a> in Baku.</p>'
    assert (story.bylines, story.dateline, story.language) == (("Ann Author",), "Baku", "en-GB")
    assert story.published.isoformat() == "2022-04-05T12:51:00+04:00"
    assert story.modified.isoformat() == "2022-04-05T13:51:00+04:00"
    assert [t.name for t in story.terms] == ["labour market", "roads"]
    assert story.terms[0].key == "http://cv.iptc.org/newscodes/mediatopic/20000523"
    assert (story.source_name, story.usage_terms) == ("Wire", "Not in X")


@pytest.mark.parametrize(
    "content",
    [
        f'<inlineXML contenttype="application/nitf+xml">{NITF.format("<p>It opened.</p><hl2>Then</hl2><p>At last.</p>")}</inlineXML>',
        f"<inlineXML>{XHTML.format('<h1>Bridge opens</h1><p>It opened.</p><h2>Then</h2><p>At last.</p>')}</inlineXML>",
        '<inlineData contenttype="text/html">&lt;p&gt;It opened.&lt;/p&gt;&lt;h2&gt;Then&lt;/h2&gt;&lt;p&gt;At last.</inlineData>',
        '<inlineData contenttype="text/plain">It opened.\n\nThen\n\nAt last.</inlineData>',
        '<inlineData contenttype="text/plain" encoding="base64">SXQgb3BlbmVkLgoKVGhlbgoKQXQgbGFzdC4=</inlineData>',
    ],
)
def test_every_kind_of_inline_text_comes_in_whole(tmp_path, content):
    (story,) = read(tmp_path, item(content))

    assert story.body_text.removesuffix("\n\n(end)") == "It opened.\n\nThen\n\nAt last."


def test_nitf_keeps_pictures_tables_and_lists():
    html = html_of_nitf(
        NITF.format(
            '<media media-type="image"><media-reference mime-type="image/jpeg" source="s.jpg" width="10" height="10"/>'
            '<media-reference mime-type="image/jpeg" source="m.jpg" width="90" height="90"/>'
            "<media-caption>The <em>bridge</em></media-caption><media-producer>Pat</media-producer></media>"
            "<table><tr><td>1</td></tr></table><ul><li>One</li></ul><block><p>In <person>Ann</person></p></block>"
        )
    )

    assert (
        '<img src="m.jpg" alt=""><figcaption>' in html.replace("></figure", ">") or '<img src="m.jpg"' in html
    )
    assert "<em>bridge</em>" in html
    assert "Pat" in html
    assert "<td>1</td>" in html
    assert "<p>In Ann</p>" in html
    assert "Nat Nitf" not in html


def test_a_picture_comes_in_its_largest_file_from_beside_the_item(tmp_path):
    (media,) = read(tmp_path, picture("urn:x:p", "bridge"))

    assert isinstance(media, IncomingMedia)
    assert (media.picture.address, media.picture.caption) == ("bridge.jpg", "The bridge")
    assert media.picture.credit == "Ann Author / Wire"
    assert media.folder == str(tmp_path.resolve())


def test_a_package_puts_its_pictures_beside_its_text_in_order(tmp_path):
    parts = [
        picture("urn:x:p2", "two"),
        text(FIRST),
        package("text|urn:x:1", "picture|urn:x:p1", "picture|urn:x:p2"),
    ]
    found = read(tmp_path, message(*parts, picture("urn:x:p1", "one")))
    story = next(i for i in found if isinstance(i, IncomingStory))

    assert [type(i) for i in found] == [IncomingMedia, IncomingStory, Skipped, IncomingMedia]
    assert story.lead.address == "one.jpg"
    assert [p.address for p in story.pictures] == ["one.jpg", "two.jpg"]


def test_a_package_in_its_own_file_is_understood_in_a_folder(tmp_path):
    for name, document in (
        ("a.xml", text(FIRST)),
        ("b.xml", picture("urn:x:p1", "one")),
        ("c.xml", package("text|urn:x:1", "picture|urn:x:p1")),
    ):
        (tmp_path / name).write_text(document)
    found = list(NewsmlReader(ReaderOptions()).items(str(tmp_path), ZONE))

    assert found[0].lead.address == "one.jpg"
    assert found[2].reason.startswith("a package of 2 items")


@pytest.mark.django_db
def test_pictures_of_one_name_in_two_folders_are_two_pictures(paper, tmp_path):
    for number, colour in (("1", (250, 0, 0)), ("2", (0, 0, 250))):
        folder = tmp_path / "all" / number
        folder.mkdir(parents=True)
        (folder / "one.jpg").write_bytes(picture_bytes(colour=colour))
        parts = [text(FIRST, guid=f"urn:x:{number}"), picture(f"urn:x:p{number}", "one")]
        refs = package(f"text|urn:x:{number}", f"picture|urn:x:p{number}").replace(
            "urn:x:pack", f"urn:k:{number}"
        )
        (folder / "x.xml").write_text(message(*parts, refs))
    report = run_import("newsml", [str(tmp_path / "all")])
    leads = list(Story.objects.order_by("pk").values_list("lead_picture", flat=True))

    assert report.media_created == 2
    assert None not in leads
    assert len(set(leads)) == 2


def test_groups_that_lead_in_a_circle_end(tmp_path):
    groups = '<group id="G1"><groupRef idref="G2"/></group><group id="G2"><groupRef idref="G1"/></group>'
    (found,) = read(tmp_path, package(groups=groups))

    assert isinstance(found, Skipped)


def test_codes_are_looked_up_in_catalogs_beside_the_item_and_never_fetched(tmp_path):
    (tmp_path / "catalog.wire.xml").write_text(
        f'<catalog {NS}><scheme alias="wire" uri="http://wire.example/cv/"/></catalog>'
    )
    with_catalog = text(FIRST, more='<subject qcode="wire:7"><name>Roads</name></subject>').replace(
        "<rightsInfo>", '<catalogRef href="http://wire.example/catalog.wire.xml"/><rightsInfo>', 1
    )
    (story,) = read(tmp_path, with_catalog)

    assert story.terms[-1].key == "http://wire.example/cv/7"


def test_an_embargo_that_runs_schedules_the_story(tmp_path):
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    (story,) = read(tmp_path, text(FIRST, meta=f"<embargoed>{later}</embargoed>"))

    assert (story.status, story.published.isoformat()) == ("scheduled", later)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (text(FIRST, meta='<pubStatus qcode="stat:canceled"/>'), "kill notice"),
        (
            text(FIRST, meta='<pubStatus uri="http://cv.iptc.org/newscodes/pubstatusg2/withheld"/>'),
            "withholds",
        ),
        (item("", kind="video"), "a video without a text"),
        (item("<inlineXML><events/></inlineXML>"), "data (<events>)"),
        (
            item('<remoteContent href="file:///etc/passwd" contenttype="image/png"/>', kind="picture"),
            "without a file",
        ),
        (f'<conceptItem {NS} guid="c"/>', "a concept"),
        (f'<catalog {NS}><scheme alias="a" uri="b"/></catalog>', "a catalog"),
    ],
)
def test_what_is_no_story_is_left_out_with_its_reason(tmp_path, document, reason):
    (found,) = read(tmp_path, document)

    assert isinstance(found, Skipped)
    assert reason in found.reason


def test_editors_notes_and_signals_are_told_and_never_printed(tmp_path):
    (story,) = read(tmp_path, text(FIRST, meta='<edNote>HOLD IT</edNote><signal qcode="sig:correction"/>'))

    assert len(story.lost) == 2
    assert "HOLD IT" not in str(story.to_json())


def test_hostile_documents_are_refused_or_cleaned(tmp_path):
    bomb = f'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>{text("<p>&b;</p>")}'
    outside = f'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>{text("<p>&a;</p>")}'
    for document in (bomb, outside, "", "<html/>", "\x00\x01", "{}"):
        with pytest.raises(UnreadableSource):
            read(tmp_path, document)
    (story,) = read(tmp_path, text('<p onclick="x">Hi<script>x</script><a href="javascript:x">y</a></p>'))
    (deep,) = read(tmp_path, text("<div>" * 150 + "Hi" + "</div>" * 150))

    assert "Hi" in story.body_text
    assert not re.search("onclick|script", str(story.body))
    assert "Hi" in deep.body_text


def test_what_stood_before_a_break_comes_in(tmp_path):
    path = tmp_path / "x.xml"
    path.write_text(message(text(FIRST), text(FIRST, guid="urn:x:2"))[:-400])
    found = NewsmlReader(ReaderOptions()).items(str(path), ZONE)

    assert next(found).source_id == "urn:x:1"
    with pytest.raises(UnreadableSource):
        next(found)


def test_an_item_without_a_name_is_named_and_the_next_one_comes_in(tmp_path):
    found = read(tmp_path, message(text(FIRST, guid=""), text(FIRST)))

    assert isinstance(found[0], Broken)
    assert found[1].source_id == "urn:x:1"


@pytest.mark.django_db
def test_a_package_lands(paper, tmp_path):
    (tmp_path / "one.jpg").write_bytes(picture_bytes())
    (tmp_path / "x.xml").write_text(
        message(text(FIRST), picture("urn:x:p1", "one"), package("text|urn:x:1", "picture|urn:x:p1"))
    )
    report = run_import("newsml", [str(tmp_path / "x.xml")])
    again = run_import("newsml", [str(tmp_path / "x.xml")])

    assert (report.found, report.skipped, report.failed, report.media_created) == (3, 1, 0, 1)
    assert (again.created, again.updated) == (0, 0)


def test_every_whole_listing_gives_its_items_or_one_reason(corpora):
    counts: Counter[str] = Counter()
    fragments = 0
    for path in sorted((corpora / "corpora/newsml-g2/examples").glob("LISTING*.xml")):
        try:
            found = list(NewsmlReader(ReaderOptions()).items(str(path), ZONE))
        except UnreadableSource:
            fragments += 1
            continue
        counts.update(type(i).__name__ for i in found)
        for story in (i for i in found if isinstance(i, IncomingStory)):
            _holds_the_whole_text(path, story)

    assert fragments == 5
    assert counts == {"Skipped": 22, "IncomingStory": 4, "IncomingMedia": 3}


def _holds_the_whole_text(path: Path, story: IncomingStory) -> None:
    contents = [
        e for e in etree.parse(path).iter() if isinstance(e.tag, str) and e.tag.endswith("}body.content")
    ]
    if contents:
        wanted = Counter(re.sub(r"\W+", "", "".join(contents[0].itertext())))
        assert (wanted - Counter(re.sub(r"\W+", "", story.body_text))).total() <= 0.01 * wanted.total()
