"""Whole months as a period; pages over all municipalities read monthly facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.utils.translation import gettext_lazy as _

from analytics import periods
from analytics.periods import Period
from common.lazy_text import LazyText

CHOICES: dict[str, tuple[int, LazyText]] = {
    "1m": (1, _("Last month")),
    "3m": (3, _("3 months")),
    "6m": (6, _("6 months")),
    "12m": (12, _("12 months")),
    "36m": (36, _("36 months")),
}
OWN, RUNNING = "own", "running"
MOST = 60  # months of a page at most; more than the facts of three years and the three before them
EARLIEST = date(2004, 1, 1)  # the year of the first network; earlier dates are typing errors


def first_of(day: date, months: int = 0) -> date:
    """The first day of the month of `day`, or of the one so many months later."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


@dataclass(frozen=True)
class Months(Period):
    """From the first day of a month to the last day of one."""

    @cached_property
    def months(self) -> list[date]:
        count = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        return [first_of(self.first, n) for n in range(count)]

    @property
    def before(self) -> "Months":
        """As many whole months right before these; they need not have as many days."""
        return spanning(first_of(self.first, -len(self.months)), first_of(self.first, -1))


def spanning(first: date, last: date, key: str = "") -> Months:
    """From the month of `first` to the month of `last`, both included."""
    return Months(first_of(first), first_of(last, 1) - timedelta(days=1), key)


def within(period: Period) -> Months | None:
    """The whole months of a period; None: it has none."""
    first = period.first if period.first.day == 1 else first_of(period.first, 1)
    after = period.last + timedelta(days=1)
    return spanning(first, first_of(after, -1)) if first_of(first, 1) <= after else None


def parse(query: Mapping[str, str], today: date) -> Period:
    """The period of an address: whole months (`days=12m`), one's own (`from=2026-01&to=2026-06`), the days of the month
    that is not over (`days=running`), else days.

    Months end with the last one that is over. What cannot be read is the default of `periods.parse`.
    """
    last = first_of(today, -1)
    own = [month for name in ("from", "to") if (month := _month(query.get(name)))]
    if query.get("days") == OWN and len(own) == len(("from", "to")):
        since, until = min(own), min(max(own), last)
        if EARLIEST <= since <= until:
            return spanning(max(since, first_of(until, 1 - MOST)), until, OWN)
    if query.get("days") == RUNNING:
        return running(today)
    count, _label = CHOICES.get(query.get("days", ""), (0, ""))
    if count:
        return spanning(first_of(last, 1 - count), last, query["days"])
    return periods.parse(query.get("days"), today)


def running(today: date) -> Period:
    """The month of `today` as far as its days are over; on its first day, that day."""
    first = first_of(today)
    return Period(first, max(first, today - timedelta(days=1)), RUNNING)


def whole(query: Mapping[str, str], today: date) -> Months:
    """The same for a page that shows months only: anything else falls back to the last month."""
    period = parse(query, today)
    return period if isinstance(period, Months) else spanning(first_of(today, -1), first_of(today, -1), "1m")


def _month(written: str | None) -> date | None:
    try:
        return date.fromisoformat(f"{written}-01")
    except ValueError:
        return None
