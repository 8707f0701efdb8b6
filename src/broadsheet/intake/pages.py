"""Lands what stands outside the news (about, contact) as an information page under the front page."""

from __future__ import annotations

from html import escape
from uuid import UUID

from wagtail.models import Page

from broadsheet.newsroom.cleaning import clean_text
from broadsheet.newsroom.models import FrontPage, InfoPage
from broadsheet.newsroom.slugs import slug_for

from .incoming import IncomingStory
from .models import ImportItem
from .values import digest_of, writable


def land_page(story: IncomingStory, front: FrontPage, key: UUID, item: ImportItem | None = None) -> int:
    """Make the page, or with `item` bring it up to date where no editor changed it. Returns its id, 0 when nothing
    was to be done. In the caller's transaction."""
    title, body = page_values(story)
    is_live = story.status == "live"
    if item is None:
        front.refresh_from_db()
        page = InfoPage(
            title=title,
            slug=_free_slug(story, front),
            body=body,
            locale=front.locale,
            translation_key=key,
            seo_title=writable(story.seo_title, 255),
            search_description=writable(story.search_description),
            live=is_live,
            has_unpublished_changes=not is_live,
            show_in_menus=False,
        )
        if is_live:
            page.first_published_at = page.last_published_at = story.published
        front.add_child(instance=page)
        return int(page.pk)
    known = InfoPage.objects.filter(pk=item.page_id).first()
    if known is None or (known.title, known.body) == (title, body):
        return 0
    if item.landed.get("page") not in (None, digest_of("page", (known.title, known.body))):
        return 0
    known.title, known.body = title, body
    revision = known.save_revision(clean=False)
    if known.live:
        revision.publish(skip_permission_checks=True)
    return int(known.pk)


def page_values(story: IncomingStory) -> tuple[str, str]:
    """Title and body."""
    return writable(story.headline or story.slug or story.source_id, 255), _text(story)


def _text(story: IncomingStory) -> str:
    """The body as one rich text; pictures and embeds have no place on an information page."""
    parts = []
    for block in story.body:
        if block.kind in ("text", "html"):
            parts.append(block.value)
        elif block.kind == "facts":
            parts.append(block.value["text"])
        elif block.kind == "quote":
            parts.append(f"<p>{escape(block.value['quote'])}</p>")
        elif block.kind == "table":
            parts += [f"<p>{escape(' | '.join(row))}</p>" for row in block.value["rows"]]
        elif block.kind == "embed":
            url, title = escape(block.value["url"]), escape(block.value.get("title") or block.value["url"])
            parts.append(f'<p><a href="{url}">{title}</a></p>')
    return writable(clean_text("".join(parts)))


def _free_slug(story: IncomingStory, front: FrontPage) -> str:
    base = slug_for(story.slug or story.headline)
    taken = set(Page.objects.child_of(front).filter(slug__startswith=base).values_list("slug", flat=True))
    return next(
        slug for slug in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken
    )
