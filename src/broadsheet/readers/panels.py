"""The panels of the account's home page; other apps add theirs, as they add to `facts`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel. `template` gets the page's context, `request`, and what `context` says; None: nothing to show now."""

    key: str
    order: int
    template: str
    context: Callable[[HttpRequest], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Shown:
    """A panel with what it says to one reader."""

    key: str
    template: str
    told: Mapping[str, Any]


_panels: dict[str, Panel] = {}


def register(panel: Panel) -> None:
    """Add `panel` to the account's home; one with the same key takes its place."""
    _panels[panel.key] = panel


def shown(request: HttpRequest) -> list[Shown]:
    """The panels for this reader, in order."""
    found = []
    for panel in sorted(_panels.values(), key=lambda panel: (panel.order, panel.key)):
        told = panel.context(request)
        if told is not None:
            found.append(Shown(panel.key, panel.template, told))
    return found
