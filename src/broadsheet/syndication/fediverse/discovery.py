"""How other servers find our actors: WebFinger (RFC 7033), host-meta (RFC 6415) and NodeInfo 2.1."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe
from lxml import etree

from broadsheet import __version__
from broadsheet.newsroom.selectors import web
from broadsheet.press.headers import publish

from . import addresses as at
from .models import Actor, Following, Post, Reply
from .objects import MEDIA_TYPE, page_of
from .views import keys_of

XRD = "http://docs.oasis-open.org/ns/xri/xrd-1.0"
NODEINFO = "http://nodeinfo.diaspora.software/ns/schema/2.1"
# Counted once in a while.
NODEINFO_SECONDS = 3600


@require_safe
def webfinger(request: HttpRequest) -> HttpResponse:
    """`?resource=acct:handle@host`, or the address of an actor or of its page. 400 without, 404 for a stranger."""
    resource = request.GET.get("resource", "")
    if not resource or len(resource) > 500:
        return HttpResponse("which resource?\n", status=400, content_type="text/plain; charset=utf-8")
    ours = _named(resource)
    links = [
        {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": web(page_of(ours))},
        {"rel": "self", "type": MEDIA_TYPE, "href": at.actor_uri(ours)},
    ]
    words = {
        "subject": f"acct:{at.address_of(ours)}",
        "aliases": [web(page_of(ours)), at.actor_uri(ours)],
        "links": links,
    }
    response = JsonResponse(words, content_type="application/jrd+json")
    # RFC 7033 §5: whoever asks from a page may read it.
    response.headers["Access-Control-Allow-Origin"] = "*"
    return publish(request, response, keys_of(ours))


def _named(resource: str) -> Actor:
    actors = Actor.objects.filter(is_on=True).select_related("section__locale", "author__locale")
    kind, _, name = resource.partition(":")
    if kind.lower() == "acct":
        handle, _, host = name.lstrip("@").rpartition("@")
        if host.lower() != at.own_host():
            raise Http404
        return get_object_or_404(actors, handle=handle.lower())
    number = at.actor_number(resource)
    if number:
        return get_object_or_404(actors, pk=number)
    for ours in actors:
        if web(page_of(ours)) == resource:
            return ours
    raise Http404


@require_safe
def host_meta(request: HttpRequest) -> HttpResponse:
    """Where WebFinger is, for servers that ask in this older way."""
    _check_open()
    root = etree.Element(f"{{{XRD}}}XRD", nsmap={None: XRD})
    template = f"{at.base()}/.well-known/webfinger?resource={{uri}}"
    etree.SubElement(root, f"{{{XRD}}}Link", rel="lrdd", template=template, type="application/jrd+json")
    text = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    response = HttpResponse(text, content_type="application/xrd+xml; charset=utf-8")
    return publish(request, response, {"fediverse"})


@require_safe
def nodeinfo_links(request: HttpRequest) -> HttpResponse:
    """Where NodeInfo is."""
    _check_open()
    words = {"links": [{"rel": NODEINFO, "href": f"{at.base()}/-/ap/nodeinfo/2.1"}]}
    return publish(request, JsonResponse(words), {"fediverse"})


@require_safe
def nodeinfo(request: HttpRequest) -> HttpResponse:
    """What this server is; no number says anything of readers."""
    users = _check_open()
    words: dict[str, Any] = {
        "version": "2.1",
        "software": {"name": "broadsheet", "version": __version__},
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": ["atom1.0", "rss2.0"]},
        "openRegistrations": False,
        "usage": {"users": {"total": users}, "localPosts": Post.objects.filter(gone_at=None).count()},
        "metadata": {
            "nodeName": settings.PAPER.name,
            "followers": Following.objects.count(),
            "replies": Reply.objects.filter(state=Reply.State.SHOWN).count(),
        },
    }
    content_type = f'application/json; profile="{NODEINFO}#"'
    response = JsonResponse(words, content_type=content_type)
    return publish(request, response, {"fediverse"}, NODEINFO_SECONDS)


def _check_open() -> int:
    """How many actors are switched on; nobody is told of a paper that has none."""
    count = Actor.objects.filter(is_on=True).aggregate(n=Count("pk"))["n"]
    if not count:
        raise Http404
    return int(count)
