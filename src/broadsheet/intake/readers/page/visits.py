"""Fetching many pages with manners: slowly, one host at a time, never what was taken in already."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.apps import apps
from django.utils import timezone

from broadsheet.outward.fetch import crawl_delay

from .sources import Page

PAUSE_SECONDS = 1.0
LONGEST_PAUSE = 60.0
MOST_FAILURES = 5
FRESH = timedelta(days=1)


class Manners:
    """How long each host is left alone between two pages, and which ones are asked no more."""

    def __init__(self, *, allow_private: bool = False) -> None:
        self._allow_private = allow_private
        self._next: dict[str, float] = {}
        self._pauses: dict[str, float] = {}
        self._failures: dict[str, int] = {}

    def wait(self, address: str) -> bool:
        """Waits for the host's turn; False where it has failed so often that it is left alone."""
        host = urlsplit(address).netloc
        if self._failures.get(host, 0) >= MOST_FAILURES:
            return False
        if host not in self._pauses:
            asked = crawl_delay(address, allow_private=self._allow_private)
            self._pauses[host] = min(max(PAUSE_SECONDS, asked), LONGEST_PAUSE)
        time.sleep(max(0.0, self._next.get(host, 0.0) - time.monotonic()))
        self._next[host] = time.monotonic() + self._pauses[host]
        return True

    def went(self, address: str, trouble: str = "") -> None:
        """What came of it: a server that is busy is asked half as often, one that fails is counted."""
        host = urlsplit(address).netloc
        if not trouble:
            self._failures[host] = 0
        elif "answered 429" in trouble or "answered 503" in trouble:
            self._pauses[host] = min(max(1.0, self._pauses.get(host, 1.0)) * 2, LONGEST_PAUSE)
            self._failures[host] = self._failures.get(host, 0) + 1
        elif "can't be reached" in trouble or "can't be resolved" in trouble or "took longer" in trouble:
            self._failures[host] = self._failures.get(host, 0) + 1


def taken_in(pages: Iterable[Page]) -> dict[str, datetime]:
    """Which of some pages need no other look, and when they were taken in: that is what makes a broken-off run go on.

    A sitemap's word on when a page changed counts; where there is none, a page is looked at again after a day.
    """
    by_address = {page.name: page for page in pages}
    if not by_address:
        return {}
    # Asked for here: one page is read without a paper, too.
    items = apps.get_model("intake", "ImportItem").objects
    known = items.filter(kind="page", source_id__in=by_address, has_gaps=False)
    now = timezone.now()
    found: dict[str, datetime] = {}
    for address, moment in known.values_list("source_id", "imported_at"):
        changed = by_address[address].changed
        if (changed < moment) if changed else (now - moment < FRESH):
            found[address] = moment
    return found
