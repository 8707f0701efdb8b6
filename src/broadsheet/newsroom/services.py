"""Writes of the newsroom: founding a paper, publishing what is due, and settling which files are public."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import transaction
from wagtail.models import Collection, Locale, Page, ReferenceIndex, Site

from broadsheet.pictures import services as pictures
from broadsheet.pictures.models import Clip, Picture

from .models import Author, FrontPage, Gallery, Listed, Story
from .selectors import public


@transaction.atomic
def found_paper(
    name: str, languages: Sequence[str], *, host: str, port: int, tagline: str = ""
) -> dict[str, FrontPage]:
    """Make an empty paper: its locales, a live front page per language under the tree's root, and the site record.

    Running it again changes nothing that is there. Returns the front pages by language.
    """
    locales = {code: Locale.objects.get_or_create(language_code=code)[0] for code in languages}
    if Collection.get_first_root_node() is None:
        Collection.add_root(name="Root")
    root = Page.get_first_root_node()
    if root is None:
        root = Page.add_root(title="Root", slug="root", locale=locales[languages[0]])
    Page.objects.child_of(root).filter(
        slug="home", content_type=ContentType.objects.get_for_model(Page)
    ).delete()
    fronts: dict[str, FrontPage] = {}
    source: FrontPage | None = None
    for code in languages:
        locale = locales[code]
        front = FrontPage.objects.child_of(root).filter(locale=locale).first()
        if front is None:
            slug = "home" if source is None else f"home-{code}"
            front = FrontPage(title=name, slug=slug, locale=locale, tagline=tagline, show_in_menus=False)
            if source is not None:
                front.translation_key = source.translation_key
            root = Page.objects.get(pk=root.pk)
            root.add_child(instance=front)
            front.save_revision(clean=False).publish(skip_permission_checks=True)
        source = source or front
        fronts[code] = front
    Locale.objects.exclude(language_code__in=languages).filter(language_code="en").delete()
    Site.objects.update_or_create(
        is_default_site=True,
        defaults={"hostname": host, "port": port, "site_name": name, "root_page": fronts[languages[0]]},
    )
    return fronts


def publish_due() -> None:
    """Publish what is scheduled and expire what is over, by Wagtail's own command; for the worker."""
    call_command("publish_scheduled", verbosity=0)


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a page, by id."""

    pictures: frozenset[int] = frozenset()
    clips: frozenset[int] = frozenset()

    def __or__(self, other: Files) -> Files:
        return Files(self.pictures | other.pictures, self.clips | other.clips)


def files_of(page: Listed | FrontPage) -> Files:
    """What `page` uses, by Wagtail's reference index as it is now and by the fields of `page`."""
    picture_type, clip_type = (str(ContentType.objects.get_for_model(model).pk) for model in (Picture, Clip))
    used = ReferenceIndex.objects.filter(
        base_content_type=ContentType.objects.get_for_model(Page), object_id=str(page.pk)
    ).values_list("to_content_type_id", "to_object_id")
    fields = ("lead_picture_id", "share_picture_id")
    shown = {pk for name in fields if (pk := getattr(page, name, None))}
    clips = {pk for pk in (getattr(page, "lead_clip_id", None),) if pk}
    return Files(
        frozenset(shown | {int(pk) for kind, pk in used if str(kind) == picture_type}),
        frozenset(clips | {int(pk) for kind, pk in used if str(kind) == clip_type}),
    )


def settle_files(page: Listed | FrontPage, before: Files = Files()) -> None:
    """Release or withhold every file that `page` uses, or used `before`, by whether anything public still shows it.

    Wagtail brings its reference index up to date in a task, too late for us: the page's own entries are renewed here.
    """
    if page.pk and type(page).objects.filter(pk=page.pk).exists():
        ReferenceIndex.create_or_update_for_object(page)
    files = files_of(page) | before
    settle_pictures(files.pictures)
    for clip in files.clips:
        shown = public(Story.objects.filter(lead_clip_id=clip)).exists()
        (pictures.release if shown else pictures.withhold)((), [clip])


@transaction.atomic
def settle_pictures(picture_ids: Iterable[int]) -> None:
    """Release those of these pictures that a public page or an author's profile shows; withhold the others."""
    wanted = set(picture_ids)
    if not wanted:
        return
    picture_type = ContentType.objects.get_for_model(Picture)
    references = ReferenceIndex.objects.filter(
        to_content_type=picture_type, to_object_id__in=[str(pk) for pk in wanted]
    ).values_list("base_content_type_id", "object_id", "to_object_id")
    page_type = ContentType.objects.get_for_model(Page).pk
    by_page: dict[int, set[int]] = {}
    for base, object_id, picture_id in references:
        if base == page_type:
            by_page.setdefault(int(object_id), set()).add(int(picture_id))
    live: set[int] = set()
    for model in (Story, Gallery):
        live.update(public(model.objects.filter(pk__in=by_page)).values_list("pk", flat=True))
    live.update(FrontPage.objects.live().filter(pk__in=by_page).values_list("pk", flat=True))
    shown = {picture for page, pics in by_page.items() if page in live for picture in pics}
    shown.update(Author.objects.filter(photo_id__in=wanted).values_list("photo_id", flat=True))
    pictures.release(wanted & shown)
    pictures.withhold(wanted - shown)


@transaction.atomic
def refile(pages: Iterable[Listed]) -> None:
    """Write each page's desk and language as the tree now says."""
    for page in pages:
        page.take_place()
        type(page).objects.filter(pk=page.pk).update(desk=page.desk, language=page.language)
