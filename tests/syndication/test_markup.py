"""Every kind of block becomes HTML that stands by itself: absolute, without script, legal XML."""

from datetime import UTC, datetime

import pytest
from lxml import etree, html

from broadsheet.newsroom import document as d
from broadsheet.pictures.selectors import Image
from broadsheet.syndication.markup import body, body_html, inner_html, lead, legal, notes, picture_file

BASE = "http://testserver"
NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def picture(**facts):
    made = {
        "id": 7,
        "src": "/media/pictures/a-640.webp",
        "srcset": "/media/pictures/a-320.webp 320w, /media/pictures/a-640.webp 640w",
        "share": "",
        "width": 1800,
        "height": 1200,
        "alt": "A bridge",
        "caption": "The old bridge",
        "credit": "Ann / Gazette",
    }
    return Image(**{**made, **facts})


def story(*blocks, **facts):
    made = {
        "id": 5,
        "path": "/nation/bridge/",
        "headline": "The bridge",
        "social_headline": "",
        "seo_title": "",
        "description": "",
        "kicker": "",
        "standfirst": "",
        "section": None,
        "bylines": (),
        "topics": (),
        "labels": (),
        "genre": "news",
        "genre_name": "News",
        "access": "free",
        "language": "en",
        "dateline": "",
        "published": NOW,
        "updated": None,
        "lead": d.Lead(),
        "blocks": blocks,
        "corrections": (),
    }
    return d.Document(**{**made, **facts})


CARD = d.Card(
    9, "story", "/nation/other/", "Other <b>", "", "", None, (), (), "news", "free", "en", NOW, None, None
)


def test_text_has_absolute_links_and_no_script():
    text = (
        '<p>See <a href="/nation/x/">this</a>, <a href="other/">that</a>, <a href="#note">note</a>, <a>gone</a>, '
        '<a href="javascript:alert(1)">bad</a>, <a href="//cdn.example/x">there</a>, <a href="http://[x">odd</a></p>'
        "<script>alert(1)</script><style>p{}</style><p onclick='x()' style='color:red' class='x'>Two</p>"
    )
    made = body_html(story(d.Text(text)))
    tree = html.fragment_fromstring(made, create_parent="div")
    assert [a.get("href") for a in tree.iter("a")] == [
        f"{BASE}/nation/x/",
        f"{BASE}/nation/bridge/other/",
        f"{BASE}/nation/bridge/#note",
        "http://cdn.example/x",
    ]
    assert "gone" in made
    assert "bad" in made
    assert "odd" in made
    for never in ("script", "style", "onclick", "class", "alert"):
        assert never not in made


def test_a_picture_with_its_caption_and_credit():
    made = body_html(story(d.Picture(picture())))
    assert made == (
        f'<figure><img src="{BASE}/media/pictures/a-640.webp" alt="A bridge" width="640" height="427">'
        "<figcaption>The old bridge (Ann / Gazette)</figcaption></figure>"
    )


def test_a_picture_that_is_not_ready_is_left_out():
    assert body_html(story(d.Picture(picture(src="", srcset="")))) == ""


def test_the_file_of_a_width():
    assert picture_file(picture(), 320).width == 320
    assert picture_file(picture(), 100).width == 320
    assert picture_file(picture(), 5000).width == 640


def test_a_gallery_shows_its_pictures_and_leads_to_its_page():
    made = body_html(story(d.Pictures([picture(), picture(caption="Two")], "Bridges", "/nation/bridges/")))
    assert made.count("<figure>") == 2
    assert f'<a href="{BASE}/nation/bridges/">Bridges</a>' in made


def test_a_quote_and_who_said_it():
    assert body_html(story(d.Quote("One.\nTwo & <three>.", "Ann"))) == (
        "<blockquote><p>One.</p><p>Two &amp; &lt;three&gt;.</p><p><cite>Ann</cite></p></blockquote>"
    )


def test_facts_stand_aside():
    made = body_html(story(d.Facts("In short", '<p>Built in <a href="/topic/1900/">1900</a></p>')))
    assert made == f'<aside><h3>In short</h3><p>Built in <a href="{BASE}/topic/1900/">1900</a></p></aside>'


def test_an_embed_is_a_link():
    embed = d.Embed(
        "https://video.example/1", "https://video.example/frame/1", "Video", "A film", "video", picture()
    )
    made = body_html(story(embed))
    assert made.count('<a href="https://video.example/1">') == 2
    assert "A film · Video" in made
    assert "iframe" not in made
    assert "frame/1" not in made
    assert body_html(story(d.Embed("javascript:x()", "", "", "", "other"))) == ""


def test_a_table_keeps_heads_and_source():
    made = body_html(story(d.Table("Bridges", ["Name", "m"], [["Old", "12"], ["New", ""]], True, "Survey")))
    assert "<caption>Bridges</caption>" in made
    assert '<th scope="col">m</th>' in made
    assert '<th scope="row">New</th><td></td>' in made
    assert made.endswith("</table><p><small>Survey</small></p>")


def test_related_documents_and_markup():
    made = body_html(
        story(
            d.Related(CARD),
            d.Documents("Papers", [d.Download("Plan", "/documents/1/plan.pdf", "pdf", 2048)]),
            d.Html("<dl><dt>Span</dt><dd>12 m</dd></dl>loose"),
        )
    )
    assert f'<p>Read also: <a href="{BASE}/nation/other/">Other &lt;b&gt;</a></p>' in made
    assert f'<li><a href="{BASE}/documents/1/plan.pdf">Plan</a> (PDF, 2.0' in made
    assert made.endswith("<dl><dt>Span</dt><dd>12 m</dd></dl><p>loose</p>")


def test_words_of_ours_are_in_the_storys_language():
    assert "Read also" not in body_html(story(d.Related(CARD), language="az"))


def test_the_top_and_the_notes():
    document = story(
        standfirst="In\nshort",
        lead=d.Lead(image=picture()),
        corrections=(d.Note("correction", "Correction", "It was 13 <m>.", NOW),),
    )
    assert inner_html(lead(document)).endswith("</figure><p><strong>In short</strong></p>")
    assert inner_html(notes(document)) == "<p><strong>Correction</strong>: It was 13 &lt;m&gt;.</p>"
    clip = story(
        lead=d.Lead(clip_url="/media/clips/a.mp4", clip_type="video", clip_caption="Flood", clip_credit="Ann")
    )
    assert f'<a href="{BASE}/media/clips/a.mp4">Flood</a>' in inner_html(lead(clip))


ODD = [
    "\x00\x0b\x1e\ud800 a \ufffe\U0001f600",
    "]]> <![CDATA[ x",
    "\u202eright\u202c to left",
    "&amp; & < >",
    "\" ' `",
    "",
]


@pytest.mark.parametrize("odd", ODD)
def test_odd_text_anywhere_is_legal_xml(odd):
    image = picture(alt=odd, caption=odd, credit=odd)
    document = story(
        d.Text(f"<p>{odd}</p>"),
        d.Html(f"<p>{odd}</p>"),
        d.Picture(image),
        d.Pictures([image], odd, "/x/"),
        d.Quote(odd or "x", odd),
        d.Facts(odd, odd),
        d.Embed("https://x.example/", "", odd, odd, "other", image),
        d.Table(odd, [odd], [[odd]], True, odd),
        d.Documents(odd, [d.Download(odd, "/documents/1/", odd, 1)]),
        standfirst=odd,
        lead=d.Lead(clip_url="/x.mp4", clip_caption=odd, clip_credit=odd),
        corrections=(d.Note("correction", odd, odd, NOW),),
    )
    for tree in (body(document), lead(document), notes(document)):
        again = etree.fromstring(etree.tostring(tree, encoding="utf-8"))
        assert legal("".join(again.itertext())) == "".join(again.itertext())


def test_the_corpus_of_naughty_strings(corpora):
    for entry in (corpora / "corpora/naughty-strings").glob("**/*.txt"):
        for string in entry.read_text("utf-8", "surrogateescape").splitlines():
            made = body(story(d.Text(f"<p>{string}</p>"), d.Quote(string or "x", string), d.Html(string)))
            etree.fromstring(etree.tostring(made, encoding="utf-8"))
            for element in made.iter():
                assert element.tag not in ("script", "style", "iframe", "object", "svg", "meta", "link")
                assert not [name for name in element.attrib if name.startswith("on")]
                for name in ("href", "src"):
                    assert element.get(name, "https:").startswith(("http:", "https:", "mailto:", "tel:"))
