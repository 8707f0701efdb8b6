"""The outcome of one import, as `import --json` prints it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

ALL_WELL, SOME_FAILED, NOTHING_READ = 0, 3, 2


@dataclass(frozen=True, slots=True)
class Trouble:
    """One item that failed, or a picture that did not come along."""

    item: str
    reason: str


@dataclass(slots=True)
class ImportReport:
    """Counts are of stories, `media_*` of pictures. `seconds` is wall time."""

    kind: str
    found: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0
    media_created: int = 0
    media_failed: int = 0
    redirects: int = 0
    seconds: float = 0.0
    errors: list[Trouble] = field(default_factory=list)
    items: list[dict[str, Any]] | None = None

    @property
    def exit_code(self) -> int:
        """0 when nothing failed, 3 when some items failed, 2 when nothing could be read at all."""
        if not self.failed:
            return ALL_WELL
        return SOME_FAILED if self.failed < self.found else NOTHING_READ

    def to_json(self) -> dict[str, Any]:
        """The contract's object."""
        made: dict[str, Any] = {
            "kind": self.kind,
            "found": self.found,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "skipped": self.skipped,
            "failed": self.failed,
            "media": {"created": self.media_created, "failed": self.media_failed},
            "redirects": self.redirects,
            "seconds": round(self.seconds, 3),
            "errors": [{"item": trouble.item, "reason": trouble.reason} for trouble in self.errors],
        }
        if self.items is not None:
            made["items"] = self.items
        return made

    def in_words(self) -> str:
        """One line for a person."""
        return (
            f"{self.found} found: {self.created} new, {self.updated} updated, {self.unchanged} unchanged, "
            f"{self.skipped} skipped, {self.failed} failed; {self.media_created} pictures, {self.seconds:.1f} s"
        )
