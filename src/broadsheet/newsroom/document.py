"""The one document of a story: plain values that the site's page and every format out are made from.

Made by `selectors.document`; holds no model and does no I/O. Blocks come in reading order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from broadsheet.pictures.selectors import Image


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a name and an address: a section, an author, a topic (`code`: its IPTC Media Topic, if it has one).

    `surrogate_key` is how caches know what they keep of it (here and below); empty where nothing needs to be found.
    """

    name: str
    path: str
    slug: str = ""
    detail: str = ""
    surrogate_key: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """An author as the reader meets them."""

    name: str
    path: str
    slug: str
    role: str = ""
    beat: str = ""
    languages: tuple[str, ...] = ()
    bio: str = ""
    email: str = ""
    url: str = ""
    image: Image | None = None
    surrogate_key: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A story or gallery as a list shows it. All of it is public whatever the story's access."""

    id: int
    kind: str  # "story" or "gallery"
    path: str
    headline: str
    kicker: str
    standfirst: str
    section: Named | None
    bylines: tuple[Named, ...]
    labels: tuple[str, ...]
    genre: str
    access: str
    language: str
    published: datetime
    updated: datetime | None
    image: Image | None
    boost: bool = False

    @property
    def surrogate_key(self) -> str:
        return f"card/{self.id}"


@dataclass(frozen=True, slots=True)
class Text:
    """Paragraphs, sub-headings and lists. `html` is the newsroom's own rich text, links already expanded."""

    kind: ClassVar[str] = "text"
    html: str


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture; `size` is column, wide or half."""

    kind: ClassVar[str] = "picture"
    image: Image
    size: str = "column"


@dataclass(frozen=True, slots=True)
class Pictures:
    """A gallery inside a story; `path` leads to its own page when it has one."""

    kind: ClassVar[str] = "gallery"
    images: Sequence[Image]
    title: str = ""
    path: str = ""
    surrogate_key: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    kind: ClassVar[str] = "quote"
    quote: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    kind: ClassVar[str] = "facts"
    title: str
    html: str


@dataclass(frozen=True, slots=True)
class Embed:
    """Another site's player or post: a link and a still until the reader agrees, then a frame of `frame_url`."""

    kind: ClassVar[str] = "embed"
    url: str
    frame_url: str
    provider: str
    title: str
    media: str
    image: Image | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """`head` is empty when the table has no header row; `row_heads` says that first cells are headers."""

    kind: ClassVar[str] = "table"
    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    row_heads: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Related:
    kind: ClassVar[str] = "related"
    card: Card


@dataclass(frozen=True, slots=True)
class Download:
    title: str
    url: str
    suffix: str
    size: int


@dataclass(frozen=True, slots=True)
class Documents:
    kind: ClassVar[str] = "documents"
    title: str
    files: Sequence[Download]


@dataclass(frozen=True, slots=True)
class Html:
    """Markup that no other block can hold, cleaned."""

    kind: ClassVar[str] = "html"
    html: str


Block = Text | Picture | Pictures | Quote | Facts | Embed | Table | Related | Documents | Html


@dataclass(frozen=True, slots=True)
class Note:
    """A correction, clarification or retraction."""

    kind: str
    kind_name: str
    text: str
    made: datetime


@dataclass(frozen=True, slots=True)
class Lead:
    """What stands on top: a picture, a gallery or a clip (then `image` is its poster)."""

    image: Image | None = None
    gallery: Pictures | None = None
    clip_url: str = ""
    clip_type: str = ""
    clip_caption: str = ""
    clip_credit: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A story, whole or as a preview (`is_whole` is False: `blocks` then holds the public part only).

    `uid` names it in every paper that it is imported into, one per language: the id of `export jsonl`.
    """

    id: int
    path: str
    headline: str
    social_headline: str
    seo_title: str
    description: str
    kicker: str
    standfirst: str
    section: Named | None
    bylines: tuple[Profile, ...]
    topics: tuple[Named, ...]
    labels: tuple[str, ...]
    genre: str
    genre_name: str
    access: str
    language: str
    dateline: str
    published: datetime
    updated: datetime | None
    lead: Lead
    blocks: Sequence[Block]
    corrections: tuple[Note, ...]
    source_name: str = ""
    source_url: str = ""
    usage_terms: str = ""
    is_whole: bool = True
    words: int = 0
    translations: tuple[tuple[str, str], ...] = field(default=())  # (language, path), this one included
    share_card: str = ""  # where the picture with its headline is, once it is made
    uid: str = ""

    @property
    def surrogate_key(self) -> str:
        return f"story/{self.id}"

    @property
    def changed(self) -> datetime:
        """When its substance last changed: published, updated or corrected."""
        return max(self.published, self.updated or self.published, *(note.made for note in self.corrections))
