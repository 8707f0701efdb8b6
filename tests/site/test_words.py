"""Nothing that readers, circulation or desks meet is left untranslated: every text in code and templates has its words."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from django.utils import translation
from django.utils.translation.template import templatize

import broadsheet

PACKAGE = Path(broadsheet.__file__).parent
CALLS = (
    "_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext",
)  # fmt: skip
APPS = ("subscriptions", "readers", "site", "intake", "record", "syndication")
Text = tuple[str | None, str]


def texts(app: str) -> set[Text]:
    """(context, text) of everything that `app` has translated."""
    found: set[Text] = set()
    for path in (PACKAGE / app).rglob("*"):
        if path.suffix not in {".py", ".html", ".txt"} or "migrations" in path.parts:
            continue
        source = path.read_text()
        if path.suffix != ".py":
            source = templatize(source, origin=str(path))
        for _line, call, said, _notes in extract_python(io.BytesIO(source.encode()), CALLS, (), {}):
            parts = [part for part in (said if isinstance(said, tuple) else (said,)) if isinstance(part, str)]
            context = parts.pop(0) if "pgettext" in call else None
            if parts and parts[0]:
                found.add((context, parts[0]))
    return found


def translated(language: str) -> set[Text]:
    """What our catalogues have words for, in every plural form."""
    known: set[Text] = set()
    for path in PACKAGE.glob(f"*/locale/{language}/LC_MESSAGES/django.po"):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                forms = message.string if isinstance(message.string, tuple) else (message.string,)
                if message.id and all(forms) and not message.fuzzy:
                    known.add((message.context, message.id if isinstance(message.id, str) else message.id[0]))
    return known


def of_a_library(text: Text, language: str) -> bool:
    """Whether Django, Wagtail or allauth brings the words."""
    context, words = text
    with translation.override(language):
        said = translation.pgettext(context, words) if context else translation.gettext(words)
    return said != words


@pytest.mark.parametrize("language", ["az", "ru", "ar"])
@pytest.mark.parametrize("app", APPS)
def test_every_text_has_words_in_every_language(app: str, language: str) -> None:
    found = texts(app)
    missing = found - translated(language)

    assert len(found) > 50
    assert sorted(words for context, words in missing if not of_a_library((context, words), language)) == []


VALUE = re.compile(r"%\((\w+)\)s|%s")


@pytest.mark.parametrize("language", ["az", "ru", "ar"])
def test_words_keep_every_value_that_their_text_has(language: str) -> None:
    wrong = []
    for app in APPS:
        with (PACKAGE / app / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
            for message in read_po(file, locale=language):
                asked = [message.id] if isinstance(message.id, str) else list(message.id)
                said = [message.string] if isinstance(message.string, str) else list(message.string)
                given = {found[0] for text in asked for found in VALUE.finditer(text)}
                for text in said if message.id else []:
                    held = {found[0] for found in VALUE.finditer(text)}
                    # One, two or none may be said in words.
                    if held - given or (given - held) - (
                        {"%(count)s", "%(n)s", "%(number)s"} if len(asked) > 1 else set()
                    ):
                        wrong.append((app, text))

    assert wrong == []
