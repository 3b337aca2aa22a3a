"""The charts of municipalities side by side: comparisons as `common.charts`, with texts and gaps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.conf import settings
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from analytics.annotations.marks import marks, position
from analytics.annotations.queries import Event
from analytics.comparison.groups import Group, Middle, middle
from analytics.comparison.measures import Figures, Measure, MeasureKind
from analytics.comparison.queries.comparison import ComparedMunicipality, Comparison, ComparisonRow
from analytics.comparison.training_periods import BEFORE, STRETCHES
from analytics.months import Months
from analytics.periods import DAY, MONTH, WEEK, Period, Stretches
from common import charts
from common.dates import day_month_short, month_year, short_date
from common.numbers import number, significant
from serbian.sorting import sort_key

MOST_BARS = 15
UNIT = "\u202f%"  # a narrow no-break space, as Serbian typography asks


def chart_texts(measure: Measure, heading: str = "") -> charts.ChartTexts:
    return charts.ChartTexts(
        number=lambda value: chart_value(value, measure),
        gap=_("not known"),
        heading=heading or _("Municipality"),
        formula=str(measure.formula),
    )


def chart_value(value: float, measure: Measure) -> str:
    if measure.kind == MeasureKind.SHARE:
        return f"{number(value, 0)}{UNIT}"
    if value == round(value):
        return number(round(value))  # marks of an axis come as 250.0
    if measure.places:
        return significant(value)
    return number(value, 0 if value >= 10 else 1)


def month_label(month: date) -> str:
    return date_format(month, "n.Y") if month.month == 1 else date_format(month, "n.")


def ranking(rows: Sequence[ComparisonRow], measure: Measure) -> charts.Chart | None:
    """The highest by the chosen measure; the table has all the others."""
    known = [(value, row) for row in rows if (value := row.value(measure)) is not None]
    known.sort(key=lambda pair: -pair[0])
    if not known:
        return None
    shown = known[:MOST_BARS]
    series = charts.Series(str(measure.label), [value for value, _row in shown])
    title = str(measure.label)
    if len(known) > MOST_BARS:
        title = _("%(formula)s: the %(count)s highest") % {"formula": title, "count": MOST_BARS}
    return charts.ranking(title, [str(row.municipality) for _value, row in shown], series, chart_texts(measure))


def line_of(row: ComparisonRow) -> SafeString:
    """The little line of the table: decoration, since the pages behind it say its figures."""
    return charts.sparkline(row.line, "")


def table_value(value: float | None, measure: Measure) -> str:
    """A figure as the tables write it; a dash where it is not known."""
    if value is None:
        return number(None)
    return (
        f"{number(value, measure.places)}{UNIT}" if measure.kind == MeasureKind.SHARE else number(value, measure.places)
    )


# ---- over time


def over_time(
    rows: Sequence[ComparisonRow], axis: Stretches, measure: Measure, events: Sequence[Event] = ()
) -> charts.Chart:
    """At most six municipalities over each other, with the trainings that fell into this time."""
    series = [charts.Series(str(row.municipality), row.line) for row in rows]
    days = {row.cohort.training_on: row.cohort for row in rows}
    happened = [
        charts.Mark(at, _("Training: %(cohort)s") % {"cohort": cohort})
        for day, cohort in sorted(days.items())
        if (at := position(day, axis)) is not None
    ]
    texts = chart_texts(measure, head_of(axis))
    happened += marks(events, axis)
    return charts.line(by_time(measure, axis), labels_of(axis), series, texts, marks=happened)


def multiples(compared: Comparison, measure: Measure, events: Sequence[Event] = ()) -> charts.Chart | None:
    """All on one scale, each beside the median of all, with its own training and the events marked."""
    axis = compared.axis
    if not compared.rows or axis is None:
        return None
    rows = sorted(compared.rows, key=lambda row: sort_key(str(row.municipality)))
    against = None
    if len(rows) >= settings.SMALLEST_GROUP:
        across = [middle((row.line[at] for row in rows), settings.SMALLEST_GROUP) for at in range(len(axis))]
        against = charts.Series(_("Median of all"), [middle.value for middle in across], muted=True)
    return charts.multiples(
        by_time(measure, axis),
        labels_of(axis),
        [charts.Series(str(row.municipality), row.line) for row in rows],
        chart_texts(measure, head_of(axis)),
        against=against,
        marks=[[*_training(row, axis), *marks(events, axis)] for row in rows],
    )


def _training(row: ComparisonRow, axis: Stretches) -> list[charts.Mark]:
    at = position(row.cohort.training_on, axis)
    return [charts.Mark(at, _("Training"))] if at is not None else []


def by_time(measure: Measure, axis: Stretches) -> str:
    titles = {
        DAY: _("%(measure)s by day"),
        WEEK: _("%(measure)s by week"),
        MONTH: _("%(measure)s by month"),
    }
    return titles[axis.unit] % {"measure": measure.label}


def head_of(axis: Stretches) -> str:
    return {DAY: _("Day"), WEEK: _("Week from"), MONTH: _("Month")}[axis.unit]


def labels_of(axis: Stretches) -> list[str]:
    if axis.unit == MONTH:
        return [month_label(month) for month in axis.firsts]
    return [day_month_short(day) for day in axis.firsts]


def before_and_now(rows: Sequence[ComparisonRow], period: Period, measure: Measure) -> charts.Chart:
    pairs = [
        charts.Pair(
            str(row.municipality),
            measure.of(row.before, row.municipality.population),
            measure.of(row.now, row.municipality.population),
        )
        for row in rows
    ]
    names = (_span(period.before), _span(period))
    return charts.dumbbell(str(measure.label), pairs, chart_texts(measure), names=names)


def _span(period: Period) -> str:
    if isinstance(period, Months):
        return f"{month_year(period.first)} – {month_year(period.last)}"
    return f"{short_date(period.first)} – {short_date(period.last)}"


# ---- on the map


def place_map(rows: Sequence[ComparisonRow], measure: Measure, districts: Mapping[str, str]) -> charts.Chart:
    """Each municipality in the tile of its district; `districts` are the names of all by code."""
    ordered = sorted(rows, key=lambda row: sort_key(str(row.municipality)))
    places = [
        charts.MapEntry(row.municipality.district_id, str(row.municipality), row.value(measure))
        for row in ordered
        if row.municipality.district_id in charts.PLACES
    ]
    return charts.place_map(str(measure.label), places, districts, chart_texts(measure))


def districts(groups: Sequence[Group[ComparisonRow]], measure: Measure, minimum: int) -> charts.Chart:
    cells = []
    for group in groups:
        if group.key not in charts.PLACES:
            continue
        value = middle((row.value(measure) for row in group.members), minimum).value
        cells.append(charts.Tile(group.key, str(group.label), value, "" if value else _("too few municipalities")))
    title = _("%(measure)s: median of the district") % {"measure": measure.label}
    return charts.tiles(title, cells, chart_texts(measure, _("District")))


# ---- around the training


@dataclass(frozen=True)
class Cell:
    """A stretch of days around a training: its figure by the week, or until when it is open."""

    value: float | None
    text: str
    open_until: date | None = None
    change: str = ""


@dataclass(frozen=True)
class Trained:
    name: str
    slug: str
    cohort: str
    training_on: date
    cells: Sequence[Cell]

    @property
    def latest(self) -> Cell | None:
        """Of those after the training the last that is over."""
        return next((cell for cell in reversed(self.cells[1:]) if cell.open_until is None), None)


def rate(measure: Measure) -> Measure:
    """The measure by which stretches of different length are compared: a weekly rate where it grows with time."""
    if measure.kind != MeasureKind.TOTAL:
        return measure

    def weekly(figures: Figures, population: int | None) -> float | None:
        value = measure.of(figures, population)
        return None if value is None else value * 7 / figures.days

    return replace(measure, of=weekly, places=2 if measure.key == "inhabitants" else 1, kind=MeasureKind.LEVEL)


def rate_label(measure: Measure) -> str:
    if measure.kind != MeasureKind.TOTAL:
        return str(measure.label)
    return _("%(measure)s, a week") % {"measure": measure.label}


def trained(place: ComparedMunicipality, told_: Mapping[int, Figures], measure: Measure, now: date) -> Trained:
    it, people, day = rate(measure), place.municipality.population, place.cohort.training_on
    cells: list[Cell] = []
    for stretch in STRETCHES:
        if stretch.number not in told_:
            cells.append(Cell(None, "", stretch.of(day).last))
            continue
        figures = told_[stretch.number]
        value = it.of(figures, people)
        change = it.change(figures, told_.get(BEFORE.number), people) if cells else None
        cells.append(Cell(value, table_value(value, it), change="" if change is None else signed(change, it)))
    return Trained(str(place.municipality), place.municipality.slug, str(place.cohort), day, cells)


def around_training(rows: Sequence[Trained], measure: Measure) -> charts.Chart | None:
    """Four weeks before against the last stretch that is over."""
    pairs = [
        charts.Pair(row.name, row.cells[0].value, latest.value if (latest := row.latest) else None)
        for row in rows
        if row.cells[0].value is not None or row.latest
    ]
    if not pairs:
        return None
    names = (str(BEFORE.label), _("last completed period"))
    return charts.dumbbell(rate_label(measure), pairs, chart_texts(rate(measure)), names=names)


def medians_of_stretches(rows: Sequence[Trained], minimum: int) -> list[Middle]:
    return [middle((row.cells[at].value for row in rows), minimum) for at in range(len(STRETCHES))]


def signed(value: float, measure: Measure) -> str:
    """A change: per cent, or points of a share."""
    rounded = round(value)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    amount = number(abs(rounded))
    if measure.kind == MeasureKind.SHARE:
        return _("%(change)s points") % {"change": f"{sign}{amount}"}
    return f"{sign}{amount}{UNIT}"
