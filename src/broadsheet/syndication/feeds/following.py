"""What story events mean for feeds: which ones read differently now, and who is to be told."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F
from django.utils import timezone

from broadsheet.newsroom.models import Section, Story, StoryByline
from broadsheet.newsroom.selectors import language_prefix, page_path, web

from ..delivering import owe
from ..models import StoryEvent
from .feed import TYPES
from .hub import subject_of
from .models import FeedSettings, HubSubscription

PINGS, HUB = "feed-pings", "hub"
# Of one ping; a hub may refuse a longer one.
MOST_TOPICS = 60


def told(events: Sequence[StoryEvent]) -> None:
    """Owe outside hubs a word, and our own hub's subscribers the feed; in the transaction of `following`."""
    chosen = FeedSettings.current()
    topics = [web(f"{path}.{kind}") for path in sorted(affected(events)) for kind in TYPES]
    for start in range(0, len(topics), MOST_TOPICS):
        owe(PINGS, chosen.hub_lines, {"topics": topics[start : start + MOST_TOPICS]})
    if chosen.has_own_hub:
        listening = HubSubscription.objects.filter(topic__in=topics, lease_until__gt=timezone.now())
        by_topic: dict[str, list[str]] = {}
        for topic, callback in listening.values_list("topic", "callback"):
            by_topic.setdefault(topic, []).append(callback)
        for topic, callbacks in by_topic.items():
            owe(HUB, callbacks, {"topic": topic}, subject=subject_of(topic))


def affected(events: Sequence[StoryEvent]) -> set[str]:
    """The paths, without suffix, of the feeds that hold or held the stories of `events`: four queries."""
    stories = {event.story for event in events}
    paths = {f"{language_prefix(event.language)}/feeds/latest" for event in events}
    sections = Section.objects.filter(pk__in={event.section for event in events if event.section})
    for url_path, language in sections.order_by().values_list("url_path", "locale__language_code"):
        paths.add(f"{page_path(url_path, language)}feed")
    authors = StoryByline.objects.filter(story__in=stories).order_by()
    topics = Story.topics.through.objects.filter(story__in=stories)
    for what, links in (("author", authors), ("topic", topics)):
        named = links.annotate(slug=F(f"{what}__slug"), language=F(f"{what}__locale__language_code"))
        for slug, language in named.values_list("slug", "language").distinct():
            paths.add(f"{language_prefix(language)}/{what}/{slug}/feed")
    return paths
