"""Days and states of a plan. Pure: no tables.

Everything is counted in calendar dates in Belgrade, never in hours: three months from 1 December end on the last day of
February, whatever happens to the clock in between.
"""

from collections.abc import Collection
from datetime import date, timedelta

from analytics.enums import Better
from mentoring.enums import Side
from municipalities.availability import months_later
from municipalities.holidays import is_working_day

MONTHS = 3
# An activity that is due within so many days is said to be due soon.
SOON = timedelta(days=7)
# A plan of more is not followed.
MOST_ACTIVITIES = 30


def last_day(first: date) -> date:
    """The last day of a plan that begins on `first`."""
    if first.year >= date.max.year:  # typed by a person, and refused elsewhere
        return first
    return months_later(first, MONTHS) - timedelta(days=1)


def usual_day(first: date, days: int, last: date) -> date:
    """When an activity that usually takes so many days is due: on a working day, within the plan."""
    day = first + min(timedelta(days=days), last - first)
    while not is_working_day(day) and day < last:
        day += timedelta(days=1)
    while not is_working_day(day) and day > first:
        day -= timedelta(days=1)
    return day


def side_of(roles: Collection[str]) -> Side | None:
    """The side for which a person with these roles speaks in this municipality; None: they only read.

    Who accompanies it as a mentor speaks for the mentor's side alone, whatever else they are here or elsewhere: nobody
    agrees with themselves.
    """
    if "mentor" in roles:
        return Side.MENTOR
    return Side.MUNICIPALITY if {"officer", "approver"} & set(roles) else None


def state(*, confirmed: bool, done: bool, dropped: bool, begun: bool, due_on: date, today: date) -> str:
    """A word of `common.states`. The day on which it is due still belongs to it."""
    if dropped:
        return "dropped"
    if confirmed:
        return "confirmed"
    if done:
        return "done"
    if due_on < today:
        return "late"
    if begun:
        return "under_way"
    return "soon" if due_on - today <= SOON else "planned"


def reached(value: float | None, threshold: float | None, better: str) -> bool:
    """Whether a value is as good as what was agreed. No value has reached nothing."""
    if value is None or threshold is None:
        return False
    return value <= threshold if better == Better.DOWN else value >= threshold
