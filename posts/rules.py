"""What may be done with a post, and what a time on the clock means. Pure: no tables, no settings.

Predicates take the access of the person who asks (`municipalities.queries.Access`) and say whether a page shows the
act and a view allows it. The verbs in `posts.domain` check the state once more, under a lock.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from municipalities.enums import Approval
from municipalities.rules import Verb
from posts.enums import Bar, DecisionKind, Stage, Step

ZONE = "Europe/Belgrade"
EARLIEST, LATEST = time(7), time(21)
FARTHEST = timedelta(days=366)
# An emergency is now: what has not gone out by then needs an approval like everything else.
EMERGENCY_HOLDS = timedelta(hours=6)

EDITABLE = (Stage.DRAFT, Stage.RETURNED)


class Access(Protocol):
    def may(self, verb: str) -> bool: ...


class Decided(Protocol):
    """One decision about a version."""

    kind: str
    by_id: int
    for_whom_id: int | None
    at: datetime
    without_mentor: bool
    due_at: datetime | None


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


def may_correct(access: Access, post: Written, *, is_public: bool) -> bool:
    """Open a post that is out for other words. `is_public`: something of it is on a network and shall stay there."""
    return access.may(Verb.POST_EDIT) and post.stage == Stage.APPROVED and is_public and post.deleted_at is None


def may_take_down(access: Access, *, is_public: bool) -> bool:
    """Ask for it; whether it happens at once is told by `posts.editing.domain.removals.may_at_once`."""
    return access.may(Verb.DELIVERY_ANSWER) and is_public


def may_submit(access: Access, post: Written) -> bool:
    return may_edit(access, post)


def may_take_back(access: Access, post: Written, *, is_public: bool = False) -> bool:
    """Open a submitted or approved post again; one that is on every network is changed by a new post."""
    return access.may(Verb.POST_EDIT) and post.stage not in EDITABLE and post.deleted_at is None and not is_public


def may_decide(access: Access, post: Written, *, met: bool = False) -> bool:
    """Return a post, or approve it if it is not one's own. `met`: it has all the approvals that the house asks for.

    An approved post waits for a decision again when the house has come to ask for more.
    """
    waits = post.stage == Stage.SUBMITTED or (post.stage == Stage.APPROVED and not met)
    return access.may(Verb.POST_APPROVE) and waits and post.deleted_at is None


def may_endorse(access: Access, *, is_mentor: bool, waits: bool) -> bool:
    """Say that one has read what waits for a decision. This is never a right to publish, nor to approve."""
    return is_mentor and waits and access.may(Verb.POST_COMMENT)


def may_publish_emergency(access: Access, post: Written, *, is_public: bool) -> bool:
    """Send without approval: those on the municipality's emergency list."""
    return access.may(Verb.POST_EMERGENCY) and post.deleted_at is None and not is_public


def may_review_emergency(access: Access, *, by: int, writers: Collection[int]) -> bool:
    """Look at an emergency afterwards: an approver who neither wrote nor published it, whatever the house allows."""
    return access.may(Verb.POST_APPROVE) and by not in writers


def may_schedule(access: Access, post: Written, *, needs_approval: bool) -> bool:
    """Set the time of an approved post, or of any where approval is not needed."""
    ready = post.stage == Stage.APPROVED or (not needs_approval and post.stage in EDITABLE)
    return access.may(Verb.POST_SCHEDULE) and ready and post.deleted_at is None


def decides_alone(access: Access, *, approval: str, own_allowed: bool) -> bool:
    """Whether this person's own posts go out with nobody else looking."""
    own = approval == Approval.ONE and own_allowed and access.may(Verb.POST_APPROVE)
    return access.may(Verb.POST_SCHEDULE) and (approval == Approval.NONE or own)


def may_move(access: Access, post: Written) -> bool:
    return access.may(Verb.POST_SCHEDULE) and post.deleted_at is None


def may_delete(access: Access, post: Written, *, is_public: bool) -> bool:
    return access.may(Verb.POST_EDIT) and not is_public and post.deleted_at is None


def may_comment(access: Access) -> bool:
    return access.may(Verb.POST_COMMENT)


# ---------------------------------------------------------------- approval


RESETS = (DecisionKind.SUBMITTED, DecisionKind.RETURNED, DecisionKind.TAKEN_BACK)


@dataclass(frozen=True)
class Standing:
    """How far a version is on the way that its municipality asks for.

    `approvals` are by different persons in different names, in order; `missing` are the steps that are still to be
    taken, the next one first. `emergency` is set while a version stands as an emergency to which nobody has objected.
    """

    approvals: tuple[Any, ...] = ()
    endorsed: Any = None
    emergency: Any = None
    missing: tuple[Step, ...] = ()

    @property
    def met(self) -> bool:
        return not self.missing


def standing(decisions: Iterable[Decided], approval: str, *, mentored: bool) -> Standing:
    """`decisions` are all those about one version, oldest first; `mentored`: somebody is paired today.

    What was decided before the version was submitted anew, returned or taken back does not count. Where the mentor
    reads first, an approval counts after that only, or if nobody was paired when it was given.
    """
    endorsed = emergency = None
    given: list[Decided] = []
    for decision in decisions:
        if decision.kind in RESETS:
            endorsed, emergency, given = None, None, []
        elif decision.kind == DecisionKind.ENDORSED:
            endorsed = decision
        elif decision.kind == DecisionKind.EMERGENCY:
            emergency = decision
        elif decision.kind == DecisionKind.OBJECTED:
            emergency = None
        elif decision.kind == DecisionKind.APPROVED and _counts(decision, given, endorsed, approval, mentored):
            given.append(decision)
    read = bool(endorsed) or not mentored or any(decided.without_mentor for decided in given)
    return Standing(tuple(given), endorsed, emergency, tuple(_missing(approval, len(given), read=read)))


def holds_between(at: Standing, window: timedelta) -> tuple[datetime, datetime] | None:
    """The first and the last moment for which the approvals hold; None where they leave the time open.

    Each holds for `window` before and after its own time, so that a second approval does not widen the first, and many
    small moves do not add up to a large one. Approvals for times far apart hold for no moment: the first is after the
    last.
    """
    times = approved_times(at)
    return (max(times) - window, min(times) + window) if times else None


def holds_for(at: Standing, moment: datetime, window: timedelta) -> bool:
    """Whether the approvals hold for a post that goes out at `moment`."""
    hours = holds_between(at, window)
    return hours is None or hours[0] <= moment <= hours[1]


def approved_times(at: Standing) -> list[datetime]:
    """The times for which the post was approved; who approved it without one left the time open."""
    return [approval.due_at for approval in at.approvals if approval.due_at]


def _counts(decision: Decided, given: Sequence[Decided], endorsed: Any, approval: str, mentored: bool) -> bool:
    taken = {who for other in given for who in (other.by_id, other.for_whom_id)}
    if decision.by_id in taken or decision.for_whom_id in taken - {None}:
        return False
    return approval != Approval.MENTOR or bool(endorsed) or decision.without_mentor or not mentored


def _missing(approval: str, approvals: int, *, read: bool) -> Iterable[Step]:
    if approval == Approval.MENTOR and not read:
        yield Step.MENTOR
    if approval != Approval.NONE and approvals == 0:
        yield Step.APPROVER
    if approval == Approval.TWO and approvals < 2:
        yield Step.SECOND


@dataclass(frozen=True)
class ApprovalCapacity:
    """In whose name somebody decides: in their own, or (`for_whom`) for an absent approver. Ids of users."""

    by: int
    for_whom: int | None = None


def seat_or_bar(
    seats: Sequence[ApprovalCapacity], standing: Standing, *, writers: Collection[int], own_allowed: bool
) -> ApprovalCapacity | Bar:
    """The first of a person's seats from which they may approve now, or why there is none. `writers`: ids of users."""
    if not seats:
        return Bar.NO_RIGHT
    answers = [_bar(seat, standing, writers, own_allowed) for seat in seats]
    return next((seat for seat, bar in zip(seats, answers, strict=True) if bar is None), answers[0] or Bar.NO_RIGHT)


def _bar(seat: ApprovalCapacity, standing: Standing, writers: Collection[int], own_allowed: bool) -> Bar | None:
    name = seat.for_whom or seat.by
    taken = {who for approval in standing.approvals for who in (approval.by_id, approval.for_whom_id)}
    if seat.by in writers and (seat.for_whom or not own_allowed):
        return Bar.OWN
    if name in writers and not own_allowed:
        return Bar.OWN
    if standing.endorsed:
        taken.add(standing.endorsed.by_id)
    if standing.missing and (seat.by in taken or name in taken):
        return Bar.TWICE
    return Bar.MENTOR if Step.MENTOR in standing.missing else None


def stands_as_emergency(standing: Standing, now: datetime) -> bool:
    """Whether the version may still go out without approval; who sent it must be on the list besides."""
    return standing.emergency is not None and now < standing.emergency.at + EMERGENCY_HOLDS


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
    first, second = (_moment(local, occurrence, zone) for occurrence in (0, 1))
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
    unusuals = []
    if local.time() < EARLIEST:
        unusuals.append(Unusual("early"))
    if local.time() >= LATEST:
        unusuals.append(Unusual("late"))
    if local.weekday() == 6:
        unusuals.append(Unusual("sunday"))
    for day in holidays:
        if day.sensitive:
            unusuals.append(Unusual("sensitive", day))
        elif not day.is_working:
            unusuals.append(Unusual("holiday", day))
    return unusuals
