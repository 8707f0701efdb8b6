"""Whatever is asked, the API answers as its own document says: fuzzed with schemathesis, over a paper of odd content."""

import json
from collections import Counter
from contextlib import suppress

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from broadsheet.newsroom.models import Author, Correction, Gallery, Section, Story, Topic
from broadsheet.newsroom.services import settle_files
from broadsheet.pictures.models import Picture
from broadsheet.pictures.services import render
from broadsheet.site.services import index_story
from broadsheet.syndication.api import keys
from tests.factories import make_gallery, make_picture

pytestmark = pytest.mark.django_db
EACH = 8
PLAIN = {"Accept-Encoding": "identity"}
ODD = (
    "", " ", "\x01\x08\x1b\x7f\x85", "]]>", "<script>alert(1)</script>", "&amp;&#0;&", "‮right to left", "👩‍👩‍👧‍👦🏳️‍🌈",
    "\u0627\u0644\u0639\u0631\u0628\u064a\u0629", "\ufeff\ufffe\uffff", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢", "'; DROP TABLE story; --", "x" * 250, "\u2028\u2029", "%00%s{{ 7*7 }}",
)  # fmt: skip


def odd_paper(paper, words):
    """Stories, galleries, authors and topics whose every text is odd."""
    picture = make_picture(caption=words[4], credit=words[2], description=words[3])
    render(picture)
    naked = make_picture()
    for n, word in enumerate(words):
        headline = word.strip()[:250] or "?"
        topic = Topic.objects.create(
            name=headline[:120], slug=f"t{n}", description=word, locale=paper.fronts["en"].locale
        )
        blocks = [
            ("text", f"<p>{word}</p><p>Two</p>"), ("quote", {"quote": word, "by": word}), ("facts", {"title": word, "text": word}),
            ("table", {"caption": word, "table": {"data": [[word, None], [None, 1]], "first_row_is_table_header": True}}),
            ("picture", {"picture": (picture if n % 2 else naked).pk, "alt": word}), ("picture", {"picture": 10**9}),
            ("embed", {"url": word, "title": word}), ("html", word), ("gallery", {"gallery": 10**9}), ("related", {"story": 0}),
            ("nothing", word), ("documents", {"documents": [10**9]}),
        ]  # fmt: skip
        story = paper.story(
            headline,
            kicker=word[:80],
            standfirst=word,
            dateline=word[:120],
            source_name=word,
            topics=(topic,) if n % 3 else (),
            bylines=(f"Author {n}",) if n % 2 else (),
            lead_picture=(picture, naked, None)[n % 3],
            access=("free", "subscribers", "metered", "registered")[n % 4],
            body=blocks,
        )
        Correction.objects.create(story=story, kind="retraction", text=word)
        index_story(story)
        settle_files(story)
    settle_files(
        make_gallery(paper.sections["en", "nation"], words[4], [picture, naked], standfirst=words[3])
    )
    Story.objects.get(pk=story.pk).unpublish()


def bounded(each):
    return settings(
        max_examples=each,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def answer(case):
    """The status of what comes, after every check; that something is gone is a right answer to a right question."""
    response = case.call(headers=PLAIN)
    case.validate_response(
        response, excluded_checks=[positive_data_acceptance] if response.status_code == 410 else []
    )
    return response.status_code


def ask_rightly(operation, real, seen, each):
    """As the document allows; `real` are values of parameters that lead somewhere."""

    @bounded(each)
    @given(data=st.data())
    def ask(data):
        case = data.draw(operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
        for where in (case.path_parameters, case.query):
            for name in sorted(set(where or ()) & real.keys()):
                if data.draw(st.integers(0, 3)):
                    where[name] = data.draw(st.sampled_from(real[name]))
        seen[answer(case)] += 1

    ask()


def ask_wrongly(operation, seen, each):
    """As the document does not allow."""

    @bounded(each)
    @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def ask(case):
        seen[answer(case)] += 1

    with suppress(Unsatisfiable):  # nothing can be wrong where nothing is asked
        ask()


def fuzz(real, each=EACH):
    """Ask each operation `each` times rightly and as often wrongly. Returns by status how often it was answered so."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    seen = Counter()
    for result in schema.get_all_operations():
        ids = real.get(result.ok().path, [1])
        ask_rightly(result.ok(), real | {"id": [*ids, 10**6]}, seen, each)
        ask_wrongly(result.ok(), seen, each)
    return seen


@pytest.fixture(autouse=True)
def _unlimited(monkeypatch):
    """No limit; and the test's transaction lives as long as the test, as Django's own client has it."""
    monkeypatch.setattr(keys, "PER_MINUTE", 10**6)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def values():
    """Values of parameters that lead somewhere in the paper as it is."""
    return {
        **{
            f"/{name}/{{id}}": list(model.objects.values_list("pk", flat=True))
            for name, model in (
                ("stories", Story),
                ("sections", Section),
                ("authors", Author),
                ("topics", Topic),
                ("galleries", Gallery),
                ("pictures", Picture),
            )
        },
        "section": ["nation", "culture"], "topic": ["t4", "t7"], "author": ["author-1", "author-5"], "language": ["en"],
        "q": ["alert", "script", "x", "\u0627\u0644\u0639\u0631\u0628\u064a\u0629", "1"], "access": ["free", "metered"], "genre": ["news"],
        "since": ["2001-01-01"], "until": ["2100-01-01T00:00:00Z"], "limit": [1, 3, 50],
    }  # fmt: skip


def test_a_paper_of_odd_content(paper):
    odd_paper(paper, ODD)

    seen = fuzz(values())

    assert {200, 404, 400, 410} >= seen.keys() >= {200, 404, 400}
    assert seen[200] > 60, seen


def test_a_paper_of_strings_that_broke_others(paper, corpora):
    strings = json.loads((corpora / "corpora" / "naughty-strings" / "blns.json").read_text())
    odd_paper(paper, [text.replace("\0", "") for text in strings[::36]])

    assert {200, 404, 400, 410} >= fuzz(values(), each=3).keys() >= {200, 404, 400}
