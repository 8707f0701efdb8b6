"""The paywall at the edge: who is asking, and which variant of a story that makes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from broadsheet.paywall import (
    Access,
    Grant,
    Meter,
    Pass,
    Reason,
    decide,
    decode_meter,
    decode_pass,
    encode_meter,
    on_network,
    wall_of,
)
from broadsheet.paywall.passes import LONGEST_GRACE

from .rights import Rights
from .settings import PaperRules

PASS, METER = b"bs_pass", b"bs_meter"
SESSION = b"bs_session"
MOST_READERS = 20_000
_ACCESS = {access.value: access for access in Access}


@dataclass(slots=True, eq=False)
class Reader:
    """What one `Cookie` field says of its reader. `revoked` is a genuine pass that was taken back: worth asking about."""

    pass_: Pass | None
    meter: Meter
    has_session: bool
    revoked: Pass | None = None

    @property
    def is_known(self) -> bool:
        """Whether the origin may give them a better pass than this."""
        return self.pass_ is not None or self.revoked is not None


def cookies(field: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names and values; what has no equals sign is passed over."""
    for part in field.split(b";"):
        name, equals, value = part.partition(b"=")
        if equals:
            yield name.strip(), value.strip().strip(b'"')


class Wall:
    """Decides for readers; remembers what cookies said, not what was decided."""

    def __init__(self, rules: PaperRules, rights: Rights) -> None:
        self.rules = rules
        self.rights = rights
        rights.listeners.append(self.forget)
        self._known: dict[bytes, Reader] = {}
        secure = "; Secure" if rules.is_secure else ""
        self._reasons = {
            reason: f"bs_wall={reason.value}; Max-Age=60; SameSite=Lax{secure}".encode("ascii")
            for reason in (Reason.TIER, Reason.DEVICES, Reason.GIFT, Reason.NETWORK)
        }
        self._stranger = Reader(None, Meter(), has_session=False)

    def forget(self) -> None:
        """Read every cookie again: passes were taken back."""
        self._known.clear()

    def reader(self, field: bytes | None) -> Reader:
        """The reader of a `Cookie` field."""
        if not field:
            return self._stranger
        known = self._known.get(field)
        if known is None:
            if len(self._known) >= MOST_READERS:
                self._known.clear()
            known = self._known[field] = self._read(field)
        return known

    def _read(self, field: bytes) -> Reader:
        pass_, meter, has_session = None, Meter(), False
        for name, value in cookies(field):
            with suppress(UnicodeDecodeError):
                if name == PASS and pass_ is None:
                    pass_ = decode_pass(value.decode("ascii"), self.rules.keys)
                elif name == METER:
                    read = decode_meter(value.decode("ascii", "replace"), self.rules.keys)
                    # Of two meters the fuller counts: a second cookie is no way to a second meter.
                    if read.is_spent or len(read.reads) >= len(meter.reads):
                        meter = read
                elif name == SESSION:
                    has_session = True
        if pass_ is not None and self.rights.revoked.holds(pass_):
            return Reader(None, meter, has_session, revoked=pass_)
        return Reader(pass_, meter, has_session)

    def grant(self, reader: Reader, access: str, story: int, now: float) -> Grant:
        """The variant for this reader."""
        moment = datetime.fromtimestamp(now, UTC)
        return decide(_ACCESS[access], story, reader.pass_, reader.meter, self.rules.limits, moment)

    def peek(self, reader: Reader, access: str, story: int, now: float) -> Grant:
        """The same for a request that opens nothing: HEAD, prefetch. It spends no read."""
        grant = self.grant(reader, access, story, now)
        if grant.reason is Reason.METER and grant.meter is not None:
            return wall_of(_ACCESS[access])
        return grant

    def needs_renewal(self, reader: Reader, access: str, story: int, now: float) -> bool:
        """Whether the origin is to be asked for another pass: this one has run out and opened the story, or was taken back."""
        held = reader.pass_
        if access == Access.FREE or held is None:
            # The next pass may hold more than the one that was taken back.
            return access != Access.FREE and reader.revoked is not None
        moment = datetime.fromtimestamp(now, UTC)
        return (
            not held.is_valid(moment)
            and held.expires < moment
            and replace(held, expires=moment).opens(Access(access), story, moment)
        )

    def graced(self, reader: Reader, now: float) -> Reader:
        """The reader with their run-out pass honoured, if it ran out lately enough."""
        moment = datetime.fromtimestamp(now, UTC)
        if reader.pass_ is None or moment - reader.pass_.expires > LONGEST_GRACE:
            return reader
        return replace(reader, pass_=replace(reader.pass_, expires=moment))

    def on_network(self, grant: Grant, story: int, client: str) -> Grant:
        """The same grant, or a better one where the client's network reads along."""
        networks = self.rights.networks
        return on_network(grant, story, networks.scopes(client)) if networks else grant

    def reads_along(self, client: str) -> bool:
        """Whether the client's network holds anything."""
        return bool(self.rights.networks.scopes(client))

    def reason_cookie(self, grant: Grant) -> bytes | None:
        """The `Set-Cookie` value that tells the page's script what the page can't know of its reader; usually none.

        Without a path it belongs to this story's address alone (RFC 6265 §5.1.4).
        """
        return self._reasons.get(grant.reason)

    def meter_cookies(self, grant: Grant) -> tuple[bytes, bytes]:
        """The `Set-Cookie` values that keep a grant's meter, and that tell the page's script what is left of it."""
        assert grant.meter is not None
        text = encode_meter(grant.meter, self.rules.keys)
        age = int(self.rules.limits.period.total_seconds())
        rest = f"; Max-Age={age}; Path=/; SameSite=Lax{'; Secure' if self.rules.is_secure else ''}"
        return f"bs_meter={text}; HttpOnly{rest}".encode("ascii"), f"bs_left={grant.left}{rest}".encode(
            "ascii"
        )
