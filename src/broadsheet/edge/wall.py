"""The paywall at the edge: who is asking, and which variant of a story that makes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

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
    wall_of,
)
from broadsheet.paywall.passes import LONGEST_GRACE

from .settings import PaperRules

PASS, METER = b"bs_pass", b"bs_meter"
SESSION = b"bs_session"
MOST_READERS = 20_000
_ACCESS = {access.value: access for access in Access}


@dataclass(slots=True, eq=False)
class Reader:
    """What one `Cookie` field says of its reader."""

    pass_: Pass | None
    meter: Meter
    has_session: bool


def cookies(field: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names and values; what has no equals sign is passed over."""
    for part in field.split(b";"):
        name, equals, value = part.partition(b"=")
        if equals:
            yield name.strip(), value.strip().strip(b'"')


class Wall:
    """Decides for readers; remembers what cookies said, not what was decided."""

    def __init__(self, rules: PaperRules) -> None:
        self.rules = rules
        self._known: dict[bytes, Reader] = {}
        self._stranger = Reader(None, Meter(), has_session=False)

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
        """Whether a genuine pass has run out and would open this story."""
        if access == Access.FREE or reader.pass_ is None:
            return False
        moment = datetime.fromtimestamp(now, UTC)
        return (
            not reader.pass_.is_valid(moment)
            and replace(reader.pass_, expires=moment).opens(Access(access), story, moment)
            and timedelta(0) < moment - reader.pass_.expires
        )

    def graced(self, reader: Reader, now: float) -> Reader:
        """The reader with their run-out pass honoured, if it ran out lately enough."""
        moment = datetime.fromtimestamp(now, UTC)
        if reader.pass_ is None or moment - reader.pass_.expires > LONGEST_GRACE:
            return reader
        return replace(reader, pass_=replace(reader.pass_, expires=moment))

    def meter_cookies(self, grant: Grant) -> tuple[bytes, bytes]:
        """The `Set-Cookie` values that keep a grant's meter, and that tell the page's script what is left of it."""
        assert grant.meter is not None
        text = encode_meter(grant.meter, self.rules.keys)
        age = int(self.rules.limits.period.total_seconds())
        rest = f"; Max-Age={age}; Path=/; SameSite=Lax{'; Secure' if self.rules.is_secure else ''}"
        return f"bs_meter={text}; HttpOnly{rest}".encode("ascii"), f"bs_left={grant.left}{rest}".encode(
            "ascii"
        )
