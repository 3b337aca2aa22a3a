"""Permissions and approval of a post, and wall-clock times. Pure: no tables, no settings.

Predicates take the access of the user (`municipalities.queries.Access`); they decide whether a page offers an action
and whether a view allows it. The verbs in `posts.*.domain` check the state once more, under a lock.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from municipalities.enums import Approval
from municipalities.rules import Verb
from posts.enums import DecisionKind, DenialReason, ReviewStep, Stage

ZONE = "Europe/Belgrade"
EARLIEST, LATEST = time(7), time(21)
FARTHEST = timedelta(days=366)
# After this an unsent emergency needs approval like everything else.
EMERGENCY_HOLDS = timedelta(hours=6)

EDITABLE = (Stage.DRAFT, Stage.RETURNED)


class AccessLike(Protocol):
    def may(self, verb: str) -> bool: ...


class DecisionLike(Protocol):
    """One decision about a version."""

    kind: str
    by_id: int
    for_whom_id: int | None
    at: datetime
    without_mentor: bool
    due_at: datetime | None


class PostLike(Protocol):
    """The part of a post that permissions depend on."""

    stage: str
    author_id: int
    deleted_at: datetime | None


class TimedPost(Protocol):
    """The part of a post that says when it goes out."""

    on_approval: bool
    approve_until: datetime | None


# ---------------------------------------------------------------- rights


def may_read(access: AccessLike, *, is_public: bool) -> bool:
    """Users without permission to read drafts see a post once it is on a network."""
    return access.may(Verb.DRAFT_VIEW) or (is_public and access.may(Verb.POST_VIEW))


def may_edit(access: AccessLike, post: PostLike) -> bool:
    return access.may(Verb.POST_EDIT) and post.stage in EDITABLE and post.deleted_at is None


def may_correct(access: AccessLike, post: PostLike, *, is_public: bool) -> bool:
    """Correct a published post. `is_public`: something of it is on a network and is not being removed."""
    return access.may(Verb.POST_EDIT) and post.stage == Stage.APPROVED and is_public and post.deleted_at is None


def may_take_down(access: AccessLike, *, is_public: bool) -> bool:
    """Request removal; `posts.editing.domain.removals.may_remove_directly` decides whether it happens at once."""
    return access.may(Verb.DELIVERY_ANSWER) and is_public


def may_submit(access: AccessLike, post: PostLike) -> bool:
    return may_edit(access, post)


def may_take_back(access: AccessLike, post: PostLike, *, is_public: bool = False) -> bool:
    """Edit a submitted or approved post again; one that is on every network needs a correction."""
    return access.may(Verb.POST_EDIT) and post.stage not in EDITABLE and post.deleted_at is None and not is_public


def may_decide(access: AccessLike, post: PostLike, *, met: bool = False) -> bool:
    """Return a post, or approve it if it is not one's own. `met`: it has all required approvals.

    An approved post waits for a decision again when the municipality requires more approvals than before.
    """
    waits = post.stage == Stage.SUBMITTED or (post.stage == Stage.APPROVED and not met)
    return access.may(Verb.POST_APPROVE) and waits and post.deleted_at is None


def may_endorse(access: AccessLike, *, is_mentor: bool, waits: bool) -> bool:
    """Endorse a post that waits for a decision. This is never a right to publish or to approve."""
    return is_mentor and waits and access.may(Verb.POST_COMMENT)


def may_publish_emergency(access: AccessLike, post: PostLike, *, is_public: bool) -> bool:
    """Publish without approval: those on the municipality's emergency list."""
    return access.may(Verb.POST_EMERGENCY) and post.deleted_at is None and not is_public


def may_review_emergency(access: AccessLike, *, by: int, writers: Collection[int]) -> bool:
    """Review an emergency afterwards: an approver who neither wrote nor published it, whatever the rules."""
    return access.may(Verb.POST_APPROVE) and by not in writers


def may_schedule(access: AccessLike, post: PostLike, *, needs_approval: bool) -> bool:
    """Set the time of an approved post, or of any post if no approval is needed."""
    ready = post.stage == Stage.APPROVED or (not needs_approval and post.stage in EDITABLE)
    return access.may(Verb.POST_SCHEDULE) and ready and post.deleted_at is None


def decides_alone(access: AccessLike, *, approval: str, own_allowed: bool) -> bool:
    """Whether this person may publish their own posts without anybody else."""
    own = approval == Approval.ONE and own_allowed and access.may(Verb.POST_APPROVE)
    return access.may(Verb.POST_SCHEDULE) and (approval == Approval.NONE or own)


def may_move(access: AccessLike, post: PostLike) -> bool:
    return access.may(Verb.POST_SCHEDULE) and post.deleted_at is None


def may_delete(access: AccessLike, post: PostLike, *, is_public: bool) -> bool:
    return access.may(Verb.POST_EDIT) and not is_public and post.deleted_at is None


def may_comment(access: AccessLike) -> bool:
    return access.may(Verb.POST_COMMENT)


# ---------------------------------------------------------------- approval


RESETS = (DecisionKind.SUBMITTED, DecisionKind.RETURNED, DecisionKind.TAKEN_BACK)


@dataclass(frozen=True)
class ApprovalProgress:
    """How many of the required approvals a version has.

    `approvals` are by different persons in different names, in order; `missing` are the remaining steps, the next one
    first. `emergency` is set for a version published as an emergency without an objection.
    """

    approvals: tuple[Any, ...] = ()
    endorsed: Any = None
    emergency: Any = None
    missing: tuple[ReviewStep, ...] = ()

    @property
    def met(self) -> bool:
        return not self.missing


def approval_progress(decisions: Iterable[DecisionLike], approval: str, *, mentored: bool) -> ApprovalProgress:
    """`decisions` are all those about one version, oldest first; `mentored`: the municipality has a mentor today.

    Decisions before the version was submitted again, returned or taken back do not count. Where the mentor endorses
    first, an approval counts only after that, or if nobody was paired when it was given.
    """
    endorsed = emergency = None
    given: list[DecisionLike] = []
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
    return ApprovalProgress(tuple(given), endorsed, emergency, tuple(_missing(approval, len(given), read=read)))


def approval_window(progress: ApprovalProgress, window: timedelta) -> tuple[datetime, datetime] | None:
    """The first and the last time for which the approvals are valid; None if no time was approved.

    Each is valid for `window` before and after its own time, so that a second approval does not widen the first, and
    many small moves do not add up to a large one. Approvals for times far apart have no common window: the first is
    after the last.
    """
    times = approved_times(progress)
    return (max(times) - window, min(times) + window) if times else None


def is_within_approval_window(progress: ApprovalProgress, moment: datetime, window: timedelta) -> bool:
    """Whether the approvals are valid for a post that is published at `moment`."""
    hours = approval_window(progress, window)
    return hours is None or hours[0] <= moment <= hours[1]


def approved_times(progress: ApprovalProgress) -> list[datetime]:
    """The approved times; an approval without one leaves the time open."""
    return [approval.due_at for approval in progress.approvals if approval.due_at]


def _counts(
    decision: DecisionLike, given: Sequence[DecisionLike], endorsed: Any, approval: str, mentored: bool
) -> bool:
    taken = {who for other in given for who in (other.by_id, other.for_whom_id)}
    if decision.by_id in taken or decision.for_whom_id in taken - {None}:
        return False
    return approval != Approval.MENTOR or bool(endorsed) or decision.without_mentor or not mentored


def _missing(approval: str, approvals: int, *, read: bool) -> Iterable[ReviewStep]:
    if approval == Approval.MENTOR and not read:
        yield ReviewStep.MENTOR
    if approval != Approval.NONE and approvals == 0:
        yield ReviewStep.APPROVER
    if approval == Approval.TWO and approvals < 2:
        yield ReviewStep.SECOND


@dataclass(frozen=True)
class ApprovalCapacity:
    """In whose name somebody approves: their own, or (`for_whom`) for an absent approver. Ids of users."""

    by: int
    for_whom: int | None = None


def capacity_or_denial(
    capacities: Sequence[ApprovalCapacity], progress: ApprovalProgress, *, writers: Collection[int], own_allowed: bool
) -> ApprovalCapacity | DenialReason:
    """The first of a person's capacities in which they may approve now, or why there is none. `writers`: ids of
    users.
    """
    if not capacities:
        return DenialReason.NO_RIGHT
    answers = [_denial(capacity, progress, writers, own_allowed) for capacity in capacities]
    return next(
        (capacity for capacity, denial in zip(capacities, answers, strict=True) if denial is None),
        answers[0] or DenialReason.NO_RIGHT,
    )


def _denial(
    capacity: ApprovalCapacity, progress: ApprovalProgress, writers: Collection[int], own_allowed: bool
) -> DenialReason | None:
    name = capacity.for_whom or capacity.by
    taken = {who for approval in progress.approvals for who in (approval.by_id, approval.for_whom_id)}
    if capacity.by in writers and (capacity.for_whom or not own_allowed):
        return DenialReason.OWN
    if name in writers and not own_allowed:
        return DenialReason.OWN
    if progress.endorsed:
        taken.add(progress.endorsed.by_id)
    if progress.missing and (capacity.by in taken or name in taken):
        return DenialReason.TWICE
    return DenialReason.MENTOR if ReviewStep.MENTOR in progress.missing else None


def is_valid_emergency(progress: ApprovalProgress, now: datetime) -> bool:
    """Whether the version may still be published without approval; its publisher must be on the list as well."""
    return progress.emergency is not None and now < progress.emergency.at + EMERGENCY_HOLDS


# ---------------------------------------------------------------- time


def asks_when(post: TimedPost, now: datetime) -> bool:
    """Whether it was to go out as soon as it was approved, and nobody approved it in time: the approver says when."""
    return post.on_approval and post.approve_until is not None and now > post.approve_until


@dataclass(frozen=True)
class ResolvedTime:
    """An unambiguous wall-clock time. `local` is naive, `due_at` aware UTC."""

    local: datetime
    fold: int
    due_at: datetime
    zone: str = ZONE


@dataclass(frozen=True)
class NonexistentTime:
    """A wall-clock time in the spring gap. `next_valid` is the first time after it (naive)."""

    local: datetime
    next_valid: datetime


@dataclass(frozen=True)
class AmbiguousTime:
    """A wall-clock time in the autumn hour that exists twice."""

    local: datetime
    options: tuple[ResolvedTime, ResolvedTime]


@dataclass(frozen=True)
class Timing:
    """When a post goes out: at `time`, or as soon as it is approved; with neither, somebody has yet to say when."""

    time: ResolvedTime | None = None
    on_approval: bool = False


WallTimeResult = ResolvedTime | NonexistentTime | AmbiguousTime


def resolve_wall_time(on: date, at: time, fold: int | None = None, zone: str = ZONE) -> WallTimeResult:
    """The moment of a local date and time. `fold` chooses between the two of an ambiguous one."""
    local = datetime.combine(on, at.replace(tzinfo=None))
    first, second = (_moment(local, occurrence, zone) for occurrence in (0, 1))
    if _wall(first.due_at, zone) != local:
        # With the offset before the jump, times in the gap map to right after it.
        return NonexistentTime(local, _after_the_jump(local, zone))
    if first.due_at == second.due_at:
        return first
    return AmbiguousTime(local, (first, second)) if fold is None else (first, second)[fold]


def _moment(local: datetime, fold: int, zone: str) -> ResolvedTime:
    return ResolvedTime(local, fold, local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC), zone)


def _wall(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def _after_the_jump(local: datetime, zone: str) -> datetime:
    """The first wall-clock time after the gap that contains `local`."""
    minute = local.replace(second=0, microsecond=0)
    while _wall(_moment(minute, 0, zone).due_at, zone) != minute:
        minute += timedelta(minutes=1)
    return minute


def due_at(local: datetime, fold: int, zone: str) -> datetime:
    """A stored wall-clock time (its own zone is ignored) in UTC, by today's time-zone data."""
    return _moment(local.replace(tzinfo=None), fold, zone).due_at


def resolve_moment(now: datetime, zone: str = ZONE) -> ResolvedTime:
    """`now` (aware) as a wall-clock time."""
    local = now.astimezone(ZoneInfo(zone))
    return ResolvedTime(local.replace(tzinfo=None, fold=0), local.fold, now, zone)


@dataclass(frozen=True)
class TimeWarning:
    """A warning about a time: "early", "late", "sunday", "holiday" or "sensitive", with the day."""

    code: str
    holiday: Any = None


def time_warnings(local: datetime, holidays: Sequence[Any]) -> list[TimeWarning]:
    """`holidays` are those of the local day (`municipalities.holidays`)."""
    unusuals = []
    if local.time() < EARLIEST:
        unusuals.append(TimeWarning("early"))
    if local.time() >= LATEST:
        unusuals.append(TimeWarning("late"))
    if local.weekday() == 6:
        unusuals.append(TimeWarning("sunday"))
    for day in holidays:
        if day.sensitive:
            unusuals.append(TimeWarning("sensitive", day))
        elif not day.is_working:
            unusuals.append(TimeWarning("holiday", day))
    return unusuals
