"""What of a paper's addresses is kept and what is passed on."""

from __future__ import annotations

import re

LEGAL_METHODS = frozenset({b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS"})
# Personal, or not ours to understand: never looked up, never stored, passed on as they are.
PASSED = (
    b"/newsroom/",
    b"/account/",
    b"/subscribe/",
    b"/documents/",
    b"/feeds/private/",
    b"/partners/",
    b"/-/",
)
# Of those, what stands in every language: `/az/subscribe/`.
PASSED_ANYWHERE = (b"/subscribe/", b"/feeds/private/")
# Of these the rest of the path may be a secret of one person's.
SECRET = re.compile(rb"(?:/\w\w)?/(?:account|subscribe|-/enter|-/websub|feeds/private|partners)/")
# Below them what other servers read: the same for everybody.
OPEN = (b"/-/ap/",)
# What is at it depends on `Accept`, which the cache never sends on.
PASSED_ALONE = frozenset({b"/api/v1/"})
# What the origin says to edges: nobody else may ask through one.
UNTOLD = frozenset({b"/-/log", b"/-/reads", b"/-/rights"})
# The only query parameters that the public pages know. Any other is dropped before the cache is asked.
NAMED_QUERY = frozenset(
    {b"before", b"q", b"section", b"language", b"since", b"until", b"order", b"year", b"type", b"with"}
)
# By these a paper's former system may have named its stories (`/?p=123`): the origin knows which lead where. A test holds
# them equal to the site's.
OLD_QUERY = frozenset(
    {
        *(
            b"p",
            b"page_id",
            b"attachment_id",
            b"id",
            b"nid",
            b"aid",
            b"sid",
            b"tid",
            b"pid",
            b"article",
            b"articleid",
        ),
        *(
            b"article_id",
            b"story",
            b"storyid",
            b"story_id",
            b"news",
            b"newsid",
            b"news_id",
            b"post",
            b"postid",
        ),
        *(b"post_id", b"item", b"itemid", b"doc", b"view"),
    }
)
KEPT_QUERY = NAMED_QUERY | OLD_QUERY
# Addresses for programs have parameters of their own. A test holds them to what the API documents.
API = b"/api/"
API_QUERY = frozenset(
    {
        *(b"before", b"limit", b"fields", b"language", b"section", b"author", b"topic", b"genre", b"access"),
        *(b"since", b"until", b"updated_since", b"q", b"order"),
    }
)


# RFC 7033: whom one asks for.
WEBFINGER, WEBFINGER_QUERY = b"/.well-known/webfinger", frozenset({b"resource"})
OEMBED, OEMBED_QUERY = b"/oembed", frozenset({b"url", b"format", b"maxwidth", b"maxheight"})


def kept_names(path: bytes) -> frozenset[bytes]:
    """The query parameters that the origin hears of."""
    if path == WEBFINGER:
        return WEBFINGER_QUERY
    if path.startswith(API):
        return API_QUERY
    return OEMBED_QUERY if path == OEMBED else KEPT_QUERY


def is_passed(path: bytes) -> bool:
    """Whether an address is passed on."""
    if path in PASSED_ALONE:
        return True
    if path.startswith(OPEN):
        return False
    return path.startswith(PASSED) or (path[3:].startswith(PASSED_ANYWHERE) and path[:1] == b"/")


def told_path(path: bytes) -> bytes:
    """A path as it may stand in a log."""
    secret = SECRET.match(path)
    return path[: secret.end()] if secret else path
