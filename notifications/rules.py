"""When mail and push messages are sent, who may read what, and the defaults per role. Pure: no clock, no database.

Local times are in Belgrade; stored times are UTC. A local time that does not exist (March) means the hour after the
gap, one that exists twice (October) means the first.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from django.conf import settings

from municipalities.rules import Verb
from notifications.enums import MailFrequency, NotificationKind

ZONE = ZoneInfo(settings.TIME_ZONE)
# They ignore quiet hours, and are mailed even if they were read in the portal.
URGENT = frozenset(
    {NotificationKind.EMERGENCY, NotificationKind.URGENT, NotificationKind.RULES, NotificationKind.RIGHTS}
)
# Mailed at once to everybody, whatever their preferences, so that nobody relaxes rules unnoticed.
ALWAYS = frozenset({NotificationKind.RULES, NotificationKind.RIGHTS})
# Comments in a conversation follow each other within minutes: they are collected for this long into one mail.
# So are moves: whoever moved a post to the wrong day takes it back at once.
CHATTY = frozenset(
    {NotificationKind.COMMENT, NotificationKind.SUGGESTION, NotificationKind.MENTION, NotificationKind.MOVED}
)
GATHERED = timedelta(minutes=2)
SATURDAY = 5
# What reaches devices unless a person chooses otherwise: what waits for their decision or answer, and emergencies.
PUSHED = frozenset(
    {
        NotificationKind.SUBMITTED,
        NotificationKind.REVIEW_DUE,
        NotificationKind.MODERATION,
        NotificationKind.EMERGENCY,
        NotificationKind.DELIVERY,
        NotificationKind.URGENT,
        NotificationKind.MINE,
        NotificationKind.ANSWER,
    }
)

# The permission needed in the municipality to see the content; losing it hides the content.
_DRAFTS = (
    NotificationKind.SUBMITTED,
    NotificationKind.DECIDED,
    NotificationKind.MOVED,
    NotificationKind.COMMENT,
    NotificationKind.MENTION,
    NotificationKind.SUGGESTION,
)
NEEDS = {
    **dict.fromkeys(NotificationKind, Verb.WORKSPACE_VIEW),
    **dict.fromkeys(_DRAFTS, Verb.DRAFT_VIEW),
    NotificationKind.EMERGENCY: Verb.POST_VIEW,
    NotificationKind.RULES: Verb.DECISIONS_VIEW,
    NotificationKind.REVIEW_DUE: Verb.POST_VIEW,
    NotificationKind.MODERATION: Verb.INBOX_VIEW,
    NotificationKind.PERFORMANCE: Verb.POST_VIEW,
    NotificationKind.DELIVERY: Verb.POST_VIEW,
    NotificationKind.ELSEWHERE: Verb.POST_VIEW,
    NotificationKind.FEEDBACK: Verb.FEEDBACK_VIEW,
    NotificationKind.PLAN: Verb.POST_VIEW,
    NotificationKind.CLOSING: Verb.POST_EDIT,
    NotificationKind.REPORT: Verb.ANALYTICS_VIEW,
    NotificationKind.AGREEMENT: Verb.PLAN_VIEW,
    NotificationKind.GALLERY: Verb.GALLERY_VIEW,
    **dict.fromkeys(
        (
            NotificationKind.URGENT,
            NotificationKind.MESSAGES,
            NotificationKind.LATE,
            NotificationKind.MINE,
            NotificationKind.ANSWER,
        ),
        Verb.INBOX_WORK,
    ),
    NotificationKind.DEPARTMENT: Verb.INBOX_VIEW,
    NotificationKind.CONSULTATION: Verb.PARTICIPATION_VIEW,
}

# What a role gets in the daily summary; everything else is mailed at once.
_CALM = {
    NotificationKind.PERFORMANCE,
    NotificationKind.FEEDBACK,
    NotificationKind.KIT,
    NotificationKind.PLAN,
    NotificationKind.GALLERY,
}
_SUMMARY: dict[str, set[NotificationKind]] = {
    "officer": _CALM,
    "approver": _CALM | {NotificationKind.MESSAGES, NotificationKind.LATE},
    "mentor": _CALM
    | {NotificationKind.MOVED, NotificationKind.DELIVERY, NotificationKind.ELSEWHERE, NotificationKind.CHANNEL},
    "administrator": _CALM - {NotificationKind.KIT, NotificationKind.GALLERY}
    | {
        NotificationKind.SUBMITTED,
        NotificationKind.DECIDED,
        NotificationKind.MOVED,
        NotificationKind.COMMENT,
        NotificationKind.SUGGESTION,
    },
    # Recipients of a report are on its list by name.
    "staff": set(NotificationKind)
    - {NotificationKind.MENTION, NotificationKind.EMERGENCY, NotificationKind.HANDOVER, NotificationKind.REPORT},
    "viewer": set(NotificationKind) - {NotificationKind.MENTION, NotificationKind.EMERGENCY, NotificationKind.REPORT},
}


class QuietHours(Protocol):
    """When mail may be sent: the row `notifications.models.MailSchedule`, wall-clock times."""

    has_quiet_hours: bool
    quiet_from: time
    quiet_until: time
    quiet_weekends: bool
    urgent_always: bool
    digest_at: time


def default(kind: NotificationKind, roles: Iterable[str]) -> MailFrequency:
    """Immediate if that is the default of one of the roles; also without any role."""
    if kind in ALWAYS:
        return MailFrequency.AT_ONCE
    held = [_SUMMARY[role] for role in roles]
    return MailFrequency.DIGEST if held and all(kind in summary for summary in held) else MailFrequency.AT_ONCE


def chosen(kind: NotificationKind, wish: str | None, roles: Iterable[str]) -> MailFrequency:
    """The frequency of mail of a kind for somebody with this preference, or none."""
    return MailFrequency(wish) if wish and kind not in ALWAYS else default(kind, roles)


def mail_due(
    frequency: MailFrequency, kind: NotificationKind, now: datetime, times: QuietHours, *, urgent: bool = False
) -> datetime | None:
    """When the mail about a notification of `now` is due (UTC); None when none is wanted. `urgent`: treat its kind as
    one of `URGENT`.
    """
    if kind in ALWAYS:
        return now
    if frequency == MailFrequency.NEVER:
        return None
    if frequency == MailFrequency.DIGEST:
        return _next_digest(now, times)
    if (urgent or kind in URGENT) and times.urgent_always:
        return now
    return after_quiet(now + (GATHERED if kind in CHATTY and not urgent else timedelta()), times)


def push_due(kind: NotificationKind, now: datetime, times: QuietHours, *, urgent: bool = False) -> datetime:
    """When a push message about a notification of `now` is due (UTC). `urgent`: treat its kind as one of `URGENT`."""
    if (urgent or kind in URGENT) and times.urgent_always:
        return now
    return after_quiet(now, times)


def after_quiet(moment: datetime, times: QuietHours) -> datetime:
    """`moment` itself, or the end of the quiet hours that contain it."""
    for _round in range(4):  # a Friday night is followed by the weekend, the weekend by the night to Monday
        end = _end_of_quiet(moment, times)
        if end is None:
            break
        moment = end
    return moment


def _end_of_quiet(moment: datetime, times: QuietHours) -> datetime | None:
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
    """That hour of the day. If it has passed in the ambiguous hour of October, quiet hours are over."""
    end = _at(day, clock)
    return end if end > moment else None


def _next_digest(now: datetime, times: QuietHours) -> datetime:
    local = now.astimezone(ZONE)
    for days in range(9):
        day = local + timedelta(days=days)
        due = _at(day, times.digest_at)
        if due > now and not _is_quiet_day(day, times):
            return due
    raise AssertionError("a week has a working day")


def _is_quiet_day(local: datetime, times: QuietHours) -> bool:
    return times.quiet_weekends and local.weekday() >= SATURDAY


def _at(day: datetime, clock: time) -> datetime:
    """That hour of that day in Belgrade, as UTC."""
    return datetime.combine(day.date(), clock, tzinfo=ZONE).astimezone(UTC)
