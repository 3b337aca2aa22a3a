"""The posts on the home page of one municipality: pending decisions, returned posts, upcoming posts.

The lists overlap, and each needs publications and decisions. So there is one query per kind of row, not per list:
posts, publications, decisions. Each list keeps its own order and limit.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, reduce
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from channels.enums import ChannelState
from common.prepared import among, array
from delivery.enums import State
from delivery.models import Delivery
from delivery.policies import EDIT, THREAD_PART
from municipalities.models import Municipality
from municipalities.prepared import PreparedRows
from municipalities.queries import Access
from municipalities.rules import Verb
from posts import rules
from posts.approval import approval_capacities_by_role, requires_mentor
from posts.enums import AmendmentKind, AmendmentState, DecisionKind, DenialReason, Stage
from posts.models import Amendment, Decision, Post, Publication, Version
from posts.queries import cover_of, visible, with_cover

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
    """`attention`: live publications whose delivery needs a decision, oldest first, with `attention_words`; `asks` is
    the pending edit if it is that which needs it; `returned`: posts with the approver's note as `returned`;
    `emergencies`: those not reviewed yet, the most urgent first; `removals`: posts with a pending removal request, with
    `removal_reason` and `removal_by`; `untimed`: approved posts without a time.
    """

    upcoming: Sequence[Post] = ()
    untimed: Sequence[Post] = ()
    attention: Sequence[Publication] = ()
    waiting: Sequence[PendingPost] = ()
    emergencies: Sequence[Decision] = ()
    returned: Sequence[Post] = ()
    drafts: Sequence[Post] = ()
    removals: Sequence[Post] = ()

    @property
    def goes_out(self) -> list[Post]:
        """Those of `upcoming` that need nobody any more."""
        return [post for post in self.upcoming if post.stage != Stage.SUBMITTED]

    @property
    def unapproved(self) -> list[Post]:
        """Those of `upcoming` that do not go out unless somebody approves them before their time."""
        return [post for post in self.upcoming if post.stage == Stage.SUBMITTED]

    @property
    def mine(self) -> list[PendingPost]:
        return [item for item in self.waiting if item.denial is None]

    @property
    def of_others(self) -> list[PendingPost]:
        return [item for item in self.waiting if item.denial is not None]


# The order of each list of posts, and how many it shows.
LISTS = {
    "upcoming": (("due_at",), 10),
    "untimed": (("updated_at",), 10),
    "undecided": (("due_at", "updated_at"), UNDECIDED),
    "removals": (("due_at", "updated_at"), REMOVALS),
    "returned": (("-updated_at",), 20),
    "drafts": (("-updated_at",), 10),
}


def home_dashboard(user: Any, municipality: Municipality, access: Access, *, own: bool = True) -> HomeDashboard:
    """In the open scope of the municipality. `own`: also drafts of `user` and posts returned to them. Nothing for
    people who may not read drafts: none of these posts has gone out.

    Three queries; for approvers one more for each of two rules: a mentor who endorses first, an absent approver.
    """
    decides = access.may(Verb.POST_APPROVE)
    if not access.may(Verb.DRAFT_VIEW):
        return HomeDashboard()
    by_list = _posts(user, municipality, own=own, decides=decides)
    posts = {post.pk: post for posts in by_list.values() for post in posts}
    attention = _publications(municipality, posts, with_attention=access.may(Verb.DELIVERY_ANSWER))
    undecided, returned = by_list.get("undecided", []), by_list.get("returned", [])
    decisions = _decisions(municipality, undecided, returned, emergencies=decides)
    for post in returned:
        notes = [row for row in decisions if row.version.post_id == post.pk and row.kind == DecisionKind.RETURNED]
        post.returned = notes[-1] if notes else None  # type: ignore[attr-defined]
    return HomeDashboard(
        upcoming=by_list["upcoming"],
        untimed=by_list["untimed"],
        attention=attention,
        waiting=_waiting(undecided, decisions, user, municipality, access) if decides else (),
        emergencies=_to_review(decisions) if decides else (),
        returned=returned,
        drafts=by_list.get("drafts", ()),
        removals=by_list.get("removals", ()),
    )


# ---------------------------------------------------------------- posts


def _names(*, own: bool, decides: bool) -> list[str]:
    """Of the lists that a person has."""
    of_approvers, of_writers = ["undecided", "removals"] if decides else [], ["returned", "drafts"] if own else []
    return ["upcoming", "untimed", *of_approvers, *of_writers]


def _which(name: str, user: Any, now: Any) -> Q:
    """The posts of a list."""
    if name == "upcoming":
        coming = (State.SCHEDULED, State.WAITING, State.SENDING, State.CHECKING)
        return Q(_has_delivery(coming)) & Q(due_at__isnull=False)
    if name == "untimed":
        publications = Publication.objects.filter(post=OuterRef("pk"), live=True)
        return Q(stage=Stage.APPROVED, due_at=None, is_correction=False) & ~Q(Exists(publications))
    if name == "undecided":
        return _undecided(now)
    if name == "removals":
        return Q(Exists(_removal()))
    return Q(stage=Stage.RETURNED if name == "returned" else Stage.DRAFT, author=user)


COMING = (State.SCHEDULED, State.WAITING, State.SENDING, State.PROCESSING, State.CHECKING)


def _has_delivery(states: tuple[State, ...]) -> Exists:
    """Whether a post has a live publication in one of these states of `COMING`.

    The deliveries of the municipality are named in a subquery of their own: PostgreSQL reads a join with deliveries
    from the side of all municipalities. `COMING` is the condition of the index `delivery_coming`; the states themselves
    are that of `delivery_due`, which has the deliveries of all.
    """
    others = [state for state in COMING if state not in states]
    coming = Delivery.objects.filter(state__in=COMING).exclude(state__in=others).values("pk")
    return Exists(Publication.objects.filter(post=OuterRef("pk"), live=True, delivery__in=coming))


def _undecided(now: datetime) -> Q:
    """Submitted posts, and approved ones not published yet: the municipality may require more approvals now."""
    # overdue ones need a new time first
    in_time = Q(due_at__isnull=True) | Q(due_at__gt=now) | Q(is_correction=True)
    has_not_gone = Q(_has_delivery((State.SCHEDULED, State.WAITING)))
    return in_time & (Q(stage=Stage.SUBMITTED) | (Q(stage=Stage.APPROVED) & has_not_gone))


def _removal() -> QuerySet[Amendment]:
    """The pending removal request of a post."""
    return Amendment.objects.filter(post=OuterRef("pk"), kind=AmendmentKind.REMOVAL, state=AmendmentState.OPEN)


def _listed(user: Any, now: Any, *, own: bool, decides: bool) -> QuerySet[Post]:
    """The posts of all lists, and on which of them each is.

    Undecided posts have the id of their `newest` version and of its author.
    """
    which = {name: _which(name, user, now) for name in _names(own=own, decides=decides)}
    by_list = []
    for name, condition in which.items():
        order, most = LISTS[name]
        by_list.append(visible().filter(condition).order_by(*order).values("pk")[:most])
    ids: QuerySet[Any, Any] = reduce(lambda one, other: one.union(other), by_list)
    versions = Version.objects.filter(post=OuterRef("pk")).order_by("-number")
    rows = with_cover(Post.objects.filter(pk__in=ids)).select_related("author").annotate(
        newest=Subquery(versions.values("pk")[:1]), written_by=Subquery(versions.values("created_by")[:1]),
        removal_reason=Subquery(_removal().values("reason")[:1]),
        removal_by=Subquery(_removal().values("by__name")[:1]),
        **{f"is_{name}": condition for name, condition in which.items()},
    )  # fmt: skip
    return rows.order_by("due_at", "updated_at")


@cache
def listed(*, own: bool, decides: bool) -> PreparedRows:
    kinds: dict[str, type] = {**({"user": int} if own else {}), **({"now": datetime} if decides else {})}
    return PreparedRows(
        lambda of: _listed(getattr(of, "user", None), getattr(of, "now", None), own=own, decides=decides),
        "author",
        **kinds,
    )


def _posts(user: Any, municipality: Municipality, *, own: bool, decides: bool) -> dict[str, list[Post]]:
    """The posts of each list, in its order. One query; a post that is on two lists is one object."""
    statement = listed(own=own, decides=decides)
    posts: list[Post] = statement.instances(municipality=municipality.pk, user=user.pk, now=timezone.now())
    by_list = {}
    for name in _names(own=own, decides=decides):
        order, most = LISTS[name]
        rows = [post for post in posts if getattr(post, f"is_{name}")]
        if order == ("-updated_at",):
            rows.sort(key=lambda post: post.updated_at, reverse=True)
        by_list[name] = rows[:most]
    return by_list


def _shown(posts: Any, *, with_attention: bool) -> QuerySet[Publication]:
    """The live publications of these posts, and those that need a decision."""
    mine = _stuck().filter(parent=OuterRef("delivery")).order_by("-pk").values("pk")
    stopped = _stopped().filter(parent=OuterRef("delivery")).values("pk")
    # Two searches by index instead of a condition with OR, for which all publications are read.
    wanted: QuerySet[Any, Any] = Publication.objects.filter(live=True, post__in=posts).values("pk")
    if with_attention:
        wanted = wanted.union(_needing_attention().values("pk")[:ATTENTION])
    rows = Publication.objects.filter(live=True, pk__in=wanted).select_related("post__author", "channel", "delivery")
    rows = rows.annotate(asks=Subquery(mine[:1]), stopped=Subquery(stopped[:1]), cover=cover_of("post__draft"))
    return rows.defer("post__draft", "post__search_key").order_by("pk")


@cache
def shown(*, with_attention: bool) -> PreparedRows:
    return PreparedRows(
        lambda of: _shown(among(of.posts), with_attention=with_attention),
        "post",
        "post__author",
        "channel",
        "delivery",
        posts=str,
    )


def _publications(municipality: Municipality, posts: Mapping[int, Post], *, with_attention: bool) -> list[Publication]:
    """Sets `live_publications` of the posts; returns those that need a decision. One query."""
    for post in posts.values():
        post.live_publications = []  # type: ignore[attr-defined]
    attention: list[Publication] = []
    for row in shown(with_attention=with_attention).instances(municipality=municipality.pk, posts=array(posts)):
        if row.post_id in posts:
            posts[row.post_id].live_publications.append(row)  # type: ignore[attr-defined]
        if with_attention and _needs_attention(row):
            row.post.cover, row.post.live_publications = row.cover, [row]
            row.attention_words = _attention_words(row.delivery)
            attention.append(row)
    return sorted(attention, key=lambda row: (row.delivery.due_at, row.pk))[:ATTENTION]


def _attention_words(delivery: Delivery) -> str:
    """Why it needs a person, as far as that is known."""
    if not delivery.reason:
        return ""
    problem = _(delivery.problem) if delivery.problem and delivery.state == State.EXPIRED else ""
    return f"{delivery.reason_words} {problem}".strip()


ANSWERED_BY_PEOPLE = (State.FAILED, State.EXPIRED, State.UNCONFIRMED)


def _stuck() -> QuerySet[Delivery]:
    """Edits and removals that failed."""
    return Delivery.objects.filter(kind=EDIT, state__in=(State.FAILED, State.EXPIRED))


def _stopped() -> QuerySet[Delivery]:
    """Further posts of a thread that stopped it."""
    return Delivery.objects.filter(kind=THREAD_PART, state__in=ANSWERED_BY_PEOPLE)


def _needing_attention() -> QuerySet[Publication]:
    """By the displayed time, oldest first; the channels of a post in the order of its page."""
    rows = Publication.objects.filter(live=True, post__deleted_at__isnull=True)
    return rows.filter(delivery__in=_asking()).order_by("delivery__due_at", "pk")


def _asking() -> QuerySet[Any, Any]:
    """Ids of the deliveries that need a person; a search by index for each reason (`Delivery.Meta.indexes`)."""
    there = Q(state=State.MISSING) | Q(state=State.PUBLISHED, changed_at__isnull=False)
    unseen = there & Q(noted_at=None)
    asks = Delivery.objects.filter(Q(state__in=ANSWERED_BY_PEOPLE) | unseen | Q(duplicate_at__isnull=False))
    waits = Delivery.objects.filter(state=State.WAITING, channel__state=ChannelState.NEEDS_CONSENT)
    return asks.values("pk").union(waits.values("pk"), _stuck().values("parent"), _stopped().values("parent"))


def _needs_attention(row: Publication) -> bool:
    """The same check for a loaded row, of a post that is not deleted."""
    state = row.delivery.state
    if row.asks or row.stopped or row.delivery.duplicate_at:  # type: ignore[attr-defined]
        return True
    unseen = row.shown_state in (State.MISSING, "changed") and row.delivery.noted_at is None
    if unseen or state in ANSWERED_BY_PEOPLE:
        return True
    return state == State.WAITING and row.channel.state == ChannelState.NEEDS_CONSENT


# ---------------------------------------------------------------- decisions


def _decided(versions: Any, returned: Any, *, emergencies: bool) -> QuerySet[Decision]:
    """Decisions about these versions, notes of returned posts, emergencies to review."""
    wanted = Decision.objects.filter(version__in=versions).values("pk")
    wanted = wanted.union(Decision.objects.filter(version__post__in=returned, kind=DecisionKind.RETURNED).values("pk"))
    if emergencies:
        to_review = Decision.objects.filter(kind=DecisionKind.EMERGENCY, remind_at__isnull=False)
        wanted = wanted.union(to_review.values("pk"))
    rows = Decision.objects.filter(pk__in=wanted).select_related("by", "version__post__author")
    rows = rows.annotate(cover=cover_of("version__post__draft"))
    return rows.defer("version__post__draft", "version__post__search_key").order_by("pk")


@cache
def decided(*, emergencies: bool) -> PreparedRows:
    return PreparedRows(
        lambda of: _decided(among(of.versions), among(of.returned), emergencies=emergencies),
        "by",
        "version",
        "version__post",
        "version__post__author",
        versions=str,
        returned=str,
    )


def _decisions(
    municipality: Municipality, undecided: Iterable[Any], returned: Sequence[Post], *, emergencies: bool
) -> list[Decision]:
    """Those about the newest versions, notes of returned posts, emergencies to review. One query at most."""
    versions = [post.newest for post in undecided if post.newest]
    if not (versions or returned or emergencies):
        return []
    return decided(emergencies=emergencies).instances(
        municipality=municipality.pk, versions=array(versions), returned=array(post.pk for post in returned)
    )


def _to_review(decisions: Iterable[Decision]) -> list[Decision]:
    due = [(row.review_due_at, row) for row in decisions if row.kind == DecisionKind.EMERGENCY and row.remind_at]
    for _at, row in due:
        post: Any = row.version.post
        post.cover, post.live_publications = row.cover, []  # type: ignore[attr-defined]
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
