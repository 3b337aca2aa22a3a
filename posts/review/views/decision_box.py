"""The decision box of the review page: what is decided, who else has to approve, what is open."""

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
from posts.enums import DecisionKind, DenialReason, ReviewStep, Stage
from posts.models import Decision, Post, Version
from posts.queries import writers


@dataclass(frozen=True)
class ApprovalStep:
    """One step towards approval. `by` None: still pending; `left_out`: nobody is there to take it."""

    step: ReviewStep
    by: Decision | None = None
    is_next: bool = False
    left_out: bool = False


@dataclass
class DecisionBox:
    """`capacity`: in whose name this person may approve now; `denial`: why they may not, though they may return it.

    `unapproved`: it is approved without the approvals of today's rule, since it was published as an emergency or
    (`lapsed`) approved under another rule.

    `approved_for` is the approved time, the latest if there are several, and `holds` the first and the last time for
    which the approval is valid; both None where the time was left open. `holds_now`: it could be published at once.
    `is_outside`: its time is outside these hours, because the municipality's rules have changed since.
    """

    progress: rules.ApprovalProgress
    steps: list[ApprovalStep] = field(default_factory=list)
    waits: bool = False
    capacity: rules.ApprovalCapacity | None = None
    denial: DenialReason | None = None
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
        return self.capacity is not None or self.denial not in (None, DenialReason.NO_RIGHT)

    @property
    def approved_for_text(self) -> str:
        """As plain text for an HTML attribute."""
        return dates.date_time(self.approved_for) if self.approved_for else ""

    @property
    def last(self) -> bool:
        """Whether this person's approval is the last one needed."""
        return len(self.progress.missing) <= 1


def decision_box(
    request: MunicipalityRequest,
    post: Post,
    version: Version | None,
    decisions: Sequence[Decision],
    suggested: Collection[int] = (),
    *,
    is_out: bool = False,
) -> DecisionBox:
    """`post` is one from `queries.for_review`, `decisions` all of its own, newest first; `is_out`: nothing is left to
    publish. One query for a delegate.
    """
    if version is None:
        return DecisionBox(rules.ApprovalProgress())
    municipality, access = request.municipality, request.access
    about = [decision for decision in reversed(decisions) if decision.version_id == version.pk]
    mentored = municipality.approval == Approval.MENTOR and post.is_mentored  # type: ignore[attr-defined]
    progress = rules.approval_progress(about, municipality.approval, mentored=mentored)
    box = DecisionBox(progress, _steps(progress, municipality.approval, mentored=mentored))
    box.unapproved = post.stage == Stage.APPROVED and municipality.needs_approval and not progress.met
    emergency = any(decision.kind == DecisionKind.EMERGENCY for decision in about)
    if is_out and not emergency:
        box.unapproved = False  # what is public needs no decision, whatever today's rule
    box.lapsed = box.unapproved and not emergency
    box.waits = post.deleted_at is None and (post.stage == Stage.SUBMITTED or box.lapsed)
    if post.stage == Stage.APPROVED and municipality.needs_approval and not post.is_correction and not is_out:
        _set_window(box, post)
    own = writers(post, version, suggested=suggested) if access.may(Verb.POST_APPROVE) else set()
    if box.waits and access.may(Verb.POST_APPROVE):
        _set_capacity(request, box, own)
    box.may_endorse = progress.endorsed is None and rules.may_endorse(
        access, is_mentor="mentor" in access.roles, waits=box.waits
    )
    _set_emergency(request, box, decisions, own)
    return box


def _set_window(box: DecisionBox, post: Post) -> None:
    window = timedelta(hours=post.municipality.move_window_hours)
    box.approved_for = max(rules.approved_times(box.progress), default=None)
    box.holds = rules.approval_window(box.progress, window)
    box.holds_now = rules.is_within_approval_window(box.progress, timezone.now(), window)
    box.is_outside = post.due_at is not None and not rules.is_within_approval_window(box.progress, post.due_at, window)


def _set_capacity(request: MunicipalityRequest, box: DecisionBox, own: set[int]) -> None:
    municipality, lent = request.municipality, {}
    if "approver" in request.access.roles:
        held = [rules.ApprovalCapacity(request.user.pk)]
    elif DELEGATE in request.access.roles:
        lent = {row.approver_id: row for row in delegations(municipality).filter(delegate=request.user)}
        held = [rules.ApprovalCapacity(request.user.pk, approver) for approver in lent]
    else:
        held = []
    capacity = rules.capacity_or_denial(held, box.progress, writers=own, own_allowed=municipality.may_approve_own)
    if isinstance(capacity, DenialReason):
        box.denial = capacity
        return
    box.capacity = capacity
    if capacity.for_whom:
        box.absent, box.absent_until = lent[capacity.for_whom].approver, lent[capacity.for_whom].ends_on


def _steps(progress: rules.ApprovalProgress, approval: str, *, mentored: bool) -> list[ApprovalStep]:
    given = list(progress.approvals)
    steps = []
    if approval == Approval.MENTOR:
        nobody = not mentored and progress.endorsed is None
        steps.append(ApprovalStep(ReviewStep.MENTOR, progress.endorsed, ReviewStep.MENTOR in progress.missing, nobody))
    if approval != Approval.NONE:
        first = given[0] if given else None
        steps.append(ApprovalStep(ReviewStep.APPROVER, first, progress.missing[:1] == (ReviewStep.APPROVER,)))
    if approval == Approval.TWO:
        second = given[1] if len(given) > 1 else None
        steps.append(ApprovalStep(ReviewStep.SECOND, second, progress.missing[:1] == (ReviewStep.SECOND,)))
    return steps


def _set_emergency(
    request: MunicipalityRequest, box: DecisionBox, decisions: Sequence[Decision], own: set[int]
) -> None:
    """Adds the last emergency of the post and its review."""
    box.emergency = next((decision for decision in decisions if decision.kind == DecisionKind.EMERGENCY), None)
    if box.emergency is None:
        return
    after = (DecisionKind.REVIEWED, DecisionKind.OBJECTED)
    if box.emergency.remind_at is None:
        box.review = next((decision for decision in decisions if decision.kind in after), None)
    else:
        excluded = {*own, box.emergency.by_id}
        box.may_review = rules.may_review_emergency(request.access, by=request.user.pk, writers=excluded)
