"""WordPress exports: every item accounted for, its words, links, times, people and addresses kept."""

from __future__ import annotations

import gzip
import json
import lzma
import random
import resource
import runpy
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from broadsheet.intake.incoming import Broken, Incoming, IncomingMedia, IncomingStory, Skipped
from broadsheet.intake.readers.protocol import ReaderOptions
from broadsheet.intake.readers.wxr.reader import WxrReader
from broadsheet.outward.errors import UnreadableSource
from tests.intake.wxr_truth import Measured, contents, measured, words_of

BAKU = ZoneInfo("Asia/Baku")
HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/"><channel>
<title>The Old Paper</title><link>https://old.example</link><language>en-US</language><wp:wxr_version>1.2</wp:wxr_version>
<wp:base_site_url>https://old.example</wp:base_site_url><wp:base_blog_url>https://old.example</wp:base_blog_url>
<wp:author><wp:author_id>1</wp:author_id><wp:author_login><![CDATA[ada]]></wp:author_login><wp:author_email>ada@old.example</wp:author_email>
<wp:author_display_name><![CDATA[Ada O&#8217;Sample]]></wp:author_display_name></wp:author>
<wp:category><wp:term_id>3</wp:term_id><wp:category_nicename>world</wp:category_nicename><wp:category_parent></wp:category_parent><wp:cat_name><![CDATA[World]]></wp:cat_name></wp:category>
<wp:category><wp:term_id>4</wp:term_id><wp:category_nicename>asia</wp:category_nicename><wp:category_parent>world</wp:category_parent><wp:cat_name><![CDATA[Asia &amp; Pacific]]></wp:cat_name></wp:category>
"""
TAIL = "</channel></rss>"
PHOTO = """<item><title>A bridge</title><link>https://old.example/a-bridge/</link><wp:post_id>50</wp:post_id><wp:post_type>attachment</wp:post_type>
<wp:status>inherit</wp:status><wp:post_parent>7</wp:post_parent><excerpt:encoded><![CDATA[The bridge at dawn]]></excerpt:encoded>
<wp:attachment_url>https://old.example/wp-content/uploads/bridge.jpg</wp:attachment_url>
<wp:postmeta><wp:meta_key>_wp_attachment_image_alt</wp:meta_key><wp:meta_value><![CDATA[A bridge]]></wp:meta_value></wp:postmeta>
<wp:postmeta><wp:meta_key>_media_credit</wp:meta_key><wp:meta_value><![CDATA[J. Lens]]></wp:meta_value></wp:postmeta></item>"""


def post(content: str = "<p>Words.</p>", more: str = "", **said: str) -> str:
    texts = {
        "title": "A headline",
        "link": "https://old.example/2020/05/a-headline/",
        "dc:creator": "ada",
        "wp:post_id": "7",
        "wp:post_date": "2020-05-01 12:00:00",
        "wp:post_date_gmt": "2020-05-01 08:00:00",
        "wp:post_name": "a-headline",
        "wp:status": "publish",
        "wp:post_type": "post",
        **{key.replace("__", ":"): value for key, value in said.items()},
    }
    elements = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in texts.items())
    return f"<item>{elements}<content:encoded><![CDATA[{content}]]></content:encoded>{more}</item>"


def meta(key: str, value: str) -> str:
    return f"<wp:postmeta><wp:meta_key>{key}</wp:meta_key><wp:meta_value><![CDATA[{value}]]></wp:meta_value></wp:postmeta>"


def filed(domain: str, key: str, name: str) -> str:
    return f'<category domain="{domain}" nicename="{key}"><![CDATA[{name}]]></category>'


@pytest.fixture
def read(tmp_path: Path):
    def run(data: str | bytes, name: str = "export.xml", **shortcodes: str) -> list[Incoming]:
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return list(WxrReader(ReaderOptions(shortcodes=shortcodes)).items(str(path), BAKU))

    return run


@pytest.fixture
def story(read):
    def run(content: str = "<p>Words.</p>", more: str = "", beside: str = "", **said: str) -> IncomingStory:
        shortcodes = {key[5:]: said.pop(key) for key in list(said) if key.startswith("code_")}
        found = read(HEAD + post(content, more, **said) + beside + TAIL, **shortcodes)
        assert isinstance(found[0], IncomingStory), found[0]
        return found[0]

    return run


def body(story: IncomingStory) -> list[tuple[str, object]]:
    return [(block.kind, block.value) for block in story.body]


# -- the corpora ------------------------------------------------------------------------------------------------


def test_every_item_of_every_real_export_is_accounted_for(corpora):
    folder = corpora / "corpora" / "wxr-wordpress"
    truth = json.loads(lzma.decompress((folder / "truth.json.xz").read_bytes()))
    total = Measured()
    files = 0
    for name, said in truth.items():
        try:
            found = list(WxrReader(ReaderOptions()).items(str(folder / name), ZoneInfo("UTC")))
        except UnreadableSource:
            assert not said["items"], name
            continue
        files += 1
        items = [one for one in found if not (isinstance(one, Broken) and one.item == Path(name).name)]
        assert len(items) == len(said["items"]), name
        for item, wanted, (_, _, markup) in zip(items, said["items"], contents(folder / name), strict=True):
            _agrees(item, wanted, name)
            if isinstance(item, IncomingStory):
                one = measured(markup, item)
                assert one.ratio >= 0.99, (name, item.headline, one.ratio)
                assert not one.lost, (name, item.headline, one.lost)
                total = Measured(total.wanted + one.wanted, total.found + one.found, total.links + one.links)
        ids = [item.source_id for item in items if isinstance(item, IncomingStory | IncomingMedia)]
        assert len(ids) == len(set(ids)), name

    # As measured: 231,940 characters of words, 179 links, none of them lost.
    assert files >= 25
    assert total.wanted > 230_000
    assert total.links > 170
    assert total.ratio >= 0.9999


def _agrees(item: Incoming, wanted: dict[str, object], name: str) -> None:
    kind, status = wanted["type"], wanted["status"]
    if status == "trash" or kind in ("nav_menu_item", "wp_navigation", "wp_global_styles"):
        assert isinstance(item, Skipped), (name, wanted)
        assert item.reason
        return
    if isinstance(item, IncomingStory) and kind in ("post", "page"):
        assert item.form == ("page" if kind == "page" else "story")
        assert item.status == (
            "private"
            if wanted["password"]
            else {"publish": "live", "future": "scheduled"}.get(str(status), status)
        )
        title = words_of(str(wanted["title"] or ""))
        assert not title or words_of(item.headline) == title, (name, wanted["title"], item.headline)
        if wanted["post_date_gmt"] and not str(wanted["post_date_gmt"]).startswith("0000"):
            assert item.published is not None
            assert (
                item.published.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%d %H:%M:%S")
                == wanted["post_date_gmt"]
            )
        link = str(wanted["link"] or "").strip()
        assert not link.startswith("http") or link in item.old_urls
        sections = {term.name for term in item.terms if term.kind == "section"}
        assert {" ".join(words_of(str(one))) for one in wanted["categories"]} <= {
            " ".join(words_of(one)) for one in sections
        }
        topics = {" ".join(words_of(term.name)) for term in item.terms}
        assert {" ".join(words_of(str(one))) for one in wanted["tags"]} <= topics
    elif kind == "attachment":
        assert isinstance(item, IncomingMedia | Skipped)
        if isinstance(item, IncomingMedia):
            assert item.picture.address == wanted["attachment_url"]
    else:
        assert isinstance(item, Broken | Skipped | IncomingStory)


def test_what_is_no_export_at_all_is_refused(corpora):
    for path in sorted((corpora / "corpora" / "hostile-xml").glob("*.xml")):
        began = time.process_time()
        with pytest.raises(UnreadableSource):
            list(WxrReader(ReaderOptions()).items(str(path), BAKU))
        assert time.process_time() - began < 2


# -- what is kept -----------------------------------------------------------------------------------------------


def test_a_post_with_everything(read):
    more = (
        "<excerpt:encoded><![CDATA[In <em>short</em> &amp; plain.]]></excerpt:encoded>"
        + "<wp:post_modified>2020-05-02 10:00:00</wp:post_modified><wp:post_modified_gmt>2020-05-02 06:00:00</wp:post_modified_gmt>"
        + "<guid isPermaLink='false'>https://old.example/?p=7</guid>"
        + filed("category", "asia", "Asia &amp; Pacific")
        + filed("category", "world", "World")
        + filed("post_tag", "tea", "Tea")
        + filed("series", "long-reads", "Long reads")
        + meta("_yoast_wpseo_primary_category", "4")
        + meta("_thumbnail_id", "50")
        + meta("_wp_old_slug", "first-headline")
        + "<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_content>x</wp:comment_content></wp:comment>"
    )
    found, photo = read(
        HEAD + post("<p>Words.</p>", more, title="Tea &#8220;rises&#8221; [PHOTO]") + PHOTO + TAIL
    )

    assert isinstance(found, IncomingStory)
    assert isinstance(photo, IncomingMedia)
    assert (found.source_id, found.headline, found.labels) == (
        "https://old.example/?p=7",
        "Tea “rises”",
        ("PHOTO",),
    )
    assert (found.standfirst, found.slug, found.status, found.access, found.language) == (
        "In short & plain.",
        "a-headline",
        "live",
        "free",
        "en",
    )
    assert found.published is not None
    assert found.published.isoformat() == "2020-05-01T12:00:00+04:00"
    assert found.published.tzinfo is BAKU
    assert found.modified is not None
    assert found.modified.isoformat() == "2020-05-02T10:00:00+04:00"
    assert [(a.name, a.key, a.email) for a in found.authors] == [("Ada O’Sample", "ada", "ada@old.example")]
    assert found.bylines == ("Ada O’Sample",)
    assert [(t.kind, t.key, t.name, t.parents, t.is_primary) for t in found.terms] == [
        ("section", "asia", "Asia & Pacific", ("world",), True),
        ("section", "world", "World", (), False),
        ("topic", "tea", "Tea", (), False),
        ("topic", "long-reads", "Long reads", (), False),
    ]
    assert found.lead is not None
    assert (found.lead.address, found.lead.alt, found.lead.caption, found.lead.credit) == (
        "https://old.example/wp-content/uploads/bridge.jpg",
        "A bridge",
        "The bridge at dawn",
        "J. Lens",
    )
    assert found.old_urls == (
        "https://old.example/2020/05/a-headline/",
        "https://old.example/?p=7",
        "https://old.example/2020/05/first-headline/",
    )
    assert "1 comments" in found.lost
    assert photo.old_urls == (
        "https://old.example/wp-content/uploads/bridge.jpg",
        "https://old.example/a-bridge/",
        "https://old.example/?attachment_id=50",
    )


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("publish", "live"),
        ("draft", "draft"),
        ("pending", "draft"),
        ("private", "private"),
        ("future", "scheduled"),
        ("pitch", "draft"),
        ("", "draft"),
    ],
)
def test_drafts_stay_drafts(story, said: str, status: str):
    assert story(wp__status=said).status == status


def test_a_password_makes_a_post_private(story):
    assert story(wp__post_password="secret").status == "private"


def test_a_draft_that_was_never_published_has_no_time(story):
    assert story(wp__status="draft", wp__post_date_gmt="0000-00-00 00:00:00").published is None


@pytest.mark.parametrize(
    ("local", "gmt", "iso"),
    [
        ("2020-05-01 12:00:00", "2020-05-01 06:30:00", "2020-05-01T12:00:00+05:30"),
        ("2020-05-01 12:00:00", "0000-00-00 00:00:00", "2020-05-01T12:00:00+04:00"),
        ("0000-00-00 00:00:00", "2020-05-01 06:30:00", "2020-05-01T10:30:00+04:00"),
        ("2020-05-01 12:00:00", "2019-05-01 06:30:00", "2019-05-01T10:30:00+04:00"),
        ("nonsense", "2020-13-45 99:00:00", None),
    ],
)
def test_times_keep_the_zone_that_they_had(story, local: str, gmt: str, iso: str | None):
    published = story(wp__post_date=local, wp__post_date_gmt=gmt).published

    assert (published and published.isoformat()) == iso


def test_co_authors_in_their_order_guests_among_them(story):
    guest = (
        "<item><title>Bea Guest</title><wp:post_id>90</wp:post_id><wp:post_type>guest-author</wp:post_type><wp:status>publish</wp:status>"
        + meta("cap-display_name", "Bea Guest")
        + meta("cap-user_login", "bea")
        + meta("cap-user_email", "bea@x.example")
        + "</item>"
    )
    found = story(
        more=filed("author", "cap-bea", "bea")
        + filed("author", "cap-ada", "ada")
        + filed("author", "cap-zoe", "Zoe Nobody"),
        beside=guest,
    )

    assert found.bylines == ("Bea Guest", "Ada O’Sample", "Zoe Nobody")
    assert found.authors[0].email == "bea@x.example"


def test_subtitles_come_before_excerpts_and_nothing_is_lost_silently(story):
    found = story(
        more="<excerpt:encoded>E</excerpt:encoded>"
        + meta("newspack_post_subtitle", "S")
        + meta("_yoast_wpseo_title", "T")
    )

    assert found.standfirst == "S"
    assert len(found.lost) == 2


def test_a_post_without_title_gets_its_first_words(story):
    assert story("<p>Only a note.</p>", title="").headline == "Only a note."


# -- content ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("one\n\ntwo\nthree", "<p>one</p>\n<p>two<br/>three</p>"),
        ("one\r\n\r\ntwo", "<p>one</p>\n<p>two</p>"),
        (
            "<strong>one</strong>\n\n<h2>two</h2>\nthree",
            "<p><strong>one</strong></p><h2>two</h2><p>three</p>",
        ),
        (
            "<blockquote>one\n\ntwo</blockquote>three",
            "<blockquote>one<br/>two</blockquote><p>three</p>",
        ),
        ("<ul>\n<li>one\ntwo</li>\n</ul>", "<ul>\n<li>one<br/>two</li>\n</ul>"),
        ('<div class="x">one\n\ntwo</div>', "<p>one</p><p>two</p>"),
        ("one<!--more-->two", "<p>one</p>\n<p>two</p>"),
        ('<a\nhref="https://x.example/">one</a>', '<p><a href="https://x.example/">one</a></p>'),
        ("he said [sic] and [he laughed] [1]", "<p>he said [sic] and [he laughed] [1]</p>"),
        ("[[gallery]]", "<p>[gallery]</p>"),
    ],
)
def test_the_classic_editor(story, content: str, text: str):
    assert body(story(content)) == [("text", text)]


def test_the_present_editor(story):
    found = story(
        '<!-- wp:paragraph {"dropCap":true} -->\n<p>One</p>\n<!-- /wp:paragraph -->\n\n'
        '<!-- wp:columns --><div class="wp-block-columns"><!-- wp:column --><div><!-- wp:paragraph --><p>Two</p><!-- /wp:paragraph --></div><!-- /wp:column --></div><!-- /wp:columns -->\n'
        '<!-- wp:gallery {"ids":[1]} --><figure class="wp-block-gallery"><figure><img src="/1.jpg"></figure><figure><img src="/2.jpg"></figure></figure><!-- /wp:gallery -->\n'
        '<!-- wp:embed {"url":"https://youtu.be/abcdefghijk"} --><figure class="wp-block-embed"><div>\nhttps://youtu.be/abcdefghijk\n</div></figure><!-- /wp:embed -->\n'
        '<!-- wp:pullquote --><figure class="wp-block-pullquote"><blockquote><p>Three</p></blockquote></figure><!-- /wp:pullquote -->\n'
        "classic words\n\nin between\n"
        '<!-- wp:block {"ref":60} /-->\n<!-- wp:block {"ref":61} /-->\n<!-- wp:acme/box {"x":1} /-->\n<!-- wp:spacer /-->'
        '<!-- wp:shortcode -->\n[pullquote by="Ada"]Four[/pullquote]\n<!-- /wp:shortcode -->',
        beside="<item><title>R</title><wp:post_id>60</wp:post_id><wp:post_type>wp_block</wp:post_type><content:encoded><![CDATA[<!-- wp:paragraph --><p>Reused</p><!-- /wp:paragraph -->]]></content:encoded></item>",
    )

    assert [kind for kind, _ in body(found)] == ["text", "gallery", "embed", "quote", "text", "quote"]
    assert body(found)[0][1] == "<p>One</p><p>Two</p>"
    assert body(found)[4][1] == "<p>classic words</p><p>in between</p><p>Reused</p>"
    assert body(found)[5][1] == {"quote": "Four", "by": "Ada"}
    assert found.lost == ("reusable block 61, which isn't in this file", "block acme/box")


def test_the_shortcodes_of_wordpress(story):
    found = story(
        'A\n[caption id="x" align="left" width="300"]<a href="https://old.example/wp-content/uploads/bridge.jpg"><img src="https://old.example/wp-content/uploads/bridge-300x200.jpg"></a> Own <a href="/c">words</a>[/caption]\nB\n'
        '[gallery ids="50,51" columns="2"]\n\n[embed width="1"]https://vimeo.com/12345[/embed]\n\n[audio mp3="https://x.example/a.mp3"][/audio]\n\n[youtube https://www.youtube.com/watch?v=abcdefghijk]\n\nhttps://www.youtube.com/watch?v=kjihgfedcba\n\n[video src="https://x.example/v.mp4"]',
        beside=PHOTO,
    )

    assert [kind for kind, _ in body(found)] == ["text", "picture", "text", "picture", *["embed"] * 5]
    picture = found.body[1].value
    assert (picture.address, picture.alt, picture.caption) == (
        "https://old.example/wp-content/uploads/bridge.jpg",
        "A bridge",
        "Own words",
    )
    assert "https://old.example/c" in found.body[2].value
    assert found.body[3].value.caption == "The bridge at dawn"
    assert [block.value["url"] for block in found.body if block.kind == "embed"] == [
        "https://vimeo.com/12345",
        "https://x.example/a.mp3",
        "https://www.youtube.com/watch?v=abcdefghijk",
        "https://www.youtube.com/watch?v=kjihgfedcba",
        "https://x.example/v.mp4",
    ]
    assert found.lost == ("1 pictures of a gallery, which aren't in this file",)


def test_a_gallery_without_numbers_shows_what_was_uploaded_to_its_post(story):
    assert story("[gallery]", beside=PHOTO).body[0].value.address.endswith("/bridge.jpg")


def test_unknown_shortcodes_keep_what_they_enclose_and_their_links(story):
    found = story(
        'A [vc_row][big size="3"]B[/big][/vc_row] C [button url="https://x.example/b" text="Buy"] [recent-stuff]'
    )

    assert body(found) == [("text", '<p>A B C <a href="https://x.example/b">Buy</a></p>')]
    assert len(found.lost) == 4


@pytest.mark.parametrize(
    ("action", "kind", "value"),
    [
        ("drop", "text", "<p>A</p><p>C</p>"),
        ("text", "text", "<p>A B C</p>"),
        ("quote", "quote", {"quote": "B", "by": ""}),
        ("facts", "facts", {"title": "T", "text": "<p>B</p>"}),
    ],
)
def test_a_mapping_says_what_a_shortcode_becomes(story, action: str, kind: str, value: object):
    found = story(
        'A\n\n[box title="T"]B[/box]\n\nC' if action != "text" else "A [box]B[/box] C", code_box=action
    )

    assert (kind, value) in [(k, v.replace("\n", "") if isinstance(v, str) else v) for k, v in body(found)]
    assert not found.lost


def test_what_only_members_saw_stays_for_subscribers(story):
    found = story("A\n\n[restrict]B[/restrict]")

    assert found.access == "subscribers"
    assert "B" in found.body_text


def test_a_featured_picture_that_begins_the_text_comes_once(story):
    found = story(
        '<img src="https://old.example/wp-content/uploads/bridge-1024x683.jpg"><p>A</p>',
        meta("_thumbnail_id", "50"),
        PHOTO,
    )

    assert found.lead is not None
    assert [kind for kind, _ in body(found)] == ["text"]


# -- other items ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", ["nav_menu_item", "revision", "wp_template", "acf-field", "shop_order", "feedback"]
)
def test_what_is_no_story_is_left_out_and_said(read, kind: str):
    (found,) = read(HEAD + post(wp__post_type=kind) + TAIL)

    assert isinstance(found, Skipped)
    assert kind in found.reason


def test_types_of_the_site_itself_come_in_as_stories_if_they_have_text(read):
    listing, empty, form = read(
        HEAD
        + post(wp__post_type="newspack_lst_event")
        + post("", wp__post_type="team", wp__post_id="8")
        + post('{"id":1}', wp__post_type="everest_form", wp__post_id="9")
        + TAIL
    )

    assert isinstance(listing, IncomingStory)
    assert [term.key for term in listing.terms] == ["post_type:newspack_lst_event"]
    assert isinstance(empty, Skipped)
    assert isinstance(form, Skipped)


def test_files_that_are_no_pictures_are_skipped_and_the_bin_is(read):
    pdf, binned = read(HEAD + PHOTO.replace("bridge.jpg", "report.pdf") + post(wp__status="trash") + TAIL)

    assert isinstance(pdf, Skipped)
    assert "report.pdf" in pdf.reason
    assert isinstance(binned, Skipped)


# -- odd and hostile files --------------------------------------------------------------------------------------


def test_files_as_they_really_are(read):
    whole = HEAD + post("<p>Caf\u00e9 \u2013 na\u00efve.</p>") + TAIL
    variants = {
        "control characters": whole.replace("Caf", "Ca\x0b\x08f"),
        "blank lines before": "\n\n" + whole,
        "a warning before": "<br />\n<b>Warning</b>: x in y.php<br />\n" + whole,
        "latin-1 that says so": whole.replace("UTF-8", "windows-1252").encode("cp1252"),
        "latin-1 that says utf-8": whole.encode("cp1252"),
        "utf-16": ("\ufeff" + whole).encode("utf-16-le"),
        "a byte order mark": b"\xef\xbb\xbf" + whole.encode(),
        "an unknown encoding": whole.replace("UTF-8", "x-klingon"),
        "prefixes that nobody declared": whole.replace(
            ' xmlns:wp="http://wordpress.org/export/1.2/"', ""
        ).replace(' xmlns:dc="http://purl.org/dc/elements/1.1/"', ""),
        "bare ampersands": whole.replace("<title>The Old Paper", "<title>A & B &nbsp; AT&T &copy"),
        "no version": whole.replace("<wp:wxr_version>1.2</wp:wxr_version>", ""),
        "gzip": gzip.compress(whole.encode()),
    }
    for name, data in variants.items():
        try:
            stories = [one for one in read(data) if isinstance(one, IncomingStory)]
        except UnreadableSource as error:
            pytest.fail(f"{name}: {error}")
        assert len(stories) == 1, name
        assert stories[0].body_text == "Café – naïve.", name
        assert stories[0].source_id == "https://old.example/?p=7", name


def test_html_entities_outside_of_cdata(read):
    (found,) = read(
        HEAD + post().replace("<![CDATA[A headline]]>", "Tea&nbsp;&amp; &laquo;more&raquo; AT&T") + TAIL
    )

    assert isinstance(found, IncomingStory)
    assert found.headline == "Tea & «more» AT&T"


def test_joined_cdata(read):
    (found,) = read(HEAD + post("<p>a ]]]]><![CDATA[> b</p>") + TAIL)

    assert isinstance(found, IncomingStory)
    assert found.body_text == "a ]]> b"


def test_a_file_that_breaks_off_gives_what_stood_before_the_break(read):
    whole = (
        HEAD
        + post(wp__post_id="1")
        + post(wp__post_id="2")
        + post("<p>half</p>" * 50, wp__post_id="3")
        + TAIL
    )
    one, two, three = read(whole[: whole.rindex("half")])

    assert isinstance(one, IncomingStory)
    assert isinstance(two, IncomingStory)
    assert isinstance(three, Broken)
    assert "breaks off" in three.reason


def test_a_broken_middle_is_said_and_the_rest_goes_on(read):
    found = read(
        HEAD
        + post(wp__post_id="1")
        + post(wp__post_id="2").replace("</title>", "</titel>")
        + post(wp__post_id="3")
        + TAIL
    )

    assert next(one.source_id for one in found if isinstance(one, IncomingStory)).endswith("?p=1")
    assert isinstance(found[-1], Broken)
    assert "line" in found[-1].reason


@pytest.mark.parametrize("declared", ["", ' encoding="UTF-8"'])
@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        (
            "cp1251",
            "Съешь ещё этих мягких французских булок, да выпей чаю. Привет мир, сегодня хорошая погода.",
        ),
        (
            "koi8_r",
            "Съешь ещё этих мягких французских булок, да выпей чаю. Привет мир, сегодня хорошая погода.",
        ),
        ("cp1252", "Voix ambiguë d’un cœur qui préfère les jattes de kiwis, naïve à l’âge où l’été s’en va."),
        ("utf-8", "Съешь ещё этих мягких французских булок, да выпей чаю."),
    ],
)
def test_an_export_in_an_encoding_that_it_does_not_say(read, encoding, text, declared):
    item = (
        f"<item><title>T</title><content:encoded>{text}</content:encoded><wp:post_id>1</wp:post_id>"
        "<wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item>"
    )
    whole = f"{HEAD}{item}{TAIL}".replace(' encoding="UTF-8"', declared)

    assert [one.body_text for one in read(whole.encode(encoding))] == [text]


def test_of_a_gzip_file_that_breaks_off_is_taken_what_is_whole(read):
    items = "".join(
        f"<item><title>{n}</title><content:encoded>{random.Random(n).randbytes(300).hex()}</content:encoded>"
        f"<wp:post_id>{n}</wp:post_id><wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item>"
        for n in range(1, 200)
    )
    packed = gzip.compress(f"{HEAD}{items}</channel></rss>".encode())

    found = read(packed[: len(packed) // 2])

    assert 80 < sum(isinstance(one, IncomingStory) for one in found) < 110
    assert isinstance(found[-1], Broken)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not xml",
        b"<html><p>a page</p></html>",
        b"\x00" * 100,
        b"\x1f\x8bno gzip",
        b"<rss>" + b"<a>" * 300_000,
        b'<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><rss><channel><item><title>&b;</title></item></channel></rss>',
        b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&a;</title></item></channel></rss>',
    ],
)
def test_what_can_not_be_an_export(read, data: bytes):
    with pytest.raises(UnreadableSource):
        read(data)


@pytest.mark.parametrize("source", ["/no/such/file.xml", "/", "https://x.example/export.xml", "a\0b"])
def test_what_is_no_file(source: str):
    with pytest.raises(UnreadableSource):
        list(WxrReader(ReaderOptions()).items(source, BAKU))


HOSTILE = {
    "openings": "[aa " * 100_000,
    "unclosed": "[caption]" * 50_000,
    "nested": "[one]" * 20_000 + "x" + "[/one]" * 20_000,
    "crossed": "[one a=1][two b=1]" * 10_000 + "[/one][/two]" * 10_000,
    "gallery": "[gallery ids='" + "1," * 100_000 + "']",
    "blocks": "<!-- wp:group -->" * 50_000,
    "unclosed blocks": '<!-- wp:group {"a":"' * 50_000,
    "html blocks": "<!-- wp:html -->x" * 20_000,
    "json": "<!-- wp:x " + "[" * 50_000 + " /-->",
    "lines": "\n" * 500_000 + "x",
    "spaces": "\n \n" * 200_000 + "x",
    "addresses": "https://youtu.be/abcdefghijk\n" * 20_000,
    "code": "[code]" * 20_000,
    "pre": "<pre>" * 50_000,
    "angle": "<" * 200_000,
    "div": "<div>\n\nx" * 30_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_content_takes_its_time_in_proportion(story, name: str):
    began = time.process_time()
    story(HOSTILE[name].replace("]]>", ""))

    assert time.process_time() - began < 10


def test_reusable_blocks_that_hold_themselves(story):
    block = (
        "<item><wp:post_id>60</wp:post_id><title>x</title><wp:post_type>wp_block</wp:post_type><content:encoded><![CDATA[<p>x</p>"
        + '<!-- wp:block {"ref":60} /-->' * 8
        + "]]></content:encoded></item>"
    )

    assert len(story('<!-- wp:block {"ref":60} /-->', beside=block).body_text) < 5_000


def test_categories_that_are_their_own_parents(read):
    ring = "".join(
        f"<wp:category><wp:category_nicename>{a}</wp:category_nicename><wp:category_parent>{b}</wp:category_parent><wp:cat_name>{a}</wp:cat_name></wp:category>"
        for a, b in (("r1", "r2"), ("r2", "r1"))
    )
    (found,) = read(HEAD + ring + post(more=filed("category", "r1", "r1")) + TAIL)

    assert isinstance(found, IncomingStory)
    assert set(found.terms[0].parents) <= {"r1", "r2"}


def test_memory_does_not_grow_with_the_file(tmp_path: Path):
    write_wxr = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "wxr_source.py"))["write_wxr"]

    def peak(posts: int) -> int:
        path = tmp_path / f"{posts}.xml"
        with path.open("wb") as file:
            write_wxr(file, posts)
        assert (
            sum(isinstance(one, IncomingStory) for one in WxrReader(ReaderOptions()).items(str(path), BAKU))
            == posts
        )
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    small = peak(200)

    assert peak(2_000) - small < 15_000
