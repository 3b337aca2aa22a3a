"""Charts of one municipality's statistics: turns query results into `common.charts`, with texts and gaps."""

from collections.abc import Callable, Sequence
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import periods
from analytics.annotations.marks import marks
from analytics.annotations.queries import Event
from analytics.dashboards.labels import BASES, day_name, hours, times, whole
from analytics.dashboards.queries.baseline import Baseline
from analytics.dashboards.queries.follower_breaks import Break
from analytics.dashboards.queries.followers import Followers
from analytics.dashboards.queries.relative_performance import Judged, Typical
from analytics.dashboards.queries.totals import Series
from analytics.dashboards.sentences import When
from analytics.enums import Basis
from analytics.metrics import FORMULAS
from analytics.periods import Stretches
from analytics.thresholds import BANDS, ENOUGH_OF_A_KIND
from channels.models import Channel
from common import charts
from common.dates import day_month_short, month_year, short_date
from common.numbers import number

_TIMES = gettext_lazy("median over posts of: interactions ÷ median of its channel in these days; hours in Belgrade")
# Fewer columns than these show no course of time.
FEWEST_COLUMNS = 2


def _texts(
    stretches: Stretches, formula: str = "", gap: str = "", say: Callable[[float], str] = whole
) -> charts.ChartTexts:
    heads = {
        periods.DAY: _("Day"),
        periods.WEEK: _("Week from"),
        periods.MONTH: _("Month"),
        periods.QUARTER: _("Quarter from"),
    }
    return charts.ChartTexts(number=say, gap=gap or _("not read"), heading=heads[stretches.unit], formula=formula)


def labels_of(stretches: Stretches) -> list[str]:
    if stretches.unit in (periods.MONTH, periods.QUARTER):
        return [month_year(first) for first in stretches.firsts]
    is_long = stretches.firsts[0].year != stretches.lasts[-1].year
    return [short_date(first) if is_long else day_month_short(first) for first in stretches.firsts]


def _training(stretches: Stretches, base: Baseline | None) -> list[charts.Mark]:
    """The mark of the training, if it lies in the period."""
    if base is None or base.joined or not stretches.firsts[0] <= base.until <= stretches.lasts[-1]:
        return []
    return [charts.Mark(_stretch(stretches, base.until), _("Training"))]


def published(
    course: Series, stretches: Stretches, base: Baseline | None = None, events: Sequence[Event] = ()
) -> charts.Chart:
    """Interactions by day of publication; a gap where nothing was published or nothing fetched."""
    totals = course.interactions[Basis.PUBLICATION]
    values: list[float | None] = [totals.get(index) for index in range(len(stretches))]
    reasons = {index: _("nothing was published") for index in range(len(stretches)) if not course.posts.get(index)}
    happened = [*_training(stretches, base), *marks(events, stretches)]
    return _interactions(values, reasons, stretches, Basis.PUBLICATION, happened)


def activity(
    course: Series,
    looked: Followers,
    stretches: Stretches,
    basis: str,
    base: Baseline | None = None,
    *,
    events: Sequence[Event] = (),
) -> charts.Chart:
    """Interactions by stretch; where nothing was fetched, or nothing was published, a gap with the reason."""
    if basis == Basis.PUBLICATION:
        return published(course, stretches, base, events)
    totals = course.interactions[basis]
    values: list[float | None] = []
    reasons: dict[int, str] = {}
    for index in range(len(stretches)):
        is_read = index in totals or bool(looked.by_stretch[index])
        values.append((totals.get(index) or 0) if is_read else None)
        if reason := looked.reason(index):
            reasons[index] = reason
    return _interactions(values, reasons, stretches, basis, [*_training(stretches, base), *marks(events, stretches)])


def _interactions(
    values: list[float | None],
    reasons: dict[int, str],
    stretches: Stretches,
    basis: str,
    happened: Sequence[charts.Mark],
) -> charts.Chart:
    titles = {
        periods.DAY: _("Interactions by day"),
        periods.WEEK: _("Interactions by week"),
        periods.MONTH: _("Interactions by month"),
        periods.QUARTER: _("Interactions by quarter"),
    }
    formula = f"{BASES[basis]}: {FORMULAS['interactions'].text}"
    series = charts.Series(str(FORMULAS["interactions"].label), values, reasons)
    texts = _texts(stretches, formula)
    return charts.bars(titles[stretches.unit], labels_of(stretches), [series], texts, marks=happened)


def followers(
    course: Followers,
    stretches: Stretches,
    channels: list[Channel],
    broken: Sequence[Break] = (),
    *,
    base: Baseline | None = None,
    events: Sequence[Event] = (),
) -> charts.Chart:
    """Followers of all channels together at the end of each stretch. The line breaks where the set of channels
    changes, and has a mark where its figures were imported."""
    values = [course.total(index, last, channels) for index, last in enumerate(stretches.lasts)]
    reasons = {index: reason for index in range(len(stretches)) if (reason := course.reason(index))}
    series = charts.Series(_("Followers"), values, reasons)
    formula = _("all channels of the time together; where one of them was not read there is a gap")
    texts = _texts(stretches, formula)
    happened = [
        charts.Mark(_stretch(stretches, follower_break.day), follower_break.short, broken=True)
        for follower_break in broken
    ]
    if course.imported_until is not None:
        happened.append(charts.Mark(_stretch(stretches, course.imported_until), _("imported up to here")))
    happened += [*_training(stretches, base), *marks(events, stretches)]
    return charts.line(_("Followers"), labels_of(stretches), [series], texts, marks=happened, from_zero=False)


def _stretch(stretches: Stretches, day: date) -> int:
    return next(index for index, last in enumerate(stretches.lasts) if day <= last)


def sparkline(channel: Channel, course: Followers) -> SafeString:
    """The course of one channel's followers, beside its figures in a table."""
    return charts.sparkline([counts.get(channel.pk) for counts in course.by_stretch])


SERVICE, CEREMONY = ("service", "eservice"), ("ceremony",)


def mix(
    published: Series, stretches: Stretches, base: Baseline | None = None, events: Sequence[Event] = ()
) -> charts.Chart | None:
    """Service information against ceremony, as shares of the posts; by week where the period is shown by day."""
    groups = _weeks(stretches)
    if len(groups) < FEWEST_COLUMNS or not published.posts:
        return None
    counted: list[tuple[int, int, int] | None] = []
    for group in groups:
        posts: dict[str, int] = {}
        for index in group:
            for category, some in published.posts.get(index, {}).items():
                posts[category] = posts.get(category, 0) + some
        service, ceremony = sum(posts.get(key, 0) for key in SERVICE), sum(posts.get(key, 0) for key in CEREMONY)
        total = sum(posts.values())
        counted.append((service, ceremony, total - service - ceremony) if total else None)
    names = (_("Service information and eServices"), _("Ceremony and visits"), _("Everything else"))
    series = [
        charts.Series(name, [counts[at] if counts else None for counts in counted]) for at, name in enumerate(names)
    ]
    unit = periods.WEEK if stretches.unit == periods.DAY else stretches.unit
    shown = Stretches(
        unit, [stretches.firsts[group[0]] for group in groups], [stretches.lasts[group[-1]] for group in groups]
    )
    texts = _texts(shown, _("share of the posts published"), _("nothing was published"))
    happened = [*_training(shown, base), *marks(events, shown)]
    return charts.stacked(_("Service information against ceremony"), labels_of(shown), series, texts, marks=happened)


def _weeks(stretches: Stretches) -> list[list[int]]:
    """Days put together to weeks that end with the period; other stretches as they are."""
    count = len(stretches)
    if stretches.unit != periods.DAY:
        return [[index] for index in range(count)]
    short = count % 7
    firsts = ([0] if short else []) + list(range(short, count, 7))
    return [list(range(first, min(first + 7, count) if first >= short else short)) for first in firsts]


def clicks(
    values: list[int], stretches: Stretches, base: Baseline | None = None, events: Sequence[Event] = ()
) -> charts.Chart:
    titles = {
        periods.DAY: _("Clicks by day"),
        periods.WEEK: _("Clicks by week"),
        periods.MONTH: _("Clicks by month"),
        periods.QUARTER: _("Clicks by quarter"),
    }
    texts = _texts(
        stretches, _("people who followed a short link, by the day on which they did; programs are left out")
    )
    series, happened = charts.Series(_("Clicks"), values), [*_training(stretches, base), *marks(events, stretches)]
    return charts.bars(titles[stretches.unit], labels_of(stretches), [series], texts, marks=happened)


def ranking(title: str, head: str, rows: list[tuple[str, float | None]], formula: str) -> charts.Chart:
    """Horizontal bars of a breakdown, for export."""
    texts = charts.ChartTexts(number=whole, gap=_("not reported"), heading=head, formula=formula)
    series = charts.Series(str(FORMULAS["interactions"].label), [value for _label, value in rows])
    return charts.ranking(title, [label for label, _value in rows], series, texts)


def best_time(judged: Judged, best: When | None) -> charts.Chart:
    """Weekday by hours, with all days and the whole day at the edges. Cells with too few posts are hatched and say
    so."""
    bands = range(len(BANDS))
    columns = [*(hours(band) for band in bands), _("Whole day")]
    rows = [*(day_name(day) for day in range(7)), _("All days")]
    grid: list[list[Typical | None]] = [
        [*(judged.cells.get((day, band)) for band in bands), judged.weekdays.get(day)] for day in range(7)
    ]
    grid.append([*(judged.bands.get(band) for band in bands), None])
    values: list[list[float | None]] = []
    reasons: dict[tuple[int, int], str] = {}
    for row, cells in enumerate(grid):
        values.append([])
        for column, cell in enumerate(cells):
            is_enough = cell is not None and cell.posts >= ENOUGH_OF_A_KIND
            values[-1].append(cell.times if cell and is_enough else None)
            if not is_enough:
                reasons[row, column] = _too_few(cell.posts if cell else 0)
    reasons[7, len(BANDS)] = _("all posts together are the usual")
    marked = []
    if best is not None:
        marked = [(7 if best.weekday is None else best.weekday, len(BANDS) if best.band is None else best.band)]
    texts = charts.ChartTexts(
        number=times,
        gap=_("not enough data"),
        heading=_("Day of the week"),
        formula=str(_TIMES),
    )
    return charts.heat(
        _("Interactions by the time of publication"), rows, columns, values, texts, reasons=reasons, marked=marked
    )


def by_weekday(judged: Judged) -> charts.Chart:
    labels = [day_name(day) for day in range(7)]
    typicals = [judged.weekdays.get(day) for day in range(7)]
    return _edge(_("Interactions by the day of publication"), _("Day of the week"), labels, typicals)


def by_hours(judged: Judged) -> charts.Chart:
    labels = [hours(band) for band in range(len(BANDS))]
    typicals = [judged.bands.get(band) for band in range(len(BANDS))]
    return _edge(_("Interactions by the hours of publication"), _("Hours"), labels, typicals)


def _edge(title: str, head: str, labels: list[str], typicals_by_position: list[Typical | None]) -> charts.Chart:
    """Days alone, or hours alone, where no hours of a day have enough posts."""
    typicals = [typical if typical and typical.posts >= ENOUGH_OF_A_KIND else None for typical in typicals_by_position]
    reasons = {
        at: _too_few(typical.posts if typical else 0)
        for at, typical in enumerate(typicals_by_position)
        if typicals[at] is None
    }
    series = charts.Series(_("times the usual"), [typical.times if typical else None for typical in typicals], reasons)
    texts = charts.ChartTexts(number=times, gap=_("not enough data"), heading=head, formula=str(_TIMES))
    return charts.bars(title, labels, [series], texts)


def published_when(judged: Judged) -> charts.Chart:
    """Number of posts by time, where it is too early to judge their results."""
    values = [
        [cell.posts if (cell := judged.cells.get((day, band))) else 0 for band in range(len(BANDS))] for day in range(7)
    ]
    texts = charts.ChartTexts(
        number=whole, heading=_("Day of the week"), formula=_("number of posts; hours in Belgrade")
    )
    columns = [hours(band) for band in range(len(BANDS))]
    return charts.heat(_("When you published"), [day_name(day) for day in range(7)], columns, values, texts)


def _too_few(posts: int) -> str:
    return _("not enough data (n = %(count)s)") % {"count": number(posts)}
