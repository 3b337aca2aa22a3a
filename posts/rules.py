"""What may be done with a post, and what a time on the clock means. Pure: no tables, no settings.

Predicates take the access of the person who asks (`municipalities.queries.Access`) and say whether a page shows the
act and a view allows it. The verbs in `posts.domain` check the state once more, under a lock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from municipalities.rules import Verb
from posts.enums import Stage

ZONE = "Europe/Belgrade"
EARLIEST, LATEST = time(7), time(21)
FARTHEST = timedelta(days=366)

EDITABLE = (Stage.DRAFT, Stage.RETURNED)


class Access(Protocol):
    def may(self, verb: str) -> bool: ...


class Written(Protocol):
    """The part of a post on which rights depend."""

    stage: str
    author_id: int
    deleted_at: datetime | None


# ---------------------------------------------------------------- rights


def may_read(access: Access, *, is_public: bool) -> bool:
    """Whoever may not read drafts sees a post once it is on a network."""
    return access.may(Verb.DRAFT_VIEW) or (is_public and access.may(Verb.POST_VIEW))


def may_edit(access: Access, post: Written) -> bool:
    return access.may(Verb.POST_EDIT) and post.stage in EDITABLE and post.deleted_at is None


def may_submit(access: Access, post: Written) -> bool:
    return may_edit(access, post)


def may_take_back(access: Access, post: Written, *, is_public: bool = False) -> bool:
    """Open a submitted or approved post again; one that is on every network is changed by a new post."""
    return access.may(Verb.POST_EDIT) and post.stage not in EDITABLE and post.deleted_at is None and not is_public


def may_decide(access: Access, post: Written) -> bool:
    """Return a post, or approve it if it is not one's own."""
    return access.may(Verb.POST_APPROVE) and post.stage == Stage.SUBMITTED and post.deleted_at is None


def may_approve(access: Access, post: Written, *, by: int, writers: Sequence[int], own_allowed: bool) -> bool:
    """Nobody approves their own words, unless the municipality allows it. `by`, `writers` are ids of users."""
    return may_decide(access, post) and (own_allowed or by not in writers)


def may_schedule(access: Access, post: Written, *, needs_approval: bool) -> bool:
    """Set the time of an approved post, or of any where approval is not needed."""
    ready = post.stage == Stage.APPROVED or (not needs_approval and post.stage in EDITABLE)
    return access.may(Verb.POST_SCHEDULE) and ready and post.deleted_at is None


def may_move(access: Access, post: Written) -> bool:
    return access.may(Verb.POST_SCHEDULE) and post.deleted_at is None


def may_delete(access: Access, post: Written, *, is_public: bool) -> bool:
    return access.may(Verb.POST_EDIT) and not is_public and post.deleted_at is None


def may_comment(access: Access) -> bool:
    return access.may(Verb.POST_COMMENT)


# ---------------------------------------------------------------- time


@dataclass(frozen=True)
class Resolved:
    """A wall time that names one moment. `local` is naive, `due_at` aware UTC."""

    local: datetime
    fold: int
    due_at: datetime
    zone: str = ZONE


@dataclass(frozen=True)
class DoesNotExist:
    """The clocks jump over this time in spring. `next_valid` is the first time after the jump (naive)."""

    local: datetime
    next_valid: datetime


@dataclass(frozen=True)
class Twice:
    """The hour that runs twice in autumn: before and after the clocks go back."""

    local: datetime
    options: tuple[Resolved, Resolved]


WallTime = Resolved | DoesNotExist | Twice


def wall_time(on: date, at: time, fold: int | None = None, zone: str = ZONE) -> WallTime:
    """The moment of a local date and time. `fold` chooses between the two of an hour that exists twice."""
    local = datetime.combine(on, at.replace(tzinfo=None))
    first, second = (_moment(local, each, zone) for each in (0, 1))
    if _wall(first.due_at, zone) != local:
        # Read with the offset before the jump, the gap's times land right after it.
        return DoesNotExist(local, _after_the_jump(local, zone))
    if first.due_at == second.due_at:
        return first
    return Twice(local, (first, second)) if fold is None else (first, second)[fold]


def _moment(local: datetime, fold: int, zone: str) -> Resolved:
    return Resolved(local, fold, local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC), zone)


def _wall(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def _after_the_jump(local: datetime, zone: str) -> datetime:
    """The wall time at which the clock goes on after the gap that holds `local`."""
    minute = local.replace(second=0, microsecond=0)
    while _wall(_moment(minute, 0, zone).due_at, zone) != minute:
        minute += timedelta(minutes=1)
    return minute


def due_at(local: datetime, fold: int, zone: str) -> datetime:
    """A stored wall time (its own zone is of no account) in UTC, by the time-zone data of today."""
    return _moment(local.replace(tzinfo=None), fold, zone).due_at


def present(now: datetime, zone: str = ZONE) -> Resolved:
    """This very moment as a wall time; `now` aware."""
    local = now.astimezone(ZoneInfo(zone))
    return Resolved(local.replace(tzinfo=None, fold=0), local.fold, now, zone)


@dataclass(frozen=True)
class Unusual:
    """A reason to think again about a time: "early", "late", "sunday", "holiday" or "sensitive", with the day."""

    code: str
    holiday: Any = None


def unusual(local: datetime, holidays: Sequence[Any]) -> list[Unusual]:
    """`holidays` are those of the local day (`municipalities.holidays`)."""
    found = []
    if local.time() < EARLIEST:
        found.append(Unusual("early"))
    if local.time() >= LATEST:
        found.append(Unusual("late"))
    if local.weekday() == 6:
        found.append(Unusual("sunday"))
    for day in holidays:
        if day.sensitive:
            found.append(Unusual("sensitive", day))
        elif not day.is_working:
            found.append(Unusual("holiday", day))
    return found
