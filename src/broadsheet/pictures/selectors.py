"""Reads about pictures: what a template needs to show one, and whom a file may be given to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db.models import F, FilteredRelation, Q

from .models import Clip, Picture, Rendition
from .renditions import SHARE, WIDTHS, spec

_WIDTH_BY_SPEC = {spec(width): width for width in WIDTHS}


@dataclass(frozen=True, slots=True)
class Image:
    """One picture, ready to be shown.

    `src`, `srcset` and `share` are empty while its renditions are still being made: show its place, in the
    proportion `width`:`height` (pixels). `focus_x` and `focus_y` are per cent, for `object-position`. The last five are
    for whom it is handed on to, as the file's IPTC fields say them; readers do not see them.
    """

    id: int
    src: str
    srcset: str
    share: str
    width: int
    height: int
    alt: str
    caption: str
    credit: str
    place: str = ""
    focus_x: int = 50
    focus_y: int = 50
    creator: str = ""
    copyright_notice: str = ""
    usage_terms: str = ""
    taken: datetime | None = None
    expires: datetime | None = None

    @property
    def surrogate_key(self) -> str:
        return f"picture/{self.id}"

    @property
    def is_ready(self) -> bool:
        return bool(self.src)

    @property
    def widest(self) -> tuple[str, int]:
        """The address of its widest file in its own proportion, and the width in pixels; only of one that is ready."""
        url, width = self.srcset.rsplit(", ", 1)[-1].split(" ", 1)
        return url, int(width.removesuffix("w"))

    def with_words(self, *, alt: str = "", caption: str = "", credit: str = "") -> Image:
        """The same picture with the words of the place that shows it, where those are given."""
        return replace(
            self, alt=alt or self.alt, caption=caption or self.caption, credit=credit or self.credit
        )


def images(picture_ids: Iterable[int]) -> Mapping[int, Image]:
    """The pictures of one page by id, in one query; those without rights any more are absent."""
    wanted = set(picture_ids) - {0}
    if not wanted:
        return {}
    rows = (
        Picture.objects.filter(pk__in=wanted)
        .alias(
            made=FilteredRelation(
                "renditions", condition=Q(renditions__filter_spec__in=[*_WIDTH_BY_SPEC, SHARE])
            )
        )
        .annotate(made_spec=F("made__filter_spec"), made_file=F("made__file"), made_width=F("made__width"))
    )
    pictures: dict[int, Picture] = {}
    files: dict[int, list[tuple[str, int, str]]] = {}
    for row in rows:
        if row.has_rights:
            pictures[row.pk] = row
            if row.made_file:
                files.setdefault(row.pk, []).append(
                    (row.made_spec, row.made_width, settings.MEDIA_URL + row.made_file)
                )
    return {pk: _image(picture, files.get(pk, [])) for pk, picture in pictures.items()}


def _image(picture: Picture, files: list[tuple[str, int, str]]) -> Image:
    widths = sorted((width, url) for made, width, url in files if made != SHARE)
    share = next((url for made, _, url in files if made == SHARE), "")
    middle = next((url for width, url in widths if width >= 640), widths[-1][1] if widths else "")
    focus_x, focus_y = picture.focus
    return Image(
        id=picture.pk,
        src=middle,
        srcset=", ".join(f"{url} {width}w" for width, url in widths),
        share=share,
        width=picture.width,
        height=picture.height,
        alt="" if picture.is_decorative else picture.description or picture.caption,
        caption=picture.caption,
        credit=picture.credit or picture.creator,
        place=picture.place,
        focus_x=focus_x,
        focus_y=focus_y,
        creator=picture.creator,
        copyright_notice=picture.copyright_notice,
        usage_terms=picture.usage_terms,
        taken=picture.taken_at,
        expires=picture.rights_expire_at,
    )


def public_file(name: str) -> str:
    """The surrogate key of a media file that readers may have, a rendition or clip that something public shows; else ""."""
    if name.startswith("pictures/"):
        row = Rendition.objects.filter(file=name, image__released=True).select_related("image").first()
        return f"picture/{row.image_id}" if row is not None and row.image.has_rights else ""
    if name.startswith("clips/"):
        clip = Clip.objects.filter(file=name, released=True).values_list("pk", flat=True).first()
        return f"clip/{clip}" if clip else ""
    return ""
