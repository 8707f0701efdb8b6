from zoneinfo import ZoneInfo

import pytest

from broadsheet.intake.errors import NoStory
from broadsheet.intake.readers.page.reader import story_of
from broadsheet.intake.readers.page.source import PageSource, decode, looks_like_html, read
from broadsheet.newsroom.cleaning import clean_text
from broadsheet.outward.errors import UnreadableSource

ZONE = ZoneInfo("Asia/Baku")
PARAGRAPHS = "".join(
    f"<p>Paragraph {n} tells more about the bridge over the river, its two lanes, and the people who built it in a year.</p>"
    for n in range(1, 6)
)


def page(head: str = "", body: str = "", **facts: str):
    html = f'<!doctype html><html lang="en"><head><title>Bridge opens early | Morning Post</title>{head}</head><body><nav><a href="/">Home</a><a href="/x">News</a></nav><article><h1>Bridge opens early</h1>{body or PARAGRAPHS}</article><footer>© Morning Post. All rights reserved.</footer></body></html>'
    return story_of(
        PageSource("page.html", html, True, facts.get("address", "https://post.example/news/bridge")), ZONE
    )


def test_headline_text_and_address_are_found_and_furniture_is_not():
    story = page()

    assert story.headline == "Bridge opens early"
    assert story.body_text.count("Paragraph") == 5
    assert "All rights reserved" not in story.body_text
    assert story.source_id == "https://post.example/news/bridge"


def test_json_ld_wins_over_looser_statements():
    ld = '<script type="application/ld+json">{"@graph":[{"@type":"NewsArticle","headline":"Bridge opens early","datePublished":"2022-04-05T12:51:00+04:00","author":[{"@type":"Person","name":"Ann Author"},{"@type":"Person","name":"Bob Writer"}],"publisher":{"name":"Morning Post"}}]}</script>'
    story = page('<meta name="author" content="admin"><meta name="date" content="1999-01-01">' + ld)

    assert story.bylines == ("Ann Author", "Bob Writer")
    assert story.published.isoformat() == "2022-04-05T12:51:00+04:00"
    assert story.source_name == "Morning Post"


def test_labels_leave_an_html_headline():
    html = f"<html><head><title>Talks go on in the city [VIDEO] - Morning Post</title></head><body><article><h1>Talks go on in the city [VIDEO]</h1>{PARAGRAPHS}</article></body></html>"
    story = story_of(PageSource("x", html, True), ZONE)

    assert (story.headline, story.labels) == ("Talks go on in the city", ("VIDEO",))


def test_lists_headings_links_tables_and_quotes_keep_their_order():
    body = (
        PARAGRAPHS[:400]
        + '<h2>What changes</h2><ul><li>First thing that changes for drivers</li><li>Second thing that changes for walkers</li></ul><p>See the <a href="/plan">plan of the works</a> for more about it, says the city.</p><blockquote><p>We are glad that it is done, the mayor said.</p></blockquote><table><tr><th>Year</th><th>Cost</th></tr><tr><td>2021</td><td>12</td></tr></table>'
        + PARAGRAPHS
    )
    story = page(body=body)
    html = "".join(str(b.value) for b in story.body)

    assert (
        html.index("<h2>What changes</h2>")
        < html.index("<li>First thing")
        < html.index('href="https://post.example/plan"')
        < html.index("We are glad")
    )
    assert any(block.kind == "table" and block.value["rows"][1] == ["2021", "12"] for block in story.body)


def test_pictures_have_their_captions_and_credits_and_the_text_has_not():
    body = (
        PARAGRAPHS
        + '<figure><img src="/bridge.jpg" alt="A bridge"><figcaption>The bridge at dawn. Photo: Ann Lens</figcaption></figure>'
        + PARAGRAPHS
    )
    story = page(body=body)
    picture = story.pictures[0]

    assert picture.address == "https://post.example/bridge.jpg"
    assert (picture.caption, picture.credit) == ("The bridge at dawn.", "Ann Lens")
    assert "dawn" not in story.body_text


@pytest.mark.parametrize(
    "html",
    [
        "<html><body><form>Log in<input></form></body></html>",
        "<html><head><title>x</title></head><body></body></html>",
        "<html><body>" + "<div>" * 5000 + "x" + "</div>" * 5000 + "</body></html>",
    ],
)
def test_a_page_without_story_says_so(html):
    with pytest.raises(NoStory):
        story_of(PageSource("x", html, True), ZONE)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Bakı".encode(), "Bakı"),
        ("Привет, это новость".encode("utf-16"), "Привет, это новость"),
        ("Hello world, plain".encode("utf-16-le"), "Hello world, plain"),
        ('<meta charset="windows-1251"><p>Привет</p>'.encode("cp1251"), "Привет"),
        (b"\xef\xbb\xbfmarked", "marked"),
    ],
)
def test_encodings(data, text):
    assert text in decode(data, "x")


@pytest.mark.parametrize(
    "data", [b"", b"   \n", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 8, bytes(5000)]
)
def test_what_is_no_text_is_refused_in_one_line(data):
    with pytest.raises(UnreadableSource) as caught:
        decode(data, "x")
    assert "\n" not in str(caught.value)


def test_a_page_of_fifty_megabytes_is_refused(tmp_path):
    path = tmp_path / "big.html"
    with path.open("wb") as file:
        file.truncate(50 * 2**20)

    with pytest.raises(UnreadableSource, match="50 MB"):
        read(str(path))


def test_plain_text_is_not_taken_for_markup():
    assert not looks_like_html("If a < b and b > c then <nothing> follows.\n\nMore text.")
    assert looks_like_html("<p>One</p><p>Two</p>")


def test_nothing_executable_comes_through_the_door(corpora):
    import json

    for path in (corpora / "corpora" / "html-sanitise").rglob("*"):
        if not path.is_file():
            continue
        text = path.read_text("utf-8", "replace")
        payloads = [text]
        if path.suffix == ".json":
            payloads += [
                str(v) for entry in json.loads(text) if isinstance(entry, dict) for v in entry.values()
            ]
        for payload in payloads:
            cleaned = clean_text(payload).lower()
            assert "<script" not in cleaned
            assert "<iframe" not in cleaned
            assert "<svg" not in cleaned
            assert 'href="javascript' not in cleaned.replace(" ", "")
