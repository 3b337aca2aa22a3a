"""Queries of the gallery: the only place that reads across municipalities what they shared.

`gallery_scope(municipality)` opens the scope of those that take part in a programme with it today, itself included, and
of no others. Inside it only the gallery's own tables are read; of a post and its pictures only whether they may still
be shown. Every function has a fixed number of queries.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, prefetch_related_objects
from django.db.models.functions import Coalesce

from analytics.comparison.groups import MIDDLE_FROM, MIDDLE_TO, Size
from delivery.enums import State
from exchange.gallery_rules import month_of
from exchange.models import Pick, SharedComment, SharedCopy, SharedPicture, SharedPost
from municipalities.models import Enrolment, EService, Municipality, Programme
from municipalities.queries import today
from municipalities.tenancy import scope
from posts.enums import Agreement, Category, Format
from posts.models import Publication
from serbian.folding import fold
from serbian.sorting import sort_key

# ---------------------------------------------------------------- who sees whom


@dataclass(frozen=True)
class GalleryScope:
    """`programmes` of the reader's municipality today, and the ids of all that take part in them with it."""

    programmes: tuple[int, ...]
    ids: tuple[int, ...]

    @property
    def is_shared(self) -> bool:
        """Whether anybody else could see what is shared here."""
        return bool(self.programmes)


def gallery_scope_of(municipality: Municipality) -> GalleryScope:
    """One query. Practising municipalities and real ones never see each other's posts."""
    mine = Enrolment.objects.on(today()).filter(municipality=municipality).values("cohort__programme")
    rows = Enrolment.objects.on(today()).filter(
        cohort__programme__in=mine,
        municipality__joined_on__isnull=False,
        municipality__is_practice=municipality.is_practice,
    )
    pairs = set(rows.values_list("cohort__programme", "municipality"))
    programmes = sorted({programme for programme, _place in pairs})
    return GalleryScope(tuple(programmes), tuple(sorted({place for _programme, place in pairs} | {municipality.pk})))


@contextmanager
def gallery_scope(municipality: Municipality) -> Iterator[GalleryScope]:
    """Open the scope of the gallery as this municipality sees it today. One query."""
    room = gallery_scope_of(municipality)
    with scope(*room.ids):
        yield room


@contextmanager
def programmes_scope(programmes: Sequence[Programme]) -> Iterator[list[int]]:
    """Open the scope of those that take part in these programmes today, for their staff. One query."""
    rows = Enrolment.objects.on(today()).filter(cohort__programme__in=programmes, municipality__joined_on__isnull=False)
    ids = sorted(set(rows.values_list("municipality_id", flat=True)))
    with scope(*ids):
        yield ids


# ---------------------------------------------------------------- what is seen


def still_public() -> Exists:
    """Whether the post is on a network today: what a municipality removed there is not shown here."""
    rows = Publication.objects.filter(
        post=OuterRef("post"), delivery__state=State.PUBLISHED, delivery__withdrawal_asked_at=None
    )
    return Exists(rows)


def agreed(day: date) -> Q:
    """Of pictures: no consent was withdrawn or has ended, and pictures of children have one."""
    ended = Q(media__agreement=Agreement.WITHDRAWN) | Q(media__agreed_until__lt=day)
    return ~(ended | Q(media__shows_children=True, media__agreement=""))


def shown() -> QuerySet[SharedPost]:
    """In the open scope: what others see today, with its municipality and how much is said about it."""
    rows = SharedPost.objects.filter(still_public(), ended_at__isnull=True)
    return rows.select_related("municipality").annotate(comment_count=_comment_count())


def _comment_count() -> Any:
    rows = visible_comments().filter(shared=OuterRef("pk")).order_by().values("shared")
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)


def with_pictures(rows: Sequence[SharedPost]) -> Sequence[SharedPost]:
    """Each with the pictures that may be seen today, in `seen`. One query for all of them."""
    prefetch_related_objects(list(rows), Prefetch("pictures", pictures(), to_attr="seen"))
    return rows


def pictures() -> QuerySet[SharedPicture]:
    return SharedPicture.objects.filter(agreed(today())).order_by("position")


def visible_comments() -> QuerySet[SharedComment]:
    return SharedComment.objects.filter(deleted_at__isnull=True, hidden_at__isnull=True, removed_at__isnull=True)


@dataclass(frozen=True)
class GalleryFilters:
    """What the gallery may be narrowed to; empty means all."""

    query: str = ""
    service: str = ""
    format: str = ""
    category: str = ""
    size: str = ""
    network: str = ""
    order: str = ""

    @property
    def narrows(self) -> bool:
        return any((self.query, self.service, self.format, self.category, self.size, self.network))

    def apply(self, rows: QuerySet[SharedPost]) -> QuerySet[SharedPost]:
        for word in fold(self.query).split():
            rows = rows.filter(search_key__contains=word)
        if self.service:
            rows = rows.filter(service=self.service)
        if self.format == ANY_FORMAT:
            rows = rows.exclude(format="")
        elif self.format in Format.values:
            rows = rows.filter(format=self.format)
        if self.category in Category.values:
            rows = rows.filter(category=self.category)
        if self.network:
            rows = rows.filter(networks__contains=[self.network])
        if self.size:
            rows = rows.filter(_of_size(self.size))
        order = ("-copied", "-shared_at", "-id") if self.order == MOST_COPIED else ("-shared_at", "-id")
        return rows.order_by(*order)


ANY_FORMAT = "any"
MOST_COPIED = "copied"


def _of_size(size: str) -> Q:
    """The classes of `analytics.comparison.groups.size`, as a condition."""
    people = "municipality__population"
    return {
        Size.UNKNOWN: Q(),
        Size.SMALL: Q(**{f"{people}__gt": 0, f"{people}__lt": MIDDLE_FROM}),
        Size.MIDDLE: Q(**{f"{people}__gte": MIDDLE_FROM, f"{people}__lte": MIDDLE_TO}),
        Size.LARGE: Q(**{f"{people}__gt": MIDDLE_TO}),
    }[Size(size)]


def services() -> list[EService]:
    """The catalogue by name in the reader's script, for the filter and for naming what a post promotes. One query."""
    return sorted(EService.objects.all(), key=lambda row: sort_key(str(row)))


def networks() -> list[str]:
    """Networks on which any of the shared posts was published. One query."""
    rows = SharedPost.objects.filter(ended_at__isnull=True).values_list("networks", flat=True).distinct()
    return sorted({network for row in rows for network in row})


# ---------------------------------------------------------------- one post


def conversation(row: SharedPost, reader: Any, *, all_of_them: bool = False) -> list[SharedComment]:
    """In order; authors see their own hidden ones, the sharer and staff (`all_of_them`) see every one. One query."""
    rows = SharedComment.objects.filter(shared=row, deleted_at__isnull=True)
    if not all_of_them:
        rows = rows.filter(Q(hidden_at__isnull=True, removed_at__isnull=True) | Q(author=reader))
    return list(rows.select_related("author", "municipality").order_by("at", "pk"))


def copies_of(row: SharedPost) -> list[SharedCopy]:
    """Which municipalities copied it, each once with its first copy, by day. For the sharer. One query."""
    first_copies: dict[int, SharedCopy] = {}
    for shared_copy in (
        SharedCopy.objects.filter(shared=row).select_related("municipality").defer("post").order_by("at", "pk")
    ):
        first_copies.setdefault(shared_copy.municipality_id, shared_copy)
    return list(first_copies.values())


def copy_of(row: SharedPost, municipality: Municipality) -> SharedCopy | None:
    """The draft that this municipality made of it last and did not delete. One query."""
    rows = SharedCopy.objects.filter(shared=row, municipality=municipality, post__deleted_at__isnull=True)
    return rows.order_by("-pk").first()


def ours(municipality: Municipality) -> list[SharedPost]:
    """What the municipality has shared, newest first; what ended too. Two queries, in its open scope."""
    rows = SharedPost.objects.filter(municipality=municipality).annotate(stands=still_public())
    rows = rows.annotate(comment_count=_comment_count())
    return list(rows.select_related("municipality", "by").order_by("ended_at", "-shared_at"))


def running_share(post: Any) -> SharedPost | None:
    """The one of this post that is in the gallery now. One query, in the open scope of its municipality."""
    return SharedPost.objects.filter(post=post, ended_at__isnull=True).first()


# ---------------------------------------------------------------- picks


@dataclass(frozen=True)
class Picks:
    """Those of a month in the order in which they were picked; what is no longer shown is not among them."""

    month: date
    picks: list[Pick] = field(default_factory=list)

    @property
    def posts(self) -> list[SharedPost]:
        return [pick.shared for pick in self.picks]


def picks(programmes: Iterable[int]) -> Picks:
    """Picks of this month; while there are none, those of the month before. In the open scope; two queries."""
    month = month_of(today())
    before = month_of(month - timedelta(days=1))
    rows = Pick.objects.filter(programme__in=list(programmes), month__in=(month, before))
    picks = list(rows.select_related("programme").order_by("at", "pk"))
    # read through the tenant manager: a pick's foreign key alone would not check the scope
    posts = {row.pk: row for row in shown().filter(pk__in=[pick.shared_id for pick in picks])} if picks else {}
    for wanted in (month, before):
        here = {pick.shared_id: pick for pick in reversed(picks) if pick.month == wanted and pick.shared_id in posts}
        if here:
            for pick in here.values():
                pick.shared = posts[pick.shared_id]
            return Picks(wanted, sorted(here.values(), key=lambda pick: (pick.at, pick.pk)))
    return Picks(month)


def picks_of(row: SharedPost, programmes: Iterable[int]) -> list[Pick]:
    """When these programmes picked it, newest first. One query."""
    rows = Pick.objects.filter(shared=row, programme__in=list(programmes)).select_related("programme")
    return list(rows.order_by("-month", "-pk"))
