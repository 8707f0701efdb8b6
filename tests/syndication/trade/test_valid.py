"""Everything of the demo, of imported archives and of a paper of odd strings is valid by IPTC's own schemas."""

import json
import re

import pytest
from lxml import etree

from broadsheet.intake.services import run_import
from broadsheet.newsroom.models import Story
from broadsheet.pictures.models import Picture
from broadsheet.pictures.services import render
from broadsheet.syndication.models import Partner
from broadsheet.syndication.stories import public_stories
from broadsheet.syndication.trade import partners
from tests.factories import make_paper, make_picture
from tests.syndication.papers import set_demo


@pytest.fixture
def check(client, ninjs_schema, newsml_schema, corpora):
    """Follows every list, the public's and that of a partner who may have all, and holds each answer to the schemas."""
    catalog = etree.parse(corpora / "corpora/newsml-g2/catalogs/catalog.IPTC-G2-Standards_41.xml")
    aliases = {scheme.get("alias") for scheme in catalog.iter("{*}scheme")}

    def go() -> int:
        partner = Partner(name="Evening Post", is_whole=True, with_pictures=True, with_others=True)
        token = partners.give(partner)
        partner.save()
        wanted = public_stories().count()
        languages = set(public_stories().order_by().values_list("language", flat=True))
        public = [f"/api/v1/stories.%s?limit=100&language={language}" for language in languages]
        for lists in (public, [f"/partners/{token}/stories.%s"]):
            counts = {"ninjs": 0, "newsml": 0}
            for form in counts:
                for address in lists:
                    counts[form] += sum(held(form, content) for content in pages(client, address % form))
            assert counts == {"ninjs": wanted, "newsml": wanted}
        return wanted

    def held(form: str, content: bytes) -> int:
        if form == "ninjs":
            found = json.loads(content)
            for schema in ninjs_schema.values():
                assert [(e.json_path, e.message[:200]) for e in schema.iter_errors(found)] == []
            return len(found.get("associations", []))
        message = etree.fromstring(content)
        newsml_schema.assertValid(message)
        codes = {
            value
            for e in message.iter()
            for k, value in e.attrib.items()
            if k in ("qcode", "role", "type", "mode")
        }
        assert {code.partition(":")[0] for code in codes} <= aliases
        return len(message.findall(".//{*}newsItem/{*}itemMeta/{*}itemClass[@qcode='ninat:text']"))

    return go


def pages(client, address):
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, answer.content[:300]
        yield answer.content
        found = re.search(r'<https?://[^/]+([^>]+)>; rel="next"', answer.headers.get("Link", ""))
        address = found[1] if found else ""


@pytest.mark.django_db
def test_the_demo_paper(check, tmp_path):
    set_demo(tmp_path)
    assert check() > 100


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        ("wxr", "corpora/wxr-wordpress/themeunittestdata.wordpress.xml"),
        ("wxr", "corpora/wxr-wordpress/theme-preview.xml"),
        ("ghost", "corpora/ghost/export"),
        ("ninjs", "corpora/ninjs/examples/3.0"),
        ("newsml", "corpora/newsml-g2/examples"),
    ],
)
def test_an_archive(check, paper, corpora, kind, file):

    source = corpora / file
    sources = sorted(map(str, source.glob("*.json"))) if kind == "ghost" else [str(source)]
    run_import(kind, sources)
    for picture in Picture.objects.all():
        render(picture)
    assert check() > 0


@pytest.mark.django_db
def test_a_paper_of_odd_strings(check, corpora):
    words = json.loads((corpora / "corpora/naughty-strings/blns.json").read_text())
    paper = make_paper()
    picture = make_picture(caption=words[3], credit=words[40], description=words[60])
    render(picture)
    naked = make_picture()
    for number, word in enumerate(words[::4]):
        blocks = [
            ("text", f"<p>{word}</p>"),
            ("quote", {"quote": word, "by": word}),
            ("facts", {"title": word, "text": word}),
            ("table", {"caption": word, "source": word, "table": {"data": [[word, None], [None, 1]]}}),
            ("picture", {"picture": (picture if number % 2 else naked).pk, "alt": word, "caption": word}),
            ("embed", {"url": word, "title": word, "provider": word}),
            ("html", word),
            ("gallery", {"gallery": 10**9}),
            ("documents", {"documents": [10**9]}),
        ]
        paper.story(
            word.strip()[:250] or "?",
            slug=f"odd-{number}",
            kicker=word[:80],
            standfirst=word,
            dateline=word[:120],
            source_name=word[:200],
            source_url="https://a.example/ə/[x]?q=%zz",
            bylines=(f"Author {number}",) if number % 2 else (),
            lead_picture=(picture, naked, None)[number % 3],
            lead_caption=word,
            body=blocks if number % 5 else [],
        )
    assert check() == Story.objects.count()
