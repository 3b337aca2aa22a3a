"""When mail comes, what is shown to whom, and the defaults per role. Pure: no clock, no database.

Hours on the clock are hours in Belgrade; what is stored is UTC. Where a night has no such hour (March) the hour after
the gap counts, where it has it twice (October) the first.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from django.conf import settings

from municipalities.rules import Verb
from notifications.enums import How, Kind

ZONE = ZoneInfo(settings.TIME_ZONE)
# They come through quiet hours, and by mail even when they were read in the portal.
URGENT = frozenset({Kind.EMERGENCY, Kind.URGENT, Kind.RULES, Kind.RIGHTS})
# Mail about them comes at once to everybody, whatever they chose, so that nobody relaxes rules while others sleep.
ALWAYS = frozenset({Kind.RULES, Kind.RIGHTS})
# In a conversation several words come within minutes: they wait so long for each other and make one mail.
CHATTY = frozenset({Kind.COMMENT, Kind.SUGGESTION, Kind.MENTION})
GATHERED = timedelta(minutes=2)
SATURDAY = 5

# What one must be allowed to do in the municipality to see such words; losing it hides them.
_DRAFTS = (Kind.SUBMITTED, Kind.DECIDED, Kind.MOVED, Kind.COMMENT, Kind.MENTION, Kind.SUGGESTION)
NEEDS = {
    **dict.fromkeys(Kind, Verb.WORKSPACE_VIEW),
    **dict.fromkeys(_DRAFTS, Verb.DRAFT_VIEW),
    Kind.EMERGENCY: Verb.POST_VIEW,
    Kind.RULES: Verb.DECISIONS_VIEW,
    Kind.REVIEW_DUE: Verb.POST_VIEW,
    Kind.MODERATION: Verb.INBOX_VIEW,
    Kind.PERFORMANCE: Verb.POST_VIEW,
    Kind.DELIVERY: Verb.POST_VIEW,
    Kind.ELSEWHERE: Verb.POST_VIEW,
    Kind.FEEDBACK: Verb.FEEDBACK_VIEW,
    Kind.PLAN: Verb.POST_VIEW,
    Kind.CLOSING: Verb.POST_EDIT,
    Kind.REPORT: Verb.ANALYTICS_VIEW,
    Kind.AGREEMENT: Verb.PLAN_VIEW,
    Kind.GALLERY: Verb.GALLERY_VIEW,
    **dict.fromkeys((Kind.URGENT, Kind.MESSAGES, Kind.LATE, Kind.MINE, Kind.ANSWER), Verb.INBOX_WORK),
    Kind.DEPARTMENT: Verb.INBOX_VIEW,
}

# What a role has in the daily summary; everything else comes at once.
_CALM = {Kind.PERFORMANCE, Kind.FEEDBACK, Kind.KIT, Kind.PLAN, Kind.GALLERY}
_SUMMARY: dict[str, set[Kind]] = {
    "officer": _CALM,
    "approver": _CALM | {Kind.MESSAGES, Kind.LATE},
    "mentor": _CALM | {Kind.MOVED, Kind.DELIVERY, Kind.ELSEWHERE, Kind.CHANNEL},
    "administrator": _CALM - {Kind.KIT, Kind.GALLERY}
    | {Kind.SUBMITTED, Kind.DECIDED, Kind.MOVED, Kind.COMMENT, Kind.SUGGESTION},
    # Who gets a report was put on its list by name.
    "staff": set(Kind) - {Kind.MENTION, Kind.EMERGENCY, Kind.HANDOVER, Kind.REPORT},
    "viewer": set(Kind) - {Kind.MENTION, Kind.EMERGENCY, Kind.REPORT},
}


class Times(Protocol):
    """When mail may come: the row `notifications.models.Preferences`, hours on the clock."""

    has_quiet_hours: bool
    quiet_from: time
    quiet_until: time
    quiet_weekends: bool
    urgent_always: bool
    digest_at: time


def default(kind: Kind, roles: Iterable[str]) -> How:
    """At once when one of the roles has it at once; somebody without a role hears at once, too."""
    if kind in ALWAYS:
        return How.AT_ONCE
    held = [_SUMMARY[role] for role in roles]
    return How.DIGEST if held and all(kind in summary for summary in held) else How.AT_ONCE


def chosen(kind: Kind, wish: str | None, roles: Iterable[str]) -> How:
    """How mail of a kind comes to somebody with this wish, or none."""
    return How(wish) if wish and kind not in ALWAYS else default(kind, roles)


def mail_due(how: How, kind: Kind, now: datetime, times: Times, *, urgent: bool = False) -> datetime | None:
    """When the mail about something told at `now` may leave (UTC); None when none is wanted. `urgent`: as if its kind
    were one of `URGENT`."""
    if kind in ALWAYS:
        return now
    if how == How.NEVER:
        return None
    if how == How.DIGEST:
        return _next_digest(now, times)
    if (urgent or kind in URGENT) and times.urgent_always:
        return now
    return after_quiet(now + (GATHERED if kind in CHATTY else timedelta()), times)


def after_quiet(moment: datetime, times: Times) -> datetime:
    """`moment` itself, or the end of the quiet hours in which it lies."""
    for _round in range(4):  # a Friday night runs into a weekend, the weekend into the night to Monday
        end = _end_of_quiet(moment, times)
        if end is None:
            break
        moment = end
    return moment


def _end_of_quiet(moment: datetime, times: Times) -> datetime | None:
    local = moment.astimezone(ZONE)
    if _is_quiet_day(local, times):
        return _at(local + timedelta(days=7 - local.weekday()), time())
    if not times.has_quiet_hours or times.quiet_from == times.quiet_until:
        return None
    start, end, clock = times.quiet_from, times.quiet_until, local.time()
    if start < end:
        return _later(local, end, moment) if start <= clock < end else None
    if clock >= start:
        return _at(local + timedelta(days=1), end)
    return _later(local, end, moment) if clock < end else None


def _later(day: datetime, clock: time, moment: datetime) -> datetime | None:
    """The hour of that day. Already past in the hour that comes twice in October: then the quiet is over."""
    end = _at(day, clock)
    return end if end > moment else None


def _next_digest(now: datetime, times: Times) -> datetime:
    local = now.astimezone(ZONE)
    for days in range(9):
        day = local + timedelta(days=days)
        due = _at(day, times.digest_at)
        if due > now and not _is_quiet_day(day, times):
            return due
    raise AssertionError("a week has a working day")


def _is_quiet_day(local: datetime, times: Times) -> bool:
    return times.quiet_weekends and local.weekday() >= SATURDAY


def _at(day: datetime, clock: time) -> datetime:
    """That hour of that day in Belgrade, as UTC."""
    return datetime.combine(day.date(), clock, tzinfo=ZONE).astimezone(UTC)
