"""JSON-LD for search engines: what a page is, in schema.org's words. Built from public parts only.

Each page has one script with a graph: what the page is about, its place in the paper, and the paper.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe

from broadsheet.newsroom.document import Card, Document, Named, Profile
from broadsheet.pictures.selectors import Image

from .sharing import HEIGHT, WIDTH

if TYPE_CHECKING:
    from .chrome import Chrome
    from .views.gallery import GalleryDocument

Thing = dict[str, Any]
# As Django's json_script: nothing in the data can end the script element.
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}
TYPES = {
    "analysis": "AnalysisNewsArticle",
    "opinion": "OpinionNewsArticle",
    "explainer": "BackgroundNewsArticle",
    "live": "LiveBlogPosting",
}
# The paper's own; a theme brings another of the same name and size.
LOGO, LOGO_SIZE = "site/touch-icon.png", 180
BODY = ".story__body"


def script(chrome: Chrome, *things: Thing) -> SafeString:
    """Things of a page and the paper itself, as a script element that no browser runs."""
    graph = {"@context": "https://schema.org", "@graph": [*things, _paper(chrome)]}
    text = json.dumps(graph, ensure_ascii=False).translate(ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308  (escaped above)


def _filled(thing: Thing) -> Thing:
    """Without what there is nothing to say of."""
    return {name: value for name, value in thing.items() if value not in (None, "", [], {})}


def _moment(at: datetime) -> str:
    return timezone.localtime(at, settings.PAPER.zone).isoformat(timespec="seconds")


# -- the paper --------------------------------------------------------------------------------------------------------


def _paper(chrome: Chrome) -> Thing:
    """The publisher, with the pages where it lays down how it works."""
    policies = {name: chrome.base_url + path for name, path in chrome.policies.items()}
    return {
        "@type": "NewsMediaOrganization",
        "@id": _paper_id(chrome),
        "name": chrome.name,
        "url": chrome.base_url + chrome.home_path,
        "logo": {
            "@type": "ImageObject",
            "url": chrome.base_url + static(LOGO),
            "width": LOGO_SIZE,
            "height": LOGO_SIZE,
        },
        "correctionsPolicy": chrome.base_url + chrome.corrections_path,
        "sameAs": [account.url for account in chrome.follow],
        **policies,
    }


def _paper_id(chrome: Chrome) -> str:
    return f"{chrome.base_url}{chrome.home_path}#paper"


def _publisher(chrome: Chrome) -> Thing:
    """The paper where something else names it: some readers follow no `@id`."""
    named = ("@type", "@id", "name", "url", "logo")
    return {name: value for name, value in _paper(chrome).items() if name in named}


def structured_paper(chrome: Chrome) -> SafeString:
    """The front page: the site and its search box."""
    search = f"{chrome.base_url}{chrome.search_path}?q={{search_term_string}}"
    return script(
        chrome,
        {
            "@type": "WebSite",
            "@id": f"{chrome.base_url}{chrome.home_path}#site",
            "name": chrome.name,
            "description": chrome.tagline,
            "url": chrome.base_url + chrome.home_path,
            "inLanguage": chrome.language,
            "publisher": {"@id": _paper_id(chrome)},
            "potentialAction": {
                "@type": "SearchAction",
                "target": {"@type": "EntryPoint", "urlTemplate": search},
                "query-input": "required name=search_term_string",
            },
        },
    )


# -- stories ----------------------------------------------------------------------------------------------------------


def structured_story(document: Document, chrome: Chrome) -> SafeString:
    """A story; paywalled ones are marked as Google's "Subscription and paywalled content" asks."""
    return script(chrome, _article(document, chrome), _trail(chrome, document.section, document.headline))


def _article(document: Document, chrome: Chrome) -> Thing:
    is_free = document.access == "free"
    article = {
        "@type": TYPES.get(document.genre, "NewsArticle"),
        "@id": f"{chrome.canonical}#story",
        "url": chrome.canonical,
        "headline": document.headline[:110],
        "alternativeHeadline": document.social_headline
        if document.social_headline != document.headline
        else "",
        "description": document.description,
        "inLanguage": document.language,
        "mainEntityOfPage": {"@type": "WebPage", "@id": chrome.canonical},
        "datePublished": _moment(document.published),
        "dateModified": _moment(document.changed),
        "author": [_author(author, chrome) for author in document.bylines] or [_publisher(chrome)],
        "publisher": _publisher(chrome),
        "image": _story_images(document, chrome),
        "articleSection": document.section.name if document.section else "",
        "keywords": [topic.name for topic in document.topics],
        "dateline": document.dateline if document.genre != "live" else "",
        "wordCount": document.words if document.is_whole else None,
        "sourceOrganization": {"@type": "Organization", "name": document.source_name}
        if document.source_name
        else {},
        "correction": [
            {"@type": "CorrectionComment", "text": note.text, "datePublished": _moment(note.made)}
            for note in document.corrections
        ],
        "isAccessibleForFree": is_free,
    }
    if not is_free:
        article["hasPart"] = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": BODY}
    if document.genre == "live":
        article |= _live(document, chrome)
    return _filled(article)


def _live(document: Document, chrome: Chrome) -> Thing:
    """A live blog is one posting with updates; of a story that is rewritten as things happen there is the newest."""
    return {
        "coverageStartTime": _moment(document.published),
        "liveBlogUpdate": [
            {
                "@type": "BlogPosting",
                "headline": document.headline[:110],
                "articleBody": document.standfirst or document.headline,
                "datePublished": _moment(document.changed),
                "url": chrome.canonical,
                "image": _story_images(document, chrome)[:1],
                "author": _publisher(chrome),
            }
        ],
    }


def _author(author: Profile, chrome: Chrome) -> Thing:
    return _filled(
        {
            "@type": "Person",
            "name": author.name,
            "url": chrome.base_url + author.path,
            "jobTitle": author.role,
            "sameAs": author.url,
        }
    )


def _story_images(document: Document, chrome: Chrome) -> list[Thing]:
    found = _images(document.lead.image, chrome)
    if document.share_card:
        card = {
            "@type": "ImageObject",
            "url": chrome.base_url + document.share_card,
            "width": WIDTH,
            "height": HEIGHT,
        }
        # Where there is a photograph it comes first: the card repeats the headline beside which it is shown.
        found.append({**card, "contentUrl": card["url"], "creditText": chrome.name})
    return found


def _images(image: Image | None, chrome: Chrome) -> list[Thing]:
    """A picture in the proportions that it is kept in."""
    if image is None or not image.is_ready:
        return []
    url, width = image.widest
    height = round(width * image.height / image.width) if image.width else 0
    files = [(url, width, height)] + ([(image.share, WIDTH, HEIGHT)] if image.share else [])
    return [
        _filled(
            {
                "@type": "ImageObject",
                "url": chrome.base_url + path,
                "contentUrl": chrome.base_url + path,
                "width": wide,
                "height": high,
                "caption": image.caption,
                "creditText": image.credit or chrome.name,
            }
        )
        for path, wide, high in files
    ]


def structured_gallery(gallery: GalleryDocument, chrome: Chrome) -> SafeString:
    """A gallery with its pictures, captions and credits."""
    pictures = [thing for image in gallery.images for thing in _images(image, chrome)[:1]]
    made = {
        "@type": "ImageGallery",
        "@id": f"{chrome.canonical}#gallery",
        "url": chrome.canonical,
        "name": gallery.headline,
        "headline": gallery.headline[:110],
        "description": gallery.standfirst,
        "inLanguage": gallery.language,
        "mainEntityOfPage": chrome.canonical,
        "datePublished": _moment(gallery.published),
        "author": {"@type": "Person", "name": gallery.byline_text} if gallery.byline_text else {},
        "publisher": _publisher(chrome),
        "image": pictures,
    }
    return script(chrome, _filled(made), _trail(chrome, gallery.section, gallery.headline))


# -- lists and people -------------------------------------------------------------------------------------------------


def structured_list(chrome: Chrome, name: str, description: str, cards: Sequence[Card]) -> SafeString:
    """A section, a topic or Latest: the page and what is on it, in order."""
    page = {
        "@type": "CollectionPage",
        "@id": chrome.canonical,
        "url": chrome.canonical,
        "name": name,
        "description": description,
        "inLanguage": chrome.language,
        "publisher": _publisher(chrome),
        "mainEntity": _items(cards, chrome),
    }
    return script(chrome, _filled(page), _trail(chrome, None, name))


def structured_author(author: Profile, chrome: Chrome, cards: Sequence[Card]) -> SafeString:
    """An author's page: who it is, and what they wrote."""
    person = {
        **_author(author, chrome),
        "@id": f"{chrome.canonical}#person",
        "description": strip_tags(author.bio),
        "image": _images(author.image, chrome)[:1],
        "email": author.email,
        "knowsAbout": author.beat,
        "knowsLanguage": list(author.languages),
        "worksFor": {"@id": _paper_id(chrome)},
    }
    page = {
        "@type": "ProfilePage",
        "@id": chrome.canonical,
        "url": chrome.canonical,
        "name": author.name,
        "inLanguage": chrome.language,
        "mainEntity": _filled(person),
        "dateModified": _moment(max(card.updated or card.published for card in cards)) if cards else "",
        "hasPart": [
            {"@type": "NewsArticle", "headline": card.headline[:110], "url": chrome.base_url + card.path,
             "datePublished": _moment(card.published), "author": {"@id": f"{chrome.canonical}#person"}}
            for card in cards
        ],
    }  # fmt: skip
    return script(chrome, _filled(page), _trail(chrome, None, author.name))


def _items(cards: Iterable[Card], chrome: Chrome) -> Thing:
    listed = [
        {"@type": "ListItem", "position": number, "url": chrome.base_url + card.path, "name": card.headline}
        for number, card in enumerate(cards, 1)
    ]
    return _filled({"@type": "ItemList", "numberOfItems": len(listed), "itemListElement": listed})


def _trail(chrome: Chrome, section: Named | None, name: str) -> Thing:
    """The way from the front page to here."""
    steps = [(chrome.name, chrome.base_url + chrome.home_path)]
    if section:
        steps.append((section.name, chrome.base_url + section.path))
    steps.append((name, chrome.canonical))
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": said, "item": address}
            for number, (said, address) in enumerate(steps, 1)
        ],
    }
