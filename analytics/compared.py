"""The charts of municipalities side by side: from comparisons to `common.charts`, with words and gaps."""

from collections.abc import Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analytics.measures import Kind, Measure
from analytics.queries.comparison import Row
from common import charts
from common.numbers import number, significant

MOST_BARS = 15
UNIT = "\u202f%"  # a narrow no-break space, as Serbian typography asks


def words(measure: Measure, heading: str = "") -> charts.Words:
    return charts.Words(
        number=lambda value: written(value, measure),
        gap=_("not known"),
        heading=heading or _("Municipality"),
        formula=str(measure.formula),
    )


def written(value: float, measure: Measure) -> str:
    if measure.kind == Kind.SHARE:
        return f"{number(value, 0)}{UNIT}"
    return significant(value) if measure.places else number(round(value) if value >= 10 else round(value, 1))


def month_label(month: date) -> str:
    return date_format(month, "n.Y") if month.month == 1 else date_format(month, "n.")


def ranking(rows: Sequence[Row], measure: Measure) -> charts.Chart | None:
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
    return charts.ranking(title, [str(row.municipality) for _value, row in shown], series, words(measure))


def line_of(row: Row) -> str:
    """The little line of the table: decoration, since the pages behind it say its figures."""
    return charts.sparkline(row.line)


def told(value: float | None, measure: Measure) -> str:
    """A figure as the tables write it; a dash where it is not known."""
    if value is None:
        return number(None)
    return f"{number(value, measure.places)}{UNIT}" if measure.kind == Kind.SHARE else number(value, measure.places)
