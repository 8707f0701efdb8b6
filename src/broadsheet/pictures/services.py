"""Writes about pictures: taking files in, making renditions, releasing and withholding."""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F
from PIL import Image, UnidentifiedImageError

from .events import files_changed
from .models import Clip, Picture, RenditionState
from .renditions import specs_for

log = logging.getLogger(__name__)
MOST_TRIES = 3
FORMATS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "AVIF": ".avif", "GIF": ".gif", "HEIF": ".heic"}


class UnusablePicture(Exception):
    """A file that can't be taken in; `str()` says why in one line."""


def add_picture(data: bytes, filename: str, **fields: Any) -> tuple[Picture, bool]:
    """Take one picture file in; the same bytes again return the picture that is there.

    `fields` are `Picture` fields and win over what the file says of itself. Returns (picture, created).
    Raises `UnusablePicture` for anything but a sound picture of bounded size.
    """
    suffix = _checked(data)
    data = _in_eight_bits(data)
    digest = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    if known := Picture.objects.filter(file_hash=digest).first():
        return known, False
    stem = filename.rsplit("/", 1)[-1].rsplit(".", 1)[0] or "picture"
    fields.setdefault("title", stem[:255])
    try:
        picture = Picture(file=ContentFile(data, name=f"{stem}{suffix}"), **fields)
        picture._set_image_file_metadata()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        # Its head is sound, and what comes after is not: a file that broke off.
        raise UnusablePicture(f"not a whole picture ({error or type(error).__name__})") from None
    picture.save()
    return picture, True


def _checked(data: bytes) -> str:
    """The right suffix for a sound picture; raises `UnusablePicture` before any pixel is decoded."""
    if len(data) > settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE:
        raise UnusablePicture(f"larger than {settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE // 2**20} MB")
    file = ContentFile(data)
    try:
        with Image.open(file) as image:
            width, height = image.size
            if width * height > settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS:
                raise UnusablePicture(f"{width}×{height} pixels are more than we decode")
            if image.format not in FORMATS:
                raise UnusablePicture(f"{image.format} is not a picture format that we take")
            image.verify()
            return FORMATS[image.format]
    except Image.DecompressionBombError:
        raise UnusablePicture("it unpacks to more pixels than we decode") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise UnusablePicture(f"not a readable picture ({error or type(error).__name__})") from None


def _in_eight_bits(data: bytes) -> bytes:
    """Grey in sixteen bits, which no rendition can be written of, as a PNG of eight; anything else as it is."""
    try:
        with Image.open(ContentFile(data)) as image:
            if not image.mode.startswith("I"):
                return data
            made = io.BytesIO()
            Image.frombytes(
                "L", image.size, image.convert("I").point(lambda v: v / 256).convert("L").tobytes()
            ).save(made, "PNG")
            return made.getvalue()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UnusablePicture(f"not a whole picture ({error or type(error).__name__})") from None


def render(picture: Picture) -> bool:
    """Make every rendition the site uses that is not there yet. Returns whether all could be made."""
    Picture.objects.filter(pk=picture.pk).update(rendition_tries=F("rendition_tries") + 1)
    try:
        picture.get_renditions(*specs_for(picture.width))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        log.warning("picture %s could not be rendered: %s", picture.pk, error)
        tries = Picture.objects.values_list("rendition_tries", flat=True).get(pk=picture.pk)
        if tries >= MOST_TRIES:
            Picture.objects.filter(pk=picture.pk).update(rendition_state=RenditionState.FAILED)
        return False
    with transaction.atomic():
        Picture.objects.filter(pk=picture.pk).update(rendition_state=RenditionState.READY)
        files_changed.send(sender=Picture, keys=[f"picture/{picture.pk}"], is_withdrawn=False)
    return True


def render_pending(limit: int = 50) -> int:
    """The sweeper behind `tasks.render_picture`: renders what a lost task left pending, newest first."""
    waiting = Picture.objects.filter(rendition_state=RenditionState.PENDING).order_by("-pk")[:limit]
    return sum(render(picture) for picture in waiting)


@transaction.atomic
def release(picture_ids: Iterable[int], clip_ids: Iterable[int] = ()) -> None:
    """Let readers have these files: something public shows them."""
    _settle(picture_ids, clip_ids, released=True)


@transaction.atomic
def withhold(picture_ids: Iterable[int], clip_ids: Iterable[int] = ()) -> None:
    """Keep these files from readers: nothing public shows them any more."""
    _settle(picture_ids, clip_ids, released=False)


def _settle(picture_ids: Iterable[int], clip_ids: Iterable[int], *, released: bool) -> None:
    keys = []
    for model, ids in ((Picture, picture_ids), (Clip, clip_ids)):
        wrong = model._default_manager.filter(pk__in=list(ids), released=not released)
        found = list(wrong.values_list("pk", flat=True))
        if found:
            wrong.filter(pk__in=found).update(released=released)
            keys += [f"{model._meta.model_name}/{pk}" for pk in found]
    if keys:
        files_changed.send(sender=Picture, keys=keys, is_withdrawn=not released)
