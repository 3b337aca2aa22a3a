"""Pure rules of planning: which days a repetition falls on, and which slot is free next.

Days and times are those of the clock on the wall in Belgrade; `posts.rules.wall_time` turns them into moments, so a
post that repeats at 9:00 goes out at 9:00 in summer and in winter.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from planning.enums import Every
from posts.rules import DoesNotExist, Resolved, wall_time

# A repetition ends: nobody remembers after half a year of weeks why it is there.
MOST_TIMES = 26
# Where nothing is set: before work, at noon, in the evening (`domain.md` 4.3).
SUGGESTED = (time(7, 30), time(12), time(19))
# Two posts on one channel closer than this take each other's readers.
APART = timedelta(minutes=30)
LOOK_AHEAD = 60


@dataclass(frozen=True)
class Pattern:
    """`weekdays` count from Monday 0 and are those of a week; a month repeats the day of `starts_on`."""

    every: str
    weekdays: tuple[int, ...]
    starts_on: date
    ends_on: date


def days(pattern: Pattern, without: Collection[date] = (), most: int = MOST_TIMES) -> list[date]:
    """The days of a repetition in order, `without` some (holidays); never more than `most`."""
    matching = (day for day in _every(pattern) if day not in without)
    return list(islice(matching, most))


def _every(pattern: Pattern) -> Iterator[date]:
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
    """The same day of each month; months that do not have it take their last day."""
    year, month = first.year, first.month
    while True:
        after = date(year + month // 12, month % 12 + 1, 1)
        day = min(date(year, month, 1) + timedelta(days=first.day - 1), after - timedelta(days=1))
        if day > last:
            return
        yield day
        year, month = after.year, after.month


@dataclass(frozen=True)
class Free:
    """A slot without a post near it, and the channels that have it."""

    time: Resolved
    channels: tuple[int, ...]


def next_free(
    slots: Iterable[tuple[int, int, time]],
    taken: Collection[tuple[int, datetime]],
    after: datetime,
    without: Collection[date] = (),
) -> Free | None:
    """The first slot after `after` that is free on every channel that has it.

    `slots` are (channel, weekday, time); `taken` (channel, due_at); `after` is local wall time without zone. None when
    there is no slot, or all are taken for two months.
    """
    by_weekday: dict[int, dict[time, list[int]]] = {}
    for channel, weekday, at in slots:
        by_weekday.setdefault(weekday, {}).setdefault(at, []).append(channel)
    for ahead in range(LOOK_AHEAD if by_weekday else 0):
        day = after.date() + timedelta(days=ahead)
        if day in without:
            continue
        for at, channels in sorted(by_weekday.get(day.weekday(), {}).items()):
            moment = wall_time(day, at)
            if datetime.combine(day, at) <= after or not isinstance(moment, Resolved):
                continue
            if not any(channel in channels and abs(due - moment.due_at) < APART for channel, due in taken):
                return Free(moment, tuple(sorted(channels)))
    return None


def nearest(on: date, at: time) -> Resolved:
    """The moment of a wall time; in the hour that the clocks skip the next one, in the hour they repeat the first."""
    resolution = wall_time(on, at, 0)
    if isinstance(resolution, DoesNotExist):
        resolution = wall_time(on, resolution.next_valid.time(), 0)
    assert isinstance(resolution, Resolved)
    return resolution
