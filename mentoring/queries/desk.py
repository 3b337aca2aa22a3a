"""The mentor's desk: what waits for them in all municipalities they accompany today.

The caller opens the scope of exactly those municipalities. The number of queries is fixed, however many there are.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, DateTimeField, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils import timezone
from django.utils.translation import ngettext

from mentoring.models import Feedback
from mentoring.rules import SOON
from municipalities.models import Municipality
from posts.enums import DecisionKind, Stage
from posts.models import Comment, Decision, Seen, Thread
from posts.queries import visible

UNDER_REVIEW = (Stage.DRAFT, Stage.RETURNED, Stage.SUBMITTED)
SHOWS = ("waiting", "answered", "all")


@dataclass(frozen=True)
class Filters:
    """What the desk is narrowed to."""

    show: str = "waiting"
    municipality: Municipality | None = None


def _latest(rows: QuerySet[Any], post: str) -> Subquery:
    """When the newest of these rows of a post was made; NULL if there is none."""
    newest = rows.filter(**{post: OuterRef("pk")}).order_by().values(post).annotate(latest=Max("at")).values("latest")
    return Subquery(newest, output_field=DateTimeField())


def _told(mentor: Any) -> QuerySet[Any]:
    """Posts under review with what the desk must know of each, as annotations.

    `word_at`: the mentor's last word. `said_at`: the last word of somebody else. `asked_at`: the last submission.
    `seen_at`: when the mentor last looked. `since`: from when on it waits for the mentor; NULL while it does not.
    """
    given = Feedback.objects.filter(mentor=mentor, post=OuterRef("pk")).values("given_at")[:1]
    under_review = Q(stage__in=UNDER_REVIEW) & ~Q(excerpt="")
    coming = Q(stage=Stage.APPROVED, due_at__gt=timezone.now())
    rows = visible().filter(under_review | coming).annotate(
        commented_at=_latest(Comment.objects.filter(author=mentor), "thread__post"),
        decided_at=_latest(Decision.objects.filter(by=mentor), "version__post"),
        given_at=Subquery(given, output_field=DateTimeField()),
        said_at=_latest(Comment.objects.exclude(author=mentor), "thread__post"),
        asked_at=_latest(Decision.objects.filter(kind=DecisionKind.SUBMITTED), "version__post"),
        ruled_at=_latest(Decision.objects.exclude(by=mentor), "version__post"),
        seen_at=_latest(Seen.objects.filter(user=mentor), "post"),
    )  # fmt: skip
    rows = rows.annotate(
        word_at=Greatest("commented_at", "decided_at", "given_at"),  # PostgreSQL leaves out what is NULL
        news_at=Greatest("updated_at", "said_at", "ruled_at"),
    )
    return rows.annotate(
        since=Case(
            When(stage=Stage.APPROVED, then=None),
            default=Least(_unanswered("asked_at"), _unanswered("said_at"), _unanswered("updated_at")),
            output_field=DateTimeField(),
        )
    ).annotate(order=Coalesce("since", "word_at", "updated_at"))


def _unanswered(moment: str) -> Case:
    """The moment, if the mentor has not said a word since."""
    since = Q(word_at=None) | Q(**{f"{moment}__gt": F("word_at")})
    return Case(When(since, then=F(moment)), output_field=DateTimeField())


def _narrowed(rows: QuerySet[Any], show: str) -> QuerySet[Any]:
    if show == "waiting":
        return rows.filter(since__isnull=False)
    return rows.filter(since__isnull=True, word_at__isnull=False) if show == "answered" else rows


def queue(mentor: Any, filters: Filters) -> QuerySet[Any]:
    """The posts of the desk, what waits longest first. One query with their municipalities and authors."""
    rows = _narrowed(_told(mentor), filters.show)
    if filters.municipality is not None:
        rows = rows.filter(municipality=filters.municipality)
    open_threads = (
        Thread.objects.filter(post=OuterRef("pk"), resolved_at=None)
        .order_by()
        .values("post")
        .annotate(count=Count("pk"))
        .values("count")
    )
    rows = rows.annotate(open=Coalesce(Subquery(open_threads, output_field=IntegerField()), 0))
    return rows.select_related("municipality", "author").defer("draft", "search_key").order_by("order", "pk")


def counts(mentor: Any, municipality: Municipality | None = None) -> dict[str, int]:
    """How many posts each filter shows. One query."""
    rows = _told(mentor)
    if municipality is not None:
        rows = rows.filter(municipality=municipality)
    return rows.aggregate(
        waiting=Count("pk", filter=Q(since__isnull=False)),
        answered=Count("pk", filter=Q(since__isnull=True, word_at__isnull=False)),
        all=Count("pk"),
    )


@dataclass(frozen=True)
class Entry:
    """One post on the desk. `waits` says how long it has waited for the mentor; empty while it does not."""

    post: Any
    is_unread: bool
    urgency: str  # "soon", "passed" or ""
    waits: str

    @property
    def since(self) -> datetime | None:
        return self.post.since


def entry(post: Any, now: datetime) -> Entry:
    """`post` as `queue` gives it."""
    is_unread = post.seen_at is None or post.seen_at < post.news_at
    return Entry(post, is_unread, urgency(post.due_at, now), waits(post.since, now) if post.since else "")


def urgency(due_at: datetime | None, now: datetime) -> str:
    """ "soon" within a day of the time it is meant to go out, "passed" after it."""
    if due_at is None or due_at > now + SOON:
        return ""
    return "soon" if due_at > now else "passed"


def waits(since: datetime, now: datetime) -> str:
    """In the largest unit that says it well, rounded down: minutes to an hour, hours to two days, then days."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 60:
        return ngettext("waits %(count)s minute", "waits %(count)s minutes", minutes) % {"count": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("waits %(count)s hour", "waits %(count)s hours", hours) % {"count": hours}
    return ngettext("waits %(count)s day", "waits %(count)s days", hours // 24) % {"count": hours // 24}
