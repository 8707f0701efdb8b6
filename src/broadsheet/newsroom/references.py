"""What Wagtail's reference index holds of new stories, found without looking into every text for what can't be there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Field, ForeignKey
from modelcluster.fields import ParentalKey
from wagtail.models import Page, ReferenceIndex

from .documents import stored_blocks
from .models import Story
from .rows import insert_rows

# (content type and id of what is referred to, path in the model, path in the content)
Reference = tuple[int, str, str, str]


def refer(stories: Sequence[Story]) -> None:
    """Index what new stories refer to, as saving each of them would; they hold their children in memory. In a transaction."""
    page_type = ContentType.objects.get_for_model(Page).pk
    story_type = ContentType.objects.get_for_model(Story).pk
    insert_rows(
        ReferenceIndex,
        [
            ReferenceIndex(
                base_content_type_id=page_type,
                content_type_id=story_type,
                object_id=str(story.pk),
                to_content_type_id=to_type,
                to_object_id=to_id,
                model_path=model_path,
                content_path=content_path,
                content_path_hash=ReferenceIndex._get_content_path_hash(content_path),
            )
            for story in stories
            for to_type, to_id, model_path, content_path in dict.fromkeys(references(story))
        ],
    )


def references(story: Story) -> Iterator[Reference]:
    """What `ReferenceIndex` would extract from the story."""
    if not all(_is_plain(kind, value) for kind, value in stored_blocks(story)):
        yield from ReferenceIndex._extract_references_from_object(story)
        return
    for field in _keys():
        if (value := getattr(story, field.attname)) is not None:
            to_type = ReferenceIndex._get_base_content_type(field.related_model).id
            yield to_type, str(value), field.name, field.name
    children: dict[str, list[Any]] = getattr(story, "_cluster_related_objects", None) or {}
    for name, lines in children.items():
        for line in lines:
            for to_type, to_id, model_path, path in ReferenceIndex._extract_references_from_object(line):
                yield to_type, to_id, f"{name}.item.{model_path}", f"{name}.{line.pk}.{path}"


def _is_plain(kind: str, value: Any) -> bool:
    """Whether a block is text that leads nowhere in the paper."""
    return kind == "text" and "linktype" not in value and "<embed" not in value


@cache
def _keys() -> tuple[Field[Any, Any], ...]:
    """The story's own keys that the index follows."""
    return tuple(
        field
        for field in Story._meta.get_fields()
        if isinstance(field, ForeignKey)
        and field.many_to_one
        and not isinstance(field, ParentalKey)
        and not getattr(field, "wagtail_reference_index_ignore", False)
        and not getattr(field.related_model, "wagtail_reference_index_ignore", False)
    )
