"""Brings a story's pictures along: from beside the saved page, or over the one outgoing door."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from broadsheet.pictures.models import Picture
from broadsheet.pictures.services import UnusablePicture, add_picture

from .errors import IntakeError
from .fetch import fetch
from .incoming import IncomingPicture, IncomingStory
from .report import ImportReport, Trouble

MOST_BYTES = 50 * 1024 * 1024
MOST_PICTURES = 60


class PictureDesk:
    """Takes pictures in for one import; a host that failed once is not asked again."""

    def __init__(self, report: ImportReport, *, allow_private: bool = False) -> None:
        self.report = report
        self._dead_hosts: set[str] = set()
        self._allow_private = allow_private

    def take_all(self, story: IncomingStory) -> dict[str, Picture]:
        """Address → picture for those that could be had; the others are reported. Outside any transaction."""
        found: dict[str, Picture] = {}
        for incoming in story.pictures[:MOST_PICTURES]:
            try:
                picture, created = self._take(incoming, story)
            except (IntakeError, UnusablePicture) as error:
                self.report.media_failed += 1
                self.report.errors.append(Trouble(incoming.address, str(error)))
                continue
            self.report.media_created += created
            found[incoming.address] = picture
        return found

    def _take(self, incoming: IncomingPicture, story: IncomingStory) -> tuple[Picture, bool]:
        data = self._bytes(incoming, story)
        words = {
            "description": incoming.alt or incoming.caption,
            "caption": incoming.caption,
            "credit": incoming.credit,
        }
        name = Path(unquote(urlsplit(incoming.address).path)).name or "picture"
        return add_picture(data, name, **{key: value for key, value in words.items() if value})

    def _bytes(self, incoming: IncomingPicture, story: IncomingStory) -> bytes:
        parts = urlsplit(incoming.address)
        if parts.scheme in ("http", "https"):
            if parts.netloc in self._dead_hosts:
                raise IntakeError("its host does not answer", parts.netloc, "import again when it does")
            try:
                return fetch(
                    incoming.address, robots=False, most_bytes=MOST_BYTES, allow_private=self._allow_private
                ).body
            except IntakeError:
                self._dead_hosts.add(parts.netloc)
                raise
        if parts.scheme or not story.folder:
            raise IntakeError("it is not in the source", incoming.address[:120], "add it in the newsroom")
        folder = Path(story.folder)
        path = (folder / unquote(parts.path)).resolve()
        if not path.is_relative_to(folder) or not path.is_file():
            raise IntakeError(
                "there is no such file beside the page",
                incoming.address[:120],
                "save the page with its pictures",
            )
        if path.stat().st_size > MOST_BYTES:
            raise IntakeError(
                f"larger than {MOST_BYTES // 2**20} MB", incoming.address[:120], "make it smaller"
            )
        return path.read_bytes()
