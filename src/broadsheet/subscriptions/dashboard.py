"""Circulation in numbers: a fixed number of indexed queries, whatever the number of subscribers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from django.db.models import Count, F, Sum
from django.utils import timezone

from .models import Departure, Price, Subscription
from .models.sales import STATUSES
from .money import Money
from .standing import Status

PAYING = (Status.ACTIVE.value, Status.PAST_DUE.value, Status.CANCELLED.value)
MONTHS = 12
MOST_STORIES = 10
Titles = Callable[[Iterable[int]], Mapping[int, str]]
_titles: list[Titles] = []


def register_titles(titles: Titles) -> None:
    """Let an app say what stories are called, by id: this package knows none."""
    _titles.append(titles)


@dataclass(frozen=True, slots=True)
class Month:
    """How many began and how many ended in one month."""

    start: datetime
    begun: int
    ended: int


@dataclass(frozen=True, slots=True)
class Converting:
    """A story and how many subscribed after meeting the wall there (`first`) or from there (`last`)."""

    story: int
    title: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """The dashboard. `churn` and `conversion` are shares of one, None without anything to divide by."""

    by_status: Sequence[tuple[str, int]]
    by_plan: Sequence[tuple[str, str, int]]
    monthly: Sequence[Money]
    churn: float | None
    churn_before: float | None
    conversion: float | None
    months: Sequence[Month]
    stories: Sequence[Converting]
    # Why readers left in the last three months: (reason, how many), the commonest first.
    reasons: Sequence[tuple[str, int]]
    # Prices that were replaced and are still paid, with how many pay them.
    old_prices: Sequence[tuple[Price, int]]


def numbers() -> Numbers:
    """All of it, as of now; amounts are list prices, yearly ones by twelfths, trials apart."""
    counted = list(
        Subscription.objects.values("status", "price").annotate(n=Count("pk"), seats=Sum("quantity"))
    )
    prices = Price.objects.select_related("plan").in_bulk({row["price"] for row in counted if row["price"]})
    words = dict(STATUSES)
    statuses: dict[str, int] = {}
    plans: dict[tuple[str, str], int] = {}
    monthly: dict[str, Fraction] = {}
    old: dict[Price, int] = {}
    for row in counted:
        statuses[row["status"]] = statuses.get(row["status"], 0) + row["n"]
        price = prices.get(row["price"])
        if price is None:
            continue
        key = (price.plan.name, row["status"])
        plans[key] = plans.get(key, 0) + row["n"]
        if row["status"] in PAYING:
            share = Fraction(price.amount * row["seats"], 12 if price.interval == "year" else 1)
            monthly[price.currency] = monthly.get(price.currency, Fraction(0)) + share
        if price.replaced_by_id and row["status"] in PAYING:
            old[price] = old.get(price, 0) + row["n"]
    months = _months()
    return Numbers(
        by_status=[(str(words[status]), n) for status, n in sorted(statuses.items())],
        by_plan=[(plan, str(words[status]), n) for (plan, status), n in sorted(plans.items())],
        monthly=[Money(round(amount), currency) for currency, amount in sorted(monthly.items())],
        churn=_churn(months[-1]),
        churn_before=_churn(months[-2]),
        conversion=_conversion(),
        months=months,
        stories=_stories(),
        reasons=_reasons(),
        old_prices=sorted(old.items(), key=lambda item: item[0].pk),
    )


def _starts() -> list[datetime]:
    """The first moments of the last twelve months and of the next, in the paper's zone."""
    first = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    count = first.year * 12 + first.month - 1
    numbers = range(count - MONTHS + 1, count + 2)
    zone = timezone.get_current_timezone()
    return [datetime(n // 12, n % 12 + 1, 1, tzinfo=zone) for n in numbers]


def _months() -> list[Month]:
    starts = _starts()
    rows = Subscription.objects
    return [
        Month(
            start,
            rows.filter(started_at__gte=start, started_at__lt=end).count(),
            rows.filter(ended_at__gte=start, ended_at__lt=end).count(),
        )
        for start, end in pairwise(starts)
    ]


def _churn(month: Month) -> float | None:
    """The share of those there at the month's start that ended in it."""
    begun = Subscription.objects.filter(started_at__lt=month.start).count()
    gone = Subscription.objects.filter(ended_at__lt=month.start).count()
    return month.ended / (begun - gone) if begun > gone else None


def _conversion() -> float | None:
    """Of the trials that are over, the share that was paid for."""
    over = Subscription.objects.filter(trial_end__lt=timezone.now())
    count = over.count()
    # Who pays has a period that began when the trial ended, or later.
    return over.filter(period_start__gte=F("trial_end")).count() / count if count else None


def _stories() -> list[Converting]:
    found: dict[int, list[int]] = {}
    for place, name in enumerate(("first_story", "last_story")):
        rows = (
            Subscription.objects.filter(**{f"{name}__isnull": False})
            .values(name)
            .annotate(n=Count("pk"))
            .order_by("-n", name)[:MOST_STORIES]
        )
        for row in rows:
            found.setdefault(row[name], [0, 0])[place] = row["n"]
    titles: dict[int, str] = {}
    for source in _titles:
        titles |= source(found)
    ranked = sorted(found.items(), key=lambda item: (-sum(item[1]), item[0]))[:MOST_STORIES]
    return [Converting(story, titles.get(story, f"#{story}"), *counts) for story, counts in ranked]


def _reasons() -> list[tuple[str, int]]:
    words = dict(Departure.REASONS)
    told = Departure.objects.filter(at__gte=timezone.now() - timedelta(days=90), is_kept=False)
    rows = told.values("reason").annotate(n=Count("pk")).order_by("-n", "reason")
    return [(str(words.get(row["reason"], "–")), row["n"]) for row in rows]


COLUMNS = (
    "gateway", "ref", "email", "plan", "interval", "currency", "amount", "quantity", "status", "started_at",
    "period_end", "cancel_at", "ended_at", "first_story", "last_story",
)  # fmt: skip


def exported() -> Iterator[Sequence[str]]:
    """The export's rows, headings first; in a stream."""
    yield COLUMNS
    rows = Subscription.objects.order_by("pk").values_list(
        "gateway", "ref", "reader__email", "price__plan__name", "price__interval", "price__currency",
        "price__amount", "quantity", "status", "started_at", "period_end", "cancel_at", "ended_at", "first_story",
        "last_story",
    )  # fmt: skip
    for row in rows.iterator(chunk_size=2000):
        yield [_cell(value) for value in row]


def _cell(value: object) -> str:
    """A value as text that no spreadsheet takes for a formula."""
    text = "" if value is None else value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t"} else text
