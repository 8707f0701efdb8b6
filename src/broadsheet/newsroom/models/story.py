"""The story: what the newsroom is for."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Orderable, TranslatableMixin

from .. import labels
from ..blocks import BodyBlock
from ..forms import StoryForm
from ..panels import story_edit_handler
from .listed import Listed
from .people import Author, Topic


class Access(models.TextChoices):
    """Who may read the whole story. The same values as `paywall.Access`, which a test holds equal."""

    FREE = "free", _("free")
    REGISTERED = "registered", _("registered readers")
    METERED = "metered", _("metered")
    SUBSCRIBERS = "subscribers", _("subscribers")


class Genre(models.TextChoices):
    """What kind of journalism it is (after IPTC's genre codes)."""

    NEWS = "news", _("News")
    ANALYSIS = "analysis", _("Analysis")
    OPINION = "opinion", _("Opinion")
    EXPLAINER = "explainer", _("Explainer")
    INTERVIEW = "interview", _("Interview")
    FEATURE = "feature", _("Feature")
    LIVE = "live", _("Live")


class Story(Listed):
    """One story. The page's title is its headline, without any format label.

    `seo_title` and `search_description` are Wagtail's; the other headlines default from the headline.
    `formats` is derived from the content at each save, `claimed_labels` is what an imported source said of itself.
    """

    kicker = models.CharField(_("kicker"), max_length=80, blank=True)
    front_headline = models.CharField(_("front-page headline"), max_length=160, blank=True)
    social_headline = models.CharField(_("social headline"), max_length=160, blank=True)
    standfirst = models.TextField(
        _("standfirst"), blank=True, help_text=_("One or two sentences under the headline.")
    )
    dateline = models.CharField(_("dateline place"), max_length=120, blank=True)
    genre = models.CharField(_("genre"), max_length=12, choices=Genre.choices, default=Genre.NEWS)
    access = models.CharField(_("access"), max_length=12, choices=Access.choices, default=Access.METERED)
    updated_at = models.DateTimeField(
        _("updated"),
        null=True,
        blank=True,
        help_text=_("Set it when the substance changed, not for a spelling."),
    )

    lead_picture = models.ForeignKey(
        "pictures.Picture",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("lead picture"),
    )
    lead_caption = models.TextField(_("caption here"), blank=True)
    lead_credit = models.CharField(_("credit here"), max_length=255, blank=True)
    lead_gallery = models.ForeignKey(
        "newsroom.Gallery",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("lead gallery"),
    )
    lead_clip = models.ForeignKey(
        "pictures.Clip",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("lead video"),
    )
    body = StreamField(BodyBlock(), blank=True, default=[("text", "")], verbose_name=_("body"))

    topics = ParentalManyToManyField(Topic, blank=True, related_name="stories", verbose_name=_("topics"))
    source_name = models.CharField(_("source"), max_length=255, blank=True)
    source_url = models.URLField(_("source's address"), max_length=1000, blank=True)
    usage_terms = models.TextField(
        _("usage terms"), blank=True, help_text=_("What the source allows; for the newsroom, never printed.")
    )
    claimed_labels = models.JSONField(default=list, blank=True, editable=False, encoder=DjangoJSONEncoder)
    formats = models.JSONField(default=list, blank=True, editable=False)

    base_form_class = StoryForm
    edit_handler = story_edit_handler()
    parent_page_types: ClassVar = ["newsroom.Section"]
    subpage_types: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("story")
        verbose_name_plural = _("stories")
        indexes: ClassVar = [
            models.Index(fields=["language", "-published_at", "-page_ptr"], name="story_latest"),
            models.Index(fields=["desk", "-published_at", "-page_ptr"], name="story_by_desk"),
            models.Index(fields=["language", "genre", "-published_at"], name="story_by_genre"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.formats = labels.formats_of(self)
        super().save(*args, **kwargs)

    @property
    def labels(self) -> tuple[str, ...]:
        """The format labels a reader sees, most important first."""
        return labels.labels_of(self)


class StoryByline(TranslatableMixin, Orderable):
    """One author of a story, in printing order."""

    story = ParentalKey(Story, on_delete=models.CASCADE, related_name="bylines")
    panels: ClassVar = [FieldPanel("author")]
    author = models.ForeignKey(
        Author, on_delete=models.PROTECT, related_name="bylines", verbose_name=_("author"), db_index=False
    )

    class Meta(TranslatableMixin.Meta, Orderable.Meta):
        verbose_name = _("by-line")
        # An author's list asks it for each story in turn: all that it needs stands in the index.
        indexes: ClassVar = [models.Index(fields=["author", "story"], name="byline_by_author")]


class CorrectionKind(models.TextChoices):
    """How serious the mistake was."""

    CORRECTION = "correction", _("Correction")
    CLARIFICATION = "clarification", _("Clarification")
    RETRACTION = "retraction", _("Retraction")


class Correction(TranslatableMixin, Orderable):
    """A public note that something in the story was wrong; listed on the corrections page."""

    story = ParentalKey(Story, on_delete=models.CASCADE, related_name="corrections")
    kind = models.CharField(
        _("kind"), max_length=14, choices=CorrectionKind.choices, default=CorrectionKind.CORRECTION
    )
    text = models.TextField(_("text"))
    made_at = models.DateTimeField(_("made"), db_index=True, default=timezone.now)

    panels: ClassVar = [FieldPanel("kind"), FieldPanel("text"), FieldPanel("made_at")]

    class Meta(TranslatableMixin.Meta, Orderable.Meta):
        verbose_name = _("correction")
