"""Documents as the API's shapes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from django.conf import settings
from django.utils import timezone

from broadsheet.newsroom.document import Document, Named, Profile
from broadsheet.newsroom.documents import profile
from broadsheet.newsroom.models import Author, Gallery, GalleryItem, Section, Topic
from broadsheet.newsroom.selectors import page_path, section_named, topic_named, web
from broadsheet.pictures.selectors import Image

from .. import markup
from . import shapes


def moment(at: datetime) -> datetime:
    """In the paper's zone, to the second."""
    return timezone.localtime(at, settings.PAPER.zone).replace(microsecond=0)


def number(surrogate_key: str) -> int:
    """The id in `section/12`."""
    return int(surrogate_key.rpartition("/")[2])


def ref(named: Named | Profile) -> shapes.Ref:
    return shapes.Ref(id=number(named.surrogate_key), name=named.name, slug=named.slug, url=web(named.path))


def picture(image: Image | None) -> shapes.Picture | None:
    """None as well while no file of it is made."""
    if image is None or not image.is_ready:
        return None
    made = [entry.rsplit(" ", 1) for entry in image.srcset.split(", ") if " " in entry]
    return shapes.Picture(
        id=image.id,
        url=web(image.src),
        files=[shapes.File(url=web(url), width=int(size.removesuffix("w"))) for url, size in made],
        width=image.width,
        height=image.height,
        alt=image.alt,
        caption=image.caption,
        credit=image.credit,
        place=image.place,
    )


def story(document: Document, *, has_body: bool = True) -> shapes.Story:
    """`has_body` False leaves the costly part empty, for whoever does not look at it."""
    lead = document.lead
    image = lead.image or (lead.gallery.images[0] if lead.gallery else None)
    return shapes.Story(
        id=document.id,
        url=web(document.path),
        language=document.language,
        kicker=document.kicker,
        headline=document.headline,
        standfirst=document.standfirst,
        section=ref(document.section) if document.section else None,
        authors=[ref(author) for author in document.bylines],
        topics=[ref(topic) for topic in document.topics],
        labels=list(document.labels),
        genre=cast(shapes.Genre, document.genre),
        access=cast(shapes.Access, document.access),
        dateline=document.dateline,
        published=moment(document.published),
        updated=moment(document.updated) if document.updated else None,
        picture=picture(image),
        video=shapes.Video(
            url=web(lead.clip_url),
            type=lead.clip_type,
            caption=lead.clip_caption,
            credit=lead.clip_credit,
        )
        if lead.clip_url
        else None,
        corrections=[
            shapes.Note.model_validate({"kind": note.kind, "text": note.text, "made": moment(note.made)})
            for note in document.corrections
        ],
        source=shapes.Source(name=document.source_name, url=document.source_url or None)
        if document.source_name
        else None,
        translations=[
            shapes.Translation(language=language, url=web(path))
            for language, path in document.translations
            if language != document.language
        ],
        is_whole=document.is_whole,
        body_html=markup.body_html(document) if has_body else "",
    )


def section(found: Section) -> shapes.Section:
    language = found.locale.language_code
    return shapes.Section(
        **ref(section_named(found, language)).model_dump(),
        language=language,
        description=found.description,
    )


def author(found: Author, image: Image | None) -> shapes.Author:
    language = found.locale.language_code
    made = profile(found, language, image)
    return shapes.Author(
        **ref(made).model_dump(),
        language=language,
        role=made.role,
        beat=made.beat,
        about=made.bio,
        languages=list(made.languages),
        email=made.email or None,
        website=made.url or None,
        picture=picture(image),
    )


def topic(found: Topic) -> shapes.Topic:
    language = found.locale.language_code
    return shapes.Topic(
        **ref(topic_named(found, language)).model_dump(), language=language, description=found.description
    )


def gallery(found: Gallery, items: Iterable[tuple[GalleryItem, Image]]) -> shapes.Gallery:
    assert found.published_at is not None, "only public galleries are shown"
    shown = (picture(image.with_words(caption=item.caption, credit=item.credit)) for item, image in items)
    return shapes.Gallery(
        id=found.pk,
        url=web(page_path(found.url_path, found.language)),
        language=found.language,
        headline=found.title,
        standfirst=found.standfirst,
        byline=found.byline_text,
        section=ref(section_named(found.desk, found.language)) if found.desk else None,
        published=moment(found.published_at),
        pictures=[one for one in shown if one is not None],
    )
