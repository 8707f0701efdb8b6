"""Surrogate keys: one short name for each thing a page shows, by which the page can be found when the thing changes."""

from __future__ import annotations

from functools import singledispatch

from broadsheet.newsroom.models import Author, FrontPage, Gallery, Section, Story, Topic


@singledispatch
def surrogate_keys(thing: object) -> tuple[str, ...]:
    """The keys of pages that show `thing`. Raises `TypeError` for a class that was never registered."""
    raise TypeError(f"no surrogate keys for {type(thing).__name__}")


@surrogate_keys.register
def _(thing: Story) -> tuple[str, ...]:
    return (f"story/{thing.pk}", f"section/{thing.desk_id}", f"latest/{thing.language}")


@surrogate_keys.register
def _(thing: Gallery) -> tuple[str, ...]:
    return (f"gallery/{thing.pk}", f"section/{thing.desk_id}")


@surrogate_keys.register
def _(thing: Section) -> tuple[str, ...]:
    return (f"section/{thing.pk}",)


@surrogate_keys.register
def _(thing: FrontPage) -> tuple[str, ...]:
    return (f"front/{thing.pk}",)


@surrogate_keys.register
def _(thing: Author) -> tuple[str, ...]:
    return (f"author/{thing.pk}",)


@surrogate_keys.register
def _(thing: Topic) -> tuple[str, ...]:
    return (f"topic/{thing.pk}",)
