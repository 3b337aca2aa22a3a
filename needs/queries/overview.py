"""A month or a year of needs, for the mayor's office: what was asked for, decided and done, and what waits.

The scope of the municipality is open. Three queries, whatever the amount; the database counts the supporters.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from django.db.models import Count, F, Min, Q
from django.db.models.functions import TruncMonth

from inbox.enums import Topic
from inbox.models import Settlement
from municipalities.holidays import BELGRADE
from municipalities.queries import today
from needs.enums import NeedStage, SupporterSource
from needs.models import Need, Supporter
from serbian.sorting import sort_key

TOP = 10
WAITING = (NeedStage.NEW, NeedStage.LOOKED_AT)


@dataclass(frozen=True)
class OverviewPeriod:
    """A month, or a whole year (`month` None)."""

    year: int
    month: int | None = None

    @property
    def first(self) -> date:
        return date(self.year, self.month or 1, 1)

    @property
    def after(self) -> date:
        """The first day that no longer belongs to it."""
        return _month_after(self.first) if self.month else date(self.year + 1, 1, 1)

    def holds(self, day: date | None) -> bool:
        return day is not None and self.first <= day < self.after

    @property
    def months(self) -> list[date]:
        """Supporters in each month of the year, or of the one `back` years before."""
        return [date(self.year, month, 1) for month in range(1, 13)]

    def parts(self, until: date) -> list[tuple[date, date]]:
        """First and last day of each month of a year, of each week (from Monday) of a month, up to `until`."""
        last, spans, first = min(self.after - timedelta(days=1), until), [], self.first
        while first <= last:
            following = first + timedelta(days=7 - first.weekday()) if self.month else _month_after(first)
            spans.append((first, min(following - timedelta(days=1), last)))
            first = following
        return spans


def _month_after(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


@dataclass(frozen=True)
class NeedSummary:
    """A need in the overview. `began_on` is the day of its first supporter, `supporters` counts those of the period."""

    pk: int
    title: str
    topic: str
    settlement_id: int | None
    stage: str
    size: int
    reason: str
    done: str
    decided_on: date | None
    done_on: date | None
    began_on: date
    supporters: int


@dataclass(frozen=True)
class NeedsBreakdown:
    """A part of the needs: of one topic, of one settlement."""

    label: str
    supporters: int
    heard: int
    decided: int
    done: int
    top: NeedSummary | None


@dataclass(frozen=True)
class MedianDuration:
    """Median number of days, and the number of needs it is based on."""

    days: float | None
    n: int


@dataclass(frozen=True)
class NeedsOverview:
    period: OverviewPeriod
    lines: list[NeedSummary]
    sources: dict[str, int]
    by_month: dict[tuple[int, int, str], int]  # year, month, topic
    settlements: dict[int, str]
    today: date

    # ---- how many

    @property
    def heard(self) -> list[NeedSummary]:
        return [line for line in self.lines if self.period.holds(line.began_on)]

    @property
    def decided(self) -> list[NeedSummary]:
        return [line for line in self.lines if self.period.holds(line.decided_on)]

    @property
    def done(self) -> list[NeedSummary]:
        return [line for line in self.lines if self.period.holds(line.done_on)]

    @property
    def supporters(self) -> int:
        return sum(self.sources.values())

    @property
    def touched(self) -> list[NeedSummary]:
        """Needs with any change in the period."""
        dates = ((line, (line.began_on, line.decided_on, line.done_on)) for line in self.lines)
        return [line for line, days in dates if line.supporters or any(self.period.holds(day) for day in days)]

    # ---- which

    @property
    def top(self) -> list[NeedSummary]:
        """Those most asked for in the period."""
        return _most(line for line in self.lines if line.supporters)[:TOP]

    @property
    def waiting(self) -> list[NeedSummary]:
        """What waits longest for a decision, today."""
        open_ones = (line for line in self.lines if line.stage in WAITING)
        return sorted(open_ones, key=lambda line: (line.began_on, line.pk))[:TOP]

    # ---- by what

    @property
    def topics(self) -> list[NeedsBreakdown]:
        labels = {value: str(label) for value, label in Topic.choices}
        return self._rows(lambda line: line.topic, labels, str(Topic.OTHER.label))

    @property
    def places(self) -> list[NeedsBreakdown]:
        """By settlement; needs of no settlement come last under an empty name."""
        rows = self._rows(lambda line: line.settlement_id, self.settlements, "")
        return sorted(rows, key=lambda row: not row.label)

    def _rows(self, part: Callable[[NeedSummary], object], labels: dict, other: str) -> list[NeedsBreakdown]:
        groups: dict[str, list[NeedSummary]] = defaultdict(list)
        for line in self.touched:
            groups[labels.get(part(line), other)].append(line)
        rows = [
            NeedsBreakdown(
                label, sum(line.supporters for line in lines), self._count(lines, "began_on"),
                self._count(lines, "decided_on"), self._count(lines, "done_on"), next(iter(_most(lines)), None),
            )
            for label, lines in groups.items()
        ]  # fmt: skip
        return sorted(rows, key=lambda row: (-row.supporters, sort_key(row.label)))

    def _count(self, lines: Sequence[NeedSummary], day: str) -> int:
        return sum(self.period.holds(getattr(line, day)) for line in lines)

    # ---- when

    def months(self, back: int = 0) -> list[int]:
        """Voices in each month of the year, or of the one `back` years before."""
        counts: Counter[int] = Counter()
        for (year, month, _topic), count in self.by_month.items():
            if year == self.period.year - back:
                counts[month] += count
        return [counts[month] for month in range(1, 13)]

    @property
    def seasons(self) -> list[tuple[str, list[int | None], int]]:
        """Topics by month of the year: name, twelve counts of supporters (None in future months), their sum. Largest
        first."""
        by_topic: dict[str, list[int]] = defaultdict(lambda: [0] * 12)
        for (year, month, topic), count in self.by_month.items():
            if year == self.period.year:
                by_topic[str(Topic(topic or Topic.OTHER).label)][month - 1] += count
        begun = [(self.period.year, month) <= (self.today.year, self.today.month) for month in range(1, 13)]
        rows = [
            (label, [count if known else None for count, known in zip(counts, begun, strict=True)], sum(counts))
            for label, counts in by_topic.items()
        ]
        return sorted(rows, key=lambda row: (-row[2], sort_key(row[0])))

    # ---- how long

    @property
    def to_decision(self) -> MedianDuration:
        return _median_duration((line.began_on, line.decided_on) for line in self.decided)

    @property
    def to_done(self) -> MedianDuration:
        return _median_duration((line.began_on, line.done_on) for line in self.done)

    def waits(self, line: NeedSummary) -> int:
        return (self.today - line.began_on).days


def _most(lines: Iterable[NeedSummary]) -> list[NeedSummary]:
    return sorted(lines, key=lambda line: (-line.supporters, -line.size, line.pk))


def _median_duration(days: Iterable[tuple[date, date | None]]) -> MedianDuration:
    """What was decided before anybody asked took no time."""
    durations = [max(0, (until - since).days) for since, until in days if until]
    middle = median(durations) if durations else None
    return MedianDuration(int(middle) if middle is not None and middle == int(middle) else middle, len(durations))


def overview(period: OverviewPeriod) -> NeedsOverview:
    within = Q(supporters__received_on__gte=period.first, supporters__received_on__lt=period.after)
    rows = Need.objects.annotate(
        first=Min("supporters__received_on"), within=Count("supporters", filter=within)
    ).order_by("pk")
    fields = (
        "pk", "title", "topic", "settlement_id", "stage", "size", "reason", "done", "decided_on", "done_on",
    )  # fmt: skip
    lines = [
        # without a supporter (merged, or written by hand) it counts from the day of its creation
        NeedSummary(**row, began_on=began or written.astimezone(BELGRADE).date(), supporters=count)
        for row, began, count, written in (
            (dict(zip(fields, row, strict=False)), *row[-3:])
            for row in rows.values_list(*fields, "first", "within", "created_at")
        )
    ]
    supporters = Supporter.objects.filter(
        received_on__gte=date(period.year - 1, 1, 1), received_on__lt=date(period.year + 1, 1, 1)
    )
    here = Q(received_on__gte=period.first, received_on__lt=period.after)
    counted = (
        supporters.order_by()
        .values_list(TruncMonth("received_on"), F("need__topic"), "source")
        .annotate(count=Count("pk"), here=Count("pk", filter=here))
    )
    sources: Counter[str] = Counter()
    by_month: Counter[tuple[int, int, str]] = Counter()
    for month, topic, source, count, inside in counted:
        by_month[month.year, month.month, topic] += count
        sources[source] += inside
    return NeedsOverview(
        period,
        lines,
        {source: sources[source] for source in SupporterSource.values if sources[source]},
        dict(by_month),
        dict(Settlement.objects.values_list("pk", "name")),
        today(),
    )
