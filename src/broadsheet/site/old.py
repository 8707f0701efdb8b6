"""Addresses of a paper's former system that name a story in the query: `/?p=123`, `/news.php?id=45`.

Wagtail asks its redirects only where there is no page; `/?p=123` is the front page's address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.http.response import HttpResponseBase
from wagtail.contrib.redirects.middleware import get_redirect
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from broadsheet.newsroom.selectors import restricted

OLD_QUERY = frozenset(
    {
        *("p", "page_id", "attachment_id", "id", "nid", "aid", "sid", "tid", "pid", "article", "articleid"),
        *("article_id", "story", "storyid", "story_id", "news", "newsid", "news_id", "post", "postid"),
        *("post_id", "item", "itemid", "doc", "view"),
    }
)
# No public page of ours, whatever it was called before.
OURS = ("/newsroom/", "/account/", "/api/", "/-/", "/search/")


class OldAddressMiddleware:
    """Answers with a redirect of Wagtail's where there is no page, and where the query names a story.

    In place of Wagtail's own middleware, which leads to drafts as well: the way there would tell their address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD") or request.path.startswith(OURS):
            return self.get_response(request)
        if old := _named_in_query(request):
            return old
        response = self.get_response(request)
        if response.status_code != 404:
            return response
        return _moved(request, (request.get_full_path(), request.path)) or response


def _named_in_query(request: HttpRequest) -> HttpResponseBase | None:
    query = request.META.get("QUERY_STRING", "")
    found = [pair for pair in parse_qsl(query) if pair[0].lower() in OLD_QUERY] if query else []
    if not found:
        return None
    return _moved(request, (request.get_full_path(), f"{request.path}?{urlencode(found)}"))


def _moved(request: HttpRequest, paths: Iterable[str]) -> HttpResponseBase | None:
    for path in dict.fromkeys(Redirect.normalise_path(path, decode_unicode=False) for path in paths):
        redirect: Redirect | None = get_redirect(request, path)
        if redirect is not None and (link := _public_link(redirect)):
            kind = HttpResponsePermanentRedirect if redirect.is_permanent else HttpResponseRedirect
            return kind(link)
    return None


def _public_link(redirect: Redirect) -> str:
    """Where it leads; empty when readers may not know of that page."""
    if redirect.redirect_page_id:
        page = Page.objects.filter(~restricted(), pk=redirect.redirect_page_id, live=True)
        if not page.exists():
            return ""
    return str(redirect.link or "")
