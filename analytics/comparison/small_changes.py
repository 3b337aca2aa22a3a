"""Changes on a base too small for a per cent, in numbers: "from 12 to 470"."""

from django.utils.translation import gettext as _

from analytics.comparison.measures import Figures, Measure, MeasureKind
from analytics.thresholds import is_fit_for_per_cent
from common.numbers import number, significant

# What a measure is counted of; the others are counted of interactions.
COUNTED = {"posts": "posts", "weekly": "posts", "followers": "followers"}


def in_numbers(now: Figures, then: Figures | None, measure: Measure, population: int | None) -> str:
    """Empty where a change is said in per cent (or in points), or is not known. Totals of periods that are not of the
    same length are told by the day."""
    if then is None or measure.kind == MeasureKind.SHARE or measure.change(now, then, population) is None:
        return ""
    counted = COUNTED.get(measure.key, "interactions")
    if is_fit_for_per_cent(getattr(now, counted) or 0, getattr(then, counted) or 0):
        return ""
    if measure.kind == MeasureKind.TOTAL and now.days != then.days:
        named = {"then": _short(measure.daily(then, population)), "now": _short(measure.daily(now, population))}
        return _("from %(then)s to %(now)s a day") % named
    named = {"then": _short(measure.of(then, population)), "now": _short(measure.of(now, population))}
    return _("from %(then)s to %(now)s") % named


def _short(value: float | None) -> str:
    if value is None:
        return "–"
    return number(int(value)) if value == int(value) else significant(value, 2)
