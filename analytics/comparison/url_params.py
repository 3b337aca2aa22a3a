"""Parameters in the addresses of the programme's pages: period, measure, columns, their order, groups.

Unknown values fall back to the default, so that an old or mistyped link still opens a page.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from analytics import reporting_period
from analytics.comparison import measures
from analytics.comparison.measures import MEASURES, Measure
from analytics.periods import Period
from analytics.reporting_period import ReportingPeriod
from common.lazy_text import LazyText
from common.web.params import choice_param

NAME, GROWTH, CHANGE, BASELINE, LINE = "name", "growth", "change", "baseline", "line"
# Columns made of two periods; the others are the measures themselves.
OTHERS: Mapping[str, LazyText] = {
    GROWTH: _("Change of followers"),
    CHANGE: _("Against the period before"),
    BASELINE: _("Against own baseline"),
    LINE: _("Over time"),
}
# In the order of the table: the change of followers stands beside them.
COLUMNS = (
    *(key for measure in MEASURES for key in ((measure, GROWTH) if measure == "followers" else (measure,))),
    CHANGE,
    BASELINE,
    LINE,
)
SHOWN = (
    "weekly", "interactions", "inhabitants", "median", "followers", "calls", "services", CHANGE, BASELINE, LINE,
)  # fmt: skip
# The longest period of days; a cohort is mentored for as long.
WITH_TRAINING = "90"
GROUPS: Mapping[str, LazyText] = {
    "": _("Each municipality"),
    "cohort": _("By cohort"),
    "district": _("By district"),
    "size": _("By size"),
}


@dataclass(frozen=True)
class Choice:
    reporting: ReportingPeriod
    measure: Measure
    columns: tuple[str, ...]
    sort: str
    is_reversed: bool
    group: str

    @property
    def period(self) -> Period:
        return self.reporting.period

    @property
    def sorts_down(self) -> bool:
        """Figures begin with the largest, names with A."""
        return (self.sort != NAME) != self.is_reversed


def choice(query: QueryDict, today: date) -> Choice:
    wanted = set(query.getlist("columns"))
    sort = query.get("sort", "")
    key = sort.removeprefix("-")
    columns = tuple(column for column in COLUMNS if column in wanted) or SHOWN
    is_known = key == NAME or (key in COLUMNS and key != LINE)
    return Choice(
        reporting_period.parse(query, today),
        MEASURES.get(query.get("by", ""), MEASURES[measures.DEFAULT]),
        columns,
        key if is_known else NAME,
        is_known and sort.startswith("-"),
        choice_param(query, "group", GROUPS),
    )


def choice_over_time(query: QueryDict, today: date, trained: Iterable[date]) -> Choice:
    """The same for the page of courses. Where no period was chosen, and a training was in the last 90 days, it shows
    these: what was before the training is in view, and what came since, up to yesterday."""
    chosen = choice(query, today)
    longer = reporting_period.parse({"days": WITH_TRAINING}, today)
    if reporting_period.chosen_in(query) or not any(longer.first <= day < today for day in trained):
        return chosen
    return replace(chosen, reporting=longer)


def label(column: str) -> LazyText:
    return OTHERS[column] if column in OTHERS else MEASURES[column].label
