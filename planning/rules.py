"""Pure rules of planning: the days of a recurrence, and the next free slot.

Days and times are wall-clock times in Belgrade; `posts.rules.resolve_wall_time` converts them to UTC, so a post that
repeats at 9:00 goes out at 9:00 in summer and in winter.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from planning.enums import Every
from posts.rules import NonexistentTime, ResolvedTime, resolve_wall_time

# A recurrence must end: after half a year nobody remembers its purpose.
MOST_TIMES = 26
# The default: before work, at noon, in the evening (`domain.md` 4.3).
SUGGESTED = (time(7, 30), time(12), time(19))
# Two posts on one channel closer than this compete for readers.
APART = timedelta(minutes=30)
LOOK_AHEAD = 60


@dataclass(frozen=True)
class RecurrenceRule:
    """`weekdays` count from Monday 0 and apply to weekly rules; a monthly one repeats the day of `starts_on`."""

    every: str
    weekdays: tuple[int, ...]
    starts_on: date
    ends_on: date


def recurrence_days(pattern: RecurrenceRule, without: Collection[date] = (), most: int = MOST_TIMES) -> list[date]:
    """The days of a recurrence in order, `without` some (holidays); at most `most`."""
    matching = (day for day in _every(pattern) if day not in without)
    return list(islice(matching, most))


def _every(pattern: RecurrenceRule) -> Iterator[date]:
    if pattern.every == Every.MONTH:
        yield from _months(pattern.starts_on, pattern.ends_on)
        return
    monday = pattern.starts_on - timedelta(days=pattern.starts_on.weekday())
    step = 14 if pattern.every == Every.TWO_WEEKS else 7
    while monday <= pattern.ends_on:
        for weekday in sorted(set(pattern.weekdays)):
            day = monday + timedelta(days=weekday)
            if pattern.starts_on <= day <= pattern.ends_on:
                yield day
        monday += timedelta(days=step)


def _months(first: date, last: date) -> Iterator[date]:
    """The same day of each month, or the last day of shorter months."""
    year, month = first.year, first.month
    while True:
        after = date(year + month // 12, month % 12 + 1, 1)
        day = min(date(year, month, 1) + timedelta(days=first.day - 1), after - timedelta(days=1))
        if day > last:
            return
        yield day
        year, month = after.year, after.month


@dataclass(frozen=True)
class FreeSlot:
    """A slot without a post near it, and the channels that have it."""

    time: ResolvedTime
    channels: tuple[int, ...]


def next_free(
    slots: Iterable[tuple[int, int, time]],
    taken: Collection[tuple[int, datetime]],
    after: datetime,
    without: Collection[date] = (),
) -> FreeSlot | None:
    """The first slot after `after` that is free on every channel that has it.

    `slots` are (channel, weekday, time); `taken` (channel, due_at); `after` is naive local time. None when there is no
    slot, or all are taken for two months.
    """
    by_weekday: dict[int, dict[time, list[int]]] = {}
    for channel, weekday, at in slots:
        by_weekday.setdefault(weekday, {}).setdefault(at, []).append(channel)
    for ahead in range(LOOK_AHEAD if by_weekday else 0):
        day = after.date() + timedelta(days=ahead)
        if day in without:
            continue
        for at, channels in sorted(by_weekday.get(day.weekday(), {}).items()):
            moment = resolve_wall_time(day, at)
            if datetime.combine(day, at) <= after or not isinstance(moment, ResolvedTime):
                continue
            if not any(channel in channels and abs(due - moment.due_at) < APART for channel, due in taken):
                return FreeSlot(moment, tuple(sorted(channels)))
    return None


def resolve_nearest(on: date, at: time) -> ResolvedTime:
    """The moment of a wall-clock time: the next one in the spring gap, the first one in the autumn hour."""
    resolution = resolve_wall_time(on, at, 0)
    if isinstance(resolution, NonexistentTime):
        resolution = resolve_wall_time(on, resolution.next_valid.time(), 0)
    assert isinstance(resolution, ResolvedTime)
    return resolution
