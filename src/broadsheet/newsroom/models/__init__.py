"""The newsroom's models: sections hold stories and galleries; authors and topics file them; fronts show them."""

from .front import FrontPage, InfoPage
from .gallery import Gallery, GalleryItem
from .listed import Listed
from .people import Author, MediaTopic, Topic
from .section import Section
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
    "Section",
    "Story",
    "StoryByline",
    "Topic",
]
