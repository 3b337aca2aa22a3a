"""Months, and when the next scheduled report is due. Pure: no clock, no database.

A schedule names a day of the month, 1 to 31; in a shorter month it is the last day. It is due at seven in the morning
in Belgrade and reports on the previous month, or in the first month of a quarter on the three previous ones (`every` is
1 or 3). Times are stored in UTC.
"""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

ZONE = ZoneInfo(settings.TIME_ZONE)
AT = time(7)
# Figures of the last days still grow, so a report sent on the first would be incomplete.
USUAL_DAY = 3


def first_of(day: date) -> date:
    return day.replace(day=1)


def last_of(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def before(month: date) -> date:
    """The first of the month before."""
    return first_of(first_of(month) - timedelta(days=1))


def after(month: date) -> date:
    return first_of(last_of(month) + timedelta(days=1))


def months(first: date, last: date) -> list[date]:
    """The first of each month from one to the other, both among them."""
    days, month = [], first_of(first)
    while month <= last:
        days.append(month)
        month = after(month)
    return days


def parse_month(text: str) -> date | None:
    """ "2026-10" as the first of that month; None for anything else."""
    try:
        year, _dash, month = text.partition("-")
        return date(int(year), int(month), 1) if len(year) == 4 and 2000 <= int(year) <= 2200 else None
    except ValueError:
        return None


def due_in(month: date, day: int) -> datetime:
    """When a schedule for `day` is due in that month (UTC)."""
    wanted = month.replace(day=min(day, last_of(month).day))
    return datetime.combine(wanted, AT, tzinfo=ZONE).astimezone(UTC)


def _has(month: date, every: int) -> bool:
    """Whether a schedule is due in that month at all."""
    return (month.month - 1) % every == 0


def next_due(day: int, after_: datetime, every: int = 1) -> datetime:
    """The first time a schedule for `day` is due later than `after_` (UTC)."""
    month = first_of(after_.astimezone(ZONE).date())
    while not _has(month, every) or due_in(month, day) <= after_:
        month = after(month)
    return due_in(month, day)


def last_due(day: int, now: datetime, every: int = 1) -> datetime:
    """The last time a schedule for `day` was due, at `now` or before (UTC)."""
    month = first_of(now.astimezone(ZONE).date())
    while not _has(month, every) or due_in(month, day) > now:
        month = before(month)
    return due_in(month, day)


def reported_month(due: datetime) -> date:
    """The last month that a report due at that time covers."""
    return before(due.astimezone(ZONE).date())


def span(last: date, every: int) -> tuple[date, date]:
    """First and last month of so many that end with `last`."""
    first = last
    for _month in range(every - 1):
        first = before(first)
    return first, last
