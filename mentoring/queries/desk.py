"""The mentor's desk: posts that wait for the mentor in all municipalities that they accompany today.

The caller opens the scope of exactly those municipalities. The number of queries is fixed, however many there are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import (
    Count,
    DateTimeField,
    F,
    FilteredRelation,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.translation import ngettext

from common.prepared import among, array
from mentoring.enums import Side
from mentoring.queries.overviews import MentoringOverview, overviews
from mentoring.rules import SOON
from municipalities.models import Municipality, Pairing
from municipalities.prepared import PreparedForSeveral, PreparedRowsForSeveral
from municipalities.queries import today
from municipalities.tenancy import all_in_scope
from posts.enums import DecisionKind, Stage
from posts.models import Comment, Decision, Publication, Seen, Thread
from posts.queries import cover_of, visible, with_publications

UNDER_REVIEW = (Stage.DRAFT, Stage.RETURNED, Stage.SUBMITTED)
SILENT_AFTER = timedelta(days=14)
SHOWS = ("waiting", "drafts", "answered", "all")
# What goes out so soon comes before what has waited longer.
DUE_FIRST = timedelta(days=3)


@dataclass(frozen=True)
class DeskFilters:
    """What the desk is narrowed to."""

    show: str = "waiting"
    municipality: Municipality | None = None

    def holds(self, place: "DeskEntry") -> bool:
        return self.municipality is None or place.municipality_id == self.municipality.pk


def _latest(rows: QuerySet[Any], post: str) -> Subquery:
    """When the newest of these rows of a post was made; NULL if there is none."""
    newest = rows.filter(**{post: OuterRef("pk")}).order_by().values(post).annotate(latest=Max("at")).values("latest")
    return Subquery(newest, output_field=DateTimeField())


def _annotated(mentor: Any, now: datetime) -> QuerySet[Any]:
    """Posts under review with what the desk must know of each, as annotations.

    `commented_at`, `decided_at`, `given_at`: the mentor's own words. `said_at`: the last word of somebody else.
    `asked_at`: the last submission. `ruled_at`: the last decision of others. `seen_at`: when the mentor last looked.
    """
    under_review = Q(stage__in=UNDER_REVIEW) & ~Q(excerpt="")
    coming = Q(stage=Stage.APPROVED, due_at__gt=now)
    return visible().filter(under_review | coming).annotate(
        commented_at=_latest(Comment.objects.filter(author=mentor), "thread__post"),
        decided_at=_latest(Decision.objects.filter(by=mentor), "version__post"),
        given=FilteredRelation("feedback", condition=Q(feedback__mentor=mentor)),
        given_at=F("given__given_at"),
        said_at=_latest(Comment.objects.exclude(author=mentor), "thread__post"),
        asked_at=_latest(Decision.objects.filter(kind=DecisionKind.SUBMITTED), "version__post"),
        ruled_at=_latest(Decision.objects.exclude(by=mentor), "version__post"),
        seen_at=_latest(Seen.objects.filter(user=mentor), "post"),
    )  # fmt: skip


COLUMNS = (
    "pk", "municipality_id", "stage", "updated_at", "due_at",
    "commented_at", "decided_at", "given_at", "said_at", "asked_at", "ruled_at", "seen_at",
)  # fmt: skip
QUEUE = PreparedForSeveral(lambda of: _annotated(of.mentor, of.now).values_list(*COLUMNS), mentor=int, now=datetime)


@dataclass(frozen=True)
class DeskEntry:
    """Where a post stands on the desk. `since`: from when on it waits for the mentor, None while it does not.

    `is_untouched`: a draft that nobody has shown to the mentor and on which the mentor has not said a word. It does not
    wait: its officer may still be writing.
    """

    pk: int
    municipality_id: int
    is_draft: bool
    is_untouched: bool
    since: datetime | None
    word_at: datetime | None
    due_at: datetime | None
    is_unread: bool
    order: datetime

    def shown_by(self, show: str) -> bool:
        if show == "waiting":
            return self.since is not None
        if show == "drafts":
            return self.is_untouched
        return show == "all" or (self.since is None and self.word_at is not None)

    def turn(self, now: datetime) -> tuple[int, datetime, int]:
        """The order in which a mentor takes them: what goes out within days, then what has waited longest."""
        if self.due_at and self.goes_out_soon(now):
            return 0, self.due_at, self.pk
        return 1, self.order, self.pk

    def goes_out_soon(self, now: datetime) -> bool:
        return self.due_at is not None and now < self.due_at <= now + DUE_FIRST


def _desk_entry(row: Mapping[str, Any]) -> DeskEntry:
    word_at = max(filter(None, (row["commented_at"], row["decided_at"], row["given_at"])), default=None)
    news_at = max(filter(None, (row["updated_at"], row["said_at"], row["ruled_at"])))
    times = [row["asked_at"], row["said_at"], row["updated_at"]]
    unanswered = [at for at in times if at and (word_at is None or at > word_at)]
    is_untouched = row["stage"] == Stage.DRAFT and not (word_at or row["asked_at"] or row["said_at"])
    since = None if is_untouched or row["stage"] == Stage.APPROVED else min(unanswered, default=None)
    is_unread = row["seen_at"] is None or row["seen_at"] < news_at
    order = since or word_at or row["updated_at"]
    is_draft = row["stage"] != Stage.APPROVED
    return DeskEntry(
        row["pk"], row["municipality_id"], is_draft, is_untouched, since, word_at, row["due_at"], is_unread, order
    )


def queue(mentor: Any) -> list[DeskEntry]:
    """Every post of the desk, in the order of `DeskEntry.turn`. One query; which `show` includes which is decided in
    Python.

    In SQL each comparison would ask for its moments once more: the desk of ten municipalities took half a second.
    """
    now = timezone.now()
    rows = QUEUE.rows(municipalities=all_in_scope(), mentor=mentor.pk, now=now)
    places = [_desk_entry(dict(zip(COLUMNS, row, strict=True))) for row in rows]
    return sorted(places, key=lambda place: place.turn(now))


def counts(places: Sequence[DeskEntry]) -> dict[str, int]:
    """How many posts each filter shows."""
    return {show: sum(place.shown_by(show) for place in places) for show in SHOWS}


@dataclass(frozen=True)
class Accompanied:
    """One municipality of the mentor's: `drafts` are open, `waits` of them wait for the mentor, the longest `since`.
    `first` is the post whose turn it is. `until` is the mentor's last day, if one is set.
    """

    municipality: Municipality
    overview: MentoringOverview
    drafts: int
    waits: int
    since: datetime | None
    first: DeskEntry | None
    until: date | None
    last_post: date | None
    """When its newest post went out; None if none ever did."""

    @property
    def is_silent(self) -> bool:
        return self.last_post is None or self.last_post < today() - SILENT_AFTER

    @property
    def proposed_at(self) -> datetime | None:
        """Since when a change of the plan waits for the mentor."""
        return self.overview.proposed_to(Side.MENTOR)

    @property
    def asks_to_agree(self) -> bool:
        """Whether the municipality has agreed to the plan and the mentor has not."""
        return self.overview.waits_to_agree == [Side.MENTOR]

    @property
    def is_quiet(self) -> bool:
        return not (self.waits or self.proposed_at or self.asks_to_agree)


def accompanied(pairings: Sequence[Pairing], places: Sequence[DeskEntry], now: datetime) -> list[Accompanied]:
    """Of the municipalities of these pairings, those first that have published nothing for longest. Two queries."""
    known = overviews([row.municipality_id for row in pairings], now)
    last_posts: dict[int, date | None] = dict(LAST_POSTS.rows(municipalities=[row.municipality_id for row in pairings]))
    rows = []
    for row in pairings:
        here = [place for place in places if place.municipality_id == row.municipality_id]
        waiting = [place for place in here if place.since is not None]
        first = min(waiting, key=lambda place: place.turn(now), default=None)
        rows.append(
            Accompanied(
                row.municipality, known[row.municipality_id], sum(place.is_draft for place in here), len(waiting),
                min((place.since for place in waiting if place.since), default=None), first,
                row.ends_on, last_posts.get(row.municipality_id),
            )
        )  # fmt: skip
    return sorted(rows, key=lambda row: row.last_post or date.min)


def _last_posts(of: Any) -> QuerySet[Any]:
    rows = Publication.objects.filter(municipality__in=among(of.municipalities), delivery__published_at__isnull=False)
    last = Max("delivery__published_at", filter=Q(post__deleted_at=None))
    return rows.order_by().values("municipality").annotate(on=TruncDate(last)).values_list("municipality", "on")


LAST_POSTS = PreparedForSeveral(_last_posts)


@dataclass(frozen=True)
class DeskRow:
    """One post on the desk. `waits` says how long it has waited for the mentor; empty while it does not."""

    post: Any
    is_unread: bool
    urgency: str  # "soon", "passed" or ""
    waits: str
    since: datetime | None
    word_at: datetime | None


def _entry(post: Any, place: DeskEntry, now: datetime) -> DeskRow:
    waited = waits(place.since, now) if place.since else ""
    return DeskRow(post, place.is_unread, urgency(post.due_at, now), waited, place.since, place.word_at)


def entries(places: Sequence[DeskEntry], now: datetime) -> list[DeskRow]:
    """The posts of one page of the queue, with their municipalities, authors and open threads, and with what their
    cards show. Two queries."""
    rows = POSTS.shared_instances(municipalities=all_in_scope(), posts=array(place.pk for place in places))
    posts = {row.pk: row for row in with_publications(rows)}
    return [_entry(posts[place.pk], place, now) for place in places if place.pk in posts]


def _posts(of: Any) -> QuerySet[Any]:
    open_threads = (
        Thread.objects.filter(post=OuterRef("pk"), resolved_at=None)
        .order_by()
        .values("post")
        .annotate(count=Count("pk"))
        .values("count")
    )
    rows = visible().filter(pk__in=among(of.posts))
    rows = rows.annotate(open=Coalesce(Subquery(open_threads, output_field=IntegerField()), 0), cover=cover_of("draft"))
    return rows.select_related("municipality", "author").defer("draft", "search_key")


POSTS = PreparedRowsForSeveral(_posts, "municipality", "author", posts=str)


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
