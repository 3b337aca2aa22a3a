"""Reads about decisions: how far a version is, who may decide today and in whose name."""

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


def standing(version: Version | int, municipality: Municipality) -> rules.Standing:
    """How far a version is on the way that the house asks for, from fresh rows. One query or two."""
    rows = Decision.objects.filter(version=version).select_related("by", "for_whom").order_by("pk")
    return rules.standing(rows, municipality.approval, mentored=asks_mentor(municipality))


def approval_hours(post: Post) -> tuple[datetime, datetime] | None:
    """Between which moments an approved post may go out without being approved again; None: whenever.

    Two queries for an approved post, none for others.
    """
    if post.stage != Stage.APPROVED or not post.municipality.needs_approval:
        return None
    newest = post.versions.order_by("-number").values_list("pk", flat=True).first()
    if newest is None:
        return None
    at = standing(newest, post.municipality)
    return rules.holds_between(at, timedelta(hours=post.municipality.move_window_hours))


def mentors_of(municipality: Municipality) -> list[Any]:
    """Who accompanies the municipality today and can sign in."""
    return [row.mentor for row in mentors(municipality) if row.mentor.is_active]


def asks_mentor(municipality: Municipality) -> bool:
    """Whether the house wants its mentor to read first, and has one today. No query where it does not."""
    return municipality.approval == Approval.MENTOR and bool(mentors_of(municipality))


def seats(user: Any, municipality: Municipality) -> list[rules.ApprovalCapacity]:
    """In whose names `user` may decide here today: their own, or those of absent approvers. One query or two."""
    own = Membership.objects.deciding().filter(user=user, municipality=municipality)
    if own.exists():
        return [rules.ApprovalCapacity(user.pk)]
    lent = delegations(municipality).filter(delegate=user).values_list("approver_id", flat=True)
    return [rules.ApprovalCapacity(user.pk, approver) for approver in lent]


def seats_of(user: Any, municipality: Municipality, roles: Collection[str]) -> list[rules.ApprovalCapacity]:
    """The same for a page, whose `roles` were read for this very request. One query for a delegate, else none."""
    if Role.APPROVER in roles:
        return [rules.ApprovalCapacity(user.pk)]
    if DELEGATE not in roles:
        return []
    lent = delegations(municipality).filter(delegate=user).values_list("approver_id", flat=True)
    return [rules.ApprovalCapacity(user.pk, approver) for approver in lent]


def deciders(municipality: Municipality) -> list[Any]:
    """Everybody who may approve here today: the approvers, and who stands in for one of them."""
    return [*approvers(municipality), *(row.delegate for row in delegations(municipality))]
