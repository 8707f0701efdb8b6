"""Whole papers for every format: the demo's texts with three pictures, real archives, and a paper of odd strings."""

from __future__ import annotations

from typing import Any

from broadsheet.demo import build, edition, studio
from broadsheet.pictures.services import render
from tests.factories import make_picture


class _Quiet:
    """No bar."""

    def say(self, what: str, total: int) -> None: ...
    def at(self, done: int) -> None: ...
    def one(self) -> None: ...


class _QuickDesk(build._Desk):
    """Puts the demo together without drawing its pictures: three stand for all, one of them not rendered yet."""

    def _take_pictures(self) -> None:
        ready = [make_picture(caption="A bridge", credit="Ann / Gazette") for _ in range(3)]
        for picture in ready[:2]:
            render(picture)
        self.pictures = {key: ready[n % 3] for n, key in enumerate(studio.catalogue())}

    def _render(self) -> None: ...


def set_demo(tmp_path: Any) -> None:
    """The demo paper in the test's database."""
    _QuickDesk(tmp_path, _Quiet()).put_together(edition.paper())  # type: ignore[arg-type]
