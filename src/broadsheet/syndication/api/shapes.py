"""What the API answers with. Answers and the OpenAPI document are both made from these models."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Url = Annotated[str, Field(json_schema_extra={"format": "uri"})]
Access = Literal["free", "registered", "metered", "subscribers"]
Genre = Literal["news", "analysis", "opinion", "explainer", "interview", "feature", "live"]
Item = TypeVar("Item", bound=BaseModel)


def sparse(schema: dict[str, Any]) -> None:
    """`fields` may leave out everything but the id."""
    schema["required"] = ["id"]


class Shape(BaseModel):
    """Any part of an answer. Times are RFC 3339 in the paper's zone, with their offset."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Thing(Shape):
    """Something with an id of its own, which never changes and is never given again."""

    model_config = ConfigDict(json_schema_extra=sparse)

    id: int


class Ref(Shape):
    """A section, author or topic where something else names it."""

    id: int
    name: str
    slug: str
    url: Url


class File(Shape):
    """One file of a picture, its width in pixels."""

    url: Url
    width: int


class Picture(Thing):
    """A picture that the public may see, with the words of the place that shows it. `width` and `height` are the
    original's, in pixels; `files` are what may be shown, the narrowest first."""

    url: Url
    files: list[File]
    width: int
    height: int
    alt: str
    caption: str
    credit: str
    place: str


class Video(Shape):
    """A clip of the paper's own."""

    url: Url
    type: str
    caption: str
    credit: str


class Note(Shape):
    """A correction under a story."""

    kind: Literal["correction", "clarification", "retraction"]
    text: str
    made: datetime


class Source(Shape):
    """Where a story came from, when it is not the paper's own."""

    name: str
    url: Url | None


class Translation(Shape):
    """The same story in another language."""

    language: str
    url: Url


class Story(Thing):
    """A story. `is_whole` says whether `body_html` is all of it: of what is not free, only the public beginning is given
    to whoever has no key for more. `updated` is when its substance last changed, empty when it never did."""

    url: Url
    language: str
    kicker: str
    headline: str
    standfirst: str
    section: Ref | None
    authors: list[Ref]
    topics: list[Ref]
    labels: list[str]
    genre: Genre
    access: Access
    dateline: str
    published: datetime
    updated: datetime | None
    picture: Picture | None
    video: Video | None
    corrections: list[Note]
    source: Source | None
    translations: list[Translation]
    is_whole: bool
    body_html: Annotated[
        str, Field(description="In lists only when `fields` names it. Plain HTML, every address absolute.")
    ]


class Section(Thing):
    """A section of one language."""

    name: str
    slug: str
    url: Url
    language: str
    description: str


class Author(Thing):
    """An author in one language."""

    name: str
    slug: str
    url: Url
    language: str
    role: str
    beat: str
    about: str
    languages: list[str]
    email: str | None
    website: Url | None
    picture: Picture | None


class Topic(Thing):
    """A topic in one language."""

    name: str
    slug: str
    url: Url
    language: str
    description: str


class Gallery(Thing):
    """A gallery; `pictures` in its order."""

    url: Url
    language: str
    headline: str
    standfirst: str
    byline: str
    section: Ref | None
    published: datetime
    pictures: list[Picture]


class Hit(Shape):
    """A story that answers a search, and where it does: words found are in `mark` elements, all else is text."""

    story: Story
    excerpt_html: str


class Page(Shape, Generic[Item]):
    """One page of a list, newest first. `next` is the address of what follows; empty at the end."""

    items: list[Item]
    next: Url | None


class Index(Shape):
    """Where everything is."""

    name: str
    url: Url
    languages: list[str]
    links: dict[str, Url]


class Wrong(Shape):
    """A parameter that can't be understood."""

    parameter: str
    detail: str


class Trouble(Shape):
    """Why there is no answer: problem details after RFC 9457."""

    type: Url
    title: str
    status: int
    detail: str
    errors: list[Wrong] = []
