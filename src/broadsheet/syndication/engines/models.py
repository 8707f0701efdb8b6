"""What the paper allows machines to do, and where its site maps are cut."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, InlinePanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.models import Orderable

from .adverts import validate_ads
from .crawlers import validate_token


class Use(models.TextChoices):
    """Whether machines may use stories for something."""

    YES = "yes", _("yes")
    LICENCE = "licence", _("by licence only")
    NO = "no", _("no")


def new_key() -> str:
    """A key for IndexNow: 8 to 128 letters, digits and dashes."""
    return secrets.token_hex(16)


@register_setting(icon="globe")
class MachineTerms(ClusterableModel, BaseGenericSetting):
    """What crawlers may do here, said in `robots.txt`, in the RSL licence and in feeds; edited under the newsroom's settings."""

    search = models.CharField(
        _("search engines"),
        max_length=8,
        choices=Use.choices,
        default=Use.YES,
        help_text=_("Show links and short excerpts in search results."),
    )
    answers = models.CharField(
        _("answers of AI"),
        max_length=8,
        choices=Use.choices,
        default=Use.NO,
        help_text=_("Read stories in order to answer somebody's question."),
    )
    training = models.CharField(
        _("training of AI"),
        max_length=8,
        choices=Use.choices,
        default=Use.NO,
        help_text=_("Learn from stories, so that models are made of them."),
    )
    wants_credit = models.BooleanField(
        _("credit is asked for"),
        default=True,
        help_text=_("What AI may do without a licence it may do only with the paper's name and a link."),
    )
    licence_url = models.URLField(
        _("where a licence can be had"), blank=True, help_text=_("A page, or a licence's server.")
    )
    terms_url = models.URLField(_("terms in full"), blank=True)
    contact = models.EmailField(_("address for questions"), blank=True)
    ads = models.TextField(
        _("ads.txt"),
        blank=True,
        validators=[validate_ads],
        help_text=_(
            "Who may sell this paper's advertising space, a line each, as the advertising systems gave it."
        ),
    )
    is_announcing = models.BooleanField(
        _("tell search engines of changes"),
        default=False,
        help_text=_(
            "By IndexNow, which Bing, Yandex, Seznam and others follow. The address is all that is told."
        ),
    )
    index_now_key = models.CharField(max_length=128, default=new_key, editable=False)

    panels: ClassVar = [
        MultiFieldPanel(
            [
                HelpPanel(
                    content=_(
                        "These are requests: honest crawlers follow them. The paywall keeps premium stories from all alike."
                    )
                ),
                FieldRowPanel([FieldPanel("search"), FieldPanel("answers"), FieldPanel("training")]),
                FieldPanel("wants_credit"),
            ],
            heading=_("What machines may do"),
        ),
        InlinePanel("rules", label=_("Crawler"), heading=_("Crawlers for which it is otherwise")),
        MultiFieldPanel(
            [FieldPanel("licence_url"), FieldPanel("terms_url"), FieldPanel("contact")], heading=_("Licence")
        ),
        FieldPanel("is_announcing"),
        FieldPanel("ads"),
    ]

    class Meta:
        verbose_name = _("crawlers and licences")

    @classmethod
    def current(cls) -> MachineTerms:
        """The one there is, or an unsaved one: crawlers ask for it, and none may wait for a write."""
        return cls.objects.prefetch_related("rules").first() or cls()

    @classmethod
    def said(cls) -> MachineTerms:
        """The same for whoever asks of uses only, not of crawlers by name: one query."""
        return cls.objects.first() or cls()

    def use_of(self, purpose: str) -> Use:
        """What it says of one of `crawlers.PURPOSES`."""
        return Use(getattr(self, purpose))


class CrawlerRule(Orderable):
    """One crawler that may do more, or less, than others of its kind."""

    terms = ParentalKey(MachineTerms, on_delete=models.CASCADE, related_name="rules")
    name = models.CharField(
        _("name"),
        max_length=60,
        validators=[validate_token],
        help_text=_("As it calls itself in robots.txt: GPTBot."),
    )
    may_crawl = models.BooleanField(_("may crawl"), default=True)

    panels: ClassVar = [FieldRowPanel([FieldPanel("name"), FieldPanel("may_crawl")])]

    class Meta(Orderable.Meta):
        verbose_name = _("crawler")


class SiteMapMonth(models.Model):
    """One month of one language's stories, or galleries, as the site map's index lists it.

    `parts` are `[first moment, first id, newest change]` of each file, oldest first: moments as RFC 3339. A file holds
    what was published from there on to the next one's beginning, as it is when it is asked for; this says only where
    files are cut. `is_stale` when something in it changed since.
    """

    class Kind(models.TextChoices):
        STORIES = "stories"
        GALLERIES = "galleries"

    kind = models.CharField(max_length=9, choices=Kind.choices)
    language = models.CharField(max_length=12)
    month = models.DateField()
    parts = models.JSONField(default=list)
    is_stale = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "language", "month"], name="site_map_month_once")
        ]
        indexes: ClassVar = [
            models.Index("month", name="site_map_stale", condition=models.Q(is_stale=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.language} {self.month:%Y-%m}"
