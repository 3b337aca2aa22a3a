"""Rows of the past: with the times they are given, many at once."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, Model


@contextmanager
def times_as_given(*kinds: type[Model]) -> Iterator[None]:
    """Inside, `auto_now` and `auto_now_add` of these models leave alone what is set. Only for a command of its own."""
    fields = [f for kind in kinds for f in kind._meta.concrete_fields if isinstance(f, DateTimeField)]
    before = [(field, field.auto_now, field.auto_now_add) for field in fields]
    try:
        for field in fields:
            field.auto_now = field.auto_now_add = False
        yield
    finally:
        for field, auto_now, auto_now_add in before:
            field.auto_now, field.auto_now_add = auto_now, auto_now_add


def insert(rows: Sequence[Any]) -> list[Any]:
    """All rows of one model, in their order, with the times they carry."""
    if not rows:
        return []
    kind = type(rows[0])
    with times_as_given(kind):
        return list(kind._base_manager.bulk_create(rows, batch_size=1000))


def reserve(kind: type[Model], count: int) -> Iterable[int]:
    """Ids for rows that name each other before they exist; they grow in the order in which they are taken."""
    with connection.cursor() as cursor:
        sequence = f"pg_get_serial_sequence('{kind._meta.db_table}', 'id')"
        cursor.execute(f"SELECT nextval({sequence}) FROM generate_series(1, %s)", [count])  # noqa: S608 - a model's name
        return [row[0] for row in cursor.fetchall()]
