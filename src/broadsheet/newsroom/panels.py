"""How a story is edited: what a reporter fills in first, then what files it, then the headlines for other places."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    Panel,
    PublishingPanel,
    TabbedInterface,
    TitleFieldPanel,
)


class ChecklistPanel(Panel):
    """The publish checklist and house style, as the story was last saved (autosave keeps that seconds old)."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "newsroom/panels/checklist.html"

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            from .checklist import checklist, style_remarks

            context = super().get_context_data(parent_context)
            story = self.instance
            context["items"] = checklist(story) if story.pk else []
            context["remarks"] = style_remarks(story) if story.pk else []
            return context


story_panels = [
    FieldPanel("kicker"),
    TitleFieldPanel(
        "title", heading=_("Headline"), help_text=_("Without any label such as [PHOTO]: the site adds those.")
    ),
    FieldPanel("standfirst"),
    InlinePanel("bylines", label=_("By-line"), heading=_("By-lines")),
    MultiFieldPanel(
        [FieldPanel("lead_picture"), FieldPanel("lead_caption"), FieldPanel("lead_credit")],
        heading=_("Lead picture"),
    ),
    FieldPanel("dateline"),
    FieldPanel("body"),
]
filing_panels = [
    ChecklistPanel(heading=_("Before you publish")),
    MultiFieldPanel([FieldPanel("access"), FieldPanel("genre"), FieldPanel("topics")], heading=_("Filing")),
    MultiFieldPanel([FieldPanel("published_at"), FieldPanel("updated_at")], heading=_("Times")),
    MultiFieldPanel(
        [FieldPanel("source_name"), FieldPanel("source_url"), FieldPanel("usage_terms")], heading=_("Source")
    ),
    MultiFieldPanel(
        [FieldPanel("lead_gallery"), FieldPanel("lead_clip")], heading=_("Gallery or video on top")
    ),
]
headline_panels = [
    HelpPanel(content=_("Empty ones take the headline or the standfirst.")),
    FieldPanel("front_headline"),
    FieldPanel("social_headline"),
    MultiFieldPanel(
        [FieldPanel("slug"), FieldPanel("seo_title"), FieldPanel("search_description")],
        heading=_("Search engines"),
    ),
]
correction_panels = [
    InlinePanel("corrections", label=_("Correction"), heading=_("Corrections")),
]


def story_edit_handler() -> TabbedInterface:
    """The story's editor."""
    return TabbedInterface(
        [
            ObjectList(story_panels, heading=_("Story")),
            ObjectList(filing_panels, heading=_("Filing")),
            ObjectList(headline_panels, heading=_("Headlines")),
            ObjectList(correction_panels, heading=_("Corrections")),
            ObjectList([PublishingPanel()], heading=_("Schedule")),
        ]
    )
