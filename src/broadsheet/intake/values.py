"""An incoming story's values as the newsroom's fields hold them, and digests that tell whether a field was changed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from broadsheet.newsroom.models import Genre, Story
from broadsheet.pictures.models import Picture

from .addresses import host_of
from .incoming import IncomingBlock, IncomingPicture, IncomingStory
from .likeness import likeness

LIMITS = {
    "title": 255,
    "kicker": 80,
    "dateline": 120,
    "source_name": 255,
    "source_url": 1000,
    "front_headline": 160,
    "social_headline": 160,
    "seo_title": 255,
}
FIELDS = (
    "title",
    "kicker",
    "standfirst",
    "dateline",
    "genre",
    "published_at",
    "updated_at",
    "access",
    "source_name",
    "source_url",
    "usage_terms",
    "claimed_labels",
    "lead_picture_id",
    "lead_caption",
    "lead_credit",
    "front_headline",
    "social_headline",
    "seo_title",
    "search_description",
    "body",
)
# What PostgreSQL, or UTF-8, has no place for.
UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


def writable(text: str, most: int | None = None) -> str:
    """`text` without what a database refuses, cut to `most` characters."""
    kept = UNWRITABLE.sub("", text) if UNWRITABLE.search(text) else text
    return kept[:most] if most else kept


def values_of(
    story: IncomingStory, pictures: Mapping[str, Picture], pages: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """Field name → value, for the fields in `FIELDS`; `body` as a list of stored blocks. `pages`: id of a related story
    → its page, where the paper has it."""
    blocks = list(story.body)
    shown = story.lead if story.lead and story.lead.address in pictures else None
    if (
        shown is None
        and not story.is_laid_out
        and blocks
        and blocks[0].kind == "picture"
        and blocks[0].value.address in pictures
    ):
        shown = blocks.pop(0).value
    if story.lead and story.lead.address not in pictures:
        blocks.insert(0, IncomingBlock("picture", story.lead))
    lead = pictures[shown.address] if shown else None
    made = {
        "title": story.headline or story.slug or story.source_id,
        "kicker": story.kicker,
        "standfirst": writable(story.standfirst),
        "dateline": story.dateline,
        "genre": story.genre if story.genre in Genre.values else Genre.NEWS.value,
        "published_at": story.published,
        "updated_at": _updated(story),
        "access": story.access,
        "source_name": story.source_name,
        "source_url": story.source_url if story.source_url.startswith(("http://", "https://")) else "",
        "usage_terms": writable(story.usage_terms),
        "claimed_labels": list(story.labels),
        "lead_picture_id": lead.pk if lead else None,
        "lead_caption": writable(shown.caption) if shown and lead and shown.caption != lead.caption else "",
        "lead_credit": writable(shown.credit, 255) if shown and lead and shown.credit != lead.credit else "",
        "front_headline": story.front_headline,
        "social_headline": story.social_headline,
        "seo_title": story.seo_title,
        "search_description": writable(story.search_description),
        "body": [_block(block, pictures, pages or {}) for block in blocks],
    }
    return made | {name: writable(str(made[name]), most) for name, most in LIMITS.items()}


def _updated(story: IncomingStory) -> datetime | None:
    return story.modified if story.modified and story.modified != story.published else None


def _block(block: IncomingBlock, pictures: Mapping[str, Picture], pages: Mapping[str, int]) -> dict[str, Any]:
    value = block.value
    if block.kind == "related" and value["id"] in pages:
        return {"type": "related", "value": {"story": pages[value["id"]]}}
    if block.kind == "picture":
        return _picture(value, pictures)
    if block.kind == "gallery":
        shown = [_picture(item, pictures) for item in value]
        had = [item["value"] for item in shown if item["type"] == "picture"]
        if not had:
            return _missing(value[0]) if value else {"type": "text", "value": ""}
        return {"type": "gallery", "value": {"gallery": None, "pictures": had}}
    if block.kind == "table":
        head, row_heads = bool(value.get("head")), bool(value.get("row_heads"))
        choice = {(True, True): "both", (True, False): "row", (False, True): "column"}.get(
            (head, row_heads), ""
        )
        table = {
            "data": [[writable(cell) for cell in row] for row in value["rows"]],
            "first_row_is_table_header": head,
            "first_col_is_header": row_heads,
            "table_header_choice": choice,
        }
        words = {name: writable(value.get(name) or "") for name in ("caption", "source")}
        return {"type": "table", "value": {"table": table, **words}}
    if block.kind in ("text", "html"):
        return {"type": block.kind, "value": writable(value)}
    if block.kind in ("related", "documents"):
        return {"type": "text", "value": writable(_as_links(block))}
    if block.kind == "embed":
        poster = pictures.get(value["poster"].address) if value.get("poster") else None
        # Editors must say what it shows before they can save; an archive need not have.
        title = value.get("title") or value.get("provider") or host_of(value["url"]) or value["url"]
        value = {**value, "title": title, "poster": poster.pk if poster else None}
    if block.kind == "facts" and not value.get("title"):
        return {"type": "text", "value": writable(value["text"])}
    return {
        "type": block.kind,
        "value": {k: writable(v) if isinstance(v, str) else v for k, v in value.items()},
    }


def _as_links(block: IncomingBlock) -> str:
    """Another story, or files: as links, where the paper has no page or file of its own for them."""
    value = block.value
    links = (
        [(value["url"], value["headline"])]
        if block.kind == "related"
        else [(file["address"], file["title"]) for file in value["files"]]
    )
    return "".join(
        f'<p><a href="{escape(url)}">{escape(words or url)}</a></p>' for url, words in links if url
    )


def _picture(incoming: IncomingPicture, pictures: Mapping[str, Picture]) -> dict[str, Any]:
    picture = pictures.get(incoming.address)
    if picture is None:
        return _missing(incoming)
    words = {name: writable(getattr(incoming, name)) for name in ("caption", "credit", "alt")}
    return {"type": "picture", "value": {"picture": picture.pk, **words, "size": incoming.size}}


def _missing(incoming: IncomingPicture) -> dict[str, Any]:
    return {
        "type": "missing_picture",
        "value": {
            "address": writable(incoming.address, 500),
            "caption": writable(incoming.caption),
            "reason": "",
        },
    }


def related_ids(story: IncomingStory) -> list[str]:
    """The ids of the stories that the body holds cards of."""
    return [block.value["id"] for block in story.body if block.kind == "related" and block.value["id"]]


def has_gaps(blocks: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a picture of the body is missing."""
    return any(block["type"] == "missing_picture" for block in blocks)


def present(story: Story, bylines: Sequence[str]) -> dict[str, Any]:
    """The same values, read off a story as it is now."""
    values = {name: getattr(story, name) for name in FIELDS if name != "body"}
    # A story that waits for its hour holds it here alone.
    values["published_at"] = story.published_at or story.go_live_at
    values["body"] = [{"type": block["type"], "value": block["value"]} for block in story.body.raw_data]
    return {**values, "bylines": list(bylines), "live": story.live}


def digests(values: Mapping[str, Any]) -> dict[str, str]:
    """Field name → digest of its value."""
    return {name: digest_of(name, value) for name, value in values.items()}


def digest_of(name: str, value: Any) -> str:
    """The same for what an editor's form gives back unchanged: ids of blocks and `likeness` of words are no change."""
    if name in ("published_at", "updated_at") and value is not None:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        value = moment.astimezone(UTC).replace(microsecond=0).isoformat()
    elif name == "body":
        value = [[block["type"], _plain(block["value"])] for block in value]
    elif isinstance(value, str):
        value = likeness(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return likeness(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        # A ListBlock's items carry ids of their own.
        if value.keys() == {"type", "value", "id"}:
            return _plain(value["value"])
        return {key: _plain(item) for key, item in sorted(value.items()) if item not in ("", None)}
    return value
