"""Where site maps are cut: by month of publication, so that old files stay as they are, and never by counting.

Each month's row says where its files begin. Changes mark a month, in their own transaction; the worker reads marked
months again. What a file holds is read when it is asked for, so that nothing waits for the worker to vanish.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from broadsheet.newsroom.models import Correction, Gallery, Story
from broadsheet.newsroom.selectors import public
from broadsheet.press import log

from .models import SiteMapMonth

Kind = SiteMapMonth.Kind
MODELS: dict[str, type[Story] | type[Gallery]] = {Kind.STORIES: Story, Kind.GALLERIES: Gallery}
# Far below the protocol's 50,000, so that a file is made while a crawler waits.
PER_FILE = 1000
# Of everything that lists newest pages or counts months.
NOW = "sitemap"
ROUND_SECONDS = 5.0
# What changes behind our back (a restored database, other software) is found this often.
LOOK_AGAIN = 6 * 3600.0
_looked_at: float | None = None


def key(kind: str, language: str, month: date) -> str:
    """The surrogate key of a month's files."""
    return f"{NOW}/{kind}/{language}/{month:%Y-%m}"


def month_of(moment: datetime) -> date:
    """The month in the paper's zone."""
    return timezone.localtime(moment, settings.PAPER.zone).date().replace(day=1)


def bounds(month: date) -> tuple[datetime, datetime]:
    """Its first moment and that of the next month."""
    zone = settings.PAPER.zone
    following = (month + timedelta(days=32)).replace(day=1)
    return tuple(datetime(m.year, m.month, 1, tzinfo=zone) for m in (month, following))  # type: ignore[return-value]  # two of two


def mark(kind: str, places: Iterable[tuple[str, datetime]], *, is_withdrawn: bool = False) -> None:
    """What was published at these (language, moment) changed: purge the files, in the caller's transaction."""
    months = {(language, month_of(moment)) for language, moment in places}
    for language, month in months:
        marked = SiteMapMonth.objects.filter(kind=kind, language=language, month=month).update(is_stale=True)
        if not marked:
            SiteMapMonth.objects.get_or_create(kind=kind, language=language, month=month)
    if months:
        log.write({NOW, *(key(kind, *place) for place in months)}, is_hard=is_withdrawn)


def cut_stale(*, seconds: float = ROUND_SECONDS) -> int:
    """Cut marked months again, the newest first, for at most about `seconds`; for the worker. Returns how many."""
    global _looked_at
    end, count = time.monotonic() + seconds, 0
    if _looked_at is None or time.monotonic() - _looked_at > LOOK_AGAIN:
        find()
        _looked_at = time.monotonic()
    while time.monotonic() < end:
        stale = SiteMapMonth.objects.filter(is_stale=True).order_by("-month").first()
        if stale is None:
            break
        _cut(stale.pk)
        count += 1
    if count:
        log.write({NOW})
    return count


def find() -> None:
    """Mark every month that has pages and no row: from newest to oldest, one step in the index for each month."""
    for kind, model in MODELS.items():
        for language, _ in settings.LANGUAGES:
            known = set(
                SiteMapMonth.objects.filter(kind=kind, language=language).values_list("month", flat=True)
            )
            missing = [month for month in _months(model, language) if month not in known]
            SiteMapMonth.objects.bulk_create(
                [SiteMapMonth(kind=kind, language=language, month=month) for month in missing],
                ignore_conflicts=True,
            )


def _months(model: type[Story] | type[Gallery], language: str) -> Iterator[date]:
    pages = model.objects.filter(language=language, published_at__isnull=False).order_by("-published_at")
    newest = pages.values_list("published_at", flat=True)
    moment = newest.first()
    while moment is not None:
        month = month_of(moment)
        yield month
        moment = newest.filter(published_at__lt=bounds(month)[0]).first()


@transaction.atomic
def _cut(pk: int) -> None:
    """Read one month and write where its files begin, with the newest change of each."""
    row = SiteMapMonth.objects.select_for_update().get(pk=pk)
    start, end = bounds(row.month)
    pages = public(in_month(row.kind, row.language, start, end))
    fields = ["published_at", "pk", *(["updated_at"] if row.kind == Kind.STORIES else [])]
    corrected = corrections(pages) if row.kind == Kind.STORIES else {}
    parts: list[list[object]] = []
    changes: list[datetime] = []
    for number, (published, page, *updated) in enumerate(
        pages.values_list(*fields).iterator(chunk_size=2000)
    ):
        if number % PER_FILE == 0:
            parts.append([published.isoformat(), page, ""])
            changes.append(published)
        changes[-1] = max(changes[-1], changed(published, *updated, corrected.get(page)))
    for part, newest in zip(parts, changes, strict=True):
        part[2] = newest.isoformat()
    SiteMapMonth.objects.filter(pk=pk).update(parts=parts, is_stale=False)


def in_month(kind: str, language: str, start: datetime, end: datetime) -> QuerySet[Story] | QuerySet[Gallery]:
    """Pages of one language published from `start` to before `end`, oldest first."""
    pages = MODELS[kind].objects.filter(language=language, published_at__gte=start, published_at__lt=end)
    return pages.order_by("published_at", "page_ptr")


def changed(*moments: datetime | None) -> datetime:
    """The newest of those that there are; as `dateModified` says it on the page."""
    return max(moment for moment in moments if moment is not None)


def corrections(stories: QuerySet[Story] | QuerySet[Gallery] | list[int]) -> dict[int, datetime]:
    """By story, when its last correction was made: one query."""
    among = stories if isinstance(stories, list) else stories.order_by().values("pk")
    rows = Correction.objects.filter(story__in=among).order_by().values("story_id")
    return dict(rows.annotate(at=Max("made_at")).values_list("story_id", "at"))
