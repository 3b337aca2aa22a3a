"""Comparison of a programme's municipalities. Opens the scope of exactly those that are enrolled and have agreed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache

from django.conf import settings
from django.db.models import Q

from analytics.comparison.groups import Size, size
from analytics.comparison.measures import MEASURES, Figures, Measure
from analytics.comparison.queries import totals
from analytics.comparison.queries.totals import Window
from analytics.comparison.queries.training_figures import around
from analytics.comparison.training_periods import BEFORE
from analytics.months import Months, first_of, spanning
from analytics.periods import DAY, MONTH, WEEK, Period, Stretches
from analytics.thresholds import ENOUGH_OF_A_KIND
from common.prepared import PreparedRows, among, array
from municipalities.models import Cohort, Enrolment, Municipality, Programme
from municipalities.queries import today
from municipalities.tenancy import scope

# Below this many posts a median says little; the table marks it.
FEW_POSTS = ENOUGH_OF_A_KIND
# What is read of a municipality.
READ = (
    "slug", "name_cyrl", "name_latn", "name_en", "population", "joined_on",
    "district__name_cyrl", "district__name_latn", "district__name_en",
)  # fmt: skip
ENROLLED = ("compares", "cohort", "cohort__name", "cohort__training_on", "municipality", "municipality__district")
# The sparkline shows at least so many months, however short the period.
LINE_MONTHS = 12
# Over more days a municipality's single days are too uneven to be compared.
DAYS_APART = 7
# Fewer months are drawn by week: one or two points show no course.
FEWEST_MONTHS = 3


@dataclass
class ComparisonRow:
    """One municipality in the table. `since`: it joined only meanwhile, and by-the-week figures count from then."""

    municipality: Municipality
    cohort: Cohort
    now: Figures
    before: Figures
    baseline: Figures | None = None
    months: dict[date, Figures] = field(default_factory=dict)
    line: list[float | None] = field(default_factory=list)
    since: date | None = None

    def value(self, measure: Measure) -> float | None:
        return measure.of(self.now, self.municipality.population)

    def change(self, measure: Measure) -> float | None:
        return measure.change(self.now, self.before, self.municipality.population)

    def change_of_baseline(self, measure: Measure) -> float | None:
        return measure.change(self.now, self.baseline, self.municipality.population)

    @property
    def growth(self) -> float | None:
        """By how many per cent its followers grew."""
        return self.change(MEASURES["followers"])

    @property
    def size(self) -> Size:
        return size(self.municipality.population)

    @property
    def few(self) -> bool:
        return self.now.posts < FEW_POSTS


@dataclass(frozen=True)
class ComparedMunicipality:
    """A municipality that takes part today and agreed to be compared, with the latest cohort it takes part in."""

    municipality: Municipality
    cohort: Cohort


@dataclass(frozen=True)
class Part:
    """Who of the programmes is compared, and how many are not because they did not agree."""

    places: dict[int, ComparedMunicipality]
    withheld: int


@dataclass(frozen=True)
class Comparison:
    part: Part
    rows: list[ComparisonRow]
    axis: Stretches | None = None  # of a row's line; None: interactions by day, whatever the measure


@cache
def enrolled(*, with_practice: bool) -> PreparedRows:
    """Who takes part on a day in certain programmes. `with_practice`: workspaces of practice, too."""
    real = Q() if with_practice else Q(municipality__is_practice=False)
    return PreparedRows(
        lambda of: (
            Enrolment.objects.on(of.today)
            .filter(real, cohort__programme__in=among(of.programmes), municipality__joined_on__isnull=False)
            .select_related("cohort", "municipality__district")
            .only(*ENROLLED, *(f"municipality__{name}" for name in READ))
            .order_by("starts_on", "pk")
        ),
        "cohort",
        "municipality",
        "municipality__district",
        programmes=str,
        today=date,
    )


def taking_part(programmes: Sequence[Programme]) -> Part:
    """Who takes part today; workspaces of practice only in the demo. One query."""
    statement = enrolled(with_practice=settings.DEMO)
    enrolments = statement.shared_instances(programmes=array(row.pk for row in programmes), today=today())
    places = {
        enrolment.municipality_id: ComparedMunicipality(enrolment.municipality, enrolment.cohort)
        for enrolment in enrolments
        if enrolment.compares
    }
    return Part(places, len({enrolment.municipality_id for enrolment in enrolments} - set(places)))


def comparison(
    part: Part, period: Period, measure: Measure, *, every: bool = False, over_time: bool = False
) -> Comparison:
    """Rows of all that are compared, in no order. At most six queries, whatever their number.

    `every`: the time before is wanted for every measure, not for `measure` alone. `over_time`: lines show the measure
    in exactly this period; else at least twelve months, and interactions where the period is days.
    """
    if not part.places:
        return Comparison(part, [])
    with scope(*part.places):
        if isinstance(period, Months):
            return _by_month(part, period, measure, over_time)
        return _by_day(part, period, measure, every, over_time)


def _by_month(part: Part, period: Months, measure: Measure, over_time: bool) -> Comparison:
    line = period if over_time else spanning(min(period.first, first_of(period.last, 1 - LINE_MONTHS)), period.last)
    wanted = spanning(min(line.first, period.before.first), period.last)
    months = totals.by_month(part.places, wanted)
    baselines = _baselines(part, measure)
    axis, course = _month_axis(line), None
    if len(line.months) < FEWEST_MONTHS:
        axis = stretches(line)
        course = _course(part, axis, measure)
    rows = []
    for pk, place in part.places.items():
        mine, people = months.get(pk, {}), place.municipality.population
        now = totals.together(mine, period)
        values = [measure.of(mine[month], people) if month in mine else None for month in line.months]
        values = course[pk] if course else values
        before = totals.together(mine, period.before)
        row = ComparisonRow(place.municipality, place.cohort, now, before, baselines.get(pk), mine, values)
        rows.append(_since(row, period, first_of))
    return Comparison(part, rows, axis)


def _month_axis(period: Months) -> Stretches:
    return Stretches(MONTH, period.months, [first_of(month, 1) - timedelta(days=1) for month in period.months])


def _since(row: ComparisonRow, period: Period, cut: Callable[[date], date]) -> ComparisonRow:
    """Shorten the days of a municipality that joined within them and has no older data: a week without the portal is
    not a week without posts. `cut` returns the day, or month, by which a first post is known."""
    joined = row.municipality.joined_on
    assert joined is not None  # only workspaces are compared
    for name, span in (("before", period.before), ("now", period)):
        figures: Figures = getattr(row, name)
        is_older = figures.since is not None and figures.since < cut(joined)
        if span.first < joined <= span.last and not is_older and not (name == "now" and row.before.posts):
            setattr(row, name, replace(figures, days=(span.last - joined).days + 1))
            row.since = joined if name == "now" else None
    return row


def _baselines(part: Part, measure: Measure) -> dict[int, Figures]:
    trained = {pk: place.cohort.training_on for pk, place in part.places.items()}
    by_municipality = around(trained, (BEFORE,), followers=measure.key == "followers", medians=measure.key == "median")
    return {pk: one[BEFORE.number] for pk, one in by_municipality.items() if BEFORE.number in one}


def _by_day(part: Part, period: Period, measure: Measure, every: bool, over_time: bool) -> Comparison:
    spans = (period, period.before)
    windows = [Window(pk, span.first, span.last) for pk in part.places for span in spans]
    # Medians of the time before are needed only where those are compared, and they cost as much as all the rest.
    medians = range(0, len(windows), 1 if every or measure.key == "median" else len(spans))
    figures = totals.by_days(windows, medians=medians)
    baselines = _baselines(part, measure)
    axis = stretches(period) if over_time else None
    lines = _course(part, axis, measure) if axis else _activity(part, period)
    rows = []
    for index, (pk, place) in enumerate(part.places.items()):
        now, before = figures[2 * index : 2 * index + 2]
        row = ComparisonRow(place.municipality, place.cohort, now, before, baselines.get(pk), line=lines[pk])
        rows.append(_since(row, period, lambda day: day))
    return Comparison(part, rows, axis)


def _activity(part: Part, period: Period) -> dict[int, list[float | None]]:
    return totals.activity(list(part.places), period.first, period.last, step(period))


def _course(part: Part, axis: Stretches, measure: Measure) -> dict[int, list[float | None]]:
    """The measure of each municipality by stretch; None where it is not known."""
    days = list(zip(axis.firsts, axis.lasts, strict=True))
    windows = [Window(pk, first, last) for pk in part.places for first, last in days]
    figures = totals.by_days(windows, followers=measure.key == "followers", medians=measure.key == "median")
    return {
        pk: [measure.of(one, place.municipality.population) for one in figures[at * len(days) : (at + 1) * len(days)]]
        for at, (pk, place) in enumerate(part.places.items())
    }


def stretches(period: Period) -> Stretches:
    """Single days of a week, else weeks that end with the period; the first may be shorter."""
    if period.days <= DAYS_APART:
        return Stretches(DAY, period.dates, period.dates)
    lasts = [period.last - timedelta(days=n) for n in range(0, period.days, 7)][::-1]
    return Stretches(WEEK, [max(period.first, last - timedelta(days=6)) for last in lasts], lasts)


def step(period: Period) -> int:
    """Days in one stretch of the little line: one up to four weeks, else seven."""
    return 1 if period.days <= 28 else 7
