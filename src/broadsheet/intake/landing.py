"""Turns an incoming story into one of the newsroom's: maps it, writes it in one transaction, keeps editors' changes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, auto
from html import escape
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site

from broadsheet.newsroom.models import Author, Section, Story, StoryByline
from broadsheet.newsroom.slugs import slug_for
from broadsheet.pictures.models import Picture

from .errors import IntakeError
from .incoming import IncomingBlock, IncomingStory
from .models import ImportItem

FIELDS = (
    "title",
    "kicker",
    "standfirst",
    "dateline",
    "published_at",
    "updated_at",
    "access",
    "source_name",
    "source_url",
    "claimed_labels",
    "lead_picture_id",
    "body",
    "bylines",
)
LIMITS = {"title": 255, "kicker": 80, "dateline": 120, "source_name": 255}


class Outcome(Enum):
    CREATED = auto()
    UPDATED = auto()
    UNCHANGED = auto()


class Landing:
    """Lands stories of one kind in one paper."""

    def __init__(self, kind: str, section: str = "") -> None:
        self.kind = kind
        self._wanted_section = section
        if section and not Section.objects.filter(slug=section).exists():
            known = ", ".join(Section.objects.order_by("path").values_list("slug", flat=True).distinct()[:20])
            raise IntakeError(f"there is no section {section!r}", "--section", f"use one of: {known}")

    def known(self, story: IncomingStory) -> ImportItem | None:
        """What this story's item landed as before."""
        return (
            ImportItem.objects.select_related("story")
            .filter(kind=self.kind, source_id=story.source_id[:500])
            .first()
        )

    @transaction.atomic
    def land(self, story: IncomingStory, pictures: Mapping[str, Picture]) -> tuple[Outcome, int]:
        """Write the story; returns what happened and how many redirects were made."""
        item = self.known(story)
        if item is not None and item.digest == story.digest():
            return Outcome.UNCHANGED, 0
        section = item.story.desk if item and item.story.desk else self._section(story)
        values = self._values(story, pictures, section)
        if item is None:
            page = self._create(story, section, values)
            redirects = self._redirects(story.old_urls, page)
            ImportItem.objects.create(
                kind=self.kind,
                source_id=story.source_id[:500],
                digest=story.digest(),
                landed=_stored(values),
                story=page,
            )
            return Outcome.CREATED, redirects
        changed = self._update(item, values, section)
        item.digest, item.landed = story.digest(), _stored(values)
        item.save()
        return (Outcome.UPDATED if changed else Outcome.UNCHANGED), 0

    def _section(self, story: IncomingStory) -> Section:
        language = story.language if story.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        sections = Section.objects.live().select_related("locale").order_by("path")
        slug = self._wanted_section or story.section
        for wanted in (
            {"slug": slug, "locale__language_code": language},
            {"slug": slug},
            {"locale__language_code": language},
            {},
        ):
            if wanted.get("slug") == "":
                continue
            if found := sections.filter(**wanted).first():
                return found
        raise IntakeError("the paper has no section", "newsroom", "make one under /newsroom/ first")

    def _values(
        self, story: IncomingStory, pictures: Mapping[str, Picture], section: Section
    ) -> dict[str, Any]:
        lead = pictures.get(story.lead.address) if story.lead else None
        blocks = list(story.body)
        if lead is None and blocks and blocks[0].kind == "picture" and blocks[0].value.address in pictures:
            lead = pictures[blocks.pop(0).value.address]
        return {
            "title": story.headline,
            "kicker": story.kicker,
            "standfirst": story.standfirst,
            "dateline": story.dateline,
            "published_at": story.published or timezone.now(),
            "updated_at": story.modified,
            "access": story.access,
            "source_name": story.source_name,
            "source_url": story.source_url[:1000],
            "claimed_labels": list(story.labels),
            "lead_picture_id": lead.pk if lead else None,
            "body": [self._block(block, pictures) for block in blocks],
            "bylines": list(story.bylines),
        } | {
            name: str(getattr(story, "headline" if name == "title" else name))[:most]
            for name, most in LIMITS.items()
        }

    def _block(self, block: IncomingBlock, pictures: Mapping[str, Picture]) -> dict[str, Any]:
        value = block.value
        if block.kind == "picture":
            picture = pictures.get(value.address)
            if picture is None:
                return {
                    "type": "missing_picture",
                    "value": {"address": value.address[:500], "caption": value.caption, "reason": ""},
                }
            return {
                "type": "picture",
                "value": {
                    "picture": picture.pk,
                    "caption": value.caption,
                    "credit": value.credit,
                    "alt": value.alt,
                    "size": "column",
                },
            }
        if block.kind == "table":
            choice = "row" if value.get("head") else ""
            return {
                "type": "table",
                "value": {
                    "table": {
                        "data": value["rows"],
                        "first_row_is_table_header": bool(choice),
                        "table_header_choice": choice,
                    }
                },
            }
        if block.kind == "quote":
            return {"type": "quote", "value": {"quote": value["quote"], "by": value.get("by", "")}}
        if block.kind == "text":
            return {"type": "text", "value": value}
        return {"type": "text", "value": f"<p>{escape(str(value))}</p>"}

    def _create(self, story: IncomingStory, section: Section, values: dict[str, Any]) -> Story:
        is_live = story.status == "live"
        page = Story(
            locale=section.locale,
            live=is_live,
            **_fields(values),
        )
        page.bylines = self._bylines(values["bylines"], section)
        if is_live:
            page.first_published_at = page.last_published_at = values["published_at"]
        section.refresh_from_db()
        section.add_child(instance=page)
        return page

    def _update(self, item: ImportItem, values: dict[str, Any], section: Section) -> bool:
        """Write what changed at the source, except where an editor's hand has been since."""
        page = item.story
        now = _stored(self._present(page))
        new = _stored(values)
        changed = False
        for name in FIELDS:
            if new[name] == item.landed.get(name) or now[name] != item.landed.get(name):
                continue
            if name == "bylines":
                page.bylines = self._bylines(values[name], section)
            else:
                setattr(page, name, _fields(values)[name])
            changed = True
        if changed:
            page.save_revision(clean=False).publish(skip_permission_checks=True) if page.live else page.save()
        return changed

    def _present(self, page: Story) -> dict[str, Any]:
        values = {name: getattr(page, name) for name in FIELDS if name not in ("body", "bylines")}
        values["body"] = [{"type": block["type"], "value": block["value"]} for block in page.body.raw_data]
        values["bylines"] = [byline.author.name for byline in page.bylines.select_related("author")]
        return values

    def _bylines(self, names: Sequence[str], section: Section) -> list[StoryByline]:
        made = []
        for order, name in enumerate(names):
            slug = slug_for(name)[:100]
            author, _ = Author.objects.get_or_create(
                locale=section.locale, slug=slug, defaults={"name": name[:120]}
            )
            made.append(StoryByline(author=author, sort_order=order, locale=section.locale))
        return made

    def _redirects(self, old_urls: Iterable[str], page: Story) -> int:
        """The old address's path leads to the story, where no page and no other redirect has it."""
        site = Site.objects.filter(is_default_site=True).first()
        made = 0
        for url in old_urls:
            parts = urlsplit(url)
            path = Redirect.normalise_path(parts.path + (f"?{parts.query}" if parts.query else ""))
            if len(path) < 2 or len(path) > 255:
                continue
            _, created = Redirect.objects.get_or_create(
                old_path=path, site=site, defaults={"redirect_page": page, "is_permanent": True}
            )
            made += created
        return made


def _fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as model fields take them: the body as stored JSON, by-lines apart."""
    return {**{k: v for k, v in values.items() if k != "bylines"}, "body": json.dumps(values["body"])}


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON gives them back, so that then and now compare."""
    plain = dict(values)
    plain["body"] = [{"type": b["type"], "value": b["value"]} for b in plain["body"]]
    for name in ("published_at", "updated_at"):
        if plain[name] is not None:
            plain[name] = plain[name].astimezone(timezone.get_default_timezone()).isoformat()
    loaded: dict[str, Any] = json.loads(json.dumps(plain, cls=DjangoJSONEncoder))
    return loaded
