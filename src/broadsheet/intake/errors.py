"""What can go wrong with a source, said to the person who gave it."""

from __future__ import annotations


class IntakeError(Exception):
    """One line: what happened, where, how to mend it."""

    def __init__(self, what: str, where: str, mend: str) -> None:
        super().__init__(f"{what} — {where} — {mend}")
        self.what, self.where, self.mend = what, where, mend

    def __reduce__(self) -> tuple[type[IntakeError], tuple[str, str, str]]:
        """Exceptions travel between processes by their arguments, which are not this message."""
        return type(self), (self.what, self.where, self.mend)


class UnreadableSource(IntakeError):
    """The source can't be opened, fetched or decoded at all."""


class BadAnswer(UnreadableSource):
    """A server answered with a status that holds no document. `retry_after` is its header as it came."""

    def __init__(self, status: int, url: str, retry_after: str = "") -> None:
        super().__init__(f"the server answered {status}", url, "check the address")
        self.status, self.retry_after = status, retry_after


class NoStory(IntakeError):
    """The source was read, and there is no story in it."""


class RefusedAddress(IntakeError):
    """An address that we do not fetch from: private, forbidden by robots.txt, or of another scheme."""
