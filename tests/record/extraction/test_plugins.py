"""Extractors of others: merged by span, never above tier B, and their failures harm nothing."""

import time
from datetime import date

import pytest

from broadsheet.record.extraction import Document, Suggestion, extract

DOCUMENT = Document(
    "Prime Minister Ann Lee met President Bo Derek in Vienna on Monday. Zed agreed.", date(2022, 4, 5)
)
ZED = DOCUMENT.text.index("Zed")


class Plugin:
    name, version, languages = "other", "2", frozenset()

    def __init__(self, give):
        self.give = give

    def extract(self, document):
        return self.give(document)


def suggestion(start, end, *, kind="person", tier="A", text="whatever"):
    return Suggestion(kind, start, end, text, "Zed", tier, "guess", "a model's guess")


def test_what_is_new_is_added_at_tier_b_with_its_own_text():
    result = extract(DOCUMENT, plugins=[Plugin(lambda d: [suggestion(ZED, ZED + 3)])])
    added = [s for s in result.suggestions if s.extractor == "other 2"]

    assert [(s.text, s.tier, s.rule) for s in added] == [("Zed", "B", "other.guess")]
    assert result.failures == ()


def test_what_we_have_stays_ours_and_says_who_agrees():
    start = DOCUMENT.text.index("Ann Lee")
    result = extract(
        DOCUMENT, plugins=[Plugin(lambda d: [suggestion(start, start + 7), suggestion(start + 4, start + 7)])]
    )
    ours = [s for s in result.suggestions if s.kind == "person" and s.start < start + 7 and start < s.end]

    assert [(s.tier, s.extractor) for s in ours] == [("A", "rules")]
    assert "other 2 says so too" in ours[0].reason


@pytest.mark.parametrize(
    "give",
    [
        lambda d: 1 / 0,
        lambda d: [suggestion(0, 10_000)],
        lambda d: [suggestion(5, 5)],
        lambda d: ["a word"],
        lambda d: [suggestion(0, 3, kind="dog")],
        lambda d: None,
        lambda d: (_ for _ in ()).throw(KeyError("x")),
    ],
)
def test_a_plugin_that_fails_harms_nothing(give):
    result = extract(DOCUMENT, plugins=[Plugin(give)])
    assert result.suggestions == extract(DOCUMENT).suggestions
    assert len(result.failures) == 1
    assert result.failures[0].startswith("other: ")


def test_a_plugin_that_hangs_is_left_behind(monkeypatch):
    from broadsheet.record.extraction import plugins

    found, failures = plugins.run_plugins([Plugin(lambda d: time.sleep(5) or [])], DOCUMENT, seconds=0.1)
    assert (found, failures) == ([], ["other: no answer within 0.1 s"])


def test_a_plugin_of_another_language_is_not_asked():
    plugin = Plugin(lambda d: 1 / 0)
    plugin.languages = frozenset({"hy"})
    assert extract(DOCUMENT, plugins=[plugin]).failures == ()


def test_text_of_a_press_release_is_never_above_tier_b():
    result = extract(Document(DOCUMENT.text, DOCUMENT.published, provenance="press-release"))
    assert {s.tier for s in result.suggestions} == {"B"}
