"""The building blocks of a story's body. Each stands for something the trade has a word for."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

from .cleaning import clean_markup

TEXT_FEATURES = [
    "h2",
    "h3",
    "bold",
    "italic",
    "link",
    "document-link",
    "ol",
    "ul",
    "superscript",
    "subscript",
    "blockquote",
]
SMALL_TEXT_FEATURES = ["bold", "italic", "link", "ol", "ul"]


class PictureBlock(blocks.StructBlock):
    """A picture with the words of this story; empty words fall back to the picture's own."""

    picture = ImageChooserBlock(label=_("Picture"))
    caption = blocks.TextBlock(required=False, rows=2, label=_("Caption"))
    credit = blocks.CharBlock(required=False, label=_("Credit"))
    alt = blocks.CharBlock(required=False, label=_("Alternative text"))
    size = blocks.ChoiceBlock(
        choices=[("column", _("Column")), ("wide", _("Wide")), ("half", _("Half"))],
        default="column",
        label=_("Size"),
    )

    class Meta:
        icon = "image"
        label = _("Picture")


class GalleryBlock(blocks.StructBlock):
    """Pictures in order: a gallery of the paper, or pictures chosen for this story alone."""

    gallery = blocks.PageChooserBlock(page_type="newsroom.Gallery", required=False, label=_("Gallery"))
    pictures = blocks.ListBlock(PictureBlock(), default=[], label=_("Pictures"))

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if not cleaned["gallery"] and not cleaned["pictures"]:
            raise blocks.StructBlockValidationError(
                block_errors={"gallery": ValidationError(_("Choose a gallery, or at least one picture."))}
            )
        return cleaned

    class Meta:
        icon = "copy"
        label = _("Gallery")


class QuoteBlock(blocks.StructBlock):
    """A pull quote."""

    quote = blocks.TextBlock(rows=2, label=_("Quote"))
    by = blocks.CharBlock(required=False, label=_("Who said it"))

    class Meta:
        icon = "openquote"
        label = _("Pull quote")


class FactsBlock(blocks.StructBlock):
    """A fact box."""

    title = blocks.CharBlock(label=_("Title"))
    text = blocks.RichTextBlock(features=SMALL_TEXT_FEATURES, label=_("Text"))

    class Meta:
        icon = "list-ul"
        label = _("Fact box")


class EmbedBlock(blocks.StructBlock):
    """Something of another site, shown only after the reader has agreed; until then a link and a still."""

    url = blocks.URLBlock(label=_("Address"), help_text=_("Of the page that holds it."))
    frame_url = blocks.URLBlock(required=False, label=_("Address of the player"))
    provider = blocks.CharBlock(required=False, label=_("Whose site"))
    title = blocks.CharBlock(label=_("What it shows"))
    kind = blocks.ChoiceBlock(
        choices=[("video", _("Video")), ("post", _("Post")), ("audio", _("Sound")), ("other", _("Other"))],
        default="video",
        label=_("Kind"),
    )
    poster = ImageChooserBlock(required=False, label=_("Still"))

    class Meta:
        icon = "media"
        label = _("Embed")


class CaptionedTableBlock(blocks.StructBlock):
    """A table with its caption and source."""

    caption = blocks.CharBlock(required=False, label=_("Caption"))
    table = TableBlock(label=_("Table"), table_options={"renderer": "text", "minSpareRows": 0})
    source = blocks.CharBlock(required=False, label=_("Source"))

    class Meta:
        icon = "table"
        label = _("Table")


class RelatedBlock(blocks.StructBlock):
    """Another story of ours, inside the text."""

    story = blocks.PageChooserBlock(page_type=["newsroom.Story", "newsroom.Gallery"], label=_("Story"))

    class Meta:
        icon = "doc-empty-inverse"
        label = _("Related story")


class DocumentsBlock(blocks.StructBlock):
    """Files to download."""

    title = blocks.CharBlock(required=False, label=_("Title"))
    documents = blocks.ListBlock(DocumentChooserBlock(), label=_("Documents"))

    class Meta:
        icon = "doc-full"
        label = _("Documents")


class HtmlBlock(blocks.RawHTMLBlock):
    """Markup that no other block can hold, most of it from archives; cleaned when it is saved and when it is shown."""

    def clean(self, value: Any) -> Any:
        return mark_safe(clean_markup(super().clean(value)))  # noqa: S308  # just cleaned by an allow-list

    class Meta:
        icon = "code"
        label = _("HTML")


class MissingPictureBlock(blocks.StructBlock):
    """The marked place of a picture that an import could not bring along; editors see it, readers do not."""

    address = blocks.CharBlock(required=False, label=_("Where it was"))
    caption = blocks.TextBlock(required=False, rows=2, label=_("Caption"))
    reason = blocks.CharBlock(required=False, label=_("Why it is missing"))

    class Meta:
        icon = "warning"
        label = _("Missing picture")


class BodyBlock(blocks.StreamBlock):
    """A story's body, in reading order."""

    text = blocks.RichTextBlock(required=False, features=TEXT_FEATURES, label=_("Text"), icon="pilcrow")
    picture = PictureBlock()
    gallery = GalleryBlock()
    quote = QuoteBlock()
    facts = FactsBlock()
    embed = EmbedBlock()
    table = CaptionedTableBlock()
    related = RelatedBlock()
    documents = DocumentsBlock()
    html = HtmlBlock()
    missing_picture = MissingPictureBlock()

    class Meta:
        required = False


class FollowBlock(blocks.StructBlock):
    """One account of the paper elsewhere."""

    service = blocks.CharBlock(label=_("Service"), help_text=_("Such as Mastodon"))
    handle = blocks.CharBlock(required=False, label=_("Handle"))
    url = blocks.URLBlock(label=_("Address"))

    class Meta:
        icon = "link"
        label = _("Account")


class CardBlock(blocks.StructBlock):
    """One place on the front page."""

    story = blocks.PageChooserBlock(page_type=["newsroom.Story", "newsroom.Gallery"], label=_("Story"))
    headline = blocks.CharBlock(required=False, label=_("Headline here"))
    boost = blocks.BooleanBlock(
        required=False, default=False, label=_("Boost"), help_text=_("Larger type and picture.")
    )

    class Meta:
        icon = "doc-full"
        label = _("Card")


class ContainerBlock(blocks.StructBlock):
    """A container of cards. Pinned cards come first, in order; free slots are refilled by the rule."""

    LAYOUTS: ClassVar = [
        ("lead", _("Lead package")),
        ("grid", _("Grid")),
        ("strip", _("Picture strip")),
        ("list", _("Headlines")),
        ("opinion", _("Opinion")),
    ]

    title = blocks.CharBlock(required=False, label=_("Title"))
    layout = blocks.ChoiceBlock(choices=LAYOUTS, default="grid", label=_("Layout"))
    slots = blocks.IntegerBlock(min_value=1, max_value=20, default=4, label=_("Slots"))
    cards = blocks.ListBlock(CardBlock(), default=[], label=_("Pinned cards"))
    refill_section = blocks.PageChooserBlock(
        page_type="newsroom.Section", required=False, label=_("Refill from section")
    )
    refill_topic = blocks.CharBlock(required=False, label=_("Refill from topic"), help_text=_("Its slug."))
    refill_genre = blocks.CharBlock(
        required=False, label=_("Refill from genre"), help_text=_("Such as opinion")
    )
    refill = blocks.BooleanBlock(required=False, default=True, label=_("Refill free slots with the newest"))

    class Meta:
        icon = "grip"
        label = _("Container")
