"""Bulk insert of rows with dates in the past."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, Model
from django.utils import timezone

from common.models import AuditEvent
from mentoring.models import Feedback
from municipalities.holidays import BELGRADE, CLOSES, OPENS, is_working_day
from notifications.models import Notification
from posts.models import Comment, Decision, Post, Thread, Version

# What a verb of the review leaves behind.
LEFT = (AuditEvent, Comment, Decision, Feedback, Post, Thread, Version)


class NoRoom(RuntimeError):
    """There are no free ids: the demo was filled in by an older version."""


@contextmanager
def times_as_given(*kinds: type[Model]) -> Iterator[None]:
    """Inside, `auto_now` and `auto_now_add` of these models keep values that are set. Only for a command of its own."""
    fields = [f for kind in kinds for f in kind._meta.concrete_fields if isinstance(f, DateTimeField)]
    before = [(field, field.auto_now, field.auto_now_add) for field in fields]
    try:
        for field in fields:
            field.auto_now = field.auto_now_add = False
        yield
    finally:
        for field, auto_now, auto_now_add in before:
            field.auto_now, field.auto_now_add = auto_now, auto_now_add


@contextmanager
def made_at(moment: datetime) -> Iterator[None]:
    """Inside, what the portal's own verbs write about a post has this time. Only for a command of its own.

    Setting back the clock would move deadlines too: times in the future are still computed from now.
    """
    fields = [field for kind in LEFT for field in kind._meta.concrete_fields if _is_of_the_moment(field)]
    before, begun = [(field, field.default) for field in fields], timezone.now()
    with times_as_given(*LEFT):
        try:
            for field in fields:
                _default(field, moment)
            yield
        finally:
            for field, default in before:
                _default(field, default)
    # a notification reckons its mail from now, so it is dated afterwards
    Notification.objects.filter(created_at__gte=begun).update(created_at=moment)


def _is_of_the_moment(field: Any) -> bool:
    is_time = isinstance(field, DateTimeField)
    return is_time and (field.auto_now or field.auto_now_add or field.default is timezone.now)


def _default(field: Any, value: Any) -> None:
    field.default = value
    field.__dict__.pop("_get_default", None)  # Django keeps what it made of the old one


def insert(rows: Sequence[Any]) -> list[Any]:
    """All rows of one model, in their order, with the times they carry."""
    if not rows:
        return []
    kind = type(rows[0])
    with times_as_given(kind):
        return list(kind._base_manager.bulk_create(rows, batch_size=1000))


def office_time(at: datetime, minutes: int) -> datetime:
    """The time that is so many minutes of office hours after `at`, or before it. Nobody approves posts at night."""
    local, ahead = at.astimezone(BELGRADE), minutes >= 0
    left, day = timedelta(minutes=abs(minutes)), timedelta(days=1 if ahead else -1)
    while True:
        opens, closes = (datetime.combine(local.date(), clock, BELGRADE) for clock in (OPENS, CLOSES))
        here = min(max(local, opens), closes)
        room = (closes - here) if ahead else (here - opens)
        if is_working_day(local.date()) and room >= left:
            return here + left if ahead else here - left
        left -= room if is_working_day(local.date()) else timedelta()
        local = datetime.combine(local.date() + day, OPENS if ahead else CLOSES, BELGRADE)


# So many ids are left free before the sixty days, for the year before them (`demo.year`): pages are ordered by id.
ROOM = 30_000


def leave_room(kind: type[Model]) -> None:
    """Skip `ROOM` ids, which `room` gives to older rows later."""
    reserve(kind, ROOM)


def room(kind: type[Model], count: int) -> range:
    """`count` free ids right before the newest rows that have `ROOM` free ids before them. Raises `NoRoom`."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT max(id) FROM (SELECT id, id - coalesce(lag(id) OVER (ORDER BY id), 0) AS free"  # noqa: S608
            f" FROM {kind._meta.db_table}) AS gaps WHERE free > %s",
            [ROOM],
        )
        end = cursor.fetchone()[0]
    if end is None or count > ROOM:
        raise NoRoom(f"{count} rows of {kind._meta.label} do not fit before the others.")
    return range(end - count, end)


def reserve(kind: type[Model], count: int) -> Iterable[int]:
    """Ids for rows that name each other before they exist; they grow in the order in which they are taken."""
    with connection.cursor() as cursor:
        sequence = f"pg_get_serial_sequence('{kind._meta.db_table}', 'id')"
        cursor.execute(f"SELECT nextval({sequence}) FROM generate_series(1, %s)", [count])  # noqa: S608 - a model's name
        return [row[0] for row in cursor.fetchall()]
