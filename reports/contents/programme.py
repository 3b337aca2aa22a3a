"""A programme's report to its donor: who took part, what they did, and the results against baseline and target."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import npgettext

from analytics.comparison.groups import Group
from analytics.comparison.measures import MEASURES, Figures, Measure, MeasureKind
from analytics.comparison.queries.comparison import FEW_POSTS, Comparison, ComparisonRow, comparison, taking_part
from analytics.comparison.queries.grouping import groups, median_of
from analytics.comparison.small_changes import in_numbers
from analytics.indicators.queries.rows import IndicatorRow
from analytics.reporting_period import ReportingPeriod
from analytics.thresholds import is_fit_for_per_cent
from common import charts
from common.dates import long_date, month_year
from common.numbers import number, significant
from municipalities import reference
from municipalities.models import Enrolment, Programme
from reports.contents.common import compared_with_months, document, value, whole
from reports.contents.indicators import indicators, lines_of, result
from reports.contents.outputs import done
from reports.document import (
    Block,
    Bullets,
    Cell,
    CellType,
    Column,
    Document,
    Facts,
    Heading,
    Missing,
    Paragraph,
    Table,
    Tile,
    Tiles,
)
from reports.files.charts import printed
from reports.results import ReportedMunicipality, Results
from serbian.sorting import sort_key

MOST_BARS = 15
# What stands in the table of all municipalities, what in the one of their posts, and what a group says.
SUMS = ("posts", "interactions", "inhabitants", "followers", "median")
SHARES = ("weekly", "calls", "services", "interactive", "informing", "ceremonies")
GROUPS = ("weekly", "inhabitants", "median", "calls", "services")


@dataclass(frozen=True)
class Edition:
    """Which count of months that are over it is, and why they were counted again."""

    number: int = 1
    because: str = ""


def programme(
    programme_: Programme, period: ReportingPeriod, as_of: datetime, edition: Edition | None = None
) -> Document:
    """In the language that is active. Opens the scope of those municipalities that agreed, and of no others. Every
    figure is of `period`."""
    comparison = compared(programme_, period)
    rows = sorted(comparison.rows, key=lambda row: sort_key(str(row.municipality)))
    months, span = period.months, str(period)
    lines = lines_of(programme_, period)
    blocks: list[Block | None] = [
        Paragraph(_sentence(rows, span), "lead"),
        _unfinished(period),
        _counted_again(edition or Edition()),
        _tiles(rows, months),
        *indicators(lines, period),
        *done(programme_, period),
        Heading(_("By size")),
        _by_size(rows),
        Heading(_("Municipalities side by side")),
        _table(rows),
        _ranking(rows),
        _by_month(rows, months),
        Heading(_("Types of posts")),
        _shares(rows),
        Heading(_("Quality of the data")),
        Bullets(list(_quality(comparison, rows, period))),
        Heading(_("What the metrics mean")),
        Facts(_meanings()),
    ]
    about = _("Publications of the municipalities of %(programme)s on their social networks in %(months)s.") % {
        "programme": programme_,
        "months": span,
    }
    written = document(_("Report of the programme"), f"{programme_} · {span}", about, as_of, blocks)
    return replace(written, results=_results(programme_, period, rows, lines))


def _results(
    programme_: Programme, period: ReportingPeriod, rows: Sequence[ComparisonRow], lines: Sequence[IndicatorRow]
) -> Results | None:
    """None where there is nothing to report: no indicator, or no municipality yet. One query."""
    if not lines:
        return None
    enrolments = Enrolment.objects.filter(cohort__programme=programme_, municipality__joined_on__isnull=False)
    now = Q(starts_on__lte=period.today) & (Q(ends_on__isnull=True) | Q(ends_on__gte=period.today))
    facts = enrolments.aggregate(started_on=Min("starts_on"), running=Count("pk", filter=now))
    if facts["started_on"] is None:
        return None
    codes = reference.codes()
    agreed = [ReportedMunicipality(str(row.municipality), codes.get(row.municipality.slug, "")) for row in rows]
    return Results(
        programme_.pk, str(programme_), facts["started_on"], facts["running"] > 0, period.first, period.last, agreed,
        [result(line) for line in lines],
    )  # fmt: skip


def _unfinished(period: ReportingPeriod) -> Block | None:
    if period.is_over:
        return None
    text = _("The last month is not over: this counts to %(day)s.") % {"day": long_date(period.last)}
    return Paragraph(text, "warning")


def _counted_again(edition: Edition) -> Block | None:
    if edition.number == 1:
        return None
    text = _("Edition %(number)s. It replaces earlier ones, because: %(because)s") % vars(edition)
    return Paragraph(text, "warning")


def _sum(rows: Sequence[ComparisonRow], key: str, *, before: bool = False) -> int | None:
    values = [getattr(row.before if before else row.now, key) for row in rows]
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _sentence(rows: Sequence[ComparisonRow], span: str) -> str:
    if not rows:
        return _("In %(months)s no municipality took part that agreed to be compared.") % {"months": span}
    posts, interactions = _sum(rows, "posts") or 0, _sum(rows, "interactions")
    facts: dict[str, object] = {
        "months": span,
        "places": npgettext("took part", "%(count)s municipality", "%(count)s municipalities", len(rows))
        % {"count": number(len(rows))},
        "posts": npgettext("published by municipalities", "%(count)s post", "%(count)s posts", posts)
        % {"count": number(posts)},
    }
    if interactions is None:
        return _("In %(months)s, %(places)s published %(posts)s; no network has reported interactions.") % facts
    facts["interactions"] = npgettext(
        "brought by posts", "%(count)s interaction", "%(count)s interactions", interactions
    ) % {"count": number(interactions)}
    facts["compared"] = compared_with_months(interactions, _sum(rows, "interactions", before=True))
    if not facts["compared"]:
        return _("In %(months)s, %(places)s published %(posts)s. They received %(interactions)s.") % facts
    text = _("In %(months)s, %(places)s published %(posts)s. They received %(interactions)s, %(compared)s.")
    return text % facts


def _few() -> str:
    return _("fewer than %(count)s") % {"count": settings.SMALLEST_GROUP}


def _middle(rows: Sequence[ComparisonRow], measure: Measure) -> tuple[float | Missing, int]:
    """The median and the number of municipalities; nothing for groups below the minimum."""
    middle = median_of(rows, measure, settings.SMALLEST_GROUP)
    return (Missing(_few()) if middle.value is None else middle.value), middle.n


def _tiles(rows: Sequence[ComparisonRow], months: Sequence[date]) -> Tiles | None:
    if not rows:
        return None
    tiles = [Tile(_("Municipalities"), len(rows), _("that take part and agreed to be compared"))]
    against = _("against as many months before")
    for key in ("posts", "interactions"):
        now, before = _sum(rows, key), _sum(rows, key, before=True)
        change, reference = None, ""
        if now is not None and before:
            if is_fit_for_per_cent(now, before):
                change, reference = (now - before) * 100 / before, against
            else:
                reference = _("%(before)s in as many months before") % {"before": number(before)}
        tiles.append(Tile(str(MEASURES[key].label), value(now), str(MEASURES[key].formula), 0, change, reference))
    for key in ("inhabitants", "median", "calls"):
        measure = MEASURES[key]
        middle, n = _middle(rows, measure)
        formula = _("median of %(n)s municipalities: %(formula)s") % {"n": n, "formula": measure.formula}
        label = _labelled(measure)
        if key == "inhabitants" and len(months) > 1:  # the indicator of this name is per month
            label = _("%(measure)s, all months together") % {"measure": label}
        tiles.append(Tile(label, middle, formula, measure.places))
    return Tiles(_("The programme in numbers"), tiles)


def _labelled(measure: Measure) -> str:
    return f"{measure.label}, %" if measure.kind == MeasureKind.SHARE else str(measure.label)


def _columns(keys: Sequence[str]) -> list[Column]:
    measures = [MEASURES[key] for key in keys]
    return [Column(_labelled(measure), CellType.NUMBER, measure.places, str(measure.formula)) for measure in measures]


def _nobody() -> str:
    return _("No municipality to compare.")


def _by_size(rows: Sequence[ComparisonRow]) -> Table:
    def medians(group: Group[ComparisonRow]) -> Iterator[Cell]:
        for key in GROUPS:
            yield Missing(_("not reported")) if group.is_hidden else _middle(group.members, MEASURES[key])[0]

    columns = [
        Column(_("Size")),
        Column("n", CellType.NUMBER, meaning=_("municipalities in the group")),
        *_columns(GROUPS),
    ]
    note = _(
        "Medians. A group of fewer than %(count)s municipalities is not shown, nor one that could be calculated from "
        "the others."
    ) % {"count": settings.SMALLEST_GROUP}
    sizes = groups(rows, "size", settings.SMALLEST_GROUP)
    lines = [(str(group.label), group.count, *medians(group)) for group in sizes]
    return Table("sizes", "", columns, lines, note, empty=_nobody(), sheet=_("By size"))


def _table(rows: Sequence[ComparisonRow]) -> Table:
    change = MEASURES["interactions"]
    columns = [
        Column(_("Municipality")),
        # no room in print, where it stands in the narrower table of the posts
        replace(_code(), printed=False),
        *_columns(SUMS),
        Column("n", CellType.NUMBER, meaning=_("posts that the median was taken of")),
        Column(_("Change, %"), CellType.NUMBER, meaning=_("of interactions a day, against as many months before")),
        Column(_("Against baseline, %"), CellType.NUMBER,
               meaning=_("of interactions a day, against the days before the training")),
    ]  # fmt: skip

    def line(row: ComparisonRow) -> Sequence[Cell]:
        return (
            str(row.municipality),
            _code_cell(row),
            *(_measure_cell(row, key) for key in SUMS),
            row.now.counted,
            _change(row, row.before, change),
            _change(row, row.baseline, change),
        )

    few = ", ".join(str(row.municipality) for row in rows if row.few)
    note = ""
    if few:
        text = _("Fewer than %(few)s posts, so the metrics are not conclusive: %(names)s.")
        note = text % {"few": FEW_POSTS, "names": few}
    return Table(
        "municipalities", "", columns, [line(row) for row in rows], note, empty=_nobody(), sheet=_("Municipalities")
    )


def _code() -> Column:
    return Column(_("Official code"), meaning=_("of the Statistical Office of the Republic of Serbia"))


def _code_cell(row: ComparisonRow) -> Cell:
    return reference.codes().get(row.municipality.slug) or Missing("–")


def _change(row: ComparisonRow, then: Figures | None, measure: Measure) -> Cell:
    """In per cent; on a tiny base in numbers."""
    population = row.municipality.population
    small = in_numbers(row.now, then, measure, population)
    return Missing(small) if small else value(measure.change(row.now, then, population), "–")


def _measure_cell(row: ComparisonRow, key: str) -> Cell:
    value_of_row = row.value(MEASURES[key])
    if value_of_row is None and key == "inhabitants" and not row.municipality.population:
        return Missing(_("population not entered"))
    return value(value_of_row, "–" if key == "median" else "")


def _shares(rows: Sequence[ComparisonRow]) -> Table:
    columns = [Column(_("Municipality")), _code(), *_columns(SHARES)]
    lines = [
        (str(row.municipality), _code_cell(row), *(value(row.value(MEASURES[key]), "–") for key in SHARES))
        for row in rows
    ]
    return Table("posts", "", columns, lines, empty=_nobody(), sheet=_("Types of posts"))


def _ranking(rows: Sequence[ComparisonRow]) -> Block | None:
    rate = MEASURES["inhabitants"]
    known = [(rate_of_row, row) for row in rows if (rate_of_row := row.value(rate)) is not None]
    if not known:
        return None
    shown = sorted(known, key=lambda pair: -pair[0])[:MOST_BARS]
    texts = charts.ChartTexts(
        number=significant, gap=_("not read"), heading=_("Municipality"), formula=str(rate.formula)
    )
    title = str(rate.label)
    if len(known) > MOST_BARS:
        title = _("%(formula)s: the %(count)s highest") % {"formula": title, "count": MOST_BARS}
    series = charts.Series(str(rate.label), [rate_of_row for rate_of_row, _row in shown])
    return printed(charts.ranking(title, [str(row.municipality) for _measure_cell, row in shown], series, texts))


def _by_month(rows: Sequence[ComparisonRow], months: Sequence[date]) -> Block | None:
    if len(months) < 2 or not rows:
        return None

    def total(month: date) -> float | None:
        values = [row.months[month].interactions for row in rows if month in row.months]
        known = [value for value in values if value is not None]
        return sum(known) if known else None

    formula = str(MEASURES["interactions"].formula)
    texts = charts.ChartTexts(number=whole, gap=_("not reported"), heading=_("Month"), formula=formula)
    series = charts.Series(_("Interactions"), [total(month) for month in months])
    return printed(charts.bars(_("Interactions by month"), [month_year(month) for month in months], [series], texts))


def _quality(comparison: Comparison, rows: Sequence[ComparisonRow], period: ReportingPeriod) -> Iterator[str]:
    withheld = comparison.part.withheld
    if withheld:
        yield npgettext(
            "withheld",
            "%(count)s municipality takes part but did not agree to be compared; it is not included in these metrics.",
            "%(count)s municipalities take part but did not agree to be compared; they are not included in these "
            "metrics.",
            withheld,
        ) % {"count": number(withheld)}
    unread = [str(row.municipality) for row in rows if row.now.interactions is None and row.now.posts]
    if unread:
        yield _("No network has reported metrics yet: %(names)s.") % {"names": ", ".join(unread)}
    without = [str(row.municipality) for row in rows if not row.municipality.population]
    if without:
        yield _("Population not entered: %(names)s.") % {"names": ", ".join(without)}
    joined = [str(row.municipality) for row in rows if row.since]
    if joined:
        yield _("Joined within these months, and counted since: %(names)s.") % {"names": ", ".join(joined)}
    yield _("Interactions are counted to the day of publication, with the metrics that were read by then.")
    if period.is_over:
        yield _(
            "These months are over, and their figures are kept: a report of the same months says the same, whenever it "
            "is made and in whichever language. Later corrections by the networks are not in it."
        )
    else:
        yield _("These months are not over: a report that is generated again differs.")


def _meanings() -> list[tuple[str, str]]:
    measures = [(_labelled(MEASURES[key]), str(MEASURES[key].formula)) for key in (*SUMS, *SHARES)]
    of_n = _("the middle one of n municipalities that have the number: as many lie above it as below")
    return [*dict(measures).items(), (_("Median (n)"), of_n)]


# ---- A programme over whole months: the rows of its municipalities that agreed to be compared.


def compared(programme: Programme, period: ReportingPeriod) -> Comparison:
    """At most six queries, whatever the number of municipalities."""
    return comparison(taking_part([programme]), period.period, MEASURES["interactions"])
