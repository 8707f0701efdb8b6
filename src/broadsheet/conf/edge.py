"""What the paper's settings tell its edge. No Django here: the edge needs none."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from broadsheet.edge.settings import PaperRules, Settings
from broadsheet.paywall import Limits

from .paper import FILE_NAME, BadSetting, Paper, load

PLAIN_CACHE_BYTES = 1_073_741_824
VARIABLE = "BROADSHEET_EDGE_CACHE_BYTES"


def edge_settings(
    folder: Path,
    origin: str,
    host: str,
    port: int,
    *,
    workers: int | None = None,
    access_log: Path | None = None,
) -> Settings:
    """The settings of one edge: with the rules of the paper in `folder`, or of a plain cache when there is none.

    Raises `BadSetting` for an origin that can't be asked and a folder that can't be written.
    """
    parts = urlsplit(origin)
    if not (origin.startswith("unix:/") or (parts.scheme in {"http", "https"} and parts.hostname)):
        raise BadSetting(f"{origin!r} is not an origin", "--origin", "use http://HOST:PORT or unix:/PATH")
    paper = load(folder) if (folder / FILE_NAME).is_file() else None
    place = (paper.var if paper else folder.resolve()) / "edge"
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise BadSetting(
            f"{place} can't be made", error.strerror or str(error), "mend its permissions"
        ) from None
    return Settings(
        origin=origin,
        folder=place,
        host=host,
        port=port,
        workers=workers or (paper.edge_workers if paper else 1),
        cache_bytes=paper.edge_cache_bytes if paper else _plain_bytes(),
        access_log=access_log,
        paper=rules(paper, host, port) if paper else None,
    )


def _plain_bytes() -> int:
    """What a cache without a paper may keep: the same variable that overrides a paper's setting."""
    text = os.environ.get(VARIABLE, str(PLAIN_CACHE_BYTES))
    if not text.isdecimal():
        raise BadSetting(f"{text!r} is not a number of bytes", VARIABLE, "write digits only")
    return int(text)


def rules(paper: Paper, host: str, port: int) -> PaperRules:
    """What an edge at `host`:`port` must know of the paper."""
    own = {urlsplit(paper.base_url).netloc, f"{host}:{port}"}
    own |= {f"{name}:{port}" for name in ("localhost", "127.0.0.1", "[::1]")}
    return PaperRules(
        name=paper.name,
        keys=paper.reader_keys,
        edge_key=paper.edge_keys[0],
        hosts=frozenset(name.lower() for name in own),
        limits=Limits(paper.meter_limit, paper.meter_days),
        languages=paper.languages[1:],
        main_language=paper.languages[0],
        is_secure=paper.base_url.startswith("https://"),
    )
