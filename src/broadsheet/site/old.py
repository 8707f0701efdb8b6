"""Addresses of a paper's former system that name a story in the query: `/?p=123`, `/news.php?id=45`.

Wagtail asks its redirects only where there is no page; `/?p=123` is the front page's address.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from wagtail.contrib.redirects.middleware import get_redirect
from wagtail.contrib.redirects.models import Redirect

OLD_QUERY = frozenset(
    {
        *("p", "page_id", "attachment_id", "id", "nid", "aid", "sid", "tid", "pid", "article", "articleid"),
        *("article_id", "story", "storyid", "story_id", "news", "newsid", "news_id", "post", "postid"),
        *("post_id", "item", "itemid", "doc", "view"),
    }
)
# No public page of ours, whatever it was called before.
OURS = ("/newsroom/", "/account/", "/-/", "/search/")


class OldAddressMiddleware:
    """Answers 301 where a redirect has the address with its query, or with the old parameters alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        query = request.META.get("QUERY_STRING", "")
        if query and request.method in ("GET", "HEAD") and not request.path.startswith(OURS):
            found = [pair for pair in parse_qsl(query) if pair[0].lower() in OLD_QUERY]
            if found and (redirect := _redirect(request, urlencode(found))):
                link = redirect.link
                if link:
                    return HttpResponsePermanentRedirect(link)
        return self.get_response(request)


def _redirect(request: HttpRequest, query: str) -> Redirect | None:
    for path in dict.fromkeys((request.get_full_path(), f"{request.path}?{query}")):
        found: Redirect | None = get_redirect(request, Redirect.normalise_path(path, decode_unicode=False))
        if found is not None:
            return found
    return None
