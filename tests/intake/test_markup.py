"""HTML of any source as blocks: in order, no words and no links lost, whatever it is."""

from __future__ import annotations

import re
import time

import pytest

from broadsheet.intake.incoming import IncomingBlock
from broadsheet.intake.markup import blocks_of

BASE = "https://old.example/2020/story/"


def kinds(html: str) -> list[str]:
    return [block.kind for block in blocks_of(html, BASE)]


def texts(html: str) -> list[str]:
    return [block.value for block in blocks_of(html, BASE) if block.kind in ("text", "html")]


def only(html: str) -> IncomingBlock:
    (block,) = blocks_of(html, BASE)
    return block


def test_plain_paragraphs_are_one_text():
    html = '<p>One <a href="https://a.example/">two</a>.</p>\n<h2>Three</h2>\n<ul><li>four</li></ul>'

    assert only(html) == IncomingBlock("text", html)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("bare words", "<p>bare words</p>"),
        ("one<br><br>two<br>three", "<p>one</p><p>two<br/>three</p>"),
        ("<p>a</p>loose<p>b</p>", "<p>a</p><p>loose</p><p>b</p>"),
        ("<p>&nbsp;</p><p><br></p><p>k</p>", "<p>k</p>"),
        ("<h1>A</h1><h4>B</h4><h6>C</h6>", "<h2>A</h2><h3>B</h3><h3>C</h3>"),
        ("<p>x < y & z <3</p>", "<p>x &lt; y &amp; z &lt;3</p>"),
        (
            '<a href="/z"><h2>H</h2><p>p</p></a>',
            '<h2><a href="https://old.example/z">H</a></h2><p><a href="https://old.example/z">p</a></p>',
        ),
        ("<div>a<div>b</div>c</div>", "<p>a</p><p>b</p><p>c</p>"),
        ("<p>a<p>b<p>c", "<p>a</p><p>b</p><p>c</p>"),
        ('<p><a href="x">y</a></p>', '<p><a href="https://old.example/2020/story/x">y</a></p>'),
        ('<p><a href="#n">y</a></p>', '<p><a href="https://old.example/2020/story/#n">y</a></p>'),
        ("<ul><li>a<li>b<ul><li>c</ul></ul>", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"),
        ("<blockquote><p>q</p></blockquote>", "<blockquote>q</blockquote>"),
        ("<form><label>Name</label><button>Go</button></form>", "<p>NameGo</p>"),
        ("<p>he said <q>yes</q></p>", "<p>he said “yes”</p>"),
    ],
)
def test_text_in_its_order(html: str, text: str):
    assert "".join(texts(html)) == text
    assert set(kinds(html)) == {"text"}


def test_a_link_around_a_list_or_a_table_is_kept_inside_of_it():
    html = '<a href="/x"><ul><li>a</li></ul><table><tr><td>b<td>c</table></a>'
    out = "".join(texts(html))

    assert '<li><a href="https://old.example/x">a</a></li>' in out
    assert '<td><a href="https://old.example/x">b</a></td>' in out


def test_words_between_a_tables_cells_are_not_lost():
    assert "word" in "".join(texts("<table>word<tr><td>a<td>b</table>"))


def test_a_picture_element_that_nobody_closed_swallows_nothing():
    assert "word" in repr(blocks_of('<picture><img src="a.jpg"><p>word</p>', BASE))


def test_what_text_can_not_hold_becomes_markup():
    html = "<pre>x\n  y</pre><dl><dt>a<dd>b</dl><ol start=3><li>c</ol><p>d <del>e</del></p><details><summary>f</summary>g</details>"

    assert set(kinds(html)) == {"html"}
    assert "<pre>x\n  y</pre>" in texts(html)[0]
    assert '<ol start="3">' in texts(html)[0]


@pytest.mark.parametrize(
    "href",
    ["javascript:alert(1)", " java\nscript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"],
)
def test_links_that_run_lose_their_address_and_keep_their_words(href: str):
    lost: list[str] = []
    (block,) = blocks_of(f'<p>a <a href="{href}">b</a></p>', BASE, lost=lost)

    assert block.value == "<p>a b</p>"
    assert lost


def test_nothing_runs():
    html = (
        "<script>alert(1)</script><p onclick=x style=y class=z id=q>a</p><img src=x.jpg onerror=alert(1)>"
        "<svg onload=alert(1)><text>b</text></svg><iframe srcdoc='<script>'></iframe><style>p{}</style>"
        "<math><mi xlink:href='javascript:x'>c</mi></math><p>&lt;script&gt;</p>"
    )
    out = repr(blocks_of(html, BASE))

    assert "alert" not in out
    assert "onclick" not in out
    assert "<script" not in out


def test_a_telephone_link_is_kept():
    assert only('<p>Call <a href="tel:+994">us</a></p>').kind == "html"


def test_a_picture_in_a_paragraph_comes_after_it_and_one_that_begins_it_before():
    assert kinds("<p>a <img src=a.jpg> b</p><p>c</p>") == ["text", "picture", "text"]
    assert kinds("<p><img src=a.jpg> b</p>") == ["picture", "text"]
    assert kinds("<ul><li>a <img src=a.jpg></li></ul>") == ["text", "picture"]
    assert kinds("<table><tr><td>a<td><img src=a.jpg></table>") == ["html", "picture"]


def test_a_figure_gives_its_picture_words():
    html = '<figure><img src="/a.jpg" alt="A"><figcaption>A bridge. Photo: <a href="http://f.example/">Jo Doe</a></figcaption></figure>'
    picture, links = blocks_of(html, BASE)

    assert picture.value.address == "https://old.example/a.jpg"
    assert (picture.value.alt, picture.value.caption, picture.value.credit) == ("A", "A bridge.", "Jo Doe")
    assert links.value == '<p><a href="http://f.example/">Jo Doe</a></p>'


def test_the_picture_that_a_link_opens_is_the_one_that_is_kept():
    assert only('<a href="big.jpg"><img src="small.jpg"></a>').value.address.endswith("/big.jpg")


def test_a_link_around_a_picture_is_kept_beside_it():
    picture, link = blocks_of('<p><a href="/other/"><img src="small.jpg" alt="words"></a></p>', BASE)

    assert picture.value.address.endswith("/small.jpg")
    assert link.value == '<p><a href="https://old.example/other/">words</a></p>'


@pytest.mark.parametrize(
    "html",
    [
        '<img src="data:image/gif;base64,xx" data-src="real.jpg"><noscript><img src="real.jpg"></noscript>',
        '<img src="placeholder.gif" data-lazy-src="real.jpg">',
        '<img srcset="small.jpg 300w, real.jpg 1200w" src="small.jpg" width="300">',
        '<picture><source srcset="x.webp"><img src="real.jpg"></picture>',
        '<noscript><img src="real.jpg"></noscript>',
        '<amp-img src="real.jpg" width=1200 height=800></amp-img>',
    ],
)
def test_a_lazy_picture_comes_once_and_at_its_best(html: str):
    assert only(html).value.address == BASE + "real.jpg"


def test_several_pictures_of_a_figure_are_a_gallery():
    html = (
        '<figure class="wp-block-gallery"><ul><li><figure><img src=1.jpg><figcaption>one</figcaption></figure></li>'
        "<li><figure><img src=2.jpg></figure></li></ul><figcaption>All of it</figcaption></figure>"
    )
    gallery, caption = blocks_of(html, BASE)

    assert [(p.address[-5:], p.caption) for p in gallery.value] == [("1.jpg", "one"), ("2.jpg", "")]
    assert caption.value == "<p>All of it</p>"


def test_only_a_pull_quote_becomes_a_quote():
    html = (
        '<figure class="wp-block-pullquote"><blockquote><p>Pull it</p><cite>Me</cite></blockquote></figure>'
    )

    assert only(html).value == {"quote": "Pull it", "by": "Me"}
    assert kinds("<blockquote><p>Pull it</p><cite>Me</cite></blockquote>") == ["text"]


def test_a_table_of_words_is_a_table_and_any_other_markup():
    assert only("<table><caption>C</caption><tr><th>a<th>b<tr><td>1<td>2</table>").value == {
        "rows": [["a", "b"], ["1", "2"]],
        "head": True,
        "caption": "C",
        "source": "",
    }
    assert kinds('<table><tr><td>a<td><a href="/x">b</a></table>') == ["html"]
    assert kinds("<table><tr><td colspan=2>a<tr><td>b<td>c</table>") == ["html"]
    assert texts("<table><tr><td><p>laid out</p></table>") == ["<p>laid out</p>"]


@pytest.mark.parametrize(
    ("html", "url", "kind"),
    [
        (
            '<iframe src="//www.youtube.com/embed/abcdefghijk?rel=0"></iframe>',
            "https://www.youtube.com/watch?v=abcdefghijk",
            "video",
        ),
        ('<iframe src="https://player.vimeo.com/video/12345"></iframe>', "https://vimeo.com/12345", "video"),
        (
            '<object><param name=movie value="http://www.youtube.com/v/abcdefghijk"><embed src="http://www.youtube.com/v/abcdefghijk"></object>',
            "https://www.youtube.com/watch?v=abcdefghijk",
            "video",
        ),
        ("<video src=v.mp4></video>", BASE + "v.mp4", "video"),
        ("<audio><source src=a.mp3></audio>", BASE + "a.mp3", "audio"),
        ('<script src="https://gist.github.com/a/1.js"></script>', "https://gist.github.com/a/1", "other"),
        (
            '<blockquote class="twitter-tweet">Hi <a href="https://twitter.com/jo/status/123456">1 May</a></blockquote>',
            "https://twitter.com/jo/status/123456",
            "post",
        ),
        (
            '<figure class="wp-block-embed"><div>\nhttps://vimeo.com/12345\n</div></figure>',
            "https://vimeo.com/12345",
            "video",
        ),
        ("<iframe src=https://maps.example/x></iframe>", "https://maps.example/x", "other"),
    ],
)
def test_players_and_posts_are_embeds(html: str, url: str, kind: str):
    value = only(html).value

    assert (value["url"], value["kind"]) == (url, kind)
    assert value["title"]


def test_a_post_that_holds_links_keeps_its_words_too():
    html = (
        '<blockquote class="twitter-tweet"><p>Hi <a href="https://t.co/x">t.co/x</a></p>'
        '<a href="https://twitter.com/jo/status/123456">1 May</a></blockquote>'
    )

    assert kinds(html) == ["text", "embed"]
    assert "https://t.co/x" in texts(html)[0]


def test_rules_stand_between_only():
    assert kinds("<hr><p>a</p><hr><hr><p>b</p><hr>") == ["text", "html", "text"]


HOSTILE = {
    "deep": "<div>" * 50_000 + "word",
    "deep inline": "<b>" * 50_000 + "word",
    "deep lists": "<ul><li>" * 30_000 + "word",
    "deep tables": "<table><tr><td>" * 30_000 + "word",
    "misnested": "<b><i>" * 30_000 + "</b></i>" * 30_000 + "word",
    "formatting again and again": "".join(f"<font size={i}>" for i in range(20_000))
    + "<p>x" * 20_000
    + "word",
    "unclosed quotes": "word" + '<a "' * 100_000,
    "unclosed comments": "word" + "<!--" * 100_000,
    "attributes": "<p " + " ".join(f"a{i}=1" for i in range(100_000)) + ">word",
    "angles": "word" + "<" * 300_000,
    "entities": "word" + "&amp;x" * 150_000,
    "ampersands": "word" + "&" * 300_000,
    "entities of a list": "<ul><li>word" + "&amp;x" * 150_000 + "</ul>",
    "cells": "<table><tr>" + "<td>x" * 60_000 + "<td>word</table>",
    "frames": "word" + "<iframe>" * 60_000,
    "lines": "x<br>" * 100_000 + "word",
    "spaces": "word" + " " * 1_000_000 + "x",
    "ends": "</p>" * 100_000 + "word",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_markup_takes_time_in_proportion_and_keeps_its_words(name: str):
    began = time.process_time()
    blocks = blocks_of(HOSTILE[name], BASE)

    assert time.process_time() - began < 8
    assert "word" in repr(blocks)


def test_every_link_and_word_of_a_long_odd_body_is_there():
    parts = [
        '<p>w{n} <a href="/l{n}">t{n}</a></p>',
        "w{n} <a href='http://x.example/l{n}'>t{n}</a><br><br>",
        '<table><tr><td>w{n}<td><a href="/l{n}">t{n}</a></table>',
        '<ul><li>w{n} <a href="/l{n}">t{n}</a><img src="/i{n}.jpg"></ul>',
        '<div class="wp-caption"><img src="/i{n}.jpg"><p class="wp-caption-text">w{n} <a href="/l{n}">t{n}</a></p></div>',
        '<blockquote>w{n} <a href="/l{n}">t{n}</a></blockquote>',
        '<dl><dt>w{n}<dd><a href="/l{n}">t{n}</a></dl>',
        '<h5>w{n} <a href="/l{n}">t{n}</a></h5>',
        '<figure><table><tr><td>w{n}<td>t{n}</table><figcaption><a href="/l{n}">t{n}</a></figcaption></figure>',
        '<span>w{n}</span><a href="/l{n}"><span><b>t{n}</b></span></a>',
    ]
    html = "".join(parts[n % len(parts)].format(n=n) for n in range(400))
    out = repr(blocks_of(html, BASE))

    assert [n for n in range(400) if not re.search(rf"/l{n}\b", out)] == []
    assert [int(n) for n in re.findall(r"\bw(\d+)\b", out)] == list(range(400))


@pytest.mark.parametrize(
    "host",
    [
        *(
            "127.0.0.1:8000",
            "169.254.169.254",
            "10.1.2.3",
            "[::1]",
            "2130706433",
            "0x7f.1",
            "127.1",
            "localhost",
        ),
        *("router.lan", "printer", "a.localhost.", "www.youtube.com@192.168.0.1"),
    ],
)
def test_a_frame_of_the_readers_own_network_is_a_link(host: str):
    blocks = blocks_of(f'<p>a</p><iframe src="https://{host}/admin/"></iframe>')

    assert [block.value["frame_url"] for block in blocks if block.kind == "embed"] == [""]


def test_a_frame_of_a_public_site_is_kept():
    blocks = blocks_of(
        '<iframe src="https://maps.city.example/x"></iframe><iframe src="https://93.184.216.34/"></iframe>'
    )

    assert [block.value["frame_url"] for block in blocks] == [
        "https://maps.city.example/x",
        "https://93.184.216.34/",
    ]
