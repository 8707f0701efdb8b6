"""Extractors of others: found by entry point, run apart, never trusted above tier B."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import entry_points
from typing import get_args

from .protocol import Document, Extractor, Kind, Suggestion

GROUP = "broadsheet.record.extractors"
SECONDS = 2.0
_KINDS = frozenset(get_args(Kind))


def installed_plugins() -> tuple[list[Extractor], list[str]]:
    """Extractors that are installed beside the paper, and a line for each that can't be made."""
    made: list[Extractor] = []
    failures: list[str] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            extractor = point.load()()
        except Exception as error:  # whatever a stranger's module does on import costs only itself
            failures.append(f"{point.name}: {type(error).__name__}: {error}")
            continue
        if isinstance(extractor, Extractor):
            made.append(extractor)
        else:
            failures.append(f"{point.name}: not an extractor (name, version, languages, extract)")
    return made, failures


def run_plugins(
    plugins: Sequence[Extractor], document: Document, *, seconds: float = SECONDS
) -> tuple[list[Suggestion], list[str]]:
    """What plug-ins suggest, checked and lowered to B; all run beside each other, each for `seconds` at most."""
    running = []
    for plugin in plugins:
        if plugin.languages and document.language not in plugin.languages:
            continue
        answers: queue.Queue[list[Suggestion] | Exception] = queue.Queue(1)
        # A daemon: one that hangs is left behind and ends with the process.
        threading.Thread(target=_run, args=(plugin, document, answers), daemon=True).start()
        running.append((plugin, answers))
    found: list[Suggestion] = []
    failures: list[str] = []
    for plugin, answers in running:
        try:
            answer = answers.get(timeout=seconds)
        except queue.Empty:
            failures.append(f"{plugin.name}: no answer within {seconds:g} s")
            continue
        if isinstance(answer, Exception):
            failures.append(f"{plugin.name}: {type(answer).__name__}: {answer}")
        else:
            found.extend(answer)
    return found, failures


def _run(plugin: Extractor, document: Document, answers: queue.Queue[list[Suggestion] | Exception]) -> None:
    try:
        answers.put([_checked(suggestion, plugin, document) for suggestion in plugin.extract(document)])
    except Exception as error:  # a plug-in may raise anything; it is reported by its name
        answers.put(error)


def _checked(suggestion: Suggestion, plugin: Extractor, document: Document) -> Suggestion:
    """The suggestion as ours may be shown: its span right, its kind known, its tier B or below, its maker named."""
    if not isinstance(suggestion, Suggestion) or suggestion.kind not in _KINDS:
        raise TypeError("not a suggestion of a kind that the record holds")
    if not 0 <= suggestion.start < suggestion.end <= len(document.text):
        raise ValueError(f"span {suggestion.start}:{suggestion.end} is outside of the text")
    tier = suggestion.tier if suggestion.tier in {"B", "C"} else "B"
    return replace(
        suggestion,
        text=document.text[suggestion.start : suggestion.end],
        tier=tier,
        rule=f"{plugin.name}.{suggestion.rule}",
        extractor=f"{plugin.name} {plugin.version}",
    )
