"""`make bench ARGS=policies`: what row-level security changes in the plans of the statements behind pages and tasks.

Each statement is recorded as the portal sends it, and explained twice: with the role of the application and the scope
in front of it, and with the role that owns the tables, for which no policy holds. Everything is rolled back.
"""

import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import psycopg2

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics.rollups.domain import monthly_medians, rollup
from benchmarks import inbox, measure, mentoring, scale
from benchmarks.number_pages import PAGES
from channels.models import Channel
from municipalities.row_security.statements import scope_statements, send_scope, tenant_table_in
from municipalities.tenancy import current, everywhere

RUNS = 5
READS = ("SELECT", "WITH", "(")
WRITES = ("INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True)
class Statement:
    """`before`: the scope, as the portal sends it in front."""

    before: str
    text: str


@dataclass(frozen=True)
class Plan:
    """`nodes`: kind, table or index → how often, without the subplans of policies. Milliseconds, and pages of 8 kB."""

    nodes: dict[str, int]
    milliseconds: float
    buffers: int


@dataclass(frozen=True)
class Figures:
    """A page or task: its statements that read or write tenant tables, with policies and without, and sums of medians.

    `changed`: the nodes that only one of both plans has, for each statement with another plan.
    """

    name: str
    statements: int
    changed: list[str]
    milliseconds: tuple[float, float]
    buffers: tuple[int, int]

    def json(self) -> dict[str, Any]:
        return asdict(self)


def page(client: Client, path: str) -> Callable[[], Any]:
    """Requests a page as the user of `client`. Raises `RuntimeError` when it is not shown."""

    def request() -> None:
        response = client.get(path)
        if response.status_code != 200:
            raise RuntimeError(f"{path} answered {response.status_code}")

    return request


def numbers_acts(filled: scale.Filled) -> dict[str, Callable[[], Any]]:
    """Pages and tasks over 145 municipalities and three years."""
    slug = filled.home.slug
    first = timezone.localdate() - timedelta(days=scale.Size().days)
    clients = {"officer": measure.entered(filled.officer), "staff": measure.entered(filled.staff)}
    opened = {name: (clients[entry.who], entry.path(slug, first)) for name, entry in PAGES.items()}
    opened |= {
        name: (clients["officer"], path)
        for name, path in {
            "Home": reverse("workspace", args=[slug]),
            "Calendar, month": reverse("calendar", args=[slug]),
            "Posts": reverse("posts", args=[slug]),
            "Posts, search": reverse("posts", args=[slug]) + "?q=gradski+orkestar",
        }.items()
    }
    return {
        **pages(opened),
        "Facts of four days of all channels": _rebuild_facts,
        "Medians of all municipalities": _renew_medians,
    }


def _rebuild_facts() -> None:
    with everywhere("the benchmark's measurements"):
        channels = list(Channel.objects.order_by("pk").values_list("pk", flat=True))
        days = [(channel, timezone.localdate() - timedelta(days=ago)) for channel in channels for ago in range(4)]
        rollup.make(published=days, active=days)


def _renew_medians() -> None:
    with everywhere("the benchmark's measurements"):
        monthly_medians.renew()


def mentoring_acts(people: mentoring.People) -> dict[str, Callable[[], Any]]:
    return pages(
        {
            name: (measure.entered(user), path)
            for user, named in mentoring.pages(people).items()
            for name, path in named.items()
        }
    )


def inbox_acts(filled: inbox.Filled) -> dict[str, Callable[[], Any]]:
    client = measure.entered(filled.officer)
    return pages({name: (client, path) for name, path in inbox.pages(filled).items()})


def pages(opened: dict[str, tuple[Client, str]]) -> dict[str, Callable[[], Any]]:
    return {name: page(client, path) for name, (client, path) in opened.items()}


def measured(acts: dict[str, Callable[[], Any]]) -> list[Figures]:
    """Record and explain the statements of each act, on the database in use, with the role of the application."""
    recorded = {name: recorded_statements(act) for name, act in acts.items()}
    with _sessions() as (application, owner):
        return [_figures(name, statements, application, owner) for name, statements in recorded.items()]


def recorded_statements(act: Callable[[], Any]) -> list[Statement]:
    """The statements of the second run of `act` that name a tenant table; both runs are rolled back."""
    statements: list[Statement] = []

    def record(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        cursor = context["cursor"].cursor
        text = sql.as_string(cursor) if hasattr(sql, "as_string") else sql
        text = text.decode() if isinstance(text, bytes) else text
        if not many and text.lstrip().upper().startswith((*READS, *WRITES)) and tenant_table_in(text):
            text = cursor.mogrify(text, params).decode() if params else text
            statements.append(Statement(scope_statements(current(), in_transaction=True), text))
        return execute(sql, params, many, context)

    connection.ensure_connection()
    kept = connection.settings_dict["CONN_MAX_AGE"]
    # As behind a pooler: statements that are compiled once are sent whole, and not by the name under which this
    # connection prepared them.
    connection.settings_dict["CONN_MAX_AGE"] = 0
    if send_scope not in connection.execute_wrappers:
        raise RuntimeError("This connection sends no scope.")
    try:
        for _ in range(2):  # the first fills caches
            statements.clear()
            with transaction.atomic():
                connection.execute_wrappers.insert(0, record)
                try:
                    act()
                finally:
                    connection.execute_wrappers.remove(record)
                transaction.set_rollback(True)
    finally:
        connection.settings_dict["CONN_MAX_AGE"] = kept
    return statements


@contextmanager
def _sessions() -> Iterator[tuple[Any, Any]]:
    """Connections to the database in use, as the application and as the owner."""
    database = settings.DATABASES["default"]
    place = {"host": database["HOST"], "port": database["PORT"], "dbname": database["NAME"]}
    application = psycopg2.connect(user=database["USER"], password=database["PASSWORD"], **place)
    owner = psycopg2.connect(settings.DATABASE_OWNER_URL, dbname=database["NAME"])
    try:
        yield application, owner
    finally:
        application.close()
        owner.close()


def _figures(name: str, statements: Iterable[Statement], application: Any, owner: Any) -> Figures:
    changed: list[str] = []
    milliseconds, buffers = [0.0, 0.0], [0, 0]
    count = 0
    for statement in statements:
        count += 1
        runs = [
            (explained(application, statement.before, statement.text), explained(owner, "", statement.text))
            for _ in range(RUNS)
        ]
        if difference := different(*runs[-1]):
            changed.append(f"{' '.join(statement.text.split())[:80]} …: {difference}")
        for side in (0, 1):
            milliseconds[side] += statistics.median(run[side].milliseconds for run in runs)
            buffers[side] += min(run[side].buffers for run in runs)
    return Figures(
        name, count, changed, (round(milliseconds[0], 1), round(milliseconds[1], 1)), (buffers[0], buffers[1])
    )


def explained(session: Any, before: str, text: str) -> Plan:
    """The plan with which `session` (a connection of psycopg2) runs the statement. Rolled back."""
    with session.cursor() as cursor:
        cursor.execute(f"{before}EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {text}")
        result = cursor.fetchone()[0][0]
    session.rollback()
    root = result["Plan"]
    return Plan(
        dict(Counter(_nodes(root))),
        result["Planning Time"] + result["Execution Time"],
        root["Shared Hit Blocks"] + root["Shared Read Blocks"],
    )


def _nodes(node: dict[str, Any]) -> Iterator[str]:
    children = node.get("Plans", [])
    if node["Node Type"] == "ProjectSet" and [child["Node Type"] for child in children] == ["Result"]:
        return  # a policy: the ids of the scope
    place = node.get("Index Name") or node.get("Relation Name") or ""
    yield f"{node['Node Type']} {place}".strip()
    for child in children:
        yield from _nodes(child)


def different(with_policies: Plan, without: Plan) -> str:
    """The nodes that only one of both has, in words; "" where the plans are the same."""
    added = Counter(with_policies.nodes) - Counter(without.nodes)
    missing = Counter(without.nodes) - Counter(with_policies.nodes)
    return "; ".join(
        f"{label} {', '.join(sorted(nodes))}" for label, nodes in (("with", added), ("without", missing)) if nodes
    )
