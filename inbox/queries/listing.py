"""The list of messages: its views and filters, its rows and their number."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    Count,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.utils.functional import cached_property

from common.integers import parse_int
from common.prepared import among, array
from common.word_search import holds
from inbox.enums import OPEN_STATES, MessageKind, MessageState, Readers, Topic
from inbox.models import PRIVATE, Message, MessageFetch, Reply
from inbox.queries.readable import readable, readable_with, reads_private
from inbox.queries.thread import GROUPED
from municipalities.prepared import Prepared, PreparedRows
from municipalities.queries import Access
from municipalities.tenancy import the_only_one
from serbian.sorting import sort_key

# What the list may show, each with its condition in `in_view`.
VIEWS = ("open", "mine", "late", "waiting", "snoozed", "answered", "closed")
SETTLED = ("answered", "closed")
# Rows of a list that are counted and paged; older ones are found by filters.
MOST = 900
PER_PAGE = 30
# So many of the newest settled messages are searched first, where a search finds `MOST`.
RECENT = 10_000
NO_VALUE = "none"
"""In a filter: what has no kind, no topic, nobody who sees to it …"""


@dataclass(frozen=True)
class MessageFilters:
    """Filters of the list; empty means all, `NO_VALUE` rows without a value. Ids are digits."""

    view: str = "open"
    kind: str = ""
    topic: str = ""
    settlement: str = ""
    department: str = ""
    channel: str = ""
    assignee: str = ""
    readers: str = ""
    tag: str = ""
    search: str = ""

    @classmethod
    def read(cls, params: Mapping[str, str]) -> "MessageFilters":
        """From query parameters; invalid values are ignored."""
        view = params.get("view", "")
        chosen = {name: _known(params.get(name, ""), values) for name, values in CHOICES.items()}
        return cls(
            view=view if view in VIEWS else "open", search=params.get("q", "")[:200].replace("\x00", ""), **chosen
        )

    @property
    def filters(self) -> dict[str, str]:
        """The filters besides the view, by parameter name."""
        chosen = {name: getattr(self, name) for name in CHOICES} | {"q": self.search.strip()}
        return {name: value for name, value in chosen.items() if value}

    @cached_property
    def query(self) -> str:
        """The same list as a query string, without the page."""
        return urlencode({"view": self.view, **self.filters})

    @property
    def where(self) -> Q:
        """The filters, without the view."""
        condition = Q()
        condition &= {"private": PRIVATE, "everybody": ~PRIVATE}.get(self.readers, Q())
        for name in COLUMNS:
            if value := getattr(self, name):
                nothing = {name: ""} if name in ("kind", "topic") else {f"{name}__isnull": True}
                condition &= Q(**(nothing if value == NO_VALUE else {name: value}))
        if self.tag:
            condition &= Q(tags=[]) if self.tag == NO_VALUE else Q(tags__contains=[int(self.tag)])
        return condition & holds(self.search)

    @property
    def order(self) -> list[Any]:
        """Urgent open messages first, then by deadline, those without one last; settled messages newest first."""
        newest = [F("at").desc(), F("pk").desc()]
        by_deadline = [F("is_urgent").desc(), F("due_at").asc(nulls_last=True), *newest]
        return newest if self.view in SETTLED else by_deadline


CHOICES: Mapping[str, tuple[str, ...] | None] = {
    "kind": tuple(MessageKind.values), "topic": tuple(Topic.values),
    "settlement": None, "department": None, "channel": None, "assignee": None, "readers": tuple(Readers.values),
    "tag": None,
}  # fmt: skip
"""What one may filter by, besides words; None: by an id."""
COLUMNS = tuple(name for name in CHOICES if name not in ("readers", "tag"))


def _known(value: str, values: tuple[str, ...] | None) -> str:
    is_id = values is None and parse_int(value) is not None
    return value if value == NO_VALUE or is_id or (values is not None and value in values) else ""


def is_snoozed(now: datetime) -> Q:
    """Snoozed and not late: late messages are shown all the same."""
    return Q(snoozed_until__gt=now) & (Q(due_at__isnull=True) | Q(due_at__gte=now))


HEADS = Q(is_follow_up=False)
"""Of a private conversation the first open message is listed; what follows it is counted beside it."""


def in_list(narrowed: MessageFilters, person: Any, now: datetime) -> Q:
    """The view and its filters. What is searched for may stand in a message that follows another."""
    rows = in_view(narrowed.view, person, now) & narrowed.where
    return rows if narrowed.search.strip() else rows & HEADS


def in_view(view: str, person: Any, now: datetime) -> Q:
    awake = Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=now) | Q(due_at__lt=now)
    return {
        "open": Q(state=MessageState.OPEN) & awake,
        "mine": Q(state__in=OPEN_STATES, assignee=person) & awake,
        "late": Q(state__in=OPEN_STATES, due_at__lt=now),
        "waiting": Q(state=MessageState.WAITING) & awake,
        "snoozed": Q(state__in=OPEN_STATES) & is_snoozed(now),
        "answered": Q(state=MessageState.ANSWERED),
        "closed": Q(state=MessageState.CLOSED),
    }[view]


@cache
def first_ids(view: str, *, with_private: bool) -> Prepared:
    """Of a view without filters. With filters a query has too many shapes."""
    return Prepared(
        lambda of: _ids(
            _rows(
                MessageFilters(view),
                getattr(of, "person", None),
                getattr(of, "now", None),  # type: ignore[arg-type]
                readable_with(reads_private=with_private),
            )
        ),
        **markers_of(view),
    )


def markers_of(view: str) -> dict[str, type]:
    """What the condition of a view depends on."""
    if view in SETTLED:
        return {}
    return {"person": int, "now": datetime} if view == "mine" else {"now": datetime}


def listed_ids(narrowed: MessageFilters, person: Any, now: datetime, access: Access) -> Sequence[int]:
    """The ids of the list in its order, of messages that say nearly the same the first; of `MOST` messages at most.
    One query; of a search among settled ones three at most."""
    if not narrowed.filters:
        values = {"person": person.pk, "now": now}
        given = {name: values[name] for name in markers_of(narrowed.view)}
        statement = first_ids(narrowed.view, with_private=reads_private(access))
        return _first_of_groups(statement.rows(municipality=the_only_one(), **given))
    rows = filtered_messages(narrowed, person, now, access)
    if narrowed.search.strip() and narrowed.view in SETTLED:
        return _SettledMatches(narrowed, rows, person, now, access)
    return _first_of_groups(_ids(rows))


def _ids(rows: QuerySet[Message]) -> QuerySet[Message, Any]:
    """With the group in which each is folded: channel, post and number; no number for one that stands alone."""
    group = Case(When(GROUPED, then=F("similar_group")))
    return rows.values_list("pk", "channel_id", "publication_id", group)[:MOST]


def _first_of_groups(rows: Iterable[tuple[Any, ...]]) -> list[int]:
    shown: dict[Any, int] = {}
    for pk, *group in rows:
        shown.setdefault(pk if group[-1] is None else tuple(group), pk)
    return list(shown.values())


class _SettledMatches(Sequence[int]):
    """Ids of settled messages with the words that are searched for; `narrowed` and `rows` are the same list.

    There may be very many, and neither index serves both the words and the order: that of the words would find all of
    them to sort them, that of the order could go through years for a word that nobody uses any more. So up to `MOST`
    are found by their words, in any order. If these are all, they are sorted here. If not, many have these words, and
    those of the first pages are most often among the `RECENT` newest messages.
    """

    def __init__(
        self, narrowed: MessageFilters, rows: QuerySet[Message], person: Any, now: datetime, access: Access
    ) -> None:
        self._rows = rows
        everything = in_view(narrowed.view, person, now) & replace(narrowed, search="").where & readable(access)
        has_words = ExpressionWrapper(holds(narrowed.search), BooleanField())
        recent = Message.objects.filter(everything).order_by(*narrowed.order).annotate(has_words=has_words)
        self._recent = recent.values_list("pk", "at", "has_words")[:RECENT]
        self._matches = sorted(rows.order_by().values_list("at", "pk")[:MOST], reverse=True)

    def __len__(self) -> int:
        return len(self._matches)

    def __getitem__(self, places: Any) -> Any:
        """Of one page (a slice)."""
        if len(self) < MOST:
            return [pk for _at, pk in self._matches[places]]
        newest = self._newest(places.stop)
        return newest[places] if len(newest) == places.stop else list(self._rows.values_list("pk", flat=True)[places])

    def _newest(self, amount: int) -> list[int]:
        """Of the `RECENT` ones, from the newest on until so many have the words."""
        sql, params = self._recent.query.sql_with_params()
        wanted = f"SELECT pk FROM ({sql}) recent WHERE has_words ORDER BY at DESC, pk DESC LIMIT %s"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(wanted, [*params, amount])
            return [pk for (pk,) in cursor.fetchall()]


@cache
def rows_by_id(*, with_private: bool) -> PreparedRows:
    """What a row of the list shows, for each of some ids."""
    return PreparedRows(
        lambda of: _with_columns(
            Message.objects.filter(readable_with(reads_private=with_private), pk__in=among(of.messages))
        ),
        *LISTED,
        messages=str,
    )


def _with_columns(rows: QuerySet[Message]) -> QuerySet[Message]:
    """`sent` is the delivery state of the newest answer."""
    newest = Reply.objects.filter(message=OuterRef("pk"), is_automatic=False).order_by("-pk").values("delivery__state")
    rows = rows.select_related(*LISTED).defer("first_text", "search_key")
    return rows.annotate(sent=Subquery(newest[:1]))  # type: ignore[no-redef]


LISTED = ("channel", "conversation", "assignee", "settlement", "publication", "publication__post")


def listed_messages(ids: Iterable[int], access: Access) -> list[Message]:
    """Rows of the list in the order of `ids`, without any that this person may not read. One query, none without ids.

    It is compiled and planned once, while the list has many shapes: planning its joins takes longer than running it.
    """
    ids = list(ids)
    if not ids:
        return []
    statement = rows_by_id(with_private=reads_private(access))
    rows = {row.pk: row for row in statement.shared_instances(municipality=the_only_one(), messages=array(ids))}
    return [rows[pk] for pk in ids if pk in rows]


def filtered_messages(narrowed: MessageFilters, person: Any, now: datetime, access: Access) -> QuerySet[Message]:
    """The filtered list in its order, of what this person may read."""
    return _rows(narrowed, person, now, readable(access))


def _rows(narrowed: MessageFilters, person: Any, now: datetime, may_read: Q) -> QuerySet[Message]:
    return Message.objects.filter(in_list(narrowed, person, now) & may_read).order_by(*narrowed.order)


def set_counts(rows: Iterable[Message], access: Access) -> None:
    """Set `size` and `follow_ups` of rows that are shown. Two queries at most."""
    rows = list(rows)
    sizes, follow_ups = thread_sizes(rows, access), follow_up_counts(rows)
    for row in rows:
        row.size = sizes.get(row.publication_id or 0, 1)
        row.follow_ups = 0 if row.is_follow_up else follow_ups.get(row.conversation_id or 0, 0)


COUNTED = tuple(name for name in VIEWS if name not in SETTLED)


def _counts(person: int, now: datetime, *, with_private: bool) -> Any:
    columns = {f"in_{name}": Count("pk", filter=in_view(name, person, now)) for name in COUNTED}
    may_read = HEADS & readable_with(reads_private=with_private)
    rows = Message.objects.filter(may_read, state__in=OPEN_STATES).order_by().annotate(all=Value(1)).values("all")
    return rows.annotate(**columns).values_list(*columns)


@cache
def open_counts(*, with_private: bool) -> Prepared:
    return Prepared(lambda of: _counts(of.person, of.now, with_private=with_private), person=int, now=datetime)


def counts(person: Any, now: datetime, access: Access) -> dict[str, int]:
    """How many are in each view of open ones. One query.

    Settled ones are tens of thousands after some years: to count them would cost more than the page.
    """
    statement = open_counts(with_private=reads_private(access))
    (by_view,) = statement.rows(municipality=the_only_one(), person=person.pk, now=now)
    return dict(zip(COUNTED, by_view, strict=True))


@cache
def sizes_of_threads(*, with_private: bool) -> Prepared:
    return Prepared(
        lambda of: (
            Message.objects.filter(readable_with(reads_private=with_private), publication__in=among(of.posts))
            .order_by()
            .values_list("publication")
            .annotate(Count("pk"))
        ),
        posts=str,
    )


def thread_sizes(rows: Iterable[Message], access: Access) -> dict[int, int]:
    """The number of messages that this person may read below each of the posts that these belong to."""
    posts = {row.publication_id for row in rows if row.publication_id}
    if not posts:
        return {}
    statement = sizes_of_threads(with_private=reads_private(access))
    return dict(statement.rows(municipality=the_only_one(), posts=array(posts)))


FOLLOW_UPS = Prepared(
    lambda of: (
        Message.objects.filter(conversation__in=among(of.conversations), is_follow_up=True, state__in=OPEN_STATES)
        .order_by()
        .values_list("conversation")
        .annotate(Count("pk"))
    ),
    conversations=str,
)


def follow_up_counts(rows: Iterable[Message]) -> dict[int, int]:
    """How many open messages follow each of these in its conversation, by conversation."""
    ids = {row.conversation_id for row in rows if row.conversation_id and row.state in OPEN_STATES}
    return dict(FOLLOW_UPS.rows(municipality=the_only_one(), conversations=array(ids))) if ids else {}


class OpenCounts(Subquery):
    """A column for another query, reckoned once: how many messages of the open scope are open, and how many late;
    private ones only for who may read these."""

    template = (
        "(SELECT ARRAY[count(*) FILTER (WHERE wanted.is_open), count(*) FILTER (WHERE wanted.is_late)]"
        " FROM (%(subquery)s) wanted)"
    )
    output_field = ArrayField(IntegerField())

    def __init__(self, now: datetime, *, with_private: bool) -> None:
        rows = Message.objects.filter(
            HEADS & readable_with(reads_private=with_private), state__in=OPEN_STATES
        ).order_by()
        columns = {
            f"is_{name}": ExpressionWrapper(in_view(name, None, now), BooleanField()) for name in ("open", "late")
        }
        super().__init__(rows.values(**columns))


ALIKE = Prepared(
    lambda of: (
        Message.objects.filter(GROUPED, similar_group__in=among(of.groups))
        .order_by()
        .values_list("channel_id", "publication_id", "similar_group")
        .annotate(count=Count("pk"), new=Count("pk", filter=Q(read_at=None)))
    ),
    groups=str,
)


def collapse_similar(rows: list[Message]) -> list[Message]:
    """Keeps the first of each group of similar open messages on the page. One query.

    Private messages are not grouped, so that nobody takes one for public. Each row gets `others`, the number of other
    open messages of its group on all pages, and `others_new`, how many of them are unread.
    """
    shown: dict[Any, Message] = {}
    for row in rows:
        stands_alone = row.similar_group is None or row.state not in OPEN_STATES or row.is_private
        shown.setdefault(row.pk if stands_alone else _group(row), row)
    named = {row.similar_group for row in shown.values() if row.similar_group is not None}
    groups = ALIKE.rows(municipality=the_only_one(), groups=array(named)) if named else []
    counted = {tuple(group): (count, new) for *group, count, new in groups}
    for row in shown.values():
        is_grouped = row.state in OPEN_STATES and not row.is_private
        count, new = counted.get(_group(row), (1, 0)) if is_grouped else (1, 0)
        row.others, row.others_new = max(0, count - 1), max(0, new - (row.read_at is None))
    return list(shown.values())


def _group(row: Message) -> tuple[Any, ...]:
    return row.channel_id, row.publication_id, row.similar_group


def message_fetches() -> list[MessageFetch]:
    """Channels with the outcome of their last fetch."""
    return sorted(
        MessageFetch.objects.select_related("channel"), key=lambda message_fetch: sort_key(message_fetch.channel.name)
    )
