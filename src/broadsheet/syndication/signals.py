"""Every change of a story that the public can see writes its event, in the transaction that makes it."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import post_page_move

from broadsheet.newsroom.models import Correction, FrontPage, Section, Story
from broadsheet.newsroom.selectors import page_path, public
from broadsheet.newsroom.selectors import restricted as under_restriction
from broadsheet.press.events import page_changed

from . import following
from .models import StoryEvent, Unfolding

Kind = StoryEvent.Kind


def _write(pk: int, kind: str, facts: dict[str, Any]) -> None:
    following.write(
        [
            StoryEvent(
                story=pk,
                kind=kind,
                path=page_path(facts["url_path"], facts["language"]),
                language=facts["language"],
                section=facts["desk_id"],
            )
        ]
    )


def _public_facts(pk: int) -> dict[str, Any] | None:
    return public(Story.objects.filter(pk=pk)).values("url_path", "language", "desk_id").first()


def _is_open(pk: int) -> bool:
    """Whether no page privacy hides the story: of one that was hidden already nobody outside is to hear."""
    return Story.objects.filter(~under_restriction(), pk=pk).exists()


@receiver(page_changed, dispatch_uid="syndication_page")
def changed(
    sender: type[Page],
    pk: int,
    tree: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    **_: Any,
) -> None:
    """A story went live, changed or went; or a section, with all that stands in it."""
    was, is_ = bool(before and before["live"]), bool(after and after["live"])
    if sender is Story:
        if is_ and (facts := _public_facts(pk)):
            _write(pk, Kind.UPDATED if was else Kind.PUBLISHED, facts)
        elif was and not is_ and before is not None and _is_open(pk):
            _write(pk, Kind.UNPUBLISHED, before)
    elif sender in (Section, FrontPage) and before and after:
        if was != is_:
            _unfold(tree, Kind.PUBLISHED if is_ else Kind.UNPUBLISHED)
        elif is_ and before["url_path"] != after["url_path"]:
            _unfold(tree, Kind.UPDATED)


@receiver(post_page_move, dispatch_uid="syndication_moved")
def moved(instance: Any, url_path_before: str, url_path_after: str, **_: Any) -> None:
    """A story, or a section with all in it, has another address."""
    if url_path_before == url_path_after or not instance.live:
        return
    if instance.specific_class is Story and (facts := _public_facts(instance.pk)):
        _write(instance.pk, Kind.UPDATED, facts)
    elif instance.specific_class is Section:
        _unfold(instance.path, Kind.UPDATED)


@receiver(post_save, sender=PageViewRestriction, dispatch_uid="syndication_restricted")
def restricted(instance: PageViewRestriction, created: bool, **_: Any) -> None:
    """A page and all below it are closed."""
    if created:
        _below(instance, Kind.UNPUBLISHED)


@receiver(post_delete, sender=PageViewRestriction, dispatch_uid="syndication_unrestricted")
def unrestricted(instance: PageViewRestriction, **_: Any) -> None:
    """A page and all below it are open again."""
    _below(instance, Kind.PUBLISHED)


def _below(restriction: PageViewRestriction, kind: str) -> None:
    page = restriction.page
    if page.specific_class is not Story:
        _unfold(page.path, kind)
        return
    facts = (
        Story.objects.filter(pk=page.pk, live=True).values("url_path", "language", "desk_id").first()
        if kind == Kind.UNPUBLISHED
        else _public_facts(page.pk)
    )
    if facts:
        _write(page.pk, kind, facts)


def _unfold(tree: str, kind: str) -> None:
    Unfolding.objects.create(tree=tree, kind=kind)


_IS_NEWS = "_syndication_is_news"


@receiver(pre_save, sender=Correction, dispatch_uid="syndication_before_correction")
def before_correction(instance: Correction, **_: Any) -> None:
    """Publishing a story saves all its corrections again, those too that stay as they are."""
    same = Correction.objects.filter(pk=instance.pk, kind=instance.kind, text=instance.text)
    instance.__dict__[_IS_NEWS] = not same.exists()


@receiver(post_save, sender=Correction, dispatch_uid="syndication_corrected")
def corrected(instance: Correction, **_: Any) -> None:
    """A correction stands under a public story, or reads differently."""
    if instance.__dict__.pop(_IS_NEWS, True) and (facts := _public_facts(instance.story_id)):
        _write(instance.story_id, Kind.CORRECTED, facts)
