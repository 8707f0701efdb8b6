"""The newsroom's models: sections hold stories and galleries; authors and topics file them; fronts show them."""

from .front import FrontPage, InfoPage, Policy
from .gallery import Gallery, GalleryItem
from .listed import Listed
from .people import Author, MediaTopic, Topic
from .section import Section
from .sharing import ShareCard
from .story import Access, Correction, CorrectionKind, Genre, Story, StoryByline

__all__ = [
    "Access",
    "Author",
    "Correction",
    "CorrectionKind",
    "FrontPage",
    "Gallery",
    "GalleryItem",
    "Genre",
    "InfoPage",
    "Listed",
    "MediaTopic",
    "Policy",
    "Section",
    "ShareCard",
    "Story",
    "StoryByline",
    "Topic",
]
