"""The posts on the home page of one municipality: pending decisions, returned posts, upcoming posts.

The lists overlap, and each needs publications and decisions. So there is one query per kind of row, not per list:
posts, publications, decisions. Each list keeps its own order and limit.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from channels.enums import ChannelState
from delivery.enums import State
from delivery.models import Delivery
from delivery.policies import EDIT
from municipalities.models import Municipality
from municipalities.queries import Access
from municipalities.rules import Verb
from posts import rules
from posts.approval import approval_capacities_by_role, requires_mentor
from posts.enums import AmendmentKind, AmendmentState, DecisionKind, DenialReason, Stage
from posts.models import Amendment, Decision, Post, Publication, Version
from posts.queries import visible

UNDECIDED, WAITING, ATTENTION, EMERGENCIES, REMOVALS = 120, 40, 20, 10, 10
"""How many undecided posts are looked at, and how many rows of each kind are shown."""


@dataclass(frozen=True)
class PendingPost:
    """A post that waits for a decision; `denial`: why this person cannot decide now (None: it is their turn)."""

    post: Post
    progress: rules.ApprovalProgress
    denial: DenialReason | None
    for_whom: int | None = None


@dataclass(frozen=True)
class HomeDashboard:
    """`attention`: live publications whose delivery needs a decision, oldest first, `asks` being the pending edit if it
    is that which needs it; `returned`: posts with the approver's note as `returned`; `emergencies`: those not reviewed
    yet, the most urgent first; `removals`: posts with a pending removal request, with `removal_reason` and
    `removal_by`.
    """

    upcoming: Sequence[Post] = ()
    attention: Sequence[Publication] = ()
    waiting: Sequence[PendingPost] = ()
    emergencies: Sequence[Decision] = ()
    returned: Sequence[Post] = ()
    drafts: Sequence[Post] = ()
    removals: Sequence[Post] = ()

    @property
    def mine(self) -> list[PendingPost]:
        return [item for item in self.waiting if item.denial is None]

    @property
    def of_others(self) -> list[PendingPost]:
        return [item for item in self.waiting if item.denial is not None]


@dataclass(frozen=True)
class _List:
    """Posts that fulfil `which`, the first `most` of them in `order`."""

    which: Q | Exists
    order: tuple[str, ...]
    most: int

    def ids(self) -> QuerySet[Any, Any]:
        return visible().filter(self.which).order_by(*self.order).values("pk")[: self.most]


def home_dashboard(user: Any, municipality: Municipality, access: Access, *, own: bool = True) -> HomeDashboard:
    """In the open scope of the municipality. `own`: also drafts of `user` and posts returned to them.

    Three queries; for approvers one more for each of two rules: a mentor who endorses first, an absent approver.
    """
    lists, decides = _lists(user, access, own=own), access.may(Verb.POST_APPROVE)
    by_list = _posts(lists)
    answers = access.may(Verb.DELIVERY_ANSWER)
    attention = _publications({post.pk: post for posts in by_list.values() for post in posts}, with_attention=answers)
    undecided, returned = by_list.get("undecided", []), by_list.get("returned", [])
    decisions = _decisions(undecided, returned, emergencies=decides)
    for post in returned:
        notes = [row for row in decisions if row.version.post_id == post.pk and row.kind == DecisionKind.RETURNED]
        post.returned = notes[-1] if notes else None  # type: ignore[attr-defined]
    return HomeDashboard(
        upcoming=by_list["upcoming"],
        attention=attention,
        waiting=_waiting(undecided, decisions, user, municipality, access) if decides else (),
        emergencies=_to_review(decisions) if decides else (),
        returned=returned,
        drafts=by_list.get("drafts", ()),
        removals=by_list.get("removals", ()),
    )


# ---------------------------------------------------------------- posts


def _lists(user: Any, access: Access, *, own: bool) -> dict[str, _List]:
    lists = {"upcoming": _List(_goes_out() & Q(due_at__isnull=False), ("due_at",), 10)}
    if access.may(Verb.POST_APPROVE):
        lists["undecided"] = _List(_undecided(timezone.now()), ("due_at", "updated_at"), UNDECIDED)
        lists["removals"] = _List(Q(Exists(_removal())), ("due_at", "updated_at"), REMOVALS)
    if own:
        lists["returned"] = _List(Q(stage=Stage.RETURNED, author=user), ("-updated_at",), 20)
        lists["drafts"] = _List(Q(stage=Stage.DRAFT, author=user), ("-updated_at",), 10)
    return lists


def _goes_out() -> Q:
    coming = (State.SCHEDULED, State.WAITING, State.SENDING, State.CHECKING)
    return Q(Exists(Publication.objects.filter(post=OuterRef("pk"), live=True, delivery__state__in=coming)))


def _undecided(now: datetime) -> Q:
    """Submitted posts, and approved ones not published yet: the municipality may require more approvals now."""
    coming = (State.SCHEDULED, State.WAITING)
    has_not_gone = Exists(Publication.objects.filter(post=OuterRef("pk"), live=True, delivery__state__in=coming))
    # overdue ones need a new time first
    in_time = Q(due_at__isnull=True) | Q(due_at__gt=now) | Q(is_correction=True)
    return in_time & (Q(stage=Stage.SUBMITTED) | (Q(stage=Stage.APPROVED) & Q(has_not_gone)))


def _removal() -> QuerySet[Amendment]:
    """The pending removal request of a post."""
    return Amendment.objects.filter(post=OuterRef("pk"), kind=AmendmentKind.REMOVAL, state=AmendmentState.OPEN)


def _posts(lists: Mapping[str, _List]) -> dict[str, list[Post]]:
    """The posts of each list, in its order. One query; a post that is on two lists is one object.

    Undecided posts have the id of their `newest` version and of its author.
    """
    ids: QuerySet[Any, Any] = reduce(
        lambda one, other: one.union(other), (selection.ids() for selection in lists.values())
    )
    versions = Version.objects.filter(post=OuterRef("pk")).order_by("-number")
    rows = Post.objects.filter(pk__in=ids).select_related("author").defer("draft", "search_key").annotate(
        newest=Subquery(versions.values("pk")[:1]), written_by=Subquery(versions.values("created_by")[:1]),
        removal_reason=Subquery(_removal().values("reason")[:1]),
        removal_by=Subquery(_removal().values("by__name")[:1]),
        **{f"is_{name}": selection.which for name, selection in lists.items()},
    )  # fmt: skip
    posts: list[Post] = list(rows.order_by("due_at", "updated_at"))
    by_list = {name: [post for post in posts if getattr(post, f"is_{name}")] for name in lists}
    for name, selection in lists.items():
        if selection.order == ("-updated_at",):
            by_list[name].sort(key=lambda post: post.updated_at, reverse=True)
    return {name: posts[: lists[name].most] for name, posts in by_list.items()}


def _publications(posts: Mapping[int, Post], *, with_attention: bool) -> list[Publication]:
    """Sets `live_publications` of the posts; returns those that need a decision. One query."""
    mine = _stuck().filter(parent=OuterRef("delivery")).order_by("-pk").values("pk")
    rows = Publication.objects.filter(live=True).select_related("post", "channel", "delivery")
    rows = rows.annotate(asks=Subquery(mine[:1]))
    wanted = Q(post__in=list(posts))
    if with_attention:
        wanted |= Q(pk__in=_needing_attention().values("pk")[:ATTENTION])
    for post in posts.values():
        post.live_publications = []  # type: ignore[attr-defined]
    attention: list[Publication] = []
    for row in rows.filter(wanted).defer("post__draft", "post__search_key").order_by("pk"):
        if row.post_id in posts:
            posts[row.post_id].live_publications.append(row)  # type: ignore[attr-defined]
        if with_attention and _needs_attention(row):
            attention.append(row)
    return sorted(attention, key=lambda row: (row.delivery.due_at, row.pk))[:ATTENTION]


ANSWERED_BY_PEOPLE = (State.FAILED, State.EXPIRED, State.UNCONFIRMED)


def _stuck() -> QuerySet[Delivery]:
    """Edits and removals that failed."""
    return Delivery.objects.filter(kind=EDIT, state__in=(State.FAILED, State.EXPIRED))


def _needing_attention() -> QuerySet[Publication]:
    """By the displayed time, oldest first; the channels of a post in the order of its page."""
    waits = Q(delivery__state=State.WAITING, channel__state=ChannelState.NEEDS_CONSENT)
    rows = Publication.objects.filter(live=True, post__deleted_at__isnull=True)
    there = Q(delivery__state=State.MISSING) | Q(delivery__state=State.PUBLISHED, delivery__changed_at__isnull=False)
    unseen = (there & Q(delivery__noted_at=None)) | Q(delivery__duplicate_at__isnull=False)
    asks = Q(delivery__state__in=ANSWERED_BY_PEOPLE) | Q(delivery__in=_stuck().values("parent")) | unseen | waits
    return rows.filter(asks).order_by("delivery__due_at", "pk")


def _needs_attention(row: Publication) -> bool:
    """The same check for a loaded row, of a post that is not deleted."""
    state = row.delivery.state
    if row.asks or row.delivery.duplicate_at:  # type: ignore[attr-defined]
        return True
    unseen = row.shown_state in (State.MISSING, "changed") and row.delivery.noted_at is None
    if unseen or state in ANSWERED_BY_PEOPLE:
        return True
    return state == State.WAITING and row.channel.state == ChannelState.NEEDS_CONSENT


# ---------------------------------------------------------------- decisions


def _decisions(undecided: Iterable[Any], returned: Sequence[Post], *, emergencies: bool) -> list[Decision]:
    """Decisions about the newest versions, notes of returned posts, emergencies to review. One query at most."""
    wanted = Q(version__in=[post.newest for post in undecided])
    wanted |= Q(version__post__in=returned, kind=DecisionKind.RETURNED)
    if emergencies:
        wanted |= Q(kind=DecisionKind.EMERGENCY, remind_at__isnull=False)
    return list(Decision.objects.filter(wanted).select_related("by", "version__post").order_by("pk"))


def _to_review(decisions: Iterable[Decision]) -> list[Decision]:
    due = [(row.review_due_at, row) for row in decisions if row.kind == DecisionKind.EMERGENCY and row.remind_at]
    return [row for at, row in sorted(due, key=lambda pair: pair[0] or pair[1].at)][:EMERGENCIES]


def _waiting(
    posts: Iterable[Any], decisions: Iterable[Decision], user: Any, municipality: Municipality, access: Access
) -> list[PendingPost]:
    """Pending posts, the earliest publishing time first."""
    held, mentored = approval_capacities_by_role(user, municipality, access.roles), requires_mentor(municipality)
    decided: dict[int, list[Decision]] = {}
    for decision in decisions:
        decided.setdefault(decision.version_id, []).append(decision)
    waitings = []
    for post in posts:
        about = decided.get(post.newest, [])
        progress = rules.approval_progress(about, municipality.approval, mentored=mentored)
        if post.stage == Stage.APPROVED and (
            progress.met or any(decision.kind == DecisionKind.EMERGENCY for decision in about)
        ):
            continue
        whose: Collection[int] = {post.author_id, post.written_by}
        capacity = rules.capacity_or_denial(held, progress, writers=whose, own_allowed=municipality.may_approve_own)
        waitings.append(
            PendingPost(post, progress, capacity)
            if isinstance(capacity, DenialReason)
            else PendingPost(post, progress, None, capacity.for_whom)
        )
    return waitings[:WAITING]
