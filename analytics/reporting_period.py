"""The period that the pages and files of a programme report on: one value from the address to each figure.

The table of municipalities, its other pages, the board of indicators and the report all take it, so that the same
address means the same days everywhere, and a report says the same as the page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from analytics import months, periods
from analytics.months import Months
from analytics.periods import Period
from common.dates import long_date, month_year
from municipalities.queries import today

PARAMETERS = ("days", "from", "to")


@dataclass(frozen=True)
class ReportingPeriod:
    """`period` as it was chosen; `today` is the day on which it is reported."""

    period: Period
    today: date

    @property
    def first(self) -> date:
        return self.period.first

    @property
    def last(self) -> date:
        """The last day that is measured: today is not over."""
        return max(self.first, min(self.period.last, self.today - timedelta(days=1)))

    @property
    def judged_on(self) -> date:
        """The day on which targets are judged: today, if the period is days up to now; else its last one, or today."""
        is_recent = not self.months and self.last == self.today - timedelta(days=1)
        return self.today if is_recent else min(self.period.last, self.today)

    @property
    def is_over(self) -> bool:
        return self.period.last < self.today

    @property
    def is_usual(self) -> bool:
        """The 28 days up to now, whose values are kept ready."""
        return self.period.key == periods.DEFAULT and self.today == today()

    @property
    def a_week_ago(self) -> "ReportingPeriod":
        """What was chosen, as it was seven days ago; months that are over stay what they are."""
        return parse(self.parameters, self.today - timedelta(days=7))

    @property
    def months(self) -> list[date]:
        """The first day of each of its months, where it is of whole months."""
        return self.period.months if isinstance(self.period, Months) else []

    @property
    def parameters(self) -> dict[str, str]:
        """Its part of an address; `parse` reads it back."""
        if self.period.key == months.OWN:
            return {"days": months.OWN, "from": f"{self.first:%Y-%m}", "to": f"{self.period.last:%Y-%m}"}
        return {"days": self.period.key}

    def __str__(self) -> str:
        """October 2026 · August 2026 – October 2026 · 1 October 2026 – 28 October 2026."""
        if not isinstance(self.period, Months):
            return _("%(first)s – %(last)s") % {"first": long_date(self.first), "last": long_date(self.last)}
        begin, end = month_year(self.first), month_year(self.period.last)
        return begin if begin == end else f"{begin} – {end}"


def parse(query: Mapping[str, str], today: date) -> ReportingPeriod:
    """The period of an address; what cannot be read is the last 28 days."""
    return ReportingPeriod(months.parse(query, today), today)


def of_months(first: date, last: date, today: date) -> ReportingPeriod:
    """From the month of `first` to that of `last`."""
    return ReportingPeriod(months.spanning(first, last, months.OWN), today)


def chosen_in(query: Mapping[str, str]) -> dict[str, str]:
    """What of an address chooses the period; empty where nothing was chosen."""
    return {name: query[name] for name in PARAMETERS if query.get(name)} if query.get("days") else {}


def choices() -> list[tuple[str, object]]:
    """The periods that can be chosen by name, and how they are called."""
    return [
        *((key, label) for key, (_count, label) in periods.CHOICES.items()),
        (months.RUNNING, _("This month (not over)")),
        *((key, label) for key, (_count, label) in months.CHOICES.items()),
    ]
