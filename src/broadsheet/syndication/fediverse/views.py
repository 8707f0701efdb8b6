"""Actors, collections and stories at their own addresses, which hold nothing but these: no page shares one with them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from broadsheet.newsroom.models import Story, StoryByline
from broadsheet.newsroom.selectors import Cursor, older_than, page_of
from broadsheet.press.headers import publish
from broadsheet.press.keys import MISSING, shown_keys

from ..stories import public_stories, released
from . import addresses as at
from . import objects
from .models import Actor, Following, Post
from .telling import actors_on, authors_of, speakers

PAGE = 20
FOLLOWERS_PAGE = 100
# Nothing announces a new follower.
FOLLOWERS_SECONDS = 60
BIGGEST_ID = 2**62


def _words(
    request: HttpRequest,
    words: Mapping[str, Any],
    keys: Iterable[str],
    *,
    status: int = 200,
    seconds: int = 300,
) -> HttpResponse:
    response = HttpResponse(
        json.dumps({"@context": objects.AS2, **words}, ensure_ascii=False).encode("utf-8", "replace"),
        content_type=f"{objects.MEDIA_TYPE}; charset=utf-8",
        status=status,
    )
    return publish(request, response, keys, seconds)


def _actor(number: int) -> Actor:
    if number > BIGGEST_ID:
        raise Http404
    actors = Actor.objects.filter(is_on=True).select_related("section__locale", "author__locale")
    return get_object_or_404(actors, pk=number)


def keys_of(ours: Actor) -> set[str]:
    """What an actor's document shows."""
    keys = {f"actor/{ours.pk}"}
    if ours.section_id:
        keys.add(f"section/{ours.section_id}")
    if ours.author_id:
        keys.add(f"author/{ours.author_id}")
    return keys | ({f"picture/{ours.picture_id}"} if ours.picture_id else set())


@require_safe
def actor(request: HttpRequest, number: int) -> HttpResponse:
    """`/-/ap/actor/<id>`; 410 when what it stood for is no more."""
    ours = _actor(number)
    if not (ours.section_id or ours.author_id or ours.language):
        uri = at.actor_uri(ours)
        gone = {"id": uri, "type": "Tombstone"}
        return _words(request, gone, keys_of(ours), status=410)
    return _words(request, objects.actor(ours), keys_of(ours))


@require_safe
def followers(request: HttpRequest, number: int) -> HttpResponse:
    """How many follow, and unless that is hidden, who: the newest first, page by page."""
    ours = _actor(number)
    uri = at.followers_uri(ours)
    rows = Following.objects.filter(actor=ours)
    words: objects.Words = {"id": uri, "type": "OrderedCollection", "totalItems": rows.count()}
    if not ours.hides_followers:
        words["first"] = f"{uri}/page"
    return _words(request, words, keys_of(ours), seconds=FOLLOWERS_SECONDS)


@require_safe
def followers_page(request: HttpRequest, number: int) -> HttpResponse:
    """`?before=<id>` leads on."""
    ours = _actor(number)
    if ours.hides_followers:
        raise Http404
    uri = at.followers_uri(ours)
    rows = Following.objects.filter(actor=ours).order_by("-pk")
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.values_list("pk", "peer__uri")[: FOLLOWERS_PAGE + 1])
    page = found[:FOLLOWERS_PAGE]
    words: objects.Words = {
        "id": f"{uri}/page" + (f"?before={before}" if before else ""),
        "type": "OrderedCollectionPage",
        "partOf": uri,
        "orderedItems": [name for _, name in page],
    }
    if len(found) > FOLLOWERS_PAGE:
        words["next"] = f"{uri}/page?before={page[-1][0]}"
    return _words(request, words, keys_of(ours), seconds=FOLLOWERS_SECONDS)


@require_safe
def outbox(request: HttpRequest, number: int) -> HttpResponse:
    """Leads to the newest page. No total: counting a large archive costs more than anybody gains."""
    ours = _actor(number)
    uri = at.outbox_uri(ours)
    words = {"id": uri, "type": "OrderedCollection", "first": f"{uri}/page"}
    return _words(request, words, keys_of(ours))


@require_safe
def outbox_page(request: HttpRequest, number: int) -> HttpResponse:
    """The newest stories of an actor; `?before=<cursor>` leads on."""
    ours = _actor(number)
    uri = at.outbox_uri(ours)
    before = Cursor.parse(request.GET.get("before", ""))
    stories, list_key = _stories_of(ours)
    rows, older = page_of(list(older_than(stories, before)[: PAGE + 1]), PAGE)
    documents = released(rows)
    everybody, authors = actors_on(), authors_of(story.pk for story in rows)
    posts = _posts(rows)
    items = []
    for story, document in zip(rows, documents, strict=True):
        spoken = _spoken(story, posts.get(story.pk), speakers(story, authors.get(story.pk, ()), everybody))
        if spoken is None:
            continue
        story_uri, speaker, others = spoken
        if speaker == ours:
            items.append(objects.create(objects.article(document, story_uri, speaker, others), speaker))
        else:
            items.append(objects.share(story_uri, ours, document.published))
    words: objects.Words = {
        "@context": [objects.AS2, objects.TERMS],
        "id": f"{uri}/page" + (f"?before={before}" if before else ""),
        "type": "OrderedCollectionPage",
        "partOf": uri,
        "orderedItems": items,
    }
    if older:
        words["next"] = f"{uri}/page?before={older}"
    return _words(request, words, {list_key, *keys_of(ours), *shown_keys(documents)})


def _stories_of(ours: Actor) -> tuple[Any, str]:
    stories = public_stories()
    if ours.section_id:
        return stories.filter(desk=ours.section_id), f"latest/section/{ours.section_id}"
    if ours.author_id:
        own = StoryByline.objects.filter(author=ours.author_id).values("story_id")
        return stories.filter(pk__in=own), f"latest/author/{ours.author_id}"
    return stories.filter(language=ours.language), f"latest/{ours.language}"


def _posts(stories: Iterable[Story]) -> dict[int, Post]:
    rows = Post.objects.filter(story__in=[story.pk for story in stories], gone_at=None)
    return {post.story: post for post in rows.select_related("actor__section", "actor__author")}


def _spoken(story: Story, post: Post | None, now: list[Actor]) -> tuple[str, Actor, list[Actor]] | None:
    """A story's address, who speaks of it, and who passes it on: as it was sent, or would be."""
    if post is not None and post.actor.is_on:
        return at.post_uri(post), post.actor, [ours for ours in now if ours.pk in post.shared_by]
    return (at.story_uri(story.pk), now[0], now[1:]) if now else None


@require_safe
def story(request: HttpRequest, number: int, life: int = 1) -> HttpResponse:
    """`/-/ap/story/<id>`: the Article; a Tombstone when it was out there and is withdrawn."""
    if number > BIGGEST_ID:
        raise Http404
    everybody = actors_on()
    row = public_stories().filter(pk=number).first()
    post = Post.objects.filter(story=number, life=life).select_related("actor").first()
    if post is not None and (post.gone_at is not None or row is None):
        uri = at.post_uri(post)
        return _words(request, objects.tombstone(uri, post.gone_at), {f"story/{number}", MISSING}, status=410)
    if row is None or not everybody or (post is None and life != 1):
        raise Http404
    spoken = _spoken(row, post, speakers(row, authors_of([number]).get(number, ()), everybody))
    if spoken is None:
        raise Http404
    uri, speaker, others = spoken
    document = released([row])[0]
    words = objects.in_context(objects.article(document, uri, speaker, others))
    keys = {key for ours in (speaker, *others) for key in keys_of(ours)}
    return _words(request, words, {f"story/{number}", *keys, *shown_keys(document)})
