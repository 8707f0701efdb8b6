"""Turns story events into what is owed to followers elsewhere: Create and Announce, Update, Delete.

One actor speaks of a story, the paper's before its section's before its authors'; the others pass it on. Who it was
stays as it was when the story came out, whatever changes at home.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from broadsheet.newsroom.models import Story, StoryByline

from ..delivering import CLAIM, owe
from ..models import Delivery, StoryEvent
from ..stories import public_stories
from .acting import CHANNEL
from .models import Actor, Following, Peer, Post

# What is older when it goes live is an archive that opens, not news.
NEWS = timedelta(days=7)
# As long as a hand-over that has begun may still take.
IN_FLIGHT = timedelta(seconds=60)


def heard(events: Sequence[StoryEvent]) -> None:
    """The channel's handler: what the public sees now decides, not the order of what happened."""
    ours = actors_on()
    kinds: dict[int, set[str]] = {}
    for event in events:
        kinds.setdefault(event.story, set()).add(event.kind)
    posts = {post.story: post for post in Post.objects.filter(story__in=kinds, gone_at=None)}
    if not ours and not posts:
        return
    shown = {story.pk: story for story in public_stories().defer("body").filter(pk__in=kinds)}
    authors = authors_of(shown)
    now = timezone.now()
    for number, happened in kinds.items():
        story, post = shown.get(number), posts.get(number)
        if story is None:
            if post is not None:
                _withdraw(post, now)
        elif post is not None:
            _owe_update(post)
        elif StoryEvent.Kind.PUBLISHED in happened and _is_news(story, now):
            _bring(story, speakers(story, authors.get(number, ()), ours), now)


def actors_on() -> list[Actor]:
    return list(Actor.objects.filter(is_on=True).select_related("section__locale", "author__locale"))


def authors_of(stories: Iterable[int]) -> Mapping[int, list[int]]:
    """By story, the ids of its authors in printing order: one query."""
    found: dict[int, list[int]] = {}
    rows = StoryByline.objects.filter(story__in=list(stories)).order_by("sort_order")
    for story, author in rows.values_list("story_id", "author_id"):
        found.setdefault(story, []).append(author)
    return found


def speakers(story: Story, authors: Sequence[int], ours: Iterable[Actor]) -> list[Actor]:
    """Those of `ours` that a story concerns; the first speaks."""
    by_language = {actor.language: actor for actor in ours if actor.language}
    by_section = {actor.section_id: actor for actor in ours if actor.section_id}
    by_author = {actor.author_id: actor for actor in ours if actor.author_id}
    found = [by_language.get(story.language), by_section.get(story.desk_id)]
    found += [by_author.get(author) for author in authors]
    return [actor for actor in dict.fromkeys(found) if actor is not None]


def _is_news(story: Story, now: datetime) -> bool:
    return story.published_at is not None and story.published_at > now - NEWS


def _bring(story: Story, ours: Sequence[Actor], now: datetime) -> None:
    if not ours:
        return
    speaker, *others = ours
    life = Post.objects.filter(story=story.pk).count() + 1
    post = Post.objects.create(
        story=story.pk, life=life, actor=speaker, shared_by=[actor.pk for actor in others], made_at=now
    )
    owe(
        CHANNEL, inboxes([speaker.pk]), {"verb": "create", "post": post.pk}, subject=f"story/{post.pk}/create"
    )
    for other in others:
        owe(
            CHANNEL,
            inboxes([other.pk]),
            {"verb": "share", "post": post.pk, "actor": other.pk},
            subject=f"story/{post.pk}/share/{other.pk}",
        )


def _owe_update(post: Post) -> None:
    """Beside a Create that still waits: whichever comes first, the other side ends with the newest words."""
    owe(CHANNEL, _everybody(post), {"verb": "update", "post": post.pk}, subject=f"story/{post.pk}")


def _withdraw(post: Post, now: datetime) -> None:
    Post.objects.filter(pk=post.pk).update(gone_at=now)
    # A Create that is on its way at this moment must not come after the Delete.
    flying = Delivery.objects.filter(
        channel=CHANNEL,
        subject__in=[f"story/{post.pk}/create", f"story/{post.pk}"],
        state=Delivery.State.WAITING,
        due_at__range=(now + CLAIM - IN_FLIGHT, now + CLAIM + IN_FLIGHT),
    )
    due = now + IN_FLIGHT if flying.exists() else now
    payload = {"verb": "delete", "post": post.pk}
    owe(CHANNEL, _everybody(post), payload, subject=f"story/{post.pk}", due_at=due)


def inboxes(actors: Sequence[int]) -> list[str]:
    """Where the followers of these take what is for them, each place once."""
    following = Following.objects.filter(actor__in=actors)
    return list(following.values_list("peer__delivers_to", flat=True).distinct().order_by())


def _everybody(post: Post) -> list[str]:
    """Followers, and those who passed it on, liked it or answered: their servers hold it too."""
    concerned = (
        Q(followings__actor__in=[post.actor_id, *post.shared_by])
        | Q(reactions__story=post.story)
        | Q(replies__story=post.story)
    )
    return list(Peer.objects.filter(concerned).values_list("delivers_to", flat=True).distinct().order_by())
