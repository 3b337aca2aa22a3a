"""Statements that are made once and run often.

Django takes about a millisecond to make the SQL of a query with some joins. That is nothing for a page; for the eight
statements of each post, when a thousand are due in the same second, it is most of what a post costs. Here Django makes
the SQL as always, with markers in place of the values, and each run puts the values where the markers stand.

    STATE = Prepared(lambda of: Delivery.objects.filter(pk=of.pk).values_list("state"), pk=int)
    STATE.rows(pk=7)

Whatever decides the *shape* of a query (a condition that is sometimes there, how many values a list has, a value that
may be None) must not be a marker.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import count
from types import SimpleNamespace
from typing import Any

from django.db import connection, models
from django.db.models import sql

Rows = list[tuple[Any, ...]]
_numbers = count(1)


def _marker(kind: type) -> Any:
    """A value that nobody means, and that no two markers share."""
    number = next(_numbers)
    if kind is int:
        return 2**62 + number
    if kind is datetime:
        return datetime(1900, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
    if kind is date:
        return date(1900, 1, 1) + timedelta(days=number)
    return f"marker {number}"


def instance(model: Any, values: dict[str, Any]) -> Any:
    """An instance of `model` from some of its columns, in any order; reading another one asks the database."""
    names = [field.attname for field in model._meta.concrete_fields if field.attname in values]
    if len(names) != len(values):
        raise ValueError(f"{model._meta.label} has no {sorted(values.keys() - set(names))}.")
    return model.from_db(connection.alias, names, [values[name] for name in names])


class _Statement:
    def __init__(self, make: Callable[[Any], Any], **kinds: type) -> None:
        self.make = make
        self.kinds = kinds

    @cached_property
    def _made(self) -> tuple[str, list[Any], list[tuple[int, str]]]:
        """SQL, its values, and at which place of the values which name belongs. Inside a transaction if it locks."""
        markers = {name: _marker(kind) for name, kind in self.kinds.items()}
        text, values = self._compiled(self.make(SimpleNamespace(**markers)))
        places = [(at, name) for at, value in enumerate(values) for name in markers if _is(value, markers[name])]
        missing = markers.keys() - {name for _at, name in places}
        if missing:
            raise ValueError(f"The statement does not use {sorted(missing)}.")
        return text, values, places

    def _compiled(self, rows: Any) -> tuple[str, list[Any]]:
        raise NotImplementedError

    def _bound(self, given: dict[str, Any]) -> tuple[str, list[Any]]:
        text, values, places = self._made
        bound = list(values)
        for at, name in places:
            bound[at] = given[name]
        return text, bound


def _is(value: Any, marker: Any) -> bool:
    return type(value) is type(marker) and bool(value == marker)


class Prepared(_Statement):
    """A query. `make` gets the markers as attributes and returns a `values_list`, or what is like one."""

    def rows(self, **given: Any) -> Rows:
        """As the driver returns them: what Django converts (JSON) comes unconverted."""
        with connection.cursor() as cursor:
            cursor.execute(*self._bound(given))
            return cursor.fetchall()

    def _compiled(self, rows: Any) -> tuple[str, list[Any]]:
        text, values = rows.query.sql_with_params()
        return text, list(values)


class PreparedUpdate(_Statement):
    """An UPDATE that sets always the same columns. `make` returns the rows to change."""

    def __init__(self, make: Callable[[Any], Any], *columns: str, **kinds: type) -> None:
        super().__init__(make, **kinds)
        self.columns = columns

    def run(self, changes: dict[str, Any], **given: Any) -> int:
        """Set `changes`, a value for each column, and return how many rows were changed."""
        text, values = self._bound(given)
        for at, (name, field) in enumerate(self._fields):
            values[at] = field.get_db_prep_save(changes[name], connection)
        with connection.cursor() as cursor:
            cursor.execute(text, values)
            return int(cursor.rowcount)

    @cached_property
    def _fields(self) -> "list[tuple[str, models.Field[Any, Any]]]":
        return list(self._named())

    def _named(self) -> "Iterator[tuple[str, models.Field[Any, Any]]]":
        for name in self.columns:
            yield name, self._model._meta.get_field(name)

    def _compiled(self, rows: Any) -> tuple[str, list[Any]]:
        self._model = rows.model
        query = rows.query.chain(sql.UpdateQuery)
        # Any value but None, which stands in the SQL itself.
        query.add_update_fields([(field, None, models.Value("")) for _name, field in self._fields])
        text, values = query.get_compiler(connection=connection).as_sql()
        return text, list(values)
