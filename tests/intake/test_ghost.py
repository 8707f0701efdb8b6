"""Ghost's exports: every form of text, who may read it, what it refers to, and files that are broken or hostile."""

import json
from datetime import UTC, datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest

from broadsheet.intake.incoming import Broken, IncomingMember, IncomingStory, Skipped
from broadsheet.intake.readers.ghost import GhostReader
from broadsheet.intake.readers.ghost.lexical import lexical_html
from broadsheet.intake.readers.ghost.mobiledoc import mobiledoc_html
from broadsheet.intake.readers.protocol import ReaderOptions
from broadsheet.outward.errors import UnreadableSource

ZONE = ZoneInfo("Asia/Baku")


def read(path, site=""):
    return list(GhostReader(ReaderOptions(site=site)).items(str(path), ZONE))


def export(tmp_path, posts, site="", **tables):
    path = tmp_path / "export.json"
    path.write_text(json.dumps({"db": [{"meta": {"version": "5.1"}, "data": {"posts": posts, **tables}}]}))
    return read(path, site)


def story(tmp_path, site="", tables=None, **post):
    (found,) = export(
        tmp_path, [{"id": "1", "uuid": "u-1", "title": "T", "slug": "t", **post}], site, **tables or {}
    )
    assert isinstance(found, IncomingStory)
    return found


def text(*children, **more):
    return {"type": "paragraph", "children": [{"type": "text", "text": child} for child in children], **more}


def lexical(*nodes):
    return json.dumps({"root": {"type": "root", "children": list(nodes)}})


LEXICAL_CARDS = [
    ({"type": "image", "src": "https://x.example/a.jpg", "alt": "A", "caption": "<i>C</i>"}, ["a.jpg", "C"]),
    (
        {
            "type": "gallery",
            "images": [{"src": "https://x.example/1.jpg"}, {"src": "https://x.example/2.jpg"}],
        },
        ["1.jpg", "2.jpg"],
    ),
    (
        {
            "type": "bookmark",
            "url": "https://b.example/",
            "metadata": {"title": "BT", "description": "BD", "publisher": "BP"},
        },
        ["b.example", "BT", "BD", "BP"],
    ),
    (
        {
            "type": "embed",
            "url": "https://youtu.be/abcdefgh",
            "html": '<iframe src="https://www.youtube.com/embed/abcdefgh"></iframe>',
            "caption": "EC",
        },
        ["abcdefgh", "EC"],
    ),
    (
        {"type": "embed", "url": "https://odd.example/x", "html": "", "metadata": {"title": "ET"}},
        ["odd.example/x", "ET"],
    ),
    ({"type": "video", "src": "https://x.example/v.mp4", "caption": "VC"}, ["v.mp4", "VC"]),
    ({"type": "audio", "src": "https://x.example/s.mp3", "title": "AT"}, ["s.mp3", "AT"]),
    (
        {"type": "file", "src": "https://x.example/f.pdf", "fileTitle": "FT", "fileCaption": "FC"},
        ["f.pdf", "FT", "FC"],
    ),
    ({"type": "callout", "calloutEmoji": "💡", "calloutText": "<b>CT</b>"}, ["💡", "CT"]),
    ({"type": "toggle", "heading": "TH", "content": "<p>TC</p>"}, ["TH", "TC"]),
    ({"type": "button", "buttonUrl": "https://go.example/", "buttonText": "Go"}, ["go.example", "Go"]),
    (
        {
            "type": "product",
            "productTitle": "PT",
            "productDescription": "PD",
            "productRatingEnabled": True,
            "productStarRating": 4,
            "productButtonEnabled": True,
            "productButton": "Buy",
            "productUrl": "https://shop.example/",
        },
        ["PT", "PD", "★★★★", "Buy", "shop.example"],
    ),
    (
        {
            "type": "header",
            "header": "HH",
            "subheader": "HS",
            "buttonEnabled": True,
            "buttonText": "HB",
            "buttonUrl": "https://h.example/",
        },
        ["HH", "HS", "HB", "h.example"],
    ),
    ({"type": "signup", "header": "SH", "disclaimer": "SD"}, ["SH", "SD"]),
    (
        {
            "type": "call-to-action",
            "textValue": "<p>CTA</p>",
            "showButton": True,
            "buttonText": "CB",
            "buttonUrl": "https://c.example/",
        },
        ["CTA", "CB", "c.example"],
    ),
    ({"type": "html", "html": "<table><tr><td>1</td><td>2</td></tr></table>"}, ["1", "2"]),
    ({"type": "markdown", "markdown": "# MH\n\n[ML](https://m.example/) *em*"}, ["MH", "ML", "m.example"]),
    ({"type": "codeblock", "code": "if a < b:", "caption": "CC"}, ["if a &lt; b:", "CC"]),
    (
        {
            "type": "neverheard",
            "header": "NH",
            "src": "https://x.example/n.jpg",
            "text": "<p>NT</p>",
            "href": "https://n.example/",
        },
        ["NH", "n.jpg", "NT", "n.example"],
    ),
]


@pytest.mark.parametrize(
    ("node", "wanted"), LEXICAL_CARDS, ids=lambda v: v.get("type") if isinstance(v, dict) else ""
)
def test_every_card_keeps_its_words_and_addresses(tmp_path, node, wanted):
    found = story(tmp_path, lexical=lexical(text("before"), node, text("after")))
    body = json.dumps(found.to_json()["body"], ensure_ascii=False)

    places = [body.find(word) for word in wanted]
    assert -1 not in places, body
    assert body.find("before") < min(places)
    assert body.rfind("after") > max(places)


def test_the_same_cards_in_mobiledoc(tmp_path):
    for node, wanted in LEXICAL_CARDS:
        name = {"codeblock": "code"}.get(node["type"], node["type"])
        card = [name, {key: value for key, value in node.items() if key != "type"}]
        document = {
            "version": "0.3.1",
            "markups": [],
            "atoms": [],
            "cards": [card],
            "sections": [[1, "p", [[0, [], 0, "x"]]], [10, 0]],
        }
        body = json.dumps(
            story(tmp_path, mobiledoc=json.dumps(document)).to_json()["body"], ensure_ascii=False
        )
        assert [word for word in wanted if word not in body] == [], name


def test_lexical_text_with_formats_links_and_nested_lists():
    document = {
        "root": {
            "children": [
                {
                    "type": "extended-heading",
                    "tag": "h2",
                    "children": [{"type": "extended-text", "text": "Head"}],
                },
                {
                    "type": "paragraph",
                    "children": [
                        {"type": "text", "text": "a<b", "format": 3},
                        {"type": "linebreak"},
                        {
                            "type": "link",
                            "url": "https://l.example/?a=1&b=2",
                            "children": [{"type": "text", "text": "link"}],
                        },
                        {"type": "text", "text": "H2O", "format": 32},
                        {"type": "zwnj"},
                        {"type": "tk", "text": "TK"},
                    ],
                },
                {"type": "extended-quote", "children": [{"type": "text", "text": "Said"}]},
                {"type": "aside", "children": [{"type": "text", "text": "Pulled"}]},
                {
                    "type": "list",
                    "listType": "number",
                    "start": 3,
                    "children": [
                        {"type": "listitem", "children": [{"type": "text", "text": "one"}]},
                        {
                            "type": "listitem",
                            "children": [
                                {
                                    "type": "list",
                                    "listType": "bullet",
                                    "children": [
                                        {"type": "listitem", "children": [{"type": "text", "text": "inner"}]}
                                    ],
                                }
                            ],
                        },
                    ],
                },
                {"type": "horizontalrule"},
            ]
        }
    }
    lost: list[str] = []

    assert lexical_html(document, lost) == (
        "<h2>Head</h2>"
        '<p><strong><em>a&lt;b</em></strong><br><a href="https://l.example/?a=1&amp;b=2">link</a><sub>H2O</sub>TK</p>'
        '<blockquote>Said</blockquote><blockquote class="pullquote">Pulled</blockquote>'
        '<ol start="3"><li>one<ul><li>inner</li></ul></li></ol><hr>'
    )
    assert lost == []


def test_mobiledoc_markups_atoms_lists_and_images():
    document = {
        "version": "0.3.1",
        "markups": [["strong"], ["a", ["href", "https://a.example/", "rel", "nofollow"]], ["script"]],
        "atoms": [["soft-return", "", {}], ["mention", "@bob", {}]],
        "cards": [["hr", {}]],
        "sections": [
            [1, "h2", [[0, [], 0, "Head"]]],
            [
                1,
                "p",
                [
                    [0, [0, 1], 1, "both "],
                    [0, [], 1, "strong"],
                    [1, [], 0, 0],
                    [1, [], 0, 1],
                    [0, [2], 1, "<x>"],
                ],
            ],
            [3, "ol", [[[0, [], 0, "one"]], [[0, [], 0, "two"]]]],
            [1, "aside", [[0, [], 0, "Pulled"]]],
            [2, "https://i.example/1.jpg"],
            [10, 0],
            [10, 99],
            "nonsense",
            [1],
        ],
    }
    lost: list[str] = []

    assert mobiledoc_html(document, lost) == (
        "<h2>Head</h2>"
        '<p><strong><a href="https://a.example/">both </a>strong</strong><br>@bob&lt;x&gt;</p>'
        '<ol><li>one</li><li>two</li></ol><blockquote class="pullquote">Pulled</blockquote>'
        '<figure><img src="https://i.example/1.jpg" alt=""></figure><hr>'
    )
    assert lost == ["“mention” in the text: only its words"]


def test_what_only_members_or_mail_saw_stays_out(tmp_path):
    hidden = {"visibility": {"web": {"nonMember": False, "memberSegment": "status:free"}}}
    found = story(
        tmp_path,
        lexical=lexical(
            {"type": "email", "html": "<p>mail words</p>"},
            {"type": "html", "html": "<p>members' words</p>", **hidden},
            text("open words"),
        ),
    )

    assert found.body_text == "open words"
    assert len(found.lost) == 2


def test_text_falls_back_to_its_older_form(tmp_path):
    broken = story(tmp_path, lexical='{"root": ', mobiledoc="[" * 5000, html="<p>From HTML</p>")
    empty = story(tmp_path, lexical=lexical(), html="<p>From HTML</p>")
    plain = story(tmp_path, plaintext="One\n\nTwo <3")

    assert broken.body_text == empty.body_text == "From HTML"
    assert len(broken.lost) == 2
    assert plain.body_text == "One\n\nTwo <3"


def test_everything_of_a_story_comes_along(tmp_path):
    found = story(
        tmp_path,
        site="https://paper.example/",
        id="p1",
        html='<p><a href="__GHOST_URL__/other/">other</a></p><img src="__GHOST_URL__/content/images/a.jpg">',
        custom_excerpt="Stand & first",
        feature_image="/content/images/2021/b.jpg",
        published_at="2021-03-24T04:34:09.000Z",
        updated_at=1616560573131,
        canonical_url="https://wire.example/1",
        visibility="paid",
        codeinjection_head="<script></script>",
        tables={
            "posts_meta": [
                {
                    "post_id": "p1",
                    "feature_image_alt": "Alt",
                    "feature_image_caption": "Cap <a href='#'>by</a>",
                }
            ],
            "tags": [
                {"id": 1, "name": "#int", "slug": "hash-int", "visibility": "internal"},
                {"id": 2, "name": "Culture", "slug": "culture"},
                {"id": 3, "name": "Books", "slug": "books"},
            ],
            "posts_tags": [
                {"post_id": "p1", "tag_id": 3, "sort_order": 2},
                {"post_id": "p1", "tag_id": 1, "sort_order": 0},
                {"post_id": "p1", "tag_id": 2, "sort_order": 1},
            ],
            "users": [
                {"id": 7, "name": "B", "slug": "b"},
                {
                    "id": 8,
                    "name": "A",
                    "slug": "a",
                    "email": "a@x.example",
                    "bio": "Bio",
                    "website": "https://a.example",
                    "profile_image": "//img.example/a.png",
                },
            ],
            "posts_authors": [
                {"post_id": "p1", "author_id": 7, "sort_order": 1},
                {"post_id": "p1", "author_id": 8, "sort_order": 0},
            ],
            "settings": [{"key": "title", "value": "Paper"}, {"key": "locale", "value": "az"}],
        },
    )

    assert found.source_id == "ghost:u-1"
    assert (found.slug, found.standfirst, found.access, found.status) == (
        "t",
        "Stand & first",
        "subscribers",
        "live",
    )
    assert found.published == datetime(2021, 3, 24, 4, 34, 9, tzinfo=UTC)
    assert found.modified == datetime(2021, 3, 24, 4, 36, 13, 131000, tzinfo=UTC)
    assert (found.language, found.source_name, found.source_url) == ("az", "Paper", "https://wire.example/1")
    assert found.old_urls == ("https://paper.example/t/",)
    assert found.bylines == ("A", "B")
    assert found.authors[0].email == "a@x.example"
    assert found.authors[0].photo.address == "https://img.example/a.png"
    assert [(term.kind, term.key, term.is_primary) for term in found.terms] == [
        ("section", "culture", True),
        ("topic", "books", False),
    ]
    assert (found.lead.address, found.lead.alt, found.lead.caption) == (
        "https://paper.example/content/images/2021/b.jpg",
        "Alt",
        "Cap by",
    )
    assert "https://paper.example/other/" in found.body[0].value
    assert found.body[1].value.address == "https://paper.example/content/images/a.jpg"
    assert set(found.lost) == {"internal tag #int", "code injected into the page"}


def test_pictures_lie_beside_the_export_and_never_elsewhere(tmp_path):
    (tmp_path / "content/images").mkdir(parents=True)
    (tmp_path / "content/images/a b.jpg").write_bytes(b"x")
    (tmp_path.parent / "secret.jpg").write_bytes(b"x")
    images = [
        "/content/images/size/w600/a%20b.jpg",
        "__GHOST_URL__/content/images/none.jpg",
        "/../secret.jpg",
    ]
    found = story(tmp_path, html="".join(f'<figure><img src="{src}"></figure><p>x</p>' for src in images))

    assert [picture.address for picture in found.pictures] == [
        "content/images/a b.jpg",
        "content/images/none.jpg",
        "../secret.jpg",
    ]


@pytest.mark.parametrize(
    ("post", "status", "access", "form"),
    [
        ({"status": "published", "visibility": "public"}, "live", "free", "story"),
        ({"status": "draft", "visibility": "members"}, "draft", "registered", "story"),
        ({"status": "scheduled", "visibility": "tiers", "type": "page"}, "scheduled", "subscribers", "page"),
        ({"status": "sent", "page": 1}, "private", "free", "page"),
        ({"status": "published", "email_only": True}, "private", "free", "story"),
        ({"status": "odd", "visibility": "label:vip"}, "draft", "subscribers", "story"),
    ],
)
def test_what_was_private_stays_private(tmp_path, post, status, access, form):
    found = story(tmp_path, html="<p>x</p>", **post)

    assert (found.status, found.access, found.form) == (status, access, form)


def test_addresses_of_the_permalinks_that_the_site_had(tmp_path):
    tables = {
        "settings": [{"key": "permalinks", "value": "/:year/:month/:slug/"}, {"key": "amp", "value": "true"}]
    }
    dated = story(tmp_path, html="x", published_at="2015-02-03 01:00:00", tables=tables)

    assert dated.old_urls == ("/2015/02/t/", "/2015/02/t/amp/")


@pytest.mark.parametrize(
    "wrap", [lambda p: {"posts": p}, lambda p: p, lambda p: {"data": {"data": {"posts": p}}}]
)
def test_other_forms_of_export(tmp_path, wrap):
    post = {
        "id": "1",
        "title": "T",
        "slug": "t",
        "html": "<p>x</p>",
        "url": "https://s.example/t/",
        "tags": [{"name": "N", "slug": "n"}],
        "authors": [{"name": "A", "slug": "a"}],
    }
    path = tmp_path / "posts.json"
    path.write_text(json.dumps(wrap([post])))
    (found,) = read(path)

    assert found.old_urls[0] == found.source_url == "https://s.example/t/"
    assert found.bylines == ("A",)
    assert found.terms[0].name == "N"


def test_broken_rows_are_told_and_the_rest_lands(tmp_path):
    deep: dict[str, object] = {"title": "Deep"}
    at = deep
    for _ in range(150):
        at["x"] = at = {}
    found = export(
        tmp_path,
        [1, None, {}, deep, {"title": "Good", "html": "<p>x</p>", "tags": "no", "status": 7, "slug": 9}],
    )

    assert [type(item) for item in found] == [Broken, Broken, Broken, Broken, IncomingStory]
    assert found[-1].status == "draft"


ODD = [
    None,
    True,
    -1,
    1e308,
    10**15,
    "",
    "\x00",
    "http://[",
    [],
    {},
    [None],
    {"a": 1},
    "2020-13-45T99:99",
    "\ud800",
]


def odd(value, random, share=0.03):
    """`value` with some of its parts replaced by what nobody expects there."""
    if random.random() < share:
        return random.choice(ODD)
    if isinstance(value, dict):
        return {key: odd(part, random, share) for key, part in value.items()}
    return [odd(part, random, share) for part in value] if isinstance(value, list) else value


def test_no_odd_value_anywhere_stops_the_import(tmp_path):
    random = Random(5)
    cards = [node for node, _ in LEXICAL_CARDS]
    listed = {
        "type": "list",
        "children": [{"type": "listitem", "children": [{"type": "text", "text": "x", "format": 3}]}],
    }
    document = {
        "markups": [["a", ["href", "x"]]],
        "atoms": [["soft-return", "", {}]],
        "cards": [[card["type"], card] for card in cards],
        "sections": [
            [1, "p", [[0, [0], 1, "t"], [1, [], 0, 0]]],
            *([10, number] for number in range(len(cards))),
        ],
    }
    row = {
        "id": "1",
        "title": "T",
        "slug": "t",
        "status": "published",
        "visibility": "paid",
        "published_at": 5,
        "authors": [{"name": "A"}],
        "tags": [{"name": "N"}],
    }
    for _ in range(60):
        post = odd(row, random)
        if isinstance(post, dict):
            post["lexical"] = json.dumps(odd({"root": {"children": [*cards, listed]}}, random))
            post["mobiledoc"] = json.dumps(odd(document, random))
        for item in export(tmp_path, [post], users=odd([{"id": 1, "name": "U"}], random)):
            assert isinstance(item, Broken) or item.digest()


def test_a_truncated_export_gives_what_is_before_the_break(tmp_path):
    path = tmp_path / "cut.json"
    whole = json.dumps(
        {"db": [{"data": {"posts": [{"title": "One", "html": "<p>x</p>"}, {"title": "Two"}]}}]}
    )
    path.write_text(whole[:-12])
    found = []
    with pytest.raises(UnreadableSource, match="not whole JSON"):
        found.extend(GhostReader(ReaderOptions()).items(str(path), ZONE))
    items = GhostReader(ReaderOptions()).items(str(path), ZONE)

    assert next(items).headline == "One"


def test_scripts_and_their_addresses_do_not_survive(tmp_path):
    nasty = '<p onclick="x()">ok<script>alert(1)</script><a href="javascript:alert(1)">j</a><svg onload=x()></svg></p>'
    nodes = [
        {"type": "html", "html": nasty},
        {"type": "callout", "calloutText": nasty},
        {"type": "button", "buttonUrl": "javascript:alert(1)", "buttonText": "b"},
    ]
    body = json.dumps(story(tmp_path, lexical=lexical(*nodes)).to_json()["body"]).lower()

    assert all(word not in body for word in ("<script", "javascript:", "onclick", "onload", "<svg"))


def test_members_of_an_export(tmp_path):
    found = export(
        tmp_path,
        [],
        members=[
            {
                "id": "m1",
                "email": "A@X.example",
                "name": "Ann",
                "status": "comped",
                "created_at": "2022-01-02T03:04:05.000Z",
                "note": "n",
            },
            {"id": "m2", "email": "b@x.example", "status": "paid"},
            {"id": "m3", "email": "nonsense"},
            {"id": "m4", "email": "d@x.example", "subscribed": True},
        ],
        labels=[{"id": "l1", "name": "VIP"}],
        members_labels=[{"member_id": "m1", "label_id": "l1"}],
        newsletters=[{"id": "n1", "name": "Daily"}],
        members_newsletters=[{"member_id": "m1", "newsletter_id": "n1"}],
        members_stripe_customers=[{"member_id": "m4", "customer_id": "cus_1"}],
        members_stripe_customers_subscriptions=[{"customer_id": "cus_1", "status": "active"}],
        subscribers=[{"email": "old@x.example", "status": "unsubscribed"}],
    )

    assert isinstance(found[2], Broken)
    people = [item for item in found if isinstance(item, IncomingMember)]
    assert [(p.email, p.plan, p.newsletters, p.labels) for p in people] == [
        ("a@x.example", "complimentary", True, ("VIP",)),
        ("b@x.example", "paid", False, ()),
        ("d@x.example", "paid", True, ()),
        ("old@x.example", "", False, ()),
    ]


MEMBERS = (
    "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers,City\n"
    '1,Ann@X.example,"Ann, Élan","two\nlines",true,true,,2022-01-02T03:04:05.000Z,,"a, b",,Baku\n'
    "2,bob@x.example,,,false,,cus_2,,,,Gold,\n"
    "3,lapsed@x.example,,,,,cus_3,,,,,\n"
    "4,gone@x.example,,,true,,,,2023-01-01,,,\n"
    "5,none,,,,,,,,,,\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_of_members_in_any_encoding(tmp_path, encoding):
    path = tmp_path / "members.csv"
    path.write_bytes(MEMBERS.encode(encoding))
    ann, bob, lapsed, gone, none = read(path)

    assert (ann.email, ann.name, ann.plan, ann.newsletters) == (
        "ann@x.example",
        "Ann, Élan",
        "complimentary",
        True,
    )
    assert (ann.labels, ann.note) == (("a", "b"), "two\nlines\nCity: Baku")
    assert (bob.plan, bob.newsletters) == ("paid", False)
    assert "cus_2" in bob.note
    assert lapsed.plan == ""
    assert isinstance(gone, Skipped)
    assert isinstance(none, Broken)


def test_a_torn_table_and_one_in_another_script(tmp_path):
    path = tmp_path / "members.csv"
    path.write_bytes("email,name\na@x.example,Élan É\nb@x.example,caf".encode() + b"\xe9\n")
    torn = [member.name for member in read(path)]
    path.write_bytes(
        b"email,name\n"
        + "".join(f"m{n}@x.example,Михаил Иванов Петрович\n" for n in range(9)).encode("cp1251")
    )

    assert torn == ["Élan É", "caf\ufffd"]
    assert read(path)[0].name == "Михаил Иванов Петрович"


def test_a_table_with_headers_of_its_own(tmp_path):
    path = tmp_path / "members.csv"
    path.write_text("correo_electrpnico;nombre\n" + "".join(f"m{i}@x.example;Name {i}\n" for i in range(200)))

    assert [(member.email, member.name) for member in read(path)][-1] == ("m199@x.example", "Name 199")
    assert len(read(path)) == 200


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\x00" * 100, b"x" * 3_000_000])
def test_a_table_without_addresses_is_refused(tmp_path, content):
    path = tmp_path / "members.csv"
    path.write_bytes(content)

    with pytest.raises(UnreadableSource):
        read(path)


@pytest.mark.parametrize("source", ["none.json", "https://x.example/export.json", "."])
def test_what_is_no_file_is_refused(tmp_path, source, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(UnreadableSource):
        read(source)


def test_the_sample_exports_keep_their_words(corpora):
    counts = {}
    for path in sorted((corpora / "corpora" / "ghost").rglob("*.json")):
        stories = read(path)
        counts[path.name] = len(stories)
        assert all(isinstance(item, IncomingStory) and item.body_text for item in stories)

    assert counts == {"v4_export.json": 11, "v5_export.json": 2, "valid.json": 2, "import-data-1.json": 1}
