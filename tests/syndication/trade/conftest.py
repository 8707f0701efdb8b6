import json

import jsonschema
import pytest
from lxml import etree
from referencing import Registry, Resource

from broadsheet.newsroom.models import Correction, Topic
from broadsheet.pictures.models import Picture
from broadsheet.pictures.services import render
from tests.factories import make_gallery, make_picture

CANARY = "Zanzibarquince"
# What hides in archives: control characters, an end of CDATA, bidi marks, astral letters, markup, XML's non-characters.
ODD = "A\x07b]]>c\u202e\ufffe\U0001f9a9 & <b>not bold</b> \u200fمرحبا\u2028 ə ı {{x}} %s"


@pytest.fixture
def ninjs_schema(corpora):
    """By version, what checks one ninjs object."""
    folder = corpora / "corpora/ninjs"
    geo = json.loads((folder / "validation/test_suite/GeoJSON-schema.json").read_text())
    registry = Registry().with_resource(
        "https://geojson.org/schema/GeoJSON.json", Resource.from_contents(geo)
    )
    return {
        version: jsonschema.Draft202012Validator(
            json.loads((folder / f"specification/ninjs-schema_{version}.json").read_text()),
            format_checker=jsonschema.FormatChecker(),
            registry=registry,
        )
        for version in ("3.0", "3.1")
    }


@pytest.fixture
def newsml_schema(corpora):
    return etree.XMLSchema(
        etree.parse(corpora / "corpora/newsml-g2/specification/NewsML-G2_2.35-spec-All-Power.xsd")
    )


@pytest.fixture
def full(paper):
    """A paper with one of everything that a story and its body may hold, and what is odd."""
    english = paper.sections["en", "nation"]
    pictures = [
        make_picture(
            caption=f"Caption {n}", description=f"What {n} shows", creator="Pat Lens", credit="Gazette"
        )
        for n in range(4)
    ]
    gallery = make_gallery(english, "The bridge in pictures", pictures[:3], standfirst="Three views")
    topics = [
        Topic.objects.create(name="Rivers", locale=english.locale, media_topic="medtop:20000441"),
        Topic.objects.create(name="Bridges", locale=english.locale),
    ]
    first = paper.story("The first story", slug="first", hours_ago=9)
    story = paper.story(
        "Bridge opens early",
        slug="bridge",
        hours_ago=3,
        kicker="City",
        standfirst="A month early.",
        dateline="Baku",
        genre="analysis",
        bylines=("Ann Author", "Bob Writer"),
        topics=tuple(topics),
        lead_picture=pictures[3],
        lead_caption="The bridge at dawn",
        body=[
            ("text", '<h2>It holds</h2><p>It <b>holds</b>. <a href="/nation/first/">More</a>.</p>'),
            (
                "picture",
                {"picture": pictures[0].pk, "caption": "Here", "credit": "", "alt": "", "size": "wide"},
            ),
            ("gallery", {"gallery": gallery.pk, "pictures": []}),
            ("quote", {"quote": "It will stand.", "by": "The builder"}),
            ("facts", {"title": "In numbers", "text": "<p>900 m</p>"}),
            (
                "table",
                {
                    "caption": "Lengths",
                    "source": "City",
                    "table": {
                        "data": [["Bridge", "m"], ["Old", "700"]],
                        "first_row_is_table_header": True,
                        "first_col_is_header": False,
                    },
                },
            ),
            (
                "embed",
                {
                    "url": "https://video.example/1",
                    "frame_url": "",
                    "provider": "Video",
                    "title": "Opening",
                    "kind": "video",
                    "poster": None,
                },
            ),
            ("related", {"story": first.pk}),
            ("html", "<dl><dt>m</dt><dd>metre</dd></dl>"),
        ],
    )
    Correction.objects.create(
        story=story, kind="correction", text="It is 900 m, not 800 m.", locale=english.locale
    )
    paper.story(
        ODD, slug="odd", standfirst=ODD, kicker="K\x0b", body=[("text", f"<p>{ODD}</p>")], dateline=ODD
    )
    paper.story("H" * 255, slug="long", body=[], hours_ago=5)
    paper.story(
        "Premium",
        slug="premium",
        access="subscribers",
        body=[("text", f"<p>One.</p><p>Two.</p><p>{CANARY}</p>")],
    )
    paper.story("Körpü açıldı", slug="korpu", language="az", bylines=("Əli Məmmədov",))
    for picture in Picture.objects.all():
        render(picture)
    paper.bridge = story
    return paper
