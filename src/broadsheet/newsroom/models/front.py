"""The front page, which is also what one language's edition shares, and the plain information pages."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from ..blocks import ContainerBlock, FollowBlock
from ..rendering import Rendered


class FrontPage(Rendered):
    """One language's front page and root. Its title is the paper's name in that language."""

    tagline = models.CharField(_("tagline"), max_length=160, blank=True)
    appeal_title = models.CharField(_("appeal's headline"), max_length=160, blank=True)
    appeal_text = models.TextField(
        _("appeal"), blank=True, help_text=_("Why to subscribe, in the paper's own words.")
    )
    footer_text = models.TextField(_("footer"), blank=True)
    corrections_intro = models.TextField(_("introduction of the corrections page"), blank=True)
    follow = StreamField([("account", FollowBlock())], blank=True, verbose_name=_("follow us"))
    share_picture = models.ForeignKey(
        "pictures.Picture",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("share picture"),
    )
    containers = StreamField([("container", ContainerBlock())], blank=True, verbose_name=_("containers"))

    parent_page_types: ClassVar = ["wagtailcore.Page"]
    subpage_types: ClassVar = ["newsroom.Section", "newsroom.InfoPage"]
    content_panels: ClassVar = [
        FieldPanel("containers"),
        MultiFieldPanel(
            [
                FieldPanel("title"),
                FieldPanel("tagline"),
                FieldPanel("appeal_title"),
                FieldPanel("appeal_text"),
            ],
            heading=_("Masthead and appeal"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("footer_text"),
                FieldPanel("corrections_intro"),
                FieldPanel("follow"),
                FieldPanel("share_picture"),
            ],
            heading=_("Foot of the page"),
        ),
    ]

    class Meta:
        verbose_name = _("front page")


class Policy(models.TextChoices):
    """What an information page lays down; the values are schema.org's properties of a news organisation."""

    PRINCIPLES = "publishingPrinciples", _("publishing principles")
    CORRECTIONS = "correctionsPolicy", _("corrections")
    ETHICS = "ethicsPolicy", _("ethics")
    FACT_CHECKING = "verificationFactCheckingPolicy", _("checking of facts")
    SOURCES = "unnamedSourcesPolicy", _("unnamed sources")
    FEEDBACK = "actionableFeedbackPolicy", _("answers to readers")
    DIVERSITY = "diversityPolicy", _("diversity")
    OWNERSHIP = "ownershipFundingInfo", _("owners and funding")
    MASTHEAD = "masthead", _("masthead")
    MISSION = "missionCoveragePrioritiesPolicy", _("mission")


class InfoPage(Rendered):
    """A plain page: about, contact, privacy, terms. `states` tells search engines which of the paper's policies it is."""

    states = models.CharField(
        _("lays down"),
        max_length=32,
        choices=Policy.choices,
        blank=True,
        default="",
        help_text=_("Search engines are told where a paper says this of itself."),
    )
    body = RichTextField(_("text"), blank=True, features=["h2", "h3", "bold", "italic", "link", "ol", "ul"])

    parent_page_types: ClassVar = ["newsroom.FrontPage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels: ClassVar = [*Page.content_panels, FieldPanel("body"), FieldPanel("states")]

    class Meta:
        verbose_name = _("information page")
