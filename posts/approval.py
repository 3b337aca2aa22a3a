"""Reads about approval: the progress of a version, who may decide today and in whose name."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from municipalities.enums import Approval, Role
from municipalities.models import Membership, Municipality
from municipalities.queries import approvers, delegations, mentors
from municipalities.rules import DELEGATE
from posts import rules
from posts.enums import Stage
from posts.models import Decision, Post, Version


def approval_progress(version: Version | int, municipality: Municipality) -> rules.ApprovalProgress:
    """The progress of a version through the approval that its municipality requires, from fresh rows. One or two
    queries.
    """
    rows = Decision.objects.filter(version=version).select_related("by", "for_whom").order_by("pk")
    return rules.approval_progress(rows, municipality.approval, mentored=requires_mentor(municipality))


def approval_window(post: Post) -> tuple[datetime, datetime] | None:
    """When an approved post may be published without a new approval: (first, last); None: at any time.

    Two queries for an approved post, none for others.
    """
    if post.stage != Stage.APPROVED or not post.municipality.needs_approval:
        return None
    newest = post.versions.order_by("-number").values_list("pk", flat=True).first()
    if newest is None:
        return None
    progress = approval_progress(newest, post.municipality)
    return rules.approval_window(progress, timedelta(hours=post.municipality.move_window_hours))


def mentors_of(municipality: Municipality) -> list[Any]:
    """The municipality's mentors of today who can sign in."""
    return [row.mentor for row in mentors(municipality) if row.mentor.is_active]


def requires_mentor(municipality: Municipality) -> bool:
    """Whether the municipality requires its mentor's endorsement and has a mentor today. No query if it does not."""
    return municipality.approval == Approval.MENTOR and bool(mentors_of(municipality))


def approval_capacities(user: Any, municipality: Municipality) -> list[rules.ApprovalCapacity]:
    """The capacities in which `user` may decide here today: as approver, or for absent ones. One or two queries."""
    own = Membership.objects.deciding().filter(user=user, municipality=municipality)
    if own.exists():
        return [rules.ApprovalCapacity(user.pk)]
    lent = delegations(municipality).filter(delegate=user).values_list("approver_id", flat=True)
    return [rules.ApprovalCapacity(user.pk, approver) for approver in lent]


def approval_capacities_by_role(
    user: Any, municipality: Municipality, roles: Collection[str]
) -> list[rules.ApprovalCapacity]:
    """The same from the `roles` that the request has read already. One query for a delegate, else none."""
    if Role.APPROVER in roles:
        return [rules.ApprovalCapacity(user.pk)]
    if DELEGATE not in roles:
        return []
    lent = delegations(municipality).filter(delegate=user).values_list("approver_id", flat=True)
    return [rules.ApprovalCapacity(user.pk, approver) for approver in lent]


def deciders(municipality: Municipality) -> list[Any]:
    """Everybody who may approve here today: the approvers and their delegates."""
    return [*approvers(municipality), *(row.delegate for row in delegations(municipality))]
