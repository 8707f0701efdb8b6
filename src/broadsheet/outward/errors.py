"""What can go wrong with what lies outside, said to the person who named it."""

from __future__ import annotations


class OutsideError(Exception):
    """One line: what happened, where, how to mend it."""

    def __init__(self, what: str, where: str, mend: str) -> None:
        super().__init__(f"{what} — {where} — {mend}")
        self.what, self.where, self.mend = what, where, mend

    def __reduce__(self) -> tuple[type[OutsideError], tuple[str, str, str]]:
        """Exceptions travel between processes by their arguments, which are not this message."""
        return type(self), (self.what, self.where, self.mend)


class UnreadableSource(OutsideError):
    """The source can't be opened, fetched or decoded at all."""


class Unreached(UnreadableSource):
    """No connection came about: the server has not seen the request."""


class BadAnswer(UnreadableSource):
    """A server answered with a status that holds no document. `retry_after` is its header as it came."""

    def __init__(self, status: int, url: str, retry_after: str = "") -> None:
        super().__init__(f"the server answered {status}", url, "check the address")
        self.status, self.retry_after = status, retry_after


class RefusedAddress(OutsideError):
    """An address that we do not go to: private, forbidden by robots.txt, or of another scheme."""
