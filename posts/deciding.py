"""Reads about decisions: how far a version is, who may decide today and in whose name, and what waits for whom."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from delivery.enums import State
from municipalities.enums import Approval, Role
from municipalities.models import Membership, Municipality
from municipalities.queries import delegations, mentors
from posts import rules
from posts.enums import Bar, DecisionKind, Stage
from posts.models import Decision, Post, Publication, Version
from posts.queries import for_lists, visible


def standing(version: Version | int, house: Municipality) -> rules.Standing:
    """How far a version is on the way that the house asks for, from fresh rows. One query or two."""
    rows = Decision.objects.filter(version=version).select_related("by", "for_whom").order_by("pk")
    return rules.standing(rows, house.approval, mentored=asks_mentor(house))


def mentors_of(house: Municipality) -> list[Any]:
    """Who accompanies the municipality today and can sign in."""
    return [row.mentor for row in mentors(house) if row.mentor.is_active]


def asks_mentor(house: Municipality) -> bool:
    """Whether the house wants its mentor to read first, and has one today. No query where it does not."""
    return house.approval == Approval.MENTOR and bool(mentors_of(house))


def seats(user: Any, house: Municipality) -> list[rules.Seat]:
    """In whose names `user` may decide here today: their own, or those of absent approvers. One query or two."""
    own = Membership.objects.running().filter(user=user, municipality=house, role=Role.APPROVER)
    if own.exists():
        return [rules.Seat(user.pk)]
    lent = delegations(house).filter(delegate=user).values_list("approver_id", flat=True)
    return [rules.Seat(user.pk, approver) for approver in lent]


def deciders(house: Municipality) -> list[Any]:
    """Everybody who may approve here today: the approvers, and who stands in for one of them."""
    approvers = Membership.objects.running().filter(municipality=house, role=Role.APPROVER).select_related("user")
    return [*(row.user for row in approvers), *(row.delegate for row in delegations(house))]


@dataclass(frozen=True)
class Waiting:
    """A post that waits for a decision, and why this person cannot take it now (None: it is their turn)."""

    post: Post
    standing: rules.Standing
    bar: Bar | None
    for_whom: int | None = None


def waiting_for(user: Any, house: Municipality, limit: int = 40) -> list[Waiting]:
    """What waits for a decision here, those first that go out first; also approved posts for which the house has come
    to ask for more. Seven queries at most.
    """
    held, mentored = seats(user, house), asks_mentor(house)
    posts = list(_undecided()[: limit * 3])
    decided: dict[int, list[Decision]] = {}
    rows = Decision.objects.filter(version__in=[post.newest for post in posts])  # type: ignore[attr-defined]
    for decision in rows.select_related("by").order_by("pk"):
        decided.setdefault(decision.version_id, []).append(decision)
    found = []
    for post in posts:
        about = decided.get(post.newest, [])  # type: ignore[attr-defined]
        at = rules.standing(about, house.approval, mentored=mentored)
        if post.stage == Stage.APPROVED and (at.met or any(each.kind == DecisionKind.EMERGENCY for each in about)):
            continue
        whose = {post.author_id, post.written_by}  # type: ignore[attr-defined]
        seat = rules.seat_or_bar(held, at, writers=whose, own_allowed=house.may_approve_own)
        found.append(Waiting(post, at, seat) if isinstance(seat, Bar) else Waiting(post, at, None, seat.for_whom))
    return found[:limit]


def _undecided() -> QuerySet[Post]:
    """Submitted posts, and approved ones that have not gone out, with their `newest` version and who made it."""
    coming = Publication.objects.filter(
        post=OuterRef("pk"), live=True, delivery__state__in=(State.SCHEDULED, State.WAITING)
    )
    # what has missed its time asks for a new time first
    in_time = Q(due_at__isnull=True) | Q(due_at__gt=timezone.now()) | Q(is_correction=True)
    waits = Q(stage=Stage.SUBMITTED) | (Q(stage=Stage.APPROVED) & Exists(coming))
    versions = Version.objects.filter(post=OuterRef("pk")).order_by("-number")
    rows = visible().filter(in_time, waits)
    rows = rows.annotate(
        newest=Subquery(versions.values("pk")[:1]), written_by=Subquery(versions.values("created_by")[:1])
    )
    return for_lists(rows).order_by("due_at", "updated_at")


def emergencies_to_review(limit: int = 10) -> list[Decision]:
    """Emergencies of the open scope that nobody has reviewed yet, the most urgent first. One query."""
    rows = Decision.objects.filter(kind=DecisionKind.EMERGENCY, remind_at__isnull=False)
    return list(rows.select_related("by", "version__post").order_by("review_due_at")[:limit])
