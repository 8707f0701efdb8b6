"""What may be asked: the parameters of each list, checked and documented by the same models."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal, TypeVar

from django.conf import settings
from django.http import HttpRequest
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
)

from . import shapes
from .problems import BAD_PARAMETER, Problem

MOST, USUAL = 100, 20
LONGEST_QUERY = 200
# What the databases can hold.
LARGEST_ID = 2**63 - 1
# RFC 3339 §5.6; a `+` that was not encoded arrives as a space.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[ +-]\d\d:\d\d))?", re.ASCII)
# No database or calendar has trouble with what lies between.
EARLIEST, LATEST = datetime(1800, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
Query = TypeVar("Query", bound=BaseModel)


def _moment(value: object) -> datetime:
    """A day begins at midnight in the paper's zone."""
    text = str(value)
    if not _MOMENT.fullmatch(text):
        raise ValueError("not a time after RFC 3339 (2026-11-25T10:00:00+04:00) or a day (2026-11-25)")
    try:
        if len(text) == 10:
            found = datetime.combine(date.fromisoformat(text), time.min, settings.PAPER.zone)
        else:
            found = datetime.fromisoformat(text.upper().replace(" ", "+"))
        return min(max(found.astimezone(UTC), EARLIEST), LATEST)
    except OverflowError:
        return EARLIEST if text < "1" else LATEST
    except ValueError as error:
        raise ValueError(f"no such time ({error})") from None


def _language(value: str) -> str:
    if value not in dict(settings.LANGUAGES):
        raise ValueError(f"the paper has {', '.join(dict(settings.LANGUAGES))}")
    return value


Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "anyOf": [{"format": "date-time"}, {"format": "date"}]}),
]
Language = Annotated[str, AfterValidator(_language)]
# An id, or the slug of an address.
Place = Annotated[str, Field(pattern=r"^[-a-zA-Z0-9_]{1,100}$")]
MomentCursor = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}$")]
IdCursor = Annotated[int, Field(ge=1, le=LARGEST_ID)]


def names_of(shape: type[BaseModel]) -> Any:
    """The type of `fields` for a shape: names of its fields, parted by commas."""
    name = f"(?:{'|'.join(shape.model_fields)})"
    return Annotated[
        str | None,
        Field(
            default=None,
            pattern=rf"^{name}(?:,{name})*$",
            max_length=400,
            description="Only these, and the id; parted by commas.",
        ),
    ]


class Asked(BaseModel):
    """Any list. Parameters that it doesn't know are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    limit: Annotated[int, Field(ge=1, le=MOST, description="Most items on a page.")] = USUAL


class One(BaseModel):
    """A single thing."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class OneStory(One):
    fields: names_of(shapes.Story)  # type: ignore[valid-type]  # made from the shape, which is the point of it


class Stories(Asked):
    before: Annotated[MomentCursor | None, Field(description="From the last page's `next`.")] = None
    language: Annotated[
        Language | None,
        Field(
            description="A list is of one language: this, else that of its section, author or topic, else the paper's first."
        ),
    ] = None
    section: Annotated[Place | None, Field(description="Its id or slug.")] = None
    author: Annotated[Place | None, Field(description="Their id or slug.")] = None
    topic: Annotated[Place | None, Field(description="Its id or slug.")] = None
    genre: shapes.Genre | None = None
    access: shapes.Access | None = None
    since: Annotated[Moment | None, Field(description="Published then or later.")] = None
    until: Annotated[Moment | None, Field(description="Published before.")] = None
    updated_since: Annotated[
        Moment | None,
        Field(
            description="Published, changed or corrected then or later. What is longer ago than thirty days is no longer known: then nothing is left out."
        ),
    ] = None
    fields: names_of(shapes.Story)  # type: ignore[valid-type]  # as above


class Galleries(Asked):
    before: Annotated[MomentCursor | None, Field(description="From the last page's `next`.")] = None
    language: Annotated[
        Language | None, Field(description="This, else that of the section, else the paper's first.")
    ] = None
    section: Annotated[Place | None, Field(description="Its id or slug.")] = None
    fields: names_of(shapes.Gallery)  # type: ignore[valid-type]  # as above


class Sections(Asked):
    before: Annotated[IdCursor | None, Field(description="From the last page's `next`.")] = None
    language: Language | None = None
    fields: names_of(shapes.Section)  # type: ignore[valid-type]  # as above


class Authors(Asked):
    before: Annotated[IdCursor | None, Field(description="From the last page's `next`.")] = None
    language: Language | None = None
    fields: names_of(shapes.Author)  # type: ignore[valid-type]  # as above


class Topics(Asked):
    before: Annotated[IdCursor | None, Field(description="From the last page's `next`.")] = None
    language: Language | None = None
    fields: names_of(shapes.Topic)  # type: ignore[valid-type]  # as above


class Pictures(Asked):
    before: Annotated[IdCursor | None, Field(description="From the last page's `next`.")] = None
    fields: names_of(shapes.Picture)  # type: ignore[valid-type]  # as above


class Search(BaseModel):
    """Search has pages of its own size."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    q: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST_QUERY,
            pattern=r"^[^\u0000-\u001f]+$",
            description="Words, all of which must occur; “quoted words” in that order.",
        ),
    ]
    language: Language | None = None
    section: Annotated[Place | None, Field(description="Its id or slug.")] = None
    since: Annotated[
        Moment | None, Field(description="Published on that day or later, in the paper's zone.")
    ] = None
    until: Annotated[Moment | None, Field(description="Published on that day or earlier.")] = None
    order: Annotated[
        Literal["best", "newest"], Field(description="`best` has one page; `newest` goes on.")
    ] = "best"
    before: Annotated[MomentCursor | None, Field(description="From the last page's `next`.")] = None
    fields: names_of(shapes.Story)  # type: ignore[valid-type]  # as above


def parse(query: type[Query], request: HttpRequest) -> Query:
    """What a request asks; of a parameter that comes twice the first. Raises `Problem`."""
    given = {name: request.GET.getlist(name)[0] for name in request.GET}
    try:
        return query.model_validate(given)
    except ValidationError as error:
        raise Problem(
            BAD_PARAMETER,
            "See errors.",
            [
                shapes.Wrong(parameter=".".join(map(str, one["loc"][:1])), detail=one["msg"])
                for one in error.errors(include_url=False)
            ],
        ) from None
