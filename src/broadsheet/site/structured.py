"""JSON-LD for search engines: what a page is, in schema.org's words. Built from public parts only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from broadsheet.newsroom.document import Document

if TYPE_CHECKING:
    from .chrome import Chrome
    from .views.gallery import GalleryDocument

# As Django's json_script: nothing in the data can end the script element.
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}
TYPES = {"analysis": "AnalysisNewsArticle", "opinion": "OpinionNewsArticle", "live": "LiveBlogPosting"}


def _script(data: dict[str, Any]) -> SafeString:
    text = json.dumps({"@context": "https://schema.org", **data}, ensure_ascii=False).translate(ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308  (escaped above)


def _publisher(chrome: Chrome) -> dict[str, Any]:
    return {
        "@type": "NewsMediaOrganization",
        "name": chrome.name,
        "url": chrome.base_url + chrome.home_path,
        "correctionsPolicy": chrome.base_url + chrome.corrections_path,
        "sameAs": [account.url for account in chrome.follow],
    }


def structured_paper(chrome: Chrome) -> SafeString:
    """The paper and its search box."""
    return _script(
        {
            "@type": "WebSite",
            "name": chrome.name,
            "url": chrome.base_url + chrome.home_path,
            "inLanguage": chrome.language,
            "publisher": _publisher(chrome),
        }
    )


def structured_story(document: Document, chrome: Chrome) -> SafeString:
    """A story; paywalled ones are marked as Google's "Subscription and paywalled content" asks."""
    zone = settings.PAPER.zone
    data: dict[str, Any] = {
        "@type": TYPES.get(document.genre, "NewsArticle"),
        "headline": document.headline[:110],
        "description": document.description,
        "inLanguage": document.language,
        "mainEntityOfPage": chrome.canonical,
        "datePublished": timezone.localtime(document.published, zone).isoformat(timespec="seconds"),
        "dateModified": timezone.localtime(document.updated or document.published, zone).isoformat(
            timespec="seconds"
        ),
        "author": [
            {"@type": "Person", "name": author.name, "url": chrome.base_url + author.path}
            for author in document.bylines
        ],
        "publisher": _publisher(chrome),
        "isAccessibleForFree": document.access == "free",
    }
    if document.section:
        data["articleSection"] = document.section.name
    if document.topics:
        data["keywords"] = [topic.name for topic in document.topics]
    if document.lead.image and document.lead.image.share:
        data["image"] = [chrome.base_url + document.lead.image.share]
    if document.access != "free":
        data["hasPart"] = {
            "@type": "WebPageElement",
            "isAccessibleForFree": False,
            "cssSelector": ".story__body",
        }
    if document.corrections:
        data["correction"] = [note.text for note in document.corrections]
    return _script(data)


def structured_gallery(gallery: GalleryDocument, chrome: Chrome) -> SafeString:
    """A gallery with its pictures, captions and credits."""
    zone = settings.PAPER.zone
    return _script(
        {
            "@type": "ImageGallery",
            "headline": gallery.headline[:110],
            "description": gallery.standfirst,
            "inLanguage": gallery.language,
            "mainEntityOfPage": chrome.canonical,
            "datePublished": timezone.localtime(gallery.published, zone).isoformat(timespec="seconds"),
            "publisher": _publisher(chrome),
            "image": [
                {
                    "@type": "ImageObject",
                    "contentUrl": chrome.base_url + i.src,
                    "caption": i.caption,
                    "creditText": i.credit,
                }
                for i in gallery.images
                if i.is_ready
            ],
        }
    )
