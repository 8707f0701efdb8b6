"""What `export` can write: the newsroom's own form, and trade formats in the words that syndication has for them."""

from __future__ import annotations

from broadsheet.intake.exporting.files import Files
from broadsheet.intake.exporting.order import batches
from broadsheet.intake.exporting.services import JSONL, Form, Pieces
from broadsheet.syndication.trade import exporting


def _ninjs(_: Files) -> Pieces:
    return exporting.ninjs_lines(batches(only_live=True))


def _newsml(_: Files) -> Pieces:
    return exporting.newsml_parts(batches(only_live=True))


def _newsml_messages(_: Files) -> Pieces:
    return exporting.newsml_messages(batches(only_live=True))


FORMS = {
    "jsonl": JSONL,
    "ninjs": Form(_ninjs),
    "newsml": Form(_newsml, _newsml_messages, exporting.newsml_head(), exporting.NEWSML_FOOT, ".xml"),
}
