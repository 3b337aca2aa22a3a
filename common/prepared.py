"""Statements that are made once and run often.

Django takes about a millisecond to make the SQL of a query with some joins. That is nothing for a page; for the eight
statements of each post, when a thousand are due in the same second, it is most of what a post costs. Here Django makes
the SQL as always, with markers in place of the values, and each run puts the values where the markers stand.

    STATE = Prepared(lambda of: Delivery.objects.filter(pk=of.pk).values_list("state"), pk=int)
    STATE.rows(pk=7)

PostgreSQL, too, plans it once for each connection (PREPARE); not where `CONN_MAX_AGE=0` says that a pooler hands a
connection from one transaction to another.

Whatever decides the *shape* of a query (a condition that is sometimes there, a value that may be None) must not be a
marker. How long a list of ids is does not: `pk__in=among(of.some)`, and `some=array(ids)` at each run.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import count
from types import SimpleNamespace
from typing import Any
from weakref import WeakKeyDictionary

from psycopg2.extensions import AsIs

from django.db import connection, models
from django.db.models import sql
from django.db.models.expressions import RawSQL
from django.db.models.query import get_related_populators

Rows = list[tuple[Any, ...]]
_numbers = count(1)
# Which statements a connection knows. One that was closed is forgotten with them.
_known: "WeakKeyDictionary[Any, set[int]]" = WeakKeyDictionary()


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


class among(RawSQL):  # noqa: N801 -- used as a word of a query
    """Ids that are named at each run: `among(of.some)` where `some` is a marker of kind `str`."""

    def __init__(self, marker: str) -> None:
        super().__init__("SELECT unnest(%s::bigint[])", [marker])


def array(ids: Iterable[int]) -> str:
    """As PostgreSQL reads them."""
    return f"{{{','.join(map(str, ids))}}}"


class _Statement(ABC):
    def __init__(self, make: Callable[[Any], Any], **kinds: type) -> None:
        self.make = make
        self.kinds = kinds
        self._number = next(_numbers)

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

    @abstractmethod
    def _compiled(self, rows: Any) -> tuple[str, list[Any]]:
        """SQL with a %s for each value, and the values."""

    def _run(self, cursor: Any, given: dict[str, Any]) -> None:
        text, values, places = self._made
        bound = [given[name] for _at, name in places]
        if connection.settings_dict["CONN_MAX_AGE"] == 0:
            filled = list(values)
            for (at, _name), value in zip(places, bound, strict=True):
                filled[at] = value
            cursor.execute(text, filled)
            return
        known = _known.setdefault(connection.connection, set())
        if self._number not in known:
            held = list(values)
            for number, (at, _name) in enumerate(places, 1):
                held[at] = AsIs(f"${number}")
            cursor.execute(f"PREPARE made_once_{self._number} AS {text}", held)
            known.add(self._number)
        marks = f" ({', '.join(['%s'] * len(bound))})" if bound else ""
        cursor.execute(f"EXECUTE made_once_{self._number}{marks}", bound)


def _set(column: str) -> str:
    """The name of a column's new value among the values of a statement: no marker has such a name."""
    return f"set {column}"


def _is(value: Any, marker: Any) -> bool:
    return type(value) is type(marker) and bool(value == marker)


class Prepared(_Statement):
    """A query. `make` gets the markers as attributes and returns a `values_list`, or what is like one."""

    def rows(self, **given: Any) -> Rows:
        """As the driver returns them: what Django converts (JSON) comes unconverted."""
        with connection.cursor() as cursor:
            self._run(cursor, given)
            return cursor.fetchall()

    def _compiled(self, rows: Any) -> tuple[str, list[Any]]:
        text, values = rows.query.sql_with_params()
        return text, list(values)


class PreparedRows(_Statement):
    """A query of whole instances, with what they `select_related`. `make` returns rows of a model."""

    def instances(self, **given: Any) -> list[Any]:
        with connection.cursor() as cursor:
            self._run(cursor, given)
            found = cursor.fetchall()
        return [self._instance(row) for row in self._compiler.results_iter([found])]

    def _compiled(self, rows: Any) -> tuple[str, list[Any]]:
        self._compiler = rows.query.get_compiler(connection=connection)
        text, values = self._compiler.as_sql()
        # As Django's own ModelIterable does for each query anew.
        about = self._compiler.klass_info
        first, *_others, last = about["select_fields"]
        self._model, self._columns = about["model"], slice(first, last + 1)
        self._names = [column.target.attname for column, _sql, _alias in self._compiler.select[self._columns]]
        self._populators = get_related_populators(about, self._compiler.select, connection.alias)  # type: ignore[call-arg]
        return text, list(values)

    def _instance(self, row: Any) -> Any:
        found = self._model.from_db(connection.alias, self._names, row[self._columns])
        for populator in self._populators:
            populator.populate(row, found)
        return found


class PreparedUpdate(_Statement):
    """An UPDATE that sets always the same columns. `make` returns the rows to change."""

    def __init__(self, make: Callable[[Any], Any], *columns: str, **kinds: type) -> None:
        super().__init__(make, **kinds)
        self.columns = columns

    def run(self, changes: dict[str, Any], **given: Any) -> int:
        """Set `changes`, a value for each column, and return how many rows were changed."""
        assert self._made  # it finds out whose columns they are
        new = {column: field.get_db_prep_save(changes[column], connection) for column, field in self._fields}
        with connection.cursor() as cursor:
            self._run(cursor, {**given, **{_set(column): value for column, value in new.items()}})
            return int(cursor.rowcount)

    @cached_property
    def _made(self) -> tuple[str, list[Any], list[tuple[int, str]]]:
        text, values, places = super()._made
        return text, values, [*((at, _set(column)) for at, column in enumerate(self.columns)), *places]

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


class PreparedInsert(_Statement):
    """One row of a model whose key the database gives."""

    def __init__(self, model: Any) -> None:
        super().__init__(lambda of: model)
        self.fields = [field for field in model._meta.concrete_fields if not field.primary_key]

    def run(self, values: dict[str, Any]) -> int:
        """Store a row with a value for each of its columns, by attribute; returns its key."""
        bound = {field.attname: field.get_db_prep_save(values[field.attname], connection) for field in self.fields}
        with connection.cursor() as cursor:
            self._run(cursor, bound)
            return int(cursor.fetchone()[0])

    @cached_property
    def _made(self) -> tuple[str, list[Any], list[tuple[int, str]]]:
        text, values = self._compiled(self.make(None))
        return text, values, [(at, field.attname) for at, field in enumerate(self.fields)]

    def _compiled(self, rows: Any) -> tuple[str, list[Any]]:
        quote = connection.ops.quote_name
        columns = ", ".join(quote(field.column) for field in self.fields)
        marks = ", ".join(["%s"] * len(self.fields))
        table, key = quote(rows._meta.db_table), quote(rows._meta.pk.column)
        return f"INSERT INTO {table} ({columns}) VALUES ({marks}) RETURNING {key}", [None] * len(self.fields)  # noqa: S608
