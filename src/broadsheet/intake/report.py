"""The outcome of one import, as `import --json` prints it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

ALL_WELL, SOME_FAILED, NOTHING_READ = 0, 3, 2
# Enough to act on; a source of a million broken items must not fill the memory.
MOST_TOLD = 10_000


@dataclass(frozen=True, slots=True)
class Trouble:
    """One item that failed or was left out, or a picture that did not come along, and why."""

    item: str
    reason: str


@dataclass(slots=True)
class ImportReport:
    """Counts are of items, `media_*` of pictures. `seconds` is wall time. `lost` counts what sources had and stories
    have no place for; `kept` names stories whose fields an editor has changed, which the source did not overwrite."""

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
    untold: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    kept: list[Trouble] = field(default_factory=list)
    items: list[dict[str, Any]] | None = None

    def trouble(self, item: str, reason: str) -> None:
        """Note what went wrong with one item; beyond `MOST_TOLD` they are only counted."""
        if len(self.errors) < MOST_TOLD:
            self.errors.append(Trouble(item, reason))
        else:
            self.untold += 1

    def keep(self, item: str, fields: list[str]) -> None:
        """Note fields that an editor's hand has been on."""
        if len(self.kept) < MOST_TOLD:
            self.kept.append(Trouble(item, ", ".join(sorted(fields))))

    def lose(self, what: str) -> None:
        """Count something that could not be kept."""
        if what in self.lost or len(self.lost) < MOST_TOLD:
            self.lost[what] += 1

    @property
    def exit_code(self) -> int:
        """0 when nothing failed, 3 when some items failed, 2 when nothing could be read at all."""
        if not self.failed:
            return ALL_WELL
        return SOME_FAILED if self.failed < self.found else NOTHING_READ

    def to_json(self) -> dict[str, Any]:
        """The contract's object; `lost` and `kept`, where there are any, are ours."""
        errors = [{"item": trouble.item, "reason": trouble.reason} for trouble in self.errors]
        if self.untold:
            errors.append({"item": f"{self.untold} more", "reason": "not listed one by one"})
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
            "errors": errors,
        }
        if self.lost:
            made["lost"] = dict(self.lost.most_common())
        if self.kept:
            made["kept"] = [{"item": trouble.item, "fields": trouble.reason} for trouble in self.kept]
        if self.items is not None:
            made["items"] = self.items
        return made

    def in_words(self) -> str:
        """One line for a person."""
        kept = f"; {len(self.kept)} with fields that an editor has changed, kept" if self.kept else ""
        return (
            f"{self.found} found: {self.created} new, {self.updated} updated, {self.unchanged} unchanged, "
            f"{self.skipped} skipped, {self.failed} failed{kept}; {self.media_created} pictures, "
            f"{self.redirects} redirects, {self.seconds:.1f} s"
        )
