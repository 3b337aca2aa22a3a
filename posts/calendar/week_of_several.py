"""One week of several municipalities, side by side: what its cells show, within bounds.

The caller opens the scope of the municipalities that it shows. The number of queries is fixed, however many there are
and whatever they publish.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber, TruncDate

from municipalities.models import Municipality
from municipalities.tenancy import all_in_scope
from posts.calendar.grid import DateRange
from posts.models import Post
from posts.queries import is_public, visible, with_publications
from posts.rules import ZONE

PER_PAGE = 8
"""So many municipalities stand below each other; the style has as many rows."""
MOST_IN_CELL = 4
MOST_ON_PAGE = 60
"""Posts of one page: what keeps it small when everybody publishes much."""


@dataclass
class Cell:
    """A municipality on a day: its first posts in the order of time, and how many `more` there are."""

    place: Municipality
    posts: list[Post] = field(default_factory=list)
    more: int = 0


def _first_of_cells(shown: DateRange, drafts: Collection[int]) -> QuerySet[Post]:
    """At most `MOST_IN_CELL` posts of each municipality in scope and day, each with `in_cell`: how many there are.

    Of municipalities that are not among `drafts` only those that have been on a network.
    """
    rows = visible().filter(due_at__gte=shown.since, due_at__lt=shown.until)
    rows = rows.filter(Q(municipality__in=drafts) | is_public()).annotate(on=TruncDate("due_at", tzinfo=ZoneInfo(ZONE)))
    of_a_cell = [F("municipality"), F("on")]
    rows = rows.annotate(
        number=Window(RowNumber(), partition_by=of_a_cell, order_by=["due_at", "pk"]),
        in_cell=Window(Count("pk"), partition_by=of_a_cell),
    )
    return rows.filter(number__lte=MOST_IN_CELL).defer("draft", "search_key").order_by("due_at", "pk")


def cells(
    shown: DateRange, places: Sequence[Municipality], *, drafts: Collection[int]
) -> Mapping[date, Sequence[Cell]]:
    """By day the cell of each of `places`, which are those in scope, in their order. Two queries.

    `drafts`: ids of the municipalities whose drafts the person may read.
    """
    by_day = {day: {place.pk: Cell(place) for place in places} for day in shown.days}
    if not all_in_scope():
        return {day: [] for day in by_day}
    rows: list[Any] = with_publications(_first_of_cells(shown, drafts))
    for post in rows:
        post.channels = [publication.channel for publication in post.live_publications]
        post.cover, post.may_move = None, False
        cell = by_day[post.on][post.municipality_id]
        cell.posts.append(post)
        cell.more = post.in_cell - len(cell.posts)
    shown_cells = [cell for of_day in by_day.values() for cell in of_day.values()]
    _keep_within(shown_cells, MOST_ON_PAGE)
    return {day: list(of_day.values()) for day, of_day in by_day.items()}


def _keep_within(shown: Sequence[Cell], most: int) -> None:
    """Fewer posts in full cells, until all together are at most so many; each keeps one."""
    cap = MOST_IN_CELL
    while cap > 1 and sum(min(len(cell.posts), cap) for cell in shown) > most:
        cap -= 1
    for cell in shown:
        cell.more += len(cell.posts[cap:])
        del cell.posts[cap:]
