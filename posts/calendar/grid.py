"""The calendar grid: the days that a view shows, and the entries of each. Pure; days are those of Belgrade."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from posts.rules import EARLIEST, LATEST, ZONE

VIEWS = ("month", "week", "list")
PROFILE = "profile"
"""The view that shows no days: the squares of a channel."""
SHOWN_PER_DAY = 4
USUAL_HOURS = range(EARLIEST.hour, LATEST.hour)
ALL_HOURS = range(24)


@dataclass(frozen=True)
class DateRange:
    """The days of a view, `first` and `last` included, and the targets of its arrows."""

    view: str
    anchor: date
    first: date
    last: date
    previous: date
    next: date

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, time(), ZoneInfo(ZONE))

    @property
    def until(self) -> datetime:
        """Midnight after the last day."""
        return datetime.combine(self.last + timedelta(days=1), time(), ZoneInfo(ZONE))


@dataclass
class CalendarHours:
    """What a day has from the hour `first` to before `end`: one hour of the grid, or all that lie outside of it."""

    first: int
    end: int
    entries: list[Any] = field(default_factory=list)

    @property
    def is_one(self) -> bool:
        return self.end - self.first == 1


@dataclass
class CalendarDay:
    on: date
    outside: bool = False  # of the month in view
    entries: list[Any] = field(default_factory=list)
    holidays: list[Any] = field(default_factory=list)
    over: list[str] = field(default_factory=list)
    """Sentences about networks that take fewer posts than are planned."""

    @property
    def shown(self) -> list[Any]:
        return self.entries if len(self.entries) <= SHOWN_PER_DAY else self.entries[: SHOWN_PER_DAY - 1]

    @property
    def hidden(self) -> int:
        return len(self.entries) - len(self.shown)

    @property
    def is_off(self) -> bool:
        return self.on.weekday() == 6 or any(not holiday.is_working for holiday in self.holidays)


def hours_of(day: CalendarDay, shown: range) -> list[CalendarHours]:
    """The hours of a day in order: all before `shown` together, each of `shown`, all after it together. By the clock of
    Belgrade, so that an hour that exists twice is one.
    """
    parts = [CalendarHours(hour, hour + 1) for hour in shown]
    if shown.start > 0:
        parts.insert(0, CalendarHours(0, shown.start))
    if shown.stop < 24:
        parts.append(CalendarHours(shown.stop, 24))
    for entry in day.entries:
        hour = entry.due_at.astimezone(ZoneInfo(ZONE)).hour
        next(part for part in parts if part.first <= hour < part.end).entries.append(entry)
    return parts


def visible_range(view: str, anchor: date) -> DateRange:
    """The days of `view` around `anchor`. A month shows whole weeks from Monday."""
    monday = anchor - timedelta(days=anchor.weekday())
    if view == "week":
        return DateRange(view, anchor, monday, monday + timedelta(days=6), monday - timedelta(7), monday + timedelta(7))
    first = anchor.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    if view == "list":
        return DateRange(view, anchor, first, after - timedelta(days=1), before, after)
    start = first - timedelta(days=first.weekday())
    end = after - timedelta(days=1)
    return DateRange("month", anchor, start, end + timedelta(days=6 - end.weekday()), before, after)


def days(shown: DateRange, entries: Iterable[Any], holidays: Iterable[Any]) -> list[CalendarDay]:
    """Every day of the range with its entries, ordered by time."""
    by_day: Mapping[date, list[Any]] = defaultdict(list)
    for entry in entries:
        by_day[entry.due_at.astimezone(ZoneInfo(ZONE)).date()].append(entry)
    off: Mapping[date, list[Any]] = defaultdict(list)
    for holiday in holidays:
        off[holiday.on].append(holiday)
    month = shown.anchor.month
    return [
        CalendarDay(d, shown.view == "month" and d.month != month, by_day.get(d, []), off.get(d, []))
        for d in shown.days
    ]


def weeks(grid: list[CalendarDay]) -> list[list[CalendarDay]]:
    return [grid[start : start + 7] for start in range(0, len(grid), 7)]
