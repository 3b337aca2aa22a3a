"""A sentence above a chart of compared municipalities: what it shows, from the figures that it shows."""

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.comparison.charts import signed, table_value
from analytics.comparison.groups import middle
from analytics.comparison.measures import Figures, Measure
from analytics.comparison.queries.comparison import ComparisonRow
from analytics.comparison.small_changes import in_numbers
from common.lazy_text import LazyText
from serbian.sorting import sort_key

MOST_NAMES = 2
Changed = tuple[float, ComparisonRow]
UNCHANGED = 0.5  # per cent or points: what is written as 0 is no change


def ranking(rows: Sequence[ComparisonRow], measure: Measure) -> str:
    """Who has most and least, and the median where there are enough."""
    values = [(value, row) for row in rows if (value := row.value(measure)) is not None]
    named = {"measure": measure.label, "count": len(values)}
    if not values:
        return _("%(measure)s: no municipality has a value in this period.") % named
    lowest, highest = min(value for value, _row in values), max(value for value, _row in values)
    if len(values) == 1:
        named |= {"name": str(values[0][1].municipality), "value": table_value(highest, measure)}
        return _("%(measure)s: %(value)s in %(name)s; no other municipality has a value.") % named
    if lowest == highest:
        return _("%(measure)s: %(value)s in all %(count)s municipalities with a value.") % (
            named | {"value": table_value(highest, measure)}
        )
    named |= {
        "highest": _names([row for value, row in values if value == highest]),
        "most": table_value(highest, measure),
        "lowest": _names([row for value, row in values if value == lowest]),
        "least": table_value(lowest, measure),
    }
    sentence = _("%(measure)s: highest in %(highest)s (%(most)s), lowest in %(lowest)s (%(least)s).") % named
    median = middle((value for value, _row in values), settings.SMALLEST_GROUP)
    if median.value is not None:
        of = {"median": table_value(median.value, measure), "count": median.n}
        sentence += " " + _("The median of %(count)s municipalities is %(median)s.") % of
    return sentence


def change(rows: Sequence[ComparisonRow], measure: Measure) -> str:
    """In how many it rose and fell against the period before, or where that was not measured, against the own
    baseline; and where it rose most."""
    changes = [(value, row) for row in rows if (value := row.change(measure)) is not None]
    if changes:
        return _against_before(changes, measure)
    changes = [(value, row) for row in rows if (value := row.change_of_baseline(measure)) is not None]
    if changes:
        return _against_baseline(changes, measure)
    return _("%(measure)s: no municipality can be compared with the period before.") % {"measure": measure.label}


def _against_before(changes: Sequence[Changed], measure: Measure) -> str:
    named = _counted(changes, measure)
    if named["up"] == named["count"]:
        sentence = ngettext(
            "%(measure)s: %(count)s municipality can be compared with the period before, and it has more.",
            "%(measure)s: all %(count)s municipalities that can be compared have more than in the period before.",
            len(changes),
        )
    else:
        sentence = ngettext(
            "%(measure)s: %(up)s of %(count)s municipality has more than in the period before; with less: %(down)s.",
            "%(measure)s: %(up)s of %(count)s municipalities have more than in the period before; with less: %(down)s.",
            len(changes),
        )
    # Of a small number a per cent means little, so the table has both numbers instead.
    fit = [(value, row) for value, row in changes if value >= UNCHANGED and not _is_small(row, row.before, measure)]
    return f"{sentence % named} {_largest(fit, measure)}".rstrip()


def _against_baseline(changes: Sequence[Changed], measure: Measure) -> str:
    named = _counted(changes, measure)
    if named["up"] == named["count"]:
        sentence = ngettext(
            "%(measure)s: %(count)s municipality has more than in the 28 days before its training.",
            "%(measure)s: all %(count)s municipalities have more than in the 28 days before their training.",
            len(changes),
        )
    else:
        sentence = ngettext(
            "%(measure)s: %(up)s of %(count)s municipality has more than in the 28 days before its training; with "
            "less: %(down)s.",
            "%(measure)s: %(up)s of %(count)s municipalities have more than in the 28 days before their training; "
            "with less: %(down)s.",
            len(changes),
        )
    fit = [(value, row) for value, row in changes if value >= UNCHANGED and not _is_small(row, row.baseline, measure)]
    return f"{sentence % named} {_largest(fit, measure)}".rstrip()


def _counted(changes: Sequence[Changed], measure: Measure) -> dict[str, LazyText | int]:
    up = sum(1 for value, _row in changes if value >= UNCHANGED)
    down = sum(1 for value, _row in changes if value <= -UNCHANGED)
    return {"measure": measure.label, "up": up, "down": down, "count": len(changes)}


def _largest(risen: Sequence[Changed], measure: Measure) -> str:
    if not risen:
        return ""
    value, row = max(risen, key=lambda pair: pair[0])
    return _("The largest rise: %(name)s, %(change)s.") % {
        "name": str(row.municipality), "change": signed(value, measure),
    }  # fmt: skip


def _is_small(row: ComparisonRow, then: Figures | None, measure: Measure) -> bool:
    return bool(in_numbers(row.now, then, measure, row.municipality.population))


def _names(rows: Sequence[ComparisonRow]) -> str:
    names = sorted((str(row.municipality) for row in rows), key=sort_key)
    if len(names) <= MOST_NAMES:
        return _(" and ").join(names)
    return ngettext("%(count)s municipality", "%(count)s municipalities", len(names)) % {"count": len(names)}
