"""Brings pictures along: from beside the source, or over the one outgoing door; each address once, for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.db import transaction

from broadsheet.outward.errors import OutsideError
from broadsheet.outward.fetch import fetch
from broadsheet.pictures.models import Picture
from broadsheet.pictures.services import UnusablePicture, add_picture

from .incoming import IncomingPicture
from .models import ImportPicture
from .report import ImportReport
from .values import writable

MOST_BYTES = 50 * 1024 * 1024
MOST_PICTURES = 300
FETCHERS = 6
MOST_FAILURES = 3
MOST_MISSED = 100_000

Wanted = tuple[IncomingPicture, str]
"""A picture, and the folder of its source ("" when it came over the network)."""


class PictureDesk:
    """Takes pictures in for one import; a host that failed often is not asked again."""

    def __init__(self, report: ImportReport, *, allow_private: bool = False) -> None:
        self.report = report
        self._failures: dict[str, int] = {}
        self._missed: set[str] = set()
        self._allow_private = allow_private

    def take_all(self, wanted: Iterable[Wanted]) -> dict[str, Picture]:
        """Address → picture for those that could be had; the others are reported. Outside any transaction: fetching may
        take long. What was taken once is not taken again, and what this desk missed once is not tried again by it."""
        by_address: dict[str, Wanted] = {}
        for incoming, folder in wanted:
            by_address.setdefault(incoming.address, (incoming, folder))
        found = self.known(by_address.values())
        missing = [
            pair
            for address, pair in by_address.items()
            if address not in found and _digest(pair) not in self._missed
        ]
        # A few at a time: each may have `MOST_BYTES`, and is held until it is stored.
        for start in range(0, len(missing), FETCHERS):
            for incoming, got in self._fetched(missing[start : start + FETCHERS]):
                try:
                    if isinstance(got, Exception):
                        raise got
                    found[incoming.address] = self._add(by_address[incoming.address], got)
                except (OutsideError, UnusablePicture) as error:
                    self._fail(by_address[incoming.address], str(error))
        return found

    def take(self, incoming: IncomingPicture, folder: str = "") -> Picture | None:
        """One picture, or None when it can't be had."""
        return self.take_all([(incoming, folder)]).get(incoming.address)

    def known(self, wanted: Iterable[Wanted]) -> dict[str, Picture]:
        """Address → picture, for those that came along before."""
        digests = {_digest(pair): pair[0].address for pair in wanted}
        keys, found = list(digests), {}
        for start in range(0, len(keys), 500):
            rows = ImportPicture.objects.filter(pk__in=keys[start : start + 500]).select_related("picture")
            found.update({digests[row.pk]: row.picture for row in rows})
        return found

    def _add(self, wanted: Wanted, data: bytes) -> Picture:
        incoming = wanted[0]
        words = {
            "description": incoming.alt or incoming.caption,
            "caption": incoming.caption,
            "credit": incoming.credit,
        }
        limits = {name: Picture._meta.get_field(name).max_length for name in words}
        name = Path(unquote(urlsplit(incoming.address).path)).name or "picture"
        with transaction.atomic():
            picture, created = add_picture(
                data,
                writable(name, 200),
                **{key: writable(value, limits[key]) for key, value in words.items() if value},
            )
            ImportPicture.objects.get_or_create(pk=_digest(wanted), defaults={"picture": picture})
        self.report.media_created += created
        return picture

    def _fail(self, wanted: Wanted, reason: str) -> None:
        if len(self._missed) < MOST_MISSED:
            self._missed.add(_digest(wanted))
        self.report.media_failed += 1
        self.report.trouble(wanted[0].address[:300], reason)

    def _fetched(self, wanted: list[Wanted]) -> Iterator[tuple[IncomingPicture, bytes | OutsideError]]:
        """Each picture with its bytes or what went wrong; several at a time when they come over the network."""
        if sum(urlsplit_safe(i.address)[0] in ("http", "https") for i, _ in wanted) < 2:
            yield from ((incoming, self._bytes(incoming, folder)) for incoming, folder in wanted)
            return
        with ThreadPoolExecutor(FETCHERS) as pool:
            got = pool.map(lambda pair: self._bytes(*pair), wanted)
            yield from ((incoming, data) for (incoming, _), data in zip(wanted, got, strict=True))

    def _bytes(self, incoming: IncomingPicture, folder: str) -> bytes | OutsideError:
        try:
            scheme, host, path = urlsplit_safe(incoming.address)
            if folder and (beside := _beside(path, folder, exact=not scheme)):
                return _read(beside, incoming.address)
            if scheme in ("http", "https"):
                return self._over_network(incoming.address, host)
            mend = "save the page with its pictures" if folder else "add it in the newsroom"
            what = "there is no such file beside the source" if folder else "it is not in the source"
            raise OutsideError(what, incoming.address[:120], mend)
        except OutsideError as error:
            return error

    def _over_network(self, address: str, host: str) -> bytes:
        if self._failures.get(host, 0) >= MOST_FAILURES:
            raise OutsideError("its host does not answer", host, "import again when it does")
        try:
            got = fetch(address, robots=False, most_bytes=MOST_BYTES, allow_private=self._allow_private)
        except OutsideError as error:
            # A picture that is gone says nothing of its host.
            if not error.what.startswith("the server answered"):
                self._failures[host] = self._failures.get(host, 0) + 1
            raise
        self._failures.pop(host, None)
        return got.body


def urlsplit_safe(address: str) -> tuple[str, str, str]:
    """Scheme, host and unquoted path; all empty for what is no address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", "", ""
    return parts.scheme.lower(), parts.netloc, unquote(parts.path)


def _beside(path: str, folder: str, *, exact: bool) -> Path | None:
    """The file beside the source: at the address's path below its folder, or (a whole site's uploads saved in one
    folder) at the end of that path. Never outside the folder."""
    root = Path(folder).resolve()
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
    if not parts or ".." in parts or "\x00" in path:
        return None
    for start in range(1 if exact else min(len(parts), 6)):
        candidate = root.joinpath(*parts[start:])
        try:
            if candidate.is_file() and candidate.resolve().is_relative_to(root):
                return candidate
        except OSError:
            return None
    return None


def _read(path: Path, address: str) -> bytes:
    if path.stat().st_size > MOST_BYTES:
        raise OutsideError(f"larger than {MOST_BYTES // 2**20} MB", address[:120], "make it smaller")
    try:
        return path.read_bytes()
    except OSError as error:
        raise OutsideError("it can't be read", address[:120], error.strerror or "check it") from None


def _digest(wanted: Wanted) -> str:
    """Of the address, and where that is a path, of the folder too: `1.jpg` of one source is not `1.jpg` of another."""
    address, folder = wanted[0].address, wanted[1]
    whole = address if urlsplit_safe(address)[0] else f"{folder}\n{address}"
    return hashlib.blake2b(whole.encode("utf-8", "replace"), digest_size=16).hexdigest()
