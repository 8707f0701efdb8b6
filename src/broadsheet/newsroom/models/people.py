"""Authors and topics: what stories are filed under, in each language."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelsearch import index
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import TranslatableMixin

from .. import media_topics
from ..slugs import slug_for


class Slugged(TranslatableMixin, index.Indexed, models.Model):
    """A named thing with an address of its own in each language."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("slug"), max_length=100, blank=True)

    class Meta(TranslatableMixin.Meta):
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.slug = self.slug or slug_for(self.name)
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return self.name


class Author(Slugged):
    """A by-line's owner. `languages` are codes, comma-separated; `email` is printed only when `show_email`."""

    photo = models.ForeignKey(
        "pictures.Picture",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("photo"),
    )
    role = models.CharField(_("role"), max_length=120, blank=True)
    beat = models.CharField(_("beat"), max_length=200, blank=True)
    languages = models.CharField(_("languages"), max_length=100, blank=True)
    bio = models.TextField(_("about"), blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    show_email = models.BooleanField(_("print the address"), default=True)
    url = models.URLField(_("page elsewhere"), blank=True)

    panels: ClassVar = [
        MultiFieldPanel([FieldPanel("name"), FieldPanel("slug"), FieldPanel("photo")], heading=_("Who")),
        MultiFieldPanel(
            [FieldPanel("role"), FieldPanel("beat"), FieldPanel("languages"), FieldPanel("bio")],
            heading=_("Profile"),
        ),
        MultiFieldPanel(
            [FieldPanel("email"), FieldPanel("show_email"), FieldPanel("url")], heading=_("Contact")
        ),
    ]
    search_fields: ClassVar = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.FilterField("locale_id"),
    ]

    class Meta(Slugged.Meta):
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["locale", "slug"], name="author_slug_per_language")
        ]


class MediaTopic(models.Model):
    """One term of IPTC's Media Topics (https://iptc.org/standards/media-topics/), read in by `manage media_topics`.

    `code` is `medtop:` and eight digits; `names` are by IPTC's own language codes; `broader` is a code or empty.
    """

    code = models.CharField(max_length=15, primary_key=True)
    names = models.JSONField(default=dict)
    broader = models.CharField(max_length=15, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {media_topics.name_in(self.names)}"


class Topic(Slugged):
    """What a story is about. `description` introduces the topic's page; `media_topic` is IPTC's code for the same."""

    description = models.TextField(_("description"), blank=True)
    media_topic = models.CharField(
        _("Media Topic"),
        max_length=15,
        blank=True,
        validators=[media_topics.is_code],
        help_text=_("IPTC's code for it, by which partners and agencies file: medtop: and eight digits."),
    )

    panels: ClassVar = [
        FieldPanel("name"),
        FieldPanel("slug"),
        FieldPanel("description"),
        FieldPanel("media_topic", widget=media_topics.CodeInput),
    ]
    search_fields: ClassVar = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.FilterField("locale_id"),
    ]

    class Meta(Slugged.Meta):
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["locale", "slug"], name="topic_slug_per_language")
        ]
