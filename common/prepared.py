"""SQL statements that are compiled once and executed often.

Django takes about a millisecond to compile the SQL of a query with some joins. That is negligible for a page; for the
eight statements per post, when a thousand posts are due in the same second, it is most of the cost of a post. Here
Django compiles a query as usual (`QuerySet.query.sql_with_params`), with markers in place of the values, and each
execution replaces the markers by values. INSERT and UPDATE are written here, with the names of tables and columns from
the models. Rows become instances by `Model.from_db`. Django's private compiler is not used.

    STATE = Prepared(lambda of: Delivery.objects.filter(pk=of.pk).values_list("state"), pk=int)
    STATE.rows(pk=7)

PostgreSQL plans it once per connection as well (PREPARE), except where `CONN_MAX_AGE=0` indicates a pooler in
transaction mode.

Anything that changes the *shape* of a query (an optional condition, a value that may be None) must not be a marker:
such queries are one statement for each shape. The length of a list of ids does not change it: `pk__in=among(of.some)`,
and `some=array(ids)` at each run.

A value that should have been a marker would be kept for ever, so each query is compiled twice, with different markers
and in different languages. `ValueError` is raised if the results differ in anything but the markers (a value that was
computed from a marker, a limit, a translated text), if a marker is not used, and if a date or time is not a marker.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import count
from types import SimpleNamespace
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from psycopg2.extensions import AsIs

from django.conf import settings
from django.db import connection
from django.db.models.expressions import RawSQL
from django.utils import translation

Rows = list[tuple[Any, ...]]
_numbers = count(1)
# The statements that a connection has prepared, and under which name. One that was closed is forgotten with them.
_known: "WeakKeyDictionary[Any, dict[int, str]]" = WeakKeyDictionary()


def _marker(kind: type) -> Any:
    """A value that cannot occur, unique to each marker."""
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

    SUBQUERY = "SELECT unnest(%s::bigint[])"

    def __init__(self, marker: str) -> None:
        super().__init__(self.SUBQUERY, [marker])

    @classmethod
    def as_array(cls, sql: str) -> str:
        """The SQL with an array instead of each such subquery, which Django has no lookup for: PostgreSQL joins a
        subquery and may read the whole table for that, and looks the members of an array up in an index."""
        return sql.replace(f"IN ({cls.SUBQUERY})", "= ANY (%s::bigint[])")


def array(ids: Iterable[int]) -> str:
    """As PostgreSQL reads them."""
    return f"{{{','.join(map(str, ids))}}}"


class SqlTemplate(NamedTuple):
    """SQL with one %s per entry of `values`. `places` pairs an index of `values` with the name of its parameter."""

    text: str
    values: list[Any]
    places: list[tuple[int, str]]


class _Statement(ABC):
    def __init__(self) -> None:
        self._number = next(_numbers)

    @cached_property
    def _made(self) -> SqlTemplate:
        return self._make()

    @abstractmethod
    def _make(self) -> SqlTemplate: ...

    def _run(self, cursor: Any, given: dict[str, Any]) -> None:
        text, values, places = self._made
        bound = [given[name] for _at, name in places]
        if connection.settings_dict["CONN_MAX_AGE"] == 0:
            filled = list(values)
            for (at, _name), value in zip(places, bound, strict=True):
                filled[at] = value
            cursor.execute(text, filled)
            return
        known = _known.setdefault(connection.connection, {})
        marks = f" ({', '.join(['%s'] * len(bound))})" if bound else ""
        if name := known.get(self._number):
            cursor.execute(f"EXECUTE {name}{marks}", bound)
            return
        # One request for both. If it fails, PostgreSQL may know the name already: the next attempt takes another one.
        name = f"made_once_{self._number}_{next(_numbers)}"
        held = list(values)
        for number, (at, _name) in enumerate(places, 1):
            held[at] = AsIs(f"${number}")
        cursor.execute(f"PREPARE {name} AS {text}; EXECUTE {name}{marks}", [*held, *bound])
        known[self._number] = name


def _is(value: Any, marker: Any) -> bool:
    return type(value) is type(marker) and bool(value == marker)


class Prepared(_Statement):
    """A query. `make` gets the markers as attributes and returns a `values_list`, or what is like one.

    `kinds` are the types of the markers by name: int, str, date, datetime.
    """

    def __init__(self, make: Callable[[Any], Any], **kinds: type) -> None:
        super().__init__()
        self.make = make
        self.kinds = kinds

    def rows(self, **given: Any) -> Rows:
        """As the driver returns them: what Django converts (JSON) comes unconverted."""
        with connection.cursor() as cursor:
            self._run(cursor, given)
            return cursor.fetchall()

    def _make(self) -> SqlTemplate:
        """Inside a transaction if it locks."""
        languages = settings.LANGUAGES[0][0], settings.LANGUAGES[-1][0]
        made, again = (self._compiled(language) for language in languages)
        missing = self.kinds.keys() - {name for _at, name in made.places}
        if missing:
            raise ValueError(f"The statement does not use {sorted(missing)}.")
        if (made.text, made.places, _fixed(made)) != (again.text, again.places, _fixed(again)):
            raise ValueError("The statement holds a value that is computed from a marker, from the time or a language.")
        if any(isinstance(value, date) for value in _fixed(made).values()):
            raise ValueError("The statement holds a date or a time that is not a marker.")
        return made

    def _compiled(self, language: str) -> SqlTemplate:
        markers = {name: _marker(kind) for name, kind in self.kinds.items()}
        with translation.override(language):
            text, params = self._selected(self.make(SimpleNamespace(**markers))).query.sql_with_params()
        text, values = among.as_array(text), list(params)
        places = [(at, name) for at, value in enumerate(values) for name in markers if _is(value, markers[name])]
        return SqlTemplate(text, values, places)

    def _selected(self, rows: Any) -> Any:
        return rows


def _fixed(made: SqlTemplate) -> dict[int, Any]:
    """The values that are no markers, by their index."""
    markers = {at for at, _name in made.places}
    return {at: value for at, value in enumerate(made.values) if at not in markers}


class PreparedRows(Prepared):
    """A query of whole instances, with their annotations and with the instances that the relations `related` lead to
    ("channel__credential" behind "channel"). `make` returns rows of a model.

    Columns that `defer` or `only` of the query leave out are deferred in the instances.
    """

    def __init__(self, make: Callable[[Any], Any], *related: str, **kinds: type) -> None:
        super().__init__(make, **kinds)
        self.related = related

    def instances(self, **given: Any) -> list[Any]:
        return [self._instance(row) for row in self.rows(**given)]

    def shared_instances(self, **given: Any) -> list[Any]:
        """The same, but rows that lead to one related row lead to one instance: for pages, which only read. A month of
        publications has two channels."""
        known: dict[tuple[str, Any], Any] = {}
        return [self._instance(row, known) for row in self.rows(**given)]

    def _selected(self, rows: Any) -> Any:
        query = rows.query
        names, is_deferred = query.deferred_loading
        parts = [_Part(rows.model, "", 0, names, is_deferred=is_deferred)]
        for path in self.related:
            parts.append(_Part(rows.model, path, parts[-1].end, names, is_deferred=is_deferred))
        annotations = query.annotation_select
        self._parts = parts
        self._annotations = [_Annotation(name, annotations[name]) for name in annotations]
        return rows.values_list(*(name for part in parts for name in part.columns), *annotations)

    def _instance(self, row: tuple[Any, ...], known: dict[tuple[str, Any], Any] | None = None) -> Any:
        first, *others = self._parts
        instance = first.read(row)
        if others:
            instances = {"": instance}
            for part in others:
                instances[part.path] = part.read(row) if known is None else part.shared(row, known)
                if (holder := instances[part.holder]) is not None:
                    part.attach(holder, instances[part.path])
        for at, annotation in enumerate(self._annotations, self._parts[-1].end):
            setattr(instance, annotation.name, annotation.read(row[at]))
        return instance


class _Annotation:
    def __init__(self, name: str, expression: Any) -> None:
        self.name = name
        self._expression = expression
        # As the ORM collects them.
        self._converters = [
            *connection.ops.get_db_converters(expression), *expression.get_db_converters(connection)
        ]  # fmt: skip

    def read(self, value: Any) -> Any:
        for convert in self._converters:
            value = convert(value, self._expression, connection)
        return value


class _Part:
    """The columns of a row that make one instance: of the query's model, or of what `path` leads to from it."""

    def __init__(self, model: Any, path: str, start: int, names: Collection[str], *, is_deferred: bool) -> None:
        """`names`: columns of the query, which are all that is deferred, or all that is not."""
        self.path = path
        self.holder = path.rpartition("__")[0]
        for step in path.split("__") if path else ():
            self.relation = model._meta.get_field(step)
            model = self.relation.related_model
        prefix = f"{path}__" if path else ""
        fields = [
            field
            for field in model._meta.concrete_fields
            if field.primary_key or (f"{prefix}{field.name}" in names) != is_deferred
        ]
        self.model = model
        self.names = [field.attname for field in fields]
        self.columns = [f"{prefix}{name}" for name in self.names]
        self.start, self.end = start, start + len(fields)
        self._key = start + self.names.index(model._meta.pk.attname)
        converted = [(at, field) for at, field in enumerate(fields) if hasattr(field, "from_db_value")]
        self._converters = [(at, field.from_db_value) for at, field in converted]

    def read(self, row: tuple[Any, ...]) -> Any:
        """None where the outer join has no row."""
        if row[self._key] is None:
            return None
        values = list(row[self.start : self.end])
        for at, convert in self._converters:
            values[at] = convert(values[at], None, connection)
        return self.model.from_db(connection.alias, self.names, values)

    def shared(self, row: tuple[Any, ...], known: dict[tuple[str, Any], Any]) -> Any:
        key = self.path, row[self._key]
        if key not in known:
            known[key] = self.read(row)
        return known[key]

    def attach(self, holder: Any, related: Any) -> None:
        """As `select_related` does, also for None: reading the relation does not query the database again."""
        self.relation.set_cached_value(holder, related)
        if self.relation.one_to_one and related is not None:
            self.relation.remote_field.set_cached_value(related, holder)


def _set(column: str) -> str:
    """The name of a column's new value among the values of a statement: no condition has such a name."""
    return f"set {column}"


class PreparedUpdate(_Statement):
    """An UPDATE that sets always the same `columns`.

    `where` names the conditions: "state" is equal to a value that is given at each run, "closed_at__isnull" is NULL,
    "pk__in" is one of the ids of an `array`. They stand in the UPDATE itself, so that of two at once one finds its row
    changed and changes nothing: not so with the ids of a subquery.
    """

    def __init__(self, model: Any, *columns: str, where: Sequence[str]) -> None:
        super().__init__()
        self.model = model
        self.columns = columns
        self.where = where

    def run(self, changes: dict[str, Any], **given: Any) -> int:
        """Set `changes`, a value for each column, and return how many rows were changed."""
        fields = [(name, self.model._meta.get_field(name)) for name in self.columns]
        new = {_set(name): field.get_db_prep_save(changes[name], connection) for name, field in fields}
        with connection.cursor() as cursor:
            self._run(cursor, {**given, **new})
            return int(cursor.rowcount)

    def _make(self) -> SqlTemplate:
        sets = [f"{self._column(name)} = %s" for name in self.columns]
        conditions = [self._condition(condition) for condition in self.where]
        names = [*map(_set, self.columns), *(name for name in self.where if not name.endswith("__isnull"))]
        table = connection.ops.quote_name(self.model._meta.db_table)
        text = f"UPDATE {table} SET {', '.join(sets)} WHERE {' AND '.join(conditions)}"  # noqa: S608
        return SqlTemplate(text, [None] * len(names), list(enumerate(names)))

    def _condition(self, condition: str) -> str:
        name, _, lookup = condition.partition("__")
        ends = {"": "= %s", "isnull": "IS NULL", "in": "= ANY (%s::bigint[])"}
        return f"{self._column(name)} {ends[lookup]}"

    def _column(self, name: str) -> str:
        meta = self.model._meta
        return str(connection.ops.quote_name((meta.pk if name == "pk" else meta.get_field(name)).column))


class PreparedInsert(_Statement):
    """One row of a model whose key the database gives."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model
        self.fields = [field for field in model._meta.concrete_fields if not field.primary_key]

    def run(self, values: dict[str, Any]) -> int:
        """Store a row with a value for each of its columns, by attribute; returns its key."""
        bound = {field.attname: field.get_db_prep_save(values[field.attname], connection) for field in self.fields}
        with connection.cursor() as cursor:
            self._run(cursor, bound)
            return int(cursor.fetchone()[0])

    def _make(self) -> SqlTemplate:
        quote = connection.ops.quote_name
        columns = ", ".join(quote(field.column) for field in self.fields)
        marks = ", ".join(["%s"] * len(self.fields))
        table, key = quote(self.model._meta.db_table), quote(self.model._meta.pk.column)
        text = f"INSERT INTO {table} ({columns}) VALUES ({marks}) RETURNING {key}"  # noqa: S608
        places = [(at, field.attname) for at, field in enumerate(self.fields)]
        return SqlTemplate(text, [None] * len(places), places)
