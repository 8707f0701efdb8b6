"""Every change that readers can see writes its purge, in the transaction that makes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import post_page_move

from broadsheet.newsroom.bulk import NewStory
from broadsheet.newsroom.events import stories_created, topics_created
from broadsheet.newsroom.models import Author, Correction, FrontPage, Gallery, Section, Story, Topic
from broadsheet.pictures.events import files_changed
from broadsheet.pictures.models import Picture

from . import log
from .changes import Purge, facts_of, list_keys, model_of, own_keys, purge_of
from .events import page_changed
from .keys import MISSING

_BEFORE = "_press_before"
# What Wagtail writes when a draft is saved; readers see none of it.
_UNSEEN = frozenset(
    {
        "latest_revision",
        "latest_revision_created_at",
        "draft_title",
        "has_unpublished_changes",
        "live_revision",
        "locked",
        "locked_at",
        "locked_by",
        "go_live_at",
        "expire_at",
    }
)


def _write(purge: Purge) -> None:
    log.write(purge.hard, is_hard=True)
    if purge.soft:
        log.write(purge.soft, event=purge.event)


# -- pages ------------------------------------------------------------------------------------------------------------


def _is_seen(sender: Any, raw: bool, update_fields: Iterable[str] | None) -> bool:
    if raw or not issubclass(sender, Page):
        return False
    return update_fields is None or not _UNSEEN.issuperset(update_fields)


@receiver(pre_save, dispatch_uid="press_before_page")
def before_page(sender: Any, instance: Any, raw: bool = False, update_fields: Any = None, **_: Any) -> None:
    if _is_seen(sender, raw, update_fields) and (model := model_of(instance)):
        instance.__dict__[_BEFORE] = facts_of(model, instance.pk)


@receiver(post_save, dispatch_uid="press_after_page")
def after_page(sender: Any, instance: Any, raw: bool = False, update_fields: Any = None, **_: Any) -> None:
    if not _is_seen(sender, raw, update_fields) or (model := model_of(instance)) is None:
        return
    before = instance.__dict__.pop(_BEFORE, None)
    after = facts_of(model, instance.pk)
    if after is not None and isinstance(instance, Story):
        # Its by-lines and topics are written after it.
        after["authors"] = [line.author_id for line in instance.bylines.all()]
        after["topics"] = {topic.pk for topic in instance.topics.all()}
    _write(purge_of(model, instance.pk, before, after))
    page_changed.send(model, pk=instance.pk, tree=instance.path, before=before, after=after)


@receiver(stories_created, dispatch_uid="press_bulk")
def created_in_bulk(entries: Sequence[NewStory], **_: Any) -> None:
    """One row for all of them: an archive that moves in is no news of the hour, so lists get no event."""
    live = [entry for entry in entries if entry.story.live]
    keys = {f"latest/{entry.story.language}" for entry in live}
    keys |= {f"latest/section/{entry.section.pk}" for entry in live}
    keys |= {f"latest/author/{author.pk}" for entry in live for author in entry.authors}
    keys |= {f"latest/topic/{topic.pk}" for entry in live for topic in entry.topics}
    if live:
        log.write({MISSING}, is_hard=True)
        log.write(keys)


@receiver(topics_created, dispatch_uid="press_bulk_topics")
def topics_in_bulk(**_: Any) -> None:
    log.write({MISSING}, is_hard=True)


@receiver(pre_delete, dispatch_uid="press_deleted_page")
def deleted_page(sender: Any, instance: Any, **_: Any) -> None:
    if issubclass(sender, Page) and (model := model_of(instance)) is sender and model is not None:
        before = facts_of(model, instance.pk)
        _write(purge_of(model, instance.pk, before, None))
        page_changed.send(model, pk=instance.pk, tree=instance.path, before=before, after=None)


@receiver(post_page_move, dispatch_uid="press_moved_page")
def moved_page(
    instance: Any,
    parent_page_before: Any,
    parent_page_after: Any,
    url_path_before: str,
    url_path_after: str,
    **_: Any,
) -> None:
    """Its addresses, and those below it, are others now; within one parent it is the menu's order."""
    model = model_of(instance)
    if model is None or not instance.live:
        return
    purge = Purge()
    language = instance.locale.language_code
    if model in (Story, Gallery):
        facts = facts_of(model, instance.pk)
        purge.soft |= list_keys(facts) if facts else set()
        purge.soft |= {f"latest/section/{parent.pk}" for parent in (parent_page_before, parent_page_after)}
    else:
        purge.soft.add(f"chrome/{language}")
    if url_path_before != url_path_after:
        purge.hard |= own_keys(model, instance.pk) | {MISSING}
    _write(purge)


@receiver(post_save, sender=PageViewRestriction, dispatch_uid="press_restricted")
@receiver(post_delete, sender=PageViewRestriction, dispatch_uid="press_unrestricted")
def restricted(instance: PageViewRestriction, **_: Any) -> None:
    """A page and all below it are closed, or open again."""
    page = instance.page
    model = model_of(page)
    if model is None:
        return
    language = page.locale.language_code
    keys = own_keys(model, page.pk) | {MISSING}
    log.write(keys | {f"chrome/{language}"} if model is FrontPage else keys, is_hard=True)
    log.write({f"latest/{language}", *({f"latest/section/{page.pk}"} if model is Section else ())})


@receiver(post_save, sender=Correction, dispatch_uid="press_corrected")
@receiver(post_delete, sender=Correction, dispatch_uid="press_uncorrected")
def corrected(instance: Correction, **_: Any) -> None:
    story = Story.objects.filter(pk=instance.story_id, live=True).values_list("language", flat=True).first()
    if story is not None:
        log.write({f"corrections/{story}", f"story/{instance.story_id}"})


@receiver(m2m_changed, sender=Story.topics.through, dispatch_uid="press_filed")
def filed(instance: Any, action: str, pk_set: set[int] | None, reverse: bool, **_: Any) -> None:
    """A live story came under a topic or left it, outside a save of the story as well."""
    if reverse or not action.startswith("post_") or not pk_set or not instance.live:
        return
    log.write({f"story/{instance.pk}", *(f"latest/topic/{pk}" for pk in pk_set)})


# -- what pages name and show -----------------------------------------------------------------------------------------


@receiver(pre_save, sender=Author, dispatch_uid="press_before_author")
@receiver(pre_save, sender=Topic, dispatch_uid="press_before_topic")
def before_named(sender: Any, instance: Any, **_: Any) -> None:
    instance.__dict__[_BEFORE] = sender.objects.filter(pk=instance.pk).values_list("slug", flat=True).first()


@receiver(post_save, sender=Author, dispatch_uid="press_after_author")
@receiver(post_save, sender=Topic, dispatch_uid="press_after_topic")
def after_named(sender: Any, instance: Any, created: bool, **_: Any) -> None:
    old = instance.__dict__.pop(_BEFORE, None)
    key = f"{sender._meta.model_name}/{instance.pk}"
    if created:
        log.write({MISSING}, is_hard=True)
    elif old != instance.slug:
        log.write({key, MISSING}, is_hard=True)
    else:
        log.write({key})


@receiver(pre_delete, sender=Author, dispatch_uid="press_deleted_author")
@receiver(pre_delete, sender=Topic, dispatch_uid="press_deleted_topic")
@receiver(pre_delete, sender=Picture, dispatch_uid="press_deleted_picture")
def deleted_named(sender: Any, instance: Any, **_: Any) -> None:
    log.write({f"{sender._meta.model_name}/{instance.pk}"}, is_hard=True)


@receiver(post_save, sender=Picture, dispatch_uid="press_changed_picture")
def changed_picture(instance: Picture, created: bool, raw: bool = False, **_: Any) -> None:
    """Words, file, focus or rights; without rights it is withdrawn at once."""
    if not created and not raw:
        log.write({f"picture/{instance.pk}"}, is_hard=not instance.has_rights)


@receiver(files_changed, dispatch_uid="press_changed_files")
def changed_files(keys: Iterable[str], is_withdrawn: bool, **_: Any) -> None:
    log.write(keys, is_hard=is_withdrawn)


@receiver(post_save, sender=Redirect, dispatch_uid="press_redirected")
@receiver(post_delete, sender=Redirect, dispatch_uid="press_unredirected")
def redirected(**_: Any) -> None:
    log.write({MISSING}, is_hard=True)
