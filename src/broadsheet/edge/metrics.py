"""Counters that all workers of a machine share, in Prometheus' text form."""

from __future__ import annotations

from enum import IntEnum

from .store import Shared


class Count(IntEnum):
    """What is counted; the place in a worker's row of counters."""

    HIT = 0
    STALE = 1
    MISS = 2
    BYPASS = 3
    NOT_MODIFIED = 4
    FULL = 5
    PREVIEW = 6
    ORIGIN_REQUESTS = 7
    ORIGIN_ERRORS = 8
    REVALIDATED = 9
    REFUSED = 10
    FAILED = 11
    PURGED_ROWS = 12
    RACES = 13
    GRACED_PASSES = 14
    RENEWED_PASSES = 15
    STREAM_EVENTS = 16
    REVOKED_PASSES = 17
    # From here on, gauges.
    CONNECTIONS = 32
    STREAMS = 33
    HOT_ENTRIES = 34
    HOT_BYTES = 35
    FOLLOWING = 36


_LABELLED = {
    Count.HIT: ("requests_total", 'outcome="hit"'),
    Count.STALE: ("requests_total", 'outcome="stale"'),
    Count.MISS: ("requests_total", 'outcome="miss"'),
    Count.BYPASS: ("requests_total", 'outcome="bypass"'),
    Count.NOT_MODIFIED: ("not_modified_total", ""),
    Count.FULL: ("variants_total", 'variant="full"'),
    Count.PREVIEW: ("variants_total", 'variant="preview"'),
    Count.ORIGIN_REQUESTS: ("origin_requests_total", ""),
    Count.ORIGIN_ERRORS: ("origin_errors_total", ""),
    Count.REVALIDATED: ("revalidated_total", ""),
    Count.REFUSED: ("refused_total", ""),
    Count.FAILED: ("failed_total", ""),
    Count.PURGED_ROWS: ("log_rows_total", ""),
    Count.RACES: ("fill_races_total", ""),
    Count.GRACED_PASSES: ("graced_passes_total", ""),
    Count.RENEWED_PASSES: ("renewed_passes_total", ""),
    Count.STREAM_EVENTS: ("stream_events_total", ""),
    Count.REVOKED_PASSES: ("revoked_passes_total", ""),
    Count.CONNECTIONS: ("connections", ""),
    Count.STREAMS: ("streams", ""),
    Count.HOT_ENTRIES: ("hot_entries", ""),
    Count.HOT_BYTES: ("hot_bytes", ""),
    Count.FOLLOWING: ("log_following", ""),
}


def render(shared: Shared, store_bytes: int, position: int) -> str:
    """All of it, as `text/plain; version=0.0.4`."""
    totals, out, seen = shared.totals(), [], set()
    for count, (name, labels) in _LABELLED.items():
        full = f"broadsheet_edge_{name}"
        if full not in seen:
            seen.add(full)
            out.append(f"# TYPE {full} {'gauge' if count >= Count.CONNECTIONS else 'counter'}")
        out.append(f"{full}{'{' + labels + '}' if labels else ''} {totals[count]}")
    for name, value in (
        ("store_bytes", store_bytes),
        ("log_position", position),
    ):
        out += [f"# TYPE broadsheet_edge_{name} gauge", f"broadsheet_edge_{name} {value}"]
    return "\n".join(out) + "\n"
