"""The time at which a new post begins: a "+" of the calendar leads to `?on=2026-12-08&at=10:00`."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from posts.labels import ambiguous_time_message, nonexistent_time_message
from posts.rules import (
    FARTHEST,
    AmbiguousTime,
    NonexistentTime,
    ResolvedTime,
    WallTimeResult,
    resolve_moment,
    resolve_wall_time,
)

MORNING = time(10)
"""The time of a day that comes without one."""


def wanted_time(values: Mapping[str, str], now: datetime) -> tuple[ResolvedTime | None, str]:
    """(time, why it cannot be) of an address. What is malformed counts as absent. `now` is aware."""
    try:
        on = date.fromisoformat(values.get("on", ""))
        at = time.fromisoformat(values["at"]).replace(second=0, microsecond=0, tzinfo=None) if "at" in values else None
    except ValueError:
        return None, ""
    if not 2000 <= on.year <= 2100:
        return None, ""
    resolution = resolve_wall_time(on, at or _next_hour(on, now))
    problem = _problem(resolution, now)
    return (None, problem) if problem or not isinstance(resolution, ResolvedTime) else (resolution, "")


def _problem(resolution: WallTimeResult, now: datetime) -> str:
    if isinstance(resolution, NonexistentTime):
        return nonexistent_time_message(resolution)
    if isinstance(resolution, AmbiguousTime):
        return ambiguous_time_message(resolution)
    if resolution.due_at <= now:
        return _("The chosen time has passed. Choose a later time.")
    if resolution.due_at > now + FARTHEST:
        return _("The chosen time is more than a year away. Choose an earlier time.")
    return ""


def _next_hour(on: date, now: datetime) -> time:
    """`MORNING`; where that has passed today, the next full hour, or the last minutes of the day."""
    local = resolve_moment(now).local
    if on != local.date() or local.time() < MORNING:
        return MORNING
    later = (local + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    return later.time() if later.date() == on else time(23, 59)
