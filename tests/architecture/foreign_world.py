"""Two municipalities with the same objects and the same people, and what the database says of the rows of one of them.

Each side's rows have ids of a range of its own, in every table, and both sides are made by the same factories in the
same order: so any id of one side is known at once, also in JSON, and has its counterpart on the other side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.cache import cache as valkey
from django.db import connection, models
from django.utils import timezone

from accounts.models import User
from municipalities.domain.reference import load_services
from municipalities.enums import Role
from municipalities.models import Cohort, Enrolment, Membership, Municipality, Pairing, Programme
from municipalities.tenancy import tenant_tables
from tests.architecture import hostile_rows
from tests.architecture import test_urls as urls
from tests.database import owner_cursor
from tests.people import Cast, municipality, person

SPAN = 100_000  # ids of a side
SHARED_FROM, OURS_FROM, THEIRS_FROM, NEW_FROM = 1_000_000, 5_200_000, 7_300_000, 9_000_000
PEOPLE = ("officer", "approver", "viewer", "stranger", "mentor", "staff", "trainer")
# Objects that are each person's own; of everything else one serves all roles.
ONES_OWN = {
    "connecting/attempt", "notifications/notification", "devices/device", "export/export",
    "exercises/team", "stop/token",
}  # fmt: skip


@dataclass
class Side:
    """A municipality with its objects and people. `names` is what stands in an address, by its route and a role."""

    cast: Cast
    first_id: int
    things: urls.Things
    names: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)  # by name of the address
    files: dict[Path, bytes] = field(default_factory=dict)

    @property
    def ids(self) -> range:
        return range(self.first_id, self.first_id + SPAN)

    @property
    def municipality(self) -> Municipality:
        return self.cast.cuprija


# Kinds of posts, and programs registered at a network: whoever needs one first creates it for all.
SHARED_KINDS = {"channels_appregistration", "practice_app", "analytics_traits"}


@contextmanager
def two_sides(addresses: list[urls.Address]) -> Iterator[tuple[Side, Side]]:
    """Ćuprija and Novi Pazar, each in a programme of its own, with the objects of these addresses. The rows that the
    test makes while it lasts have ids of a third range."""
    with _numbering() as number_from:
        number_from(SHARED_FROM)
        load_services()
        urls.load_questions()
        first = _Others(municipality("leskovac", "Лесковац", "Leskovac"), _administrator("first"))
        second = _Others(municipality("zajecar", "Зајечар", "Zaječar"), _administrator("second"))
        number_from(OURS_FROM)
        ours = _side(OURS_FROM, "cuprija", "Ћуприја", first, addresses)
        number_from(THEIRS_FROM)
        theirs = _side(THEIRS_FROM, "novi-pazar", "Нови Пазар", second, addresses)
        theirs.files = {path: body for path, body in theirs.files.items() if path not in ours.files}
        number_from(NEW_FROM)
        yield ours, theirs


@contextmanager
def _numbering() -> Iterator[Callable[[int], None]]:
    """Sequences are not taken back with the transaction, so they are set as they were."""
    with owner_cursor() as owner:
        owner.execute("SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences")
        before = owner.fetchall()

    def number_from(first: int) -> None:
        with owner_cursor() as owner:
            for name, _last in before:
                owner.execute("SELECT setval(%s, %s)", [name, first])

    try:
        yield number_from
    finally:
        with owner_cursor() as owner:
            for name, last in before:
                owner.execute("SELECT setval(%s, %s, %s)", [name, last or 1, last is not None])


@dataclass
class _Others:
    """Who belongs to neither side: another municipality, and an administrator, who is one of the installation."""

    municipality: Municipality
    administrator: User


def _administrator(name: str) -> User:
    return person(f"{name}-administrator", is_administrator=True)


def _side(first_id: int, slug: str, cyrl: str, others: _Others, addresses: list[urls.Address]) -> Side:
    cast = _cast(slug, cyrl, others)
    things = urls.make(cast)
    side = Side(cast, first_id, things)
    with _made_once():
        for address in addresses:
            for role in urls.ROLES:
                things.role = role
                parts = address.path(things)[1:].split("/")
                pairs = zip(address.route.split("/"), parts, strict=True)
                side.names[address.route, role] = [part for name, part in pairs if name.startswith("<")]
            if address.name in urls.BODIES:
                side.bodies[address.name] = urls.BODIES[address.name](things)
    valkey.clear()
    root = Path(settings.REPORTS_ROOT).parent  # of all files of the suite
    side.files = {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
    return side


def _cast(slug: str, cyrl: str, others: _Others) -> Cast:
    place = municipality(slug, cyrl, slug.title())
    people = {name: person(f"{name}-of-{slug}") for name in PEOPLE}
    since = timezone.localdate() - timedelta(days=30)
    for name in ("officer", "approver", "viewer"):
        Membership.objects.create(user=people[name], municipality=place, role=Role(name))
    programme = Programme.objects.create(name=f"Programme of {slug}")
    programme.staff.add(people["staff"])
    programme.trainers.add(people["trainer"])
    cohort = Cohort.objects.create(programme=programme, name="First", training_on=since)
    Enrolment.objects.create(cohort=cohort, municipality=place, starts_on=since)
    Pairing.objects.create(mentor=people["mentor"], municipality=place, starts_on=since)
    return Cast(
        cuprija=place, novi_pazar=others.municipality, programme=programme, administrator=others.administrator, **people
    )


@contextmanager
def _made_once() -> Iterator[None]:
    """While it lasts, what stands in an address is made once for all addresses, or once for each person."""
    original, known = dict(urls.OBJECTS), dict[str, Any]()

    def once(name: str, factory: Callable[[urls.Things], Any]) -> Callable[[urls.Things], Any]:
        def made(it: urls.Things) -> Any:
            key = f"{name} {it.is_in_place} {it.role if name in ONES_OWN else ''}"
            if key not in known:
                known[key] = factory(it)
            return known[key]

        return made

    urls.OBJECTS.update({name: once(name, factory) for name, factory in original.items()})
    try:
        yield
    finally:
        urls.OBJECTS.update(original)


def become_neighbours(ours: Side, theirs: Side) -> None:
    """From now on both take part in the programme of the first, so that the gallery shows them each other's posts."""
    cohort = Cohort.objects.get(programme=ours.cast.programme)
    Enrolment.objects.create(cohort=cohort, municipality=theirs.municipality, starts_on=timezone.localdate())


# ---- which rows are whose


@cache
def tables() -> dict[str, type[models.Model]]:
    every = apps.get_models(include_auto_created=True)
    return {model._meta.db_table: model for model in every if model._meta.managed and not model._meta.proxy}


def is_of(side: Side, table: str, alias: str = "") -> str:
    """SQL: the row has an id of this side or belongs to its municipality. Never null."""
    model, prefix = tables()[table], f"{alias}." if alias else ""
    conditions = [
        f'{prefix}"{foreign.column}" = {side.municipality.pk}'
        for foreign in _foreign_keys(model)
        if foreign.related_model is Municipality
    ]
    if _is_number(model._meta.pk):
        conditions.append(f'{prefix}"{model._meta.pk.column}" BETWEEN {side.ids.start} AND {side.ids.stop - 1}')
    return f"COALESCE({' OR '.join(conditions) or 'FALSE'}, FALSE)"


def fill_texts(side: Side) -> dict[str, int]:
    """Every text column of its rows holds a canary with the column's number; returns in how many rows, by column."""
    return hostile_rows.fill(lambda table: is_of(side, table))


def rows_of(side: Side) -> dict[str, int]:
    """How many rows of it each table has."""
    with owner_cursor() as owner:
        owner.execute(
            " UNION ALL ".join(
                f"SELECT '{table}', count(*) FROM \"{table}\" WHERE {is_of(side, table)}" for table in tables()
            )
        )
        return dict(owner.fetchall())


def tables_with_id(id_: int) -> set[str]:
    """Tables that have a row with this id."""
    numbered = [(table, model._meta.pk.column) for table, model in tables().items() if _is_number(model._meta.pk)]
    with owner_cursor() as owner:
        owner.execute(
            " UNION ALL ".join(f'SELECT \'{table}\' FROM "{table}" WHERE "{pk}" = {id_}' for table, pk in numbered)
        )
        return {table for (table,) in owner.fetchall()}


def _foreign_keys(model: type[models.Model]) -> list[Any]:
    return [column for column in model._meta.local_fields if isinstance(column, models.ForeignKey)]


def _is_number(column: Any) -> bool:
    while isinstance(column, models.ForeignKey):  # a row with the id of another one
        column = column.target_field
    return isinstance(column, models.IntegerField)


# ---- what became of them


@dataclass
class Watch:
    """The rows of one side, as they were. `problems()` says what a statement since then did to them, or took of them.

    PostgreSQL counts the rows that this transaction wrote in each table; only tables where the count grew are read.
    """

    victim: Side
    seals: dict[str, str] = field(default_factory=dict)
    written: dict[int, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    total: int = 0

    def __post_init__(self) -> None:
        with owner_cursor() as owner:
            owner.execute(
                "SELECT c.oid, COALESCE(pg_partition_root(c.oid), c.oid)::regclass::text FROM pg_class c "
                "WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
            )
            self.names = {oid: name.strip('"') for oid, name in owner.fetchall() if name.strip('"') in tables()}
            self.seals = {table: self._seal(owner, table) for table in tables()}
        self.changed_tables()

    def changed_tables(self) -> set[str]:
        """Tables that were written to since this was last called, also where that was taken back."""
        with connection.connection.cursor() as cursor:
            cursor.execute(
                "SELECT oid, pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)"
                " + pg_stat_get_xact_tuples_deleted(oid) FROM unnest(%s::oid[]) AS oid",
                [list(self.names)],
            )
            counts = dict(cursor.fetchall())
        before, self.written = self.written, counts
        return {self.names[oid] for oid, count in counts.items() if count != before.get(oid, 0)}

    def problems(self, changed: Iterable[str]) -> list[str]:
        """In words; every sentence begins with the table."""
        with owner_cursor() as owner:
            return [problem for table in sorted(changed) for problem in self._problems_of(owner, table)]

    def _problems_of(self, owner: Any, table: str) -> Iterator[str]:
        if self._seal(owner, table) != self.seals[table]:
            yield f"{table}: rows of the other municipality changed"
        names, counts = _traces(table), _counts(self.victim, table)
        if counts:
            owner.execute(counts)
            for name, count in zip(names, owner.fetchone(), strict=True):
                if count:
                    yield f"{table}: {name}"
        for name, query in _crossings(table):
            owner.execute(query)
            if owner.fetchone()[0]:
                yield f"{table}: {name} leads from one municipality to another"

    def _seal(self, owner: Any, table: str) -> str:
        owner.execute(
            f"SELECT md5(COALESCE(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM \"{table}\" t "
            f"WHERE {is_of(self.victim, table, 't')}"
        )
        return str(owner.fetchone()[0])


def _traces(table: str) -> list[str]:
    model = tables()[table]
    names = [f"{column.column} leads to the other municipality" for column in _leading(model)]
    names += [f"{column.column} holds an id of the other municipality" for column in _structured(model)]
    return [*names, "a row holds words of the other municipality"]


def _counts(side: Side, table: str) -> str:
    """SQL that counts, among the rows that are not of this side, those that lead to it or hold something of it."""
    model = tables()[table]
    conditions = [f't."{column.column}" BETWEEN {side.ids.start} AND {side.ids.stop - 1}' for column in _leading(model)]
    conditions += [_holds_id(column, side) for column in _structured(model)]
    conditions.append("t::text ~ 'zq\\d{3}'")
    counted = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in conditions)
    return f'SELECT {counted} FROM "{table}" t WHERE NOT {is_of(side, table, "t")}'


def _holds_id(column: Any, side: Side) -> str:
    """SQL: a number, or a key of JSON, is an id of this side. Digits in a sentence are what somebody wrote."""
    name, first, last = f't."{column.column}"', side.ids.start, side.ids.stop - 1
    if isinstance(column, ArrayField):
        return f"EXISTS (SELECT FROM unnest({name}) AS one WHERE one BETWEEN {first} AND {last})"
    digits = len(str(first))
    key = f'(^|[^\\\\])"{str(first)[:4]}[0-9]{{{digits - 4}}}":'
    number = f'$.** ? (@.type() == "number" && @ >= {first} && @ <= {last})'
    return f"(jsonb_path_exists({name}, '{number}') OR {name}::text ~ '{key}')"


def _leading(model: type[models.Model]) -> list[Any]:
    """Columns with the number of another row, which may be of one side."""
    return [
        column
        for column in _foreign_keys(model)
        if _is_number(column) and column.related_model._meta.db_table not in SHARED_KINDS
    ]


def _structured(model: type[models.Model]) -> list[Any]:
    """Columns in which numbers of rows may stand among other things."""
    return [
        column
        for column in model._meta.local_fields
        if (isinstance(column, ArrayField) and isinstance(column.base_field, models.IntegerField))
        or column.get_internal_type() == "JSONField"
    ]


@cache
def _crossings(table: str) -> list[tuple[str, str]]:
    """By foreign key from one tenant table to another: SQL that counts rows whose municipalities differ."""
    if table not in tenant_tables():
        return []
    return [
        (
            column.column,
            (
                f'SELECT count(*) FROM "{table}" t JOIN "{column.related_model._meta.db_table}" p ON '
                f'p."{column.target_field.column}" = t."{column.column}" WHERE p.municipality_id <> t.municipality_id'
            ),
        )
        for column in _foreign_keys(tables()[table])
        if column.related_model._meta.db_table in tenant_tables()
    ]


def crossing_keys() -> int:
    """How many foreign keys lead from one tenant table to another."""
    return sum(len(_crossings(table)) for table in tenant_tables())


def missing_files(side: Side) -> list[Path]:
    """Files of it that are gone or differ."""
    return [path for path, body in side.files.items() if not path.is_file() or path.read_bytes() != body]


def person_of(side: Side, role: str) -> User | None:
    return None if role == "anonymous" else getattr(side.cast, role)
