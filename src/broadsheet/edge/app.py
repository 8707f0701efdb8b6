"""The edge's application: looks a request up, decides, asks the origin when it must, and answers."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from broadsheet.paywall import Grant, Reason, Variant

from .conditions import outcome, wanted_range
from .connection import Connection, Gone, Request
from .counts import Reads
from .encodings import accepted
from .fetching import Fetcher
from .fields import Headers, directives, first, http_date, seconds, tag_matches, values
from .hot import Hot, Resource
from .log import Log
from .metrics import Count, render
from .origin import PROXY_SECONDS, Answer, Origin, OriginDown, forwarded
from .pages import away
from .rights import Rights
from .rules import LEGAL_METHODS, UNTOLD, is_passed, kept_names, told_path
from .settings import Settings
from .store import Store
from .stored import Stored, lines, status_line
from .streams import Streams
from .target import Refused, kept_query, split_target
from .wall import Reader, Wall

log = logging.getLogger("broadsheet.edge")
# A request with one of these is not the everyday one; it is answered with all the rules, a little later.
_SLOW = frozenset(
    {
        b"range",
        b"if-match",
        b"if-modified-since",
        b"if-unmodified-since",
        b"if-range",
        b"cache-control",
        b"pragma",
        b"authorization",
        b"expect",
        b"purpose",
        b"sec-purpose",
        b"content-length",
        b"transfer-encoding",
    }
)
_CONDITIONS = frozenset({b"if-none-match", b"if-modified-since", b"if-match", b"if-unmodified-since"})
_HIT = b"age: %d\r\ncache-status: broadsheet-edge; hit\r\n\r\n"
# How long to wait for an origin that accepts but does not answer, when a stale page is at hand.
PATIENCE_SECONDS = 2.0
# After a failure the origin is left alone this long wherever something stale can be served.
REST_SECONDS = 1.0
# A purged page may be served once more while its successor is made, no longer than this.
GRACE_SECONDS = 30.0
Name = tuple[bytes, bytes]
# Looked up once: each costs as much as a dictionary's look-up, and this is the path of every reader.
_PREVIEW, _GIFT = Variant.PREVIEW, Reason.GIFT
_HITS, _FULL, _PREVIEWS = int(Count.HIT), int(Count.FULL), int(Count.PREVIEW)


class App:
    """One worker's edge."""

    def __init__(self, settings: Settings, loop: asyncio.AbstractEventLoop, slot: int = 0) -> None:
        self.settings = settings
        self.loop = loop
        self.clock = time.time
        self.now = loop.time()
        self.most_connections = 20_000
        self.is_draining = False
        self.connections: set[Connection] = set()
        self.store = Store(settings.folder, settings.cache_bytes)
        self.hot = Hot(settings.hot_bytes)
        self.paper = settings.paper
        self.rights = Rights(self.store) if settings.paper else None
        self.wall = Wall(settings.paper, self.rights) if settings.paper and self.rights else None
        self.log = Log(self.store) if settings.paper else None
        self.origin = Origin(settings)
        self.counters = self.store.shared.counters(slot)
        self.counters[:] = memoryview(bytearray(8 * len(self.counters))).cast("Q")
        self.reads = Reads()
        self.streams = Streams(self)
        self.fetcher = Fetcher(self)
        self.down_until = 0.0
        self.access_lines: list[str] | None = [] if settings.access_log else None
        self._tasks: set[asyncio.Task[None]] = set()
        if self.log is not None:
            self.log.listeners += [self.streams.on_row, self._count_row]
        if self.log is not None and self.rights is not None:
            self.log.listeners.append(self.rights.on_row)

    def count(self, what: Count, by: int = 1) -> None:
        self.counters[what] += by

    def _count_row(self, number: int, row: dict[str, Any]) -> None:
        if row.get("flush"):
            self.hot.clear()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something beside the requests; its failure is logged, never raised."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("background work failed: %s", error, exc_info=error)

    def report(self, request: Request) -> None:
        """Log a fault of ours."""
        self.count(Count.FAILED)
        log.exception("answering %s failed", request.method.decode("latin-1"))

    # -- the everyday request ----------------------------------------------------------------------------------

    def fast(self, request: Request) -> bytes | None:
        """The whole answer to a GET that memory can answer without asking anybody; None for every other."""
        headers = request.headers
        if request.method != b"GET" or not _SLOW.isdisjoint(headers):
            return None
        resource = self.hot.aliases.get((headers.get(b"host"), request.target))
        if resource is None:
            return None
        known = self.log
        if known is not None and known.shared[0] != known.seen:
            known.catch_up()
        now = self.clock()
        stored = resource.plain
        cookie, is_full = b"", True
        if stored is None:
            facts, wall = resource.full or resource.preview, self.wall
            if facts is None or wall is None:
                return None
            reader = wall.reader(headers.get(b"cookie"))
            grant = wall.grant(reader, facts.access, facts.story, now)
            if grant.variant is _PREVIEW:
                if reader.is_known or (wall.rights.networks and wall.reads_along(request.client)):
                    return None
                stored, is_full = resource.preview, False
            else:
                stored = resource.full
            if stored is None or grant.reason is _GIFT:
                return None
            if grant.meter is not None:
                if reader.is_known:
                    return None
                cookie = b"".join(b"set-cookie: " + value + b"\r\n" for value in wall.meter_cookies(grant))
        if known is not None and stored.checked != known.seen and known.is_gone(stored):
            return None
        if stored.is_purged or stored.must_validate or now >= stored.fresh_until:
            return None
        coding = b""
        if stored.coded:
            for coding in accepted(headers.get(b"accept-encoding")):
                if coding in stored.coded:
                    break
            else:
                coding = b""
        head = stored.heads.get(coding) or stored.head(coding)
        counters = self.counters
        counters[_HITS] += 1
        if resource.touched < now - 60:
            resource.touched = now
            self.hot.used.add(resource.name)
        if stored.story:
            counters[_FULL if is_full else _PREVIEWS] += 1
            self.reads.note(stored.story, headers.get(b"referer"), stored.access)
        if self.access_lines is not None:
            self._note_access(request, 200, "hit")
        tag = headers.get(b"if-none-match")
        if tag is not None and tag_matches(tag, head.etag):
            counters[Count.NOT_MODIFIED] += 1
            return b"".join((head.not_modified, cookie, _HIT % stored.age_at(now)))
        return b"".join((head.start, cookie, _HIT % stored.age_at(now), head.body))

    @staticmethod
    def _facts(resource: Resource) -> Stored | None:
        for variant in (b"full", b"preview"):
            some = resource.variants.get(variant)
            if some:
                return some[0]
        return None

    # -- every other request -----------------------------------------------------------------------------------

    async def handle(self, request: Request) -> None:
        """Answer any request. Raises `Refused` for what nobody should answer."""
        host = request.headers.get(b"host")
        target = request.target
        if target[:1] != b"/" and b"://" in target[:9]:
            # The absolute form: its authority replaces Host (RFC 9112 §3.2.2).
            rest = target.partition(b"://")[2]
            host, slash, tail = rest.partition(b"/")
            target = slash + tail or b"/"
        if host is None:
            raise Refused(400, "The request names no host.")
        host = host.lower()
        if request.method not in LEGAL_METHODS and self.paper is not None:
            raise Refused(501, "That method is not served.")
        path, query = split_target(target)
        paper = self.paper
        if paper is not None and host.decode("latin-1") not in paper.hosts:
            raise Refused(421, "This host is not served here.")
        if path.startswith(b"/-/") and await self._own_page(request, path):
            return
        if self.log is not None and path.endswith(b"/latest/stream"):
            await self.streams.serve(request, path, query)
            return
        if paper is not None and is_passed(path):
            await self._pass(request, host, path + (b"?" + query if query else b""))
            return
        if paper is not None:
            query = kept_query(query, kept_names(path))
        whole = path + (b"?" + query if query else b"")
        if request.method not in (b"GET", b"HEAD"):
            await self._change(request, host, whole)
        elif request.body is not None or (paper is not None and b"authorization" in request.headers):
            await self._pass(request, host, whole)
        else:
            await self._serve(request, (host, whole))

    async def _own_page(self, request: Request, path: bytes) -> bool:
        if path == b"/-/health":
            request.connection.send_text(request, 200, "alive")
        elif path == b"/-/ready":
            self._send_ready(request)
        elif path == b"/-/metrics":
            # Whoever comes through a proxy has one of these; metrics are for this machine alone.
            through = {b"x-forwarded-for", b"forwarded", b"via", b"x-real-ip"} & request.headers.keys()
            if request.client not in ("127.0.0.1", "::1") or through:
                raise Refused(404, "Not found.")
            self._gauge()
            position = self.store.cursor[1]
            text = render(self.store.shared, self.store.used, position)
            kept = [
                (b"content-type", b"text/plain; version=0.0.4; charset=utf-8"),
                (b"cache-control", b"no-store"),
                (b"content-length", b"%d" % len(text)),
            ]
            request.connection.send(request, status_line(200) + lines(kept), text.encode())
        elif path in UNTOLD:
            raise Refused(404, "Not found.")
        else:
            return False
        return True

    def _send_ready(self, request: Request) -> None:
        """Ready once it can serve: from an origin that it has met, or from what it keeps."""
        can = self.paper is None or bool(self.store.cursor[0]) or self.store.used > 0
        request.connection.send_text(request, 200 if can else 503, "ready" if can else "not ready")

    def _gauge(self) -> None:
        self.counters[Count.CONNECTIONS] = len(self.connections)
        self.counters[Count.STREAMS] = self.streams.open
        self.counters[Count.HOT_ENTRIES] = len(self.hot.resources)
        self.counters[Count.HOT_BYTES] = self.hot.size

    async def _serve(self, request: Request, name: Name) -> None:
        if self.log is not None and self.log.shared[0] != self.log.seen:
            self.log.catch_up()
        resource = self.fetcher.resource(name)
        facts = self._facts(resource) if resource is not None and not resource.variants.get(b"") else None
        if facts is None:
            asked = b"full" if self.paper is not None else b""
            stored = self.fetcher.select(resource, b"", request)
            found = await self._obtain(request, name, asked, stored)
            if found is None:
                return
            stored, status = found
            if not stored.access:
                if resource is None:
                    resource = self.hot.get(name)
                if resource is not None and resource.is_alive and resource.plain is stored:
                    self.hot.alias(request.headers.get(b"host"), request.target, resource)
                self._send(request, stored, status)
                return
            facts, given = stored, status
        else:
            given = ""
        grant, extra = await self._decide(request, facts)
        variant = grant.variant.value.encode()
        if given and variant == b"full":
            stored, status = facts, given
        else:
            resource = self.fetcher.resource(name)
            found = await self._obtain(
                request, name, variant, self.fetcher.select(resource, variant, request)
            )
            if found is None:
                return
            stored, status = found
        resource = self.hot.get(name)
        if resource is not None and resource.is_alive:
            self.hot.alias(request.headers.get(b"host"), request.target, resource)
        if grant.meter is not None and self.wall is not None:
            extra += [(b"set-cookie", value) for value in self.wall.meter_cookies(grant)]
        self._send(request, stored, status, extra, is_full=variant == b"full")

    async def _decide(self, request: Request, facts: Stored) -> tuple[Grant, Headers]:
        assert self.wall is not None
        now, extra = self.clock(), Headers()
        reader = self.wall.reader(request.headers.get(b"cookie"))
        if reader.revoked is not None:
            self.count(Count.REVOKED_PASSES)
        if self.wall.needs_renewal(reader, facts.access, facts.story, now):
            reader = await self._renewed(request, reader, extra)
        purpose = request.headers.get(b"sec-purpose", b"") + request.headers.get(b"purpose", b"")
        is_reading = request.method == b"GET" and b"prefetch" not in purpose
        choose = self.wall.grant if is_reading else self.wall.peek
        grant = choose(reader, facts.access, facts.story, now)
        if grant.variant is _PREVIEW:
            grant = self.wall.on_network(grant, facts.story, request.client)
        if (why := self.wall.reason_cookie(grant)) is not None:
            extra.append((b"set-cookie", why))
        return grant, extra

    async def _renewed(self, request: Request, reader: Reader, extra: Headers) -> Reader:
        """The reader with a new pass from the origin; with the old one honoured while the origin is away."""
        assert self.wall is not None
        cookie = request.headers.get(b"cookie", b"")
        asked: Headers = [
            (b"host", request.headers.get(b"host", b"")),
            (b"cookie", cookie),
            (b"content-length", b"0"),
        ]
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                answer = await self.origin.ask(b"POST", b"/account/renew", asked, client=request.client)
        except (OriginDown, TimeoutError):
            self.count(Count.GRACED_PASSES)
            return self.wall.graced(reader, self.clock())
        answer.close()
        if answer.status >= 500:
            self.count(Count.GRACED_PASSES)
            return self.wall.graced(reader, self.clock())
        for value in values(answer.headers, b"set-cookie"):
            if value.startswith(b"bs_pass="):
                extra.append((b"set-cookie", value))
                self.count(Count.RENEWED_PASSES)
                fresh = self.wall.reader(value.partition(b";")[0])
                return Reader(fresh.pass_, reader.meter, reader.has_session, fresh.revoked)
        return Reader(None, reader.meter, reader.has_session)

    async def _obtain(
        self, request: Request, name: Name, variant: bytes, stored: Stored | None
    ) -> tuple[Stored, str] | None:
        """The response to send and its outcome; None when the answer was streamed, or there is nothing to give."""
        now = self.clock()
        wishes = self._wishes(request)
        if stored is not None and self._may_use(stored, wishes, now):
            return stored, "hit" if stored.is_fresh(now) else "stale"
        if b"only-if-cached" in wishes:
            raise Refused(504, "Nothing is stored.")
        if stored is not None and self._may_use_meanwhile(stored, wishes, now):
            self.fetcher.refresh(request, name, variant, stored)
            return stored, "stale"
        spare = stored if stored is not None and self._may_use_on_error(stored, now) else None
        if spare is not None and self.loop.time() < self.down_until:
            self.fetcher.refresh(request, name, variant, spare)
            return spare, "stale"
        if request.method == b"HEAD" and self.paper is None:
            await self._pass_head(request, name, stored)
            return None
        is_alone = b"no-store" in wishes or (
            stored is None
            and (
                b"range" in request.headers
                or (self.paper is None and not _CONDITIONS.isdisjoint(request.headers))
            )
        )
        if is_alone:
            await self._pass(request, name[0], name[1], "miss", variant)
            return None
        fetch = self.fetcher.fetch(request, name, variant, stored)
        try:
            if spare is None:
                got = await fetch
            else:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    got = await fetch
        except (OriginDown, TimeoutError):
            self.down_until = self.loop.time() + REST_SECONDS
            if spare is not None:
                return spare, "stale"
            self._send_away(request, name[1])
            return None
        # An error while validating may be taken for no answer at all (RFC 9111 §4.3.3).
        if got.answer is not None and got.answer.status >= 500 and spare is not None:
            got.answer.close()
            return spare, "stale"
        if got.stored is not None:
            return got.stored, "stale" if got.is_validated else "miss"
        if got.answer is None:
            # Somebody else's answer was not for sharing: this reader asks alone.
            await self._pass(request, name[0], name[1], "miss", variant)
            return None
        if self.paper is not None:
            if got.answer.status == 503:
                got.answer.close()
                self._send_away(request, name[1])
                return None
            if got.answer.status < 500 and b"cookie" in request.headers:
                # Not for sharing, so made for nobody in particular; this reader may get another.
                got.answer.close()
                await self._pass(request, name[0], name[1], "miss", variant)
                return None
        await self._stream(request, got.answer, "miss")
        return None

    # -- may it be used? ---------------------------------------------------------------------------------------

    def _wishes(self, request: Request) -> dict[bytes, bytes | None]:
        """The request's own directives. A paper's readers have none: nobody may make the origin work by asking."""
        if self.paper is not None:
            return {}
        return directives(values(request.fields, b"cache-control"))

    def _may_use(self, stored: Stored, wishes: dict[bytes, bytes | None], now: float) -> bool:
        if b"no-cache" in wishes or stored.is_purged or stored.must_validate:
            return False
        age = stored.age_at(now)
        if (most := seconds(wishes.get(b"max-age"))) is not None and age > most:
            return False
        left = stored.fresh_until - now
        if (least := seconds(wishes.get(b"min-fresh"))) is not None and left < least:
            return False
        if left > 0:
            return True
        if b"max-stale" in wishes and not stored.must_revalidate:
            limit = seconds(wishes[b"max-stale"])
            return limit is None or -left <= limit
        return False

    def _may_use_meanwhile(self, stored: Stored, wishes: dict[bytes, bytes | None], now: float) -> bool:
        if {b"no-cache", b"max-age", b"min-fresh"} & wishes.keys() or stored.must_validate:
            return False
        if stored.is_purged:
            return now < max(stored.fresh_until + stored.revalidate, stored.received + GRACE_SECONDS)
        return now < stored.fresh_until + stored.revalidate

    def _may_use_on_error(self, stored: Stored, now: float) -> bool:
        if stored.must_validate or (stored.must_revalidate and self.paper is None):
            return False
        if stored.on_error is None:
            return self.paper is None or now < stored.fresh_until + 2 * 86_400
        return now < stored.fresh_until + stored.on_error

    # -- sending -----------------------------------------------------------------------------------------------

    def _send(
        self,
        request: Request,
        stored: Stored,
        status: str,
        extra: Headers | None = None,
        *,
        is_full: bool = True,
    ) -> None:
        """Answer from a stored response, under the request's conditions and range."""
        now, headers = self.clock(), request.headers
        coding = next((c for c in accepted(headers.get(b"accept-encoding")) if c in stored.coded), b"")
        if b"range" in headers:
            coding = b""
        head = stored.head(coding)
        said = b"hit" if status == "hit" else b"fwd=" + status.encode()
        tail = lines(
            [
                *(extra or []),
                (b"age", b"%d" % stored.age_at(now)),
                (b"cache-status", b"broadsheet-edge; " + said),
            ]
        )
        self.count({"hit": Count.HIT, "stale": Count.STALE}.get(status, Count.MISS))
        if stored.access:
            self.count(Count.FULL if is_full else Count.PREVIEW)
        if stored.story and request.method == b"GET":
            self.reads.note(stored.story, headers.get(b"referer"), stored.access)
        made = outcome(stored, headers, coding) if stored.status == 200 else 200
        if self.access_lines is not None:
            self._note_access(request, stored.status if made == 200 else made, status)
        connection = request.connection
        if made == 304:
            self.count(Count.NOT_MODIFIED)
            connection.send(request, head.not_modified + tail)
            return
        if made == 412:
            connection.send(request, status_line(412) + b"content-length: 0\r\n" + tail)
            return
        if b"range" in headers and request.method == b"GET" and stored.status == 200:
            try:
                part = wanted_range(stored, headers)
            except ValueError:
                size = b"content-range: bytes */%d\r\ncontent-length: 0\r\n" % len(stored.body)
                connection.send(request, status_line(416) + size + tail)
                return
            if part is not None:
                begin, end = part
                size = b"content-range: bytes %d-%d/%d\r\n" % (begin, end, len(stored.body))
                body = stored.body[begin : end + 1]
                start = b"".join(
                    line + b"\r\n"
                    for line in head.start.split(b"\r\n")[1:-1]
                    if not line.startswith(b"content-length:")
                )
                size += b"content-length: %d\r\n" % len(body)
                connection.send(request, status_line(206) + start + size + tail, body)
                return
        connection.send(request, head.start + tail, head.body)

    def _send_away(self, request: Request, target: bytes) -> None:
        path = target.partition(b"?")[0].decode("latin-1")
        name, language = "", "en"
        if self.paper is not None:
            prefix = path.split("/")[1] if path.count("/") > 1 else ""
            name = self.paper.name
            language = prefix if prefix in self.paper.languages else self.paper.main_language
        body = away(name, language, path)
        kept = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            (b"retry-after", b"30"),
            (b"date", http_date(int(self.clock()))),
            (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'"),
            (b"cache-status", b"broadsheet-edge; fwd=miss"),
        ]
        if self.access_lines is not None:
            self._note_access(request, 503, "away")
        request.connection.send(request, status_line(503) + lines(kept), body)

    # -- passing on --------------------------------------------------------------------------------------------

    def passed_fields(self, request: Request, host: bytes) -> Headers:
        """A client's fields for the origin, with what we know of the client."""
        kept = [(n, v) for n, v in forwarded(request.fields) if n not in (b"host", b"cookie", b"expect")]
        if b"cookie" in request.headers:
            kept.append((b"cookie", request.headers[b"cookie"]))
        kept.insert(0, (b"host", host))
        if self.paper is not None:
            kept.append((b"x-forwarded-proto", b"https" if self.paper.is_secure else b"http"))
            kept.append((b"x-forwarded-host", host))
        return kept

    async def _pass(
        self, request: Request, host: bytes, target: bytes, status: str = "bypass", variant: bytes = b""
    ) -> Answer | None:
        """Ask the origin for this one request alone and stream what it says."""
        headers = self.passed_fields(request, host)
        if variant:
            # A variant is for the cache's own requests; a reader's own request decides by its cookies.
            headers = [(n, v) for n, v in headers if n != b"authorization"]
        body = request.body.__aiter__() if request.body is not None else None
        self.count(Count.BYPASS if status == "bypass" else Count.MISS)
        try:
            answer = await self.origin.ask(
                request.method,
                target,
                headers,
                variant=variant.decode() if variant == b"preview" else "",
                client=request.client,
                body=body,
                seconds=PROXY_SECONDS,
            )
        except OriginDown as error:
            log.warning("the origin can't be asked: %s", error)
            self.count(Count.ORIGIN_ERRORS)
            self._send_away(request, target)
            return None
        await self._stream(request, answer, status)
        return answer

    async def _stream(self, request: Request, answer: Answer, status: str) -> None:
        kept = [
            (n, v) for n, v in answer.headers if not n.startswith(b"broadsheet-") and n != b"surrogate-key"
        ]
        if not any(n == b"date" for n, _ in kept):
            kept.append((b"date", http_date(int(self.clock()))))
        kept.append((b"cache-status", b"broadsheet-edge; fwd=" + status.encode()))
        if self.access_lines is not None:
            self._note_access(request, answer.status, status)
        try:
            await request.connection.stream(request, answer.status, kept, answer.chunks())
        except OriginDown:
            self.count(Count.ORIGIN_ERRORS)
            raise Gone from None
        finally:
            answer.close()

    async def _pass_head(self, request: Request, name: Name, stored: Stored | None) -> None:
        """A HEAD that can't be answered from the cache: what it says may make a stored GET stale (RFC 9111 §4.3.5)."""
        answer = await self._pass(request, name[0], name[1], "miss")
        if answer is None or answer.status != 200 or stored is None:
            return
        for field, mine in (
            (b"etag", stored.etag),
            (b"last-modified", first(stored.headers, b"last-modified")),
            (b"content-length", b"%d" % len(stored.body)),
        ):
            theirs = first(answer.headers, field)
            if theirs is not None and theirs != mine:
                self.fetcher.forget(name)
                return
        self.fetcher.freshen(name, b"", stored, answer)

    async def _change(self, request: Request, host: bytes, target: bytes) -> None:
        """An unsafe request, and what it makes stale (RFC 9111 §4.4)."""
        answer = await self._pass(request, host, target)
        if answer is None or not 200 <= answer.status < 400 or request.method in (b"OPTIONS", b"TRACE"):
            return
        self.fetcher.forget((host, target))
        for field in (b"location", b"content-location"):
            value = first(answer.headers, field)
            if value is None:
                continue
            parts = urlsplit(value.decode("latin-1"))
            if parts.netloc.encode("latin-1").lower() in (b"", host) and parts.path.startswith("/"):
                other = parts.path + (f"?{parts.query}" if parts.query else "")
                self.fetcher.forget((host, other.encode("latin-1")))

    # -- beside the requests -----------------------------------------------------------------------------------

    def _note_access(self, request: Request, status: int, how: str) -> None:
        assert self.access_lines is not None
        # No address, no cookie, no query: what is needed to see load and faults, and nothing of a person.
        self.access_lines.append(
            json.dumps(
                {
                    "at": round(self.clock(), 3),
                    "method": request.method.decode("latin-1"),
                    "path": told_path(request.target.partition(b"?")[0]).decode("latin-1"),
                    "status": status,
                    "cache": how,
                }
            )
        )

    async def tick(self) -> None:
        """Once a second: the clock, slow clients, the log of accesses; once a minute, what was used lately."""
        turn = 0
        sending: asyncio.Task[None] | None = None
        while True:
            await asyncio.sleep(1.0)
            turn += 1
            self.now = self.loop.time()
            for connection in list(self.connections):
                connection.check(self.now)
            if self.access_lines and self.settings.access_log is not None:
                written, self.access_lines = self.access_lines, []
                with suppress(OSError), self.settings.access_log.open("a", encoding="utf-8") as file:
                    file.write("\n".join(written) + "\n")
            self._gauge()
            if turn % 60 == 0 and self.hot.used:
                used, self.hot.used = self.hot.used, set()
                self.store.touch((*name, variant) for name in used for variant in (b"", b"full", b"preview"))
            if turn % 10 == 0 and self.paper is not None and (sending is None or sending.done()):
                # Beside the clock: an origin that hangs must not stop it.
                sending = self.spawn(self.reads.send(self.origin))

    async def drain(self, seconds_: float = 10.0) -> None:
        """Let running requests end and be read, send what was counted, close. Nothing of ours runs afterwards."""
        self.is_draining = True
        self.streams.end()
        end = self.loop.time() + seconds_
        for connection in list(self.connections):
            if not connection.busy:
                connection.transport.close()
        while self.connections and self.loop.time() < end:
            await asyncio.sleep(0.05)
        await _ended_all(self._tasks)
        if self.paper is not None:
            with suppress(OriginDown, TimeoutError):
                async with asyncio.timeout(2.0):
                    await self.reads.send(self.origin)
        for connection in list(self.connections):
            connection.transport.abort()
        # Who waits for the origin would go on to the file, which is closed next.
        await _ended_all(asyncio.all_tasks(self.loop) - {asyncio.current_task()})
        await self.origin.close()

    @property
    def holder(self) -> int:
        """Who we are in leases."""
        return os.getpid()


async def _ended_all(tasks: Iterable[asyncio.Task[Any] | None]) -> None:
    """Cancel tasks and wait until they are gone."""
    stopped = [task for task in tasks if task is not None]
    for task in stopped:
        task.cancel()
    await asyncio.gather(*stopped, return_exceptions=True)
