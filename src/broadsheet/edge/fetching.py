"""Fills the cache: one request to the origin per variant however many wait, and never a page older than its purge."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from .connection import Request
from .encodings import encode_all, is_compressible
from .fields import Headers, directives, first, seconds, split_list, values
from .freshness import Policy, initial_age, policy, withheld
from .hot import Name, Resource
from .metrics import Count
from .origin import Answer, OriginDown, forwarded
from .store import MOST_BYTES
from .stored import Stored, normal

if TYPE_CHECKING:
    from .app import App

log = logging.getLogger("broadsheet.edge")
# How long one worker keeps the others from asking for the same thing.
LEASE_SECONDS = 25.0
# Renders thrown away because a purge overtook them, before we give up.
MOST_RACES = 4
# Addresses whose answers were not for sharing are not queued behind each other for this long.
UNSHARED_SECONDS = 10.0
MOST_UNSHARED = 10_000
# Errors are remembered for seconds only: enough against a flood of wrong addresses.
LONGEST_ERROR = 10.0
# They describe the stored body; a 304 has none (RFC 9111 §3.2).
_KEPT_FROM_STORED = frozenset(
    {b"content-encoding", b"content-range", b"content-length", b"content-md5", b"digest", b"content-digest"}
)


@dataclass(slots=True)
class Fetched:
    """`stored` is for everybody who waits; `answer`, still to be read, for the one who asked."""

    stored: Stored | None = None
    answer: Answer | None = None
    is_validated: bool = False


class Fetcher:
    """The way from a miss to a stored response."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._flights: dict[tuple[Name, bytes], asyncio.Task[Fetched]] = {}
        self._unshared: dict[tuple[Name, bytes], float] = {}

    # -- what is there -----------------------------------------------------------------------------------------

    def resource(self, name: Name) -> Resource | None:
        """All usable responses of a name, from memory or the file."""
        hot = self.app.hot
        resource = hot.get(name)
        if resource is None:
            for variant in (b"", b"full", b"preview") if self.app.paper else (b"",):
                some = self.app.store.load((*name, variant))
                if some:
                    resource = hot.put(name, variant, some)
        known = self.app.log
        if resource is None or known is None:
            return resource
        for variant, some in list(resource.variants.items()):
            kept = [one for one in some if one.checked == known.seen or not known.is_gone(one)]
            if len(kept) < len(some):
                resource = hot.put(name, variant, kept)
                self.app.store.drop((*name, variant))
        return resource

    def select(self, resource: Resource | None, variant: bytes, request: Request) -> Stored | None:
        """The response made for a request like this one; the newest of several, whichever worker got it."""
        if resource is None:
            return None
        chosen = _newest(resource.variants.get(variant, ()), request)
        if self.app.settings.workers > 1 and (chosen is None or not chosen.is_fresh(self.app.clock())):
            known = self.app.log
            some = self.app.store.load((*resource.name, variant))
            if known is not None:
                some = [one for one in some if not known.is_gone(one)]
            newer = _newest(some, request)
            if newer is not None and (chosen is None or newer.received > chosen.received):
                self.app.hot.put(resource.name, variant, some)
                return newer
        return chosen

    def forget(self, name: Name) -> None:
        """Drop a name from memory and the file."""
        self.app.hot.drop(name)
        for variant in (b"", b"full", b"preview"):
            self.app.store.drop((*name, variant))

    # -- asking ------------------------------------------------------------------------------------------------

    async def fetch(self, request: Request, name: Name, variant: bytes, stored: Stored | None) -> Fetched:
        """Ask the origin, or wait for whoever is asking. Raises `OriginDown`."""
        key = (name, variant)
        if self._unshared.get(key, 0.0) > self.app.loop.time():
            return Fetched()
        flight = self._flights.get(key)
        if flight is not None:
            got = await asyncio.shield(flight)
            if got.stored is not None and got.stored.matches(request.headers):
                return got
            return Fetched()
        flight = self._start(request, name, variant, stored)
        try:
            return await asyncio.shield(flight)
        except asyncio.CancelledError:
            flight.add_done_callback(_close_unread)
            raise

    def refresh(self, request: Request, name: Name, variant: bytes, stored: Stored) -> None:
        """The same behind a reader who got the stale page already."""
        if (name, variant) not in self._flights:
            self._start(request, name, variant, stored).add_done_callback(_close_unread)

    def _start(
        self, request: Request, name: Name, variant: bytes, stored: Stored | None
    ) -> asyncio.Task[Fetched]:
        key = (name, variant)
        fields, client = list(request.fields), request.client
        task = self.app.loop.create_task(self._fetch(fields, client, name, variant, stored))
        self._flights[key] = task
        task.add_done_callback(partial(self._landed, key))
        return task

    def _landed(self, key: tuple[Name, bytes], task: asyncio.Task[Fetched]) -> None:
        self._flights.pop(key, None)
        if task.cancelled() or (error := task.exception()) is None:
            return
        if not isinstance(error, OriginDown):
            log.error("asking the origin failed: %s", error, exc_info=error)
        self.app.down_until = self.app.loop.time() + 1.0

    async def _fetch(
        self, fields: Headers, client: str, name: Name, variant: bytes, stored: Stored | None
    ) -> Fetched:
        app = self.app
        key = (*name, variant)
        shares = app.settings.workers > 1
        if shares:
            while not app.store.lease(key, app.holder, LEASE_SECONDS):
                await asyncio.sleep(0.01)
                made = self._made_by_another(name, variant, stored)
                if made is not None:
                    return Fetched(made)
        try:
            for _ in range(MOST_RACES):
                got = await self._ask(fields, client, name, variant, stored)
                if got is not None:
                    return got
                app.count(Count.RACES)
            raise OriginDown("every render was overtaken by a purge")
        finally:
            if shares:
                app.store.release(key, app.holder)

    def _made_by_another(self, name: Name, variant: bytes, old: Stored | None) -> Stored | None:
        """What another worker has stored since, if it is better than what we had."""
        for one in (variant, b""):
            for made in self.app.store.load((*name, one)):
                known = self.app.log
                if known is not None and known.is_gone(made):
                    continue
                if made.is_fresh(self.app.clock()) and (old is None or made.received > old.received):
                    self.app.hot.put(name, one, [made])
                    return made
        return None

    async def _ask(
        self, fields: Headers, client: str, name: Name, variant: bytes, stored: Stored | None
    ) -> Fetched | None:
        """One request to the origin; None when a purge overtook it."""
        app = self.app
        headers = self._fields(fields, name)
        conditions = _conditions(stored)
        app.count(Count.ORIGIN_REQUESTS)
        try:
            answer = await app.origin.ask(
                b"GET", name[1], headers + conditions, variant=variant.decode(), client=client
            )
        except OriginDown:
            app.count(Count.ORIGIN_ERRORS)
            raise
        app.down_until = 0.0
        try:
            if answer.status == 304 and stored is not None:
                app.count(Count.REVALIDATED)
                answer.close()
                if _is_of_another(stored, answer):
                    return Fetched(stored, is_validated=True)
                return Fetched(self.freshen(name, variant, stored, answer), is_validated=True)
            rules = policy(
                answer.status,
                answer.headers,
                answer.received,
                has_authorization=any(n == b"authorization" for n, _ in fields),
                may_guess=app.paper is None,
            )
            if not self._may_store(answer, rules, variant):
                self._refuse_unconfirmed(answer, variant)
                # Who asked too often is told so; that says nothing of the address.
                if answer.status < 500 and answer.status != 429:
                    self._note_unshared((name, variant))
                    if stored is not None:
                        self.forget(name)
                return Fetched(answer=answer)
            body = await answer.body(MOST_BYTES)
        except BaseException:
            answer.close()
            raise
        answer.close()
        if body is None:
            self._note_unshared((name, variant))
            return Fetched()
        made = await self._make(answer, rules, body, fields, variant)
        if not self._is_current(made):
            return None
        if self._is_of_known_epoch(made) and (
            made.lifetime > 0
            or made.etag
            or first(made.headers, b"last-modified")
            or made.revalidate
            or made.on_error
        ):
            self._keep(name, variant, made)
        return Fetched(made)

    def _fields(self, fields: Headers, name: Name) -> Headers:
        """What the origin is told. A paper's pages are made for nobody in particular: no cookie, no preferences."""
        if self.app.paper is None:
            kept = forwarded(fields)
            dropped = {b"host", b"if-none-match", b"if-modified-since", b"if-match", b"if-unmodified-since"}
            dropped |= {b"if-range", b"range"}
            return [(b"host", name[0]), *((n, v) for n, v in kept if n not in dropped)]
        scheme = b"https" if self.app.paper.is_secure else b"http"
        return [
            (b"host", name[0]),
            (b"accept-encoding", b"identity"),
            (b"user-agent", b"Broadsheet-Edge"),
            (b"x-forwarded-proto", scheme),
            (b"x-forwarded-host", name[0]),
        ]

    def _may_store(self, answer: Answer, rules: Policy, variant: bytes) -> bool:
        vary = {name.lower() for name in split_list(values(answer.headers, b"vary"))}
        if not rules.is_storable or b"*" in vary or (self.app.paper is not None and b"cookie" in vary):
            return False
        length = first(answer.headers, b"content-length")
        if length is not None and length.isdigit() and int(length) > MOST_BYTES:
            return False
        if self.app.paper is None:
            return True
        if answer.status >= 500:
            return False
        return self._is_confirmed(answer, variant)

    @staticmethod
    def _is_confirmed(answer: Answer, variant: bytes) -> bool:
        """Whether the origin says that it gave the variant we asked for; only that may be kept as such."""
        access = (first(answer.headers, b"broadsheet-access") or b"").partition(b";")[0].strip()
        said = first(answer.headers, b"broadsheet-variant") or b""
        return access in (b"", b"free") or said == variant

    def _refuse_unconfirmed(self, answer: Answer, variant: bytes) -> None:
        if self.app.paper is not None and not self._is_confirmed(answer, variant):
            raise OriginDown("the origin gave another variant than was asked for")

    def _note_unshared(self, key: tuple[Name, bytes]) -> None:
        if len(self._unshared) >= MOST_UNSHARED:
            self._unshared.clear()
        self._unshared[key] = self.app.loop.time() + UNSHARED_SECONDS

    async def _make(
        self, answer: Answer, rules: Policy, body: bytes, fields: Headers, variant: bytes
    ) -> Stored:
        headers = answer.headers
        access, story = _access(first(headers, b"broadsheet-access"))
        epoch, position = _position(first(headers, b"broadsheet-log"))
        keys = tuple((first(headers, b"surrogate-key") or b"").decode("latin-1").split())
        asked = dict(reversed(fields))
        vary = tuple(
            (name.lower(), normal(_joined(fields, name.lower())) if name.lower() in asked else None)
            for name in split_list(values(headers, b"vary"))
            if not (name.lower() == b"accept-encoding" and not values(headers, b"content-encoding"))
            # Whoever shows credentials to a paper is passed on: what is kept never meets them.
            and not (name.lower() == b"authorization" and self.app.paper is not None)
        )
        lifetime = (
            min(rules.lifetime, LONGEST_ERROR) if answer.status >= 400 and self.app.paper else rules.lifetime
        )
        made = Stored(
            status=answer.status,
            headers=headers if self.app.paper is None else downstream(headers, access),
            body=body,
            received=answer.received,
            age=initial_age(headers, answer.asked, answer.received),
            lifetime=lifetime,
            revalidate=rules.stale_while_revalidate,
            on_error=rules.stale_if_error,
            must_validate=rules.must_validate,
            must_revalidate=rules.must_revalidate,
            vary=vary,
            keys=keys,
            epoch=epoch,
            position=position,
            access=access,
            story=story,
        )
        kind = first(headers, b"content-type") or b""
        if is_compressible(kind, len(body)) and not values(headers, b"content-encoding"):
            made.coded = await self.app.loop.run_in_executor(None, encode_all, body)
        return made

    def _is_current(self, made: Stored) -> bool:
        """Whether nothing that the response shows was purged since its rendering began (SAFETY finding 5)."""
        known = self.app.log
        if known is None or not made.epoch:
            return True
        known.catch_up()
        if not self._is_of_known_epoch(made):
            return True
        return not known.is_gone(made) and not made.is_purged

    def _is_of_known_epoch(self, made: Stored) -> bool:
        """Until the follower has met an answer's epoch nobody could purge it: good for those who wait, not for keeping."""
        known = self.app.log
        return known is None or not made.epoch or made.epoch == known.epoch

    def _keep(self, name: Name, variant: bytes, made: Stored) -> None:
        hidden = withheld(made.headers)
        if hidden:
            made = replace(made, headers=[(n, v) for n, v in made.headers if n not in hidden], heads={})
        if self.app.paper is not None and not made.access:
            variant = b""
        if self.app.paper is not None:
            self._drop_other_kind(name, variant)
        others: list[Stored] = []
        if made.vary:
            resource = self.resource(name)
            if resource is not None:
                others = [one for one in resource.variants.get(variant, ()) if one.vary != made.vary]
        self.app.hot.put(name, variant, [made, *others[:15]])
        if made.status < 400 or self.app.paper is None:
            self.app.store.save((*name, variant), [made, *others[:15]])

    def _drop_other_kind(self, name: Name, variant: bytes) -> None:
        """A story that became free has no variants any more, and one that is free no longer nothing but variants."""
        resource = self.app.hot.get(name)
        if resource is None:
            return
        for other in (b"full", b"preview") if variant == b"" else (b"",):
            if resource.variants.get(other):
                self.app.hot.put(name, other, [])
                self.app.store.drop((*name, other))

    def freshen(self, name: Name, variant: bytes, stored: Stored, answer: Answer) -> Stored:
        """A stored response after the origin said that it still holds (RFC 9111 §3.2)."""
        news = [(n, v) for n, v in answer.headers if n not in _KEPT_FROM_STORED]
        named = {n for n, _ in news}
        headers = [(n, v) for n, v in stored.headers if n not in named] + news
        rules = policy(stored.status, headers, answer.received, may_guess=self.app.paper is None)
        made = replace(
            stored,
            headers=headers,
            received=answer.received,
            age=initial_age(headers, answer.asked, answer.received),
            lifetime=rules.lifetime,
            revalidate=rules.stale_while_revalidate,
            on_error=rules.stale_if_error,
            must_validate=rules.must_validate,
            must_revalidate=rules.must_revalidate,
            is_purged=False,
            checked=-1,
            heads={},
        )
        if rules.is_storable:
            self._keep(name, variant, made)
        else:
            self.forget(name)
        return made


def downstream(headers: Headers, access: str) -> Headers:
    """Headers as readers and caches beyond us get them: what depends on the reader is private (SAFETY finding 7)."""
    if access:
        rule = b"private, no-cache"
    elif any(name == b"surrogate-key" for name, _ in headers):
        # Nobody beyond us hears of a purge: they may keep, not reuse unasked, but for as long as the origin says.
        most = seconds(directives(values(headers, b"cache-control")).get(b"max-age"))
        rule = b"public, max-age=%d" % most if most else b"public, no-cache"
    else:
        return headers
    return [(n, v) for n, v in headers if n not in (b"cache-control", b"expires")] + [
        (b"cache-control", rule)
    ]


def _conditions(stored: Stored | None) -> Headers:
    if stored is None or stored.status != 200:
        return []
    found = []
    if stored.etag is not None:
        found.append((b"if-none-match", stored.etag))
    changed = first(stored.headers, b"last-modified")
    if changed is not None:
        found.append((b"if-modified-since", changed))
    return found


def _is_of_another(stored: Stored, answer: Answer) -> bool:
    """Whether a 304 names another response than ours by a strong tag: it may not update ours (RFC 9111 §4.3.4)."""
    tag = first(answer.headers, b"etag")
    return tag is not None and not tag.startswith(b"W/") and stored.etag is not None and tag != stored.etag


def _newest(some: Iterable[Stored], request: Request) -> Stored | None:
    fitting = [one for one in some if one.matches(request.headers)]
    return max(fitting, key=lambda one: one.received, default=None)


def _access(value: bytes | None) -> tuple[str, int]:
    """`metered; story=12` → ("metered", 12). A free story has no access of its own."""
    if value is None:
        return "", 0
    word, _, rest = value.decode("latin-1").partition(";")
    number = rest.partition("story=")[2].strip()
    access = word.strip()
    return ("" if access == "free" else access), int(number) if number.isdecimal() else 0


def _position(value: bytes | None) -> tuple[str, int]:
    epoch, _, number = (value or b"").decode("latin-1").partition(" ")
    return (epoch, int(number)) if number.isdecimal() else ("", 0)


def _joined(fields: Headers, name: bytes) -> bytes:
    return b", ".join(value for key, value in fields if key == name)


def _close_unread(task: asyncio.Task[Fetched]) -> None:
    with suppress(asyncio.CancelledError):
        if task.exception() is None and (answer := task.result().answer) is not None:
            answer.close()
