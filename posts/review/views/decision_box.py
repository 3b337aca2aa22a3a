"""The box of the review page in which somebody decides: what is decided, who else has to agree, what is open."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from common import dates
from municipalities.enums import Approval
from municipalities.queries import delegations
from municipalities.rules import DELEGATE, Verb
from municipalities.web import MunicipalityRequest
from posts import rules
from posts.enums import Bar, DecisionKind, Stage, Step
from posts.models import Decision, Post, Version
from posts.queries import writers


@dataclass(frozen=True)
class Taken:
    """One step on the way to "approved". `by` None: still to be taken; `left_out`: nobody is there to take it."""

    step: Step
    by: Decision | None = None
    is_next: bool = False
    left_out: bool = False


@dataclass
class Deciding:
    """`seat`: from where this person may approve now; `bar`: why they may not, though they may return it.

    `unapproved`: it stands at "approved" without the approvals of today's rule, since it went out as an emergency or
    (`lapsed`) was approved under another rule.

    `approved_for` is the time that was approved, the latest if there are several, and `holds` the first and the last
    moment for which the approval holds; both None where the time was left open. `holds_now`: it could be published at
    once. `is_outside`: its own time lies outside these hours, because the house rules have changed since.
    """

    standing: rules.Standing
    steps: list[Taken] = field(default_factory=list)
    waits: bool = False
    seat: rules.ApprovalCapacity | None = None
    bar: Bar | None = None
    absent: Any = None
    absent_until: Any = None
    may_endorse: bool = False
    lapsed: bool = False
    unapproved: bool = False
    emergency: Decision | None = None
    review: Decision | None = None
    may_review: bool = False
    approved_for: datetime | None = None
    holds: tuple[datetime, datetime] | None = None
    holds_now: bool = True
    is_outside: bool = False

    @property
    def may_decide(self) -> bool:
        return self.seat is not None or self.bar not in (None, Bar.NO_RIGHT)

    @property
    def approved_for_words(self) -> str:
        """As plain text: it stands in an attribute."""
        return dates.date_time(self.approved_for) if self.approved_for else ""

    @property
    def last(self) -> bool:
        """Whether the post is approved once this person approves."""
        return len(self.standing.missing) <= 1


def deciding(
    request: MunicipalityRequest,
    post: Post,
    version: Version | None,
    decisions: Sequence[Decision],
    suggested: Collection[int] = (),
    *,
    is_out: bool = False,
) -> Deciding:
    """`post` is one from `queries.for_review`, `decisions` all of its own, newest first; `is_out`: nothing of it could
    still go out. One query for a delegate.
    """
    if version is None:
        return Deciding(rules.Standing())
    municipality, access = request.municipality, request.access
    about = [decision for decision in reversed(decisions) if decision.version_id == version.pk]
    mentored = municipality.approval == Approval.MENTOR and post.is_mentored  # type: ignore[attr-defined]
    at = rules.standing(about, municipality.approval, mentored=mentored)
    box = Deciding(at, _steps(at, municipality.approval, mentored=mentored))
    box.unapproved = post.stage == Stage.APPROVED and municipality.needs_approval and not at.met
    emergency = any(decision.kind == DecisionKind.EMERGENCY for decision in about)
    if is_out and not emergency:
        box.unapproved = False  # what is out needs no decision, whatever the rule has become since
    box.lapsed = box.unapproved and not emergency
    box.waits = post.deleted_at is None and (post.stage == Stage.SUBMITTED or box.lapsed)
    if post.stage == Stage.APPROVED and municipality.needs_approval and not post.is_correction and not is_out:
        _take_time(box, post)
    own = writers(post, version, suggested=suggested) if access.may(Verb.POST_APPROVE) else set()
    if box.waits and access.may(Verb.POST_APPROVE):
        _take_seat(request, box, own)
    box.may_endorse = at.endorsed is None and rules.may_endorse(
        access, is_mentor="mentor" in access.roles, waits=box.waits
    )
    _look_back(request, box, decisions, own)
    return box


def _take_time(box: Deciding, post: Post) -> None:
    window = timedelta(hours=post.municipality.move_window_hours)
    box.approved_for = max(rules.approved_times(box.standing), default=None)
    box.holds = rules.holds_between(box.standing, window)
    box.holds_now = rules.holds_for(box.standing, timezone.now(), window)
    box.is_outside = post.due_at is not None and not rules.holds_for(box.standing, post.due_at, window)


def _take_seat(request: MunicipalityRequest, box: Deciding, own: set[int]) -> None:
    municipality, lent = request.municipality, {}
    if "approver" in request.access.roles:
        held = [rules.ApprovalCapacity(request.user.pk)]
    elif DELEGATE in request.access.roles:
        lent = {row.approver_id: row for row in delegations(municipality).filter(delegate=request.user)}
        held = [rules.ApprovalCapacity(request.user.pk, approver) for approver in lent]
    else:
        held = []
    capacity = rules.seat_or_bar(held, box.standing, writers=own, own_allowed=municipality.may_approve_own)
    if isinstance(capacity, Bar):
        box.bar = capacity
        return
    box.seat = capacity
    if capacity.for_whom:
        box.absent, box.absent_until = lent[capacity.for_whom].approver, lent[capacity.for_whom].ends_on


def _steps(at: rules.Standing, approval: str, *, mentored: bool) -> list[Taken]:
    given = list(at.approvals)
    steps = []
    if approval == Approval.MENTOR:
        nobody = not mentored and at.endorsed is None
        steps.append(Taken(Step.MENTOR, at.endorsed, Step.MENTOR in at.missing, nobody))
    if approval != Approval.NONE:
        first = given[0] if given else None
        steps.append(Taken(Step.APPROVER, first, at.missing[:1] == (Step.APPROVER,)))
    if approval == Approval.TWO:
        second = given[1] if len(given) > 1 else None
        steps.append(Taken(Step.SECOND, second, at.missing[:1] == (Step.SECOND,)))
    return steps


def _look_back(request: MunicipalityRequest, box: Deciding, decisions: Sequence[Decision], own: set[int]) -> None:
    """The last emergency of the post, and what an approver said about it afterwards."""
    box.emergency = next((decision for decision in decisions if decision.kind == DecisionKind.EMERGENCY), None)
    if box.emergency is None:
        return
    after = (DecisionKind.REVIEWED, DecisionKind.OBJECTED)
    if box.emergency.remind_at is None:
        box.review = next((decision for decision in decisions if decision.kind in after), None)
    else:
        excluded = {*own, box.emergency.by_id}
        box.may_review = rules.may_review_emergency(request.access, by=request.user.pk, writers=excluded)
