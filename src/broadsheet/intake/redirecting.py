"""Old addresses lead to the story for ever."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site

from broadsheet.newsroom.rows import insert_rows

from .values import writable

LONGEST = 255
SLICE = 500


def old_path(url: str) -> str:
    """The path of an old address as redirects are kept; empty when it can't be one."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    path = Redirect.normalise_path(writable(parts.path + (f"?{parts.query}" if parts.query else "")))
    return path if 2 <= len(path) <= LONGEST else ""


def add_redirects(old_urls: Mapping[int, Iterable[str]], *, is_announced: bool = False) -> int:
    """Page id → its old addresses; each leads to the page where no other redirect has it and the page is not there
    itself. Returns how many were made. In the caller's transaction. `is_announced` sends each one's save signal; without
    it the caller tells the caches."""
    wanted: dict[str, int] = {}
    for pk, urls in old_urls.items():
        for url in urls:
            if path := old_path(url):
                wanted.setdefault(path, pk)
    if not wanted:
        return 0
    site = Site.objects.filter(is_default_site=True).first()
    own = _own_paths(set(old_urls), site)
    paths = [path for path, pk in wanted.items() if own.get(pk) != path]
    taken: set[str] = set()
    for start in range(0, len(paths), SLICE):
        found = Redirect.objects.filter(old_path__in=paths[start : start + SLICE], site=site)
        taken.update(found.values_list("old_path", flat=True))
    made = [
        Redirect(old_path=path, site=site, redirect_page_id=wanted[path], is_permanent=True)
        for path in paths
        if path not in taken
    ]
    if is_announced:
        for redirect in made:
            redirect.save()
    else:
        insert_rows(Redirect, made)
    return len(made)


def _own_paths(ids: set[int], site: Site | None) -> dict[int, str]:
    """Where each page is itself: an archive whose addresses stay the same needs no redirect."""
    if site is None:
        return {}
    root = site.root_page.url_path
    rows = Page.objects.filter(pk__in=ids, url_path__startswith=root).values_list("pk", "url_path")
    return {pk: "/" + url_path[len(root) :].rstrip("/") for pk, url_path in rows}
