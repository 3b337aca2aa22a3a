"""The previous and next message of a list, and the named options of its filters; one query for both."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import F, Q, QuerySet, Value

from channels.models import Channel
from inbox.models import Department, Message, Settlement, Tag
from inbox.queries.listing import SETTLED, MessageFilters, in_list, markers_of
from inbox.queries.readable import readable, readable_with, reads_private
from municipalities.prepared import Prepared
from municipalities.queries import Access
from municipalities.tenancy import the_only_one
from serbian.sorting import sort_key


def neighbours(
    message: Message, narrowed: MessageFilters, person: Any, now: datetime, access: Access
) -> dict[str, int]:
    """The ids of the `previous` and the `next` one of that list, and its `first`. One query.

    The message itself need not be in the list any more: its place is where its time and its age put it.
    """
    steps = _steps(_Place.of(message), narrowed, person, now, readable(access))
    return {name: pk for name, pk, _label in _union(steps)}


def choices() -> dict[str, list[tuple[str, str]]]:
    """Channels, settlements, departments and tags, as ids and names in Serbian order. One query."""
    return _sorted(TABLES.rows(municipality=the_only_one()))


@cache
def steps_and_tables(view: str, *, with_private: bool, is_urgent: bool, has_deadline: bool) -> Prepared:
    """Of a list without filters. With filters a query has too many shapes."""
    return Prepared(
        lambda of: _union(
            {
                **_steps(
                    _Place(of.message, of.at, getattr(of, "due", None), is_urgent=is_urgent),
                    MessageFilters(view),
                    getattr(of, "person", None),
                    getattr(of, "now", None),  # type: ignore[arg-type]
                    readable_with(reads_private=with_private),
                ),
                **_tables(),
            }
        ),
        message=int,
        at=datetime,
        **({"due": datetime} if has_deadline else {}),
        **markers_of(view),
    )


def neighbours_and_choices(
    message: Message, narrowed: MessageFilters, person: Any, now: datetime, access: Access
) -> tuple[dict[str, int], dict[str, list[tuple[str, str]]]]:
    """Both, for the page of a message. Still one query."""
    place = _Place.of(message)
    rows: Iterable[tuple[str, int, str]]
    if narrowed.filters:
        rows = _union({**_steps(place, narrowed, person, now, readable(access)), **_tables()})
    else:
        has_deadline = place.due_at is not None and narrowed.view not in SETTLED
        statement = steps_and_tables(
            narrowed.view,
            with_private=reads_private(access),
            is_urgent=place.is_urgent and narrowed.view not in SETTLED,
            has_deadline=has_deadline,
        )
        values = {"person": person.pk, "now": now}
        given = {name: values[name] for name in markers_of(narrowed.view)} | (
            {"due": place.due_at} if has_deadline else {}
        )
        rows = statement.rows(municipality=the_only_one(), message=place.pk, at=place.at, **given)
    rows = list(rows)
    steps = {name: pk for name, pk, _label in rows if name in STEPS}
    return steps, _sorted(row for row in rows if row[0] not in STEPS)


STEPS = ("previous", "next", "first")


@dataclass(frozen=True)
class _Place:
    """What decides where a message stands in a list."""

    pk: int
    at: datetime
    due_at: datetime | None
    is_urgent: bool

    @classmethod
    def of(cls, message: Message) -> "_Place":
        return cls(message.pk, message.at, message.due_at, message.is_urgent)


def _steps(
    message: _Place, narrowed: MessageFilters, person: Any, now: datetime, may_read: Q
) -> dict[str, QuerySet[Any]]:
    rows = Message.objects.filter(in_list(narrowed, person, now) & may_read).exclude(pk=message.pk)
    younger = Q(at__gt=message.at) | Q(at=message.at, pk__gt=message.pk)
    before, after = younger, ~younger
    if narrowed.view not in SETTLED:
        timed = Q(due_at__isnull=False)
        same = Q(due_at=message.due_at) if message.due_at else ~timed
        sooner = Q(due_at__lt=message.due_at) if message.due_at else timed
        later = Q(due_at__gt=message.due_at) | ~timed if message.due_at else Q(pk__in=[])
        before, after = sooner | (same & younger), later | (same & ~younger)
        if message.is_urgent:
            before, after = Q(is_urgent=True) & before, Q(is_urgent=False) | after
        else:
            before, after = Q(is_urgent=True) | before, Q(is_urgent=False) & after
    backwards = [ordering.reverse_ordering() or ordering for ordering in narrowed.order]
    return {
        "previous": rows.filter(before).order_by(*backwards).annotate(label=Value(""))[:1],
        "next": rows.filter(after).order_by(*narrowed.order).annotate(label=Value(""))[:1],
        "first": rows.order_by(*narrowed.order).annotate(label=Value(""))[:1],
    }


def _tables() -> dict[str, QuerySet[Any]]:
    tables: dict[str, QuerySet[Any]] = {
        "channel": Channel.objects.all(),
        "settlement": Settlement.objects.all(),
        "department": Department.objects.filter(is_retired=False),
        "tag": Tag.objects.filter(is_retired=False),
        "retired_tag": Tag.objects.filter(is_retired=True),
    }
    return {name: rows.order_by().annotate(label=F("name")) for name, rows in tables.items()}


def _union(parts: Mapping[str, QuerySet[Any]]) -> Any:
    first, *others = (rows.values_list(Value(name), "pk", "label") for name, rows in parts.items())
    return first.union(*others, all=True)


def set_tag_names(rows: Iterable[Message], options: Mapping[str, list[tuple[str, str]]]) -> None:
    """Sets `tag_names` of rows of a list. `options` are those of `choices`."""
    for row in rows:
        row.tag_names = tag_names(row, options)


def tag_names(row: Message, options: Mapping[str, list[tuple[str, str]]]) -> list[str]:
    """Names of the tags of a message, retired ones too, in the order of `choices`."""
    mine = {str(tag) for tag in row.tags}
    return [name for pk, name in (*options["tag"], *options["retired_tag"]) if pk in mine] if mine else []


TABLES = Prepared(lambda of: _union(_tables()))


def _sorted(rows: Iterable[tuple[str, int, str]]) -> dict[str, list[tuple[str, str]]]:
    options_by_table: dict[str, list[tuple[str, str]]] = {table: [] for table in _tables()}
    for table, pk, name in rows:
        options_by_table[table].append((str(pk), name))
    return {table: sorted(options, key=lambda row: sort_key(row[1])) for table, options in options_by_table.items()}
