"""The picture as a desk knows it: file, IPTC fields, rights, alternative text, and its renditions.

Renditions are made by a task (`services.render`); nothing on a reader's path calls `get_rendition`.
"""

from __future__ import annotations

import secrets
from pathlib import PurePosixPath
from typing import Any, ClassVar

from anyascii import anyascii
from django.db import models
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from modelsearch import index
from wagtail.images.models import AbstractImage, AbstractRendition
from wagtailmedia.models import AbstractMedia

from . import metadata


def unguessable(folder: str, filename: str) -> str:
    """`folder/<96 random bits>/<readable name>`, at most 100 characters: a path nobody can guess."""
    name = PurePosixPath(filename)
    stem = slugify(anyascii(name.stem))[:48] or "file"
    return f"{folder}/{secrets.token_urlsafe(12)}/{stem}{name.suffix.lower()[:6]}"


class RenditionState(models.TextChoices):
    """Where a picture's renditions stand."""

    PENDING = "pending", _("being made")
    READY = "ready", _("ready")
    FAILED = "failed", _("could not be made")


class Picture(AbstractImage):
    """A photograph, drawing, chart or map. Field names follow IPTC Photo Metadata 2023.

    `description` (Wagtail's) is the alternative text. `released` says that something public shows it;
    until then its files are served to the newsroom only.
    """

    is_decorative = models.BooleanField(
        _("decorative"),
        default=False,
        help_text=_("It adds nothing that the text does not say; screen readers skip it."),
    )
    caption = models.TextField(_("caption"), blank=True)
    creator = models.CharField(_("creator"), max_length=255, blank=True)
    credit = models.CharField(
        _("credit"), max_length=255, blank=True, help_text=_("As printed beside the picture.")
    )
    copyright_notice = models.CharField(_("copyright notice"), max_length=255, blank=True)
    usage_terms = models.TextField(_("usage terms"), blank=True)
    instructions = models.TextField(_("instructions"), blank=True)
    place = models.CharField(_("place"), max_length=255, blank=True)
    taken_at = models.DateTimeField(_("taken"), null=True, blank=True)
    rights_expire_at = models.DateTimeField(
        _("rights expire"),
        null=True,
        blank=True,
        db_index=True,
        help_text=_("From this moment the site no longer shows it."),
    )
    released = models.BooleanField(default=False, editable=False)
    rendition_state = models.CharField(
        max_length=8,
        choices=RenditionState.choices,
        default=RenditionState.PENDING,
        editable=False,
        db_index=True,
    )
    rendition_tries = models.PositiveSmallIntegerField(default=0, editable=False)

    admin_form_fields = (
        "title",
        "file",
        "description",
        "is_decorative",
        "caption",
        "creator",
        "credit",
        "copyright_notice",
        "usage_terms",
        "instructions",
        "place",
        "taken_at",
        "rights_expire_at",
        "collection",
        "tags",
        "focal_point_x",
        "focal_point_y",
        "focal_point_width",
        "focal_point_height",
    )
    search_fields: ClassVar = [
        *AbstractImage.search_fields,
        index.SearchField("caption"),
        index.SearchField("creator"),
        index.SearchField("credit"),
        index.SearchField("place"),
    ]

    class Meta(AbstractImage.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    def get_upload_to(self, filename: str) -> str:
        return unguessable("originals", filename)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.adopt_metadata()
        super().save(*args, **kwargs)

    def adopt_metadata(self) -> None:
        """Fill empty fields from the file's own IPTC, XMP and EXIF."""
        for name, value in metadata.read(self.file).items():
            if not getattr(self, name):
                setattr(self, name, value)

    @property
    def has_rights(self) -> bool:
        """Whether its rights still run, by this machine's clock."""
        return self.rights_expire_at is None or self.rights_expire_at > timezone.now()

    @property
    def has_alternative(self) -> bool:
        """Whether a reader who can't see it is served."""
        return self.is_decorative or bool(self.description.strip())

    @property
    def focus(self) -> tuple[int, int]:
        """The focal point in per cent of width and height; the middle when none is set."""
        if self.focal_point_x is None or self.focal_point_y is None or not self.width or not self.height:
            return 50, 50
        return round(100 * self.focal_point_x / self.width), round(100 * self.focal_point_y / self.height)


class Rendition(AbstractRendition):
    """One derived file of a picture."""

    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"], name="unique_rendition"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["file"], name="rendition_by_file")]

    def get_upload_to(self, filename: str) -> str:
        return unguessable("pictures", filename)


def clip_path(clip: Clip, filename: str) -> str:
    """Where a clip's file goes; module level because migrations name it."""
    return unguessable("clips", filename)


class Clip(AbstractMedia):
    """A video or sound file of our own. Its poster is a `Picture` chosen where it is used."""

    file = models.FileField(upload_to=clip_path, verbose_name=_("file"))
    caption = models.TextField(_("caption"), blank=True)
    credit = models.CharField(_("credit"), max_length=255, blank=True)
    released = models.BooleanField(default=False, editable=False)

    admin_form_fields = (
        "title",
        "file",
        "caption",
        "credit",
        "collection",
        "duration",
        "width",
        "height",
        "thumbnail",
        "tags",
    )

    class Meta(AbstractMedia.Meta):
        verbose_name = _("clip")
        verbose_name_plural = _("clips")
