"""What one edge is told at its start."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from broadsheet.paywall import Limits


@dataclass(frozen=True, slots=True)
class PaperRules:
    """What an edge knows of the paper behind it; without these it is a plain shared cache.

    `keys` verify readers' cookies, `edge_key` signs what the edge asks of the origin, `hosts` are the only hosts served,
    `languages` the path prefixes beside the `main_language`.
    """

    name: str
    keys: tuple[str, ...]
    edge_key: str
    hosts: frozenset[str]
    limits: Limits
    languages: tuple[str, ...]
    main_language: str
    is_secure: bool


@dataclass(frozen=True, slots=True)
class Settings:
    """One edge. `origin` is `http://host:port` or `unix:/path`; `cache_bytes` bounds the file and, by a quarter, memory."""

    origin: str
    folder: Path
    host: str
    port: int
    workers: int = 1
    cache_bytes: int = 1_073_741_824
    access_log: Path | None = None
    paper: PaperRules | None = None

    @property
    def hot_bytes(self) -> int:
        """The most that one worker keeps in memory."""
        return max(16 << 20, min(self.cache_bytes // 4, 512 << 20))
