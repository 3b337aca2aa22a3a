"""Row-level security behind a real PgBouncer in transaction mode: many connections share one of PostgreSQL's.

PgBouncer is a package of Debian, which `.ci/run` installs. Without it these tests are skipped, and say so.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from django.db import connection, transaction
from django.db.models.query import QuerySet
from django.utils import timezone

from municipalities.models import Municipality, Pause
from municipalities.tenancy import OutOfScope, everywhere, scope
from tests.concurrency import at_once
from tests.people import Cast

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
ROUNDS = 60
CONNECTIONS = 6

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not PROGRAM, reason="PgBouncer is not installed (Debian: pgbouncer)"),
]


@pytest.fixture
def pauses(cast: Cast) -> dict[int, int]:
    """Municipality → how many rows it has."""
    counts = {}
    for amount, municipality in enumerate((cast.cuprija, cast.novi_pazar), start=2):
        with scope(municipality):
            for _ in range(amount):
                Pause.objects.create(
                    municipality=municipality,
                    reason="mourning",
                    by=cast.officer,
                    ended_at=timezone.now(),
                    ended_by=cast.officer,
                )
        counts[municipality.pk] = amount
    return counts


@pytest.fixture
def pooler(transactional_db: None, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """Host and port of a PgBouncer with a single connection to PostgreSQL."""
    assert PROGRAM
    server = connection.settings_dict
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    users = tmp_path / "users.txt"
    users.write_text(f'"{server["USER"]}" "{server["PASSWORD"]}"\n')
    configuration = tmp_path / "pgbouncer.ini"
    configuration.write_text(
        "[databases]\n"
        f"* = host={server['HOST']} port={server['PORT']}\n"
        "[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = plain\nauth_file = {users}\n"
        "pool_mode = transaction\ndefault_pool_size = 1\nmax_client_conn = 50\n"
    )
    as_somebody = []
    if os.geteuid() == 0:  # which it refuses to run as
        for path in (tmp_path, *tmp_path.parents):
            if path.owner() == "root" and path != Path("/"):
                path.chmod(path.stat().st_mode | 0o011)
        for path in (users, configuration):
            path.chmod(0o644)
        as_somebody = ["--user", "nobody"]
    process = subprocess.Popen([PROGRAM, "--quiet", *as_somebody, str(configuration)])
    try:
        place = {"HOST": "127.0.0.1", "PORT": port}
        _await(server, place)
        yield place
    finally:
        process.terminate()
        process.wait(30)


def _await(server: dict[str, Any], place: dict[str, Any]) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg2.connect(
                host=place["HOST"], port=place["PORT"], user=server["USER"], password=server["PASSWORD"],
                dbname=server["NAME"],
            ).close()  # fmt: skip
            return
        except psycopg2.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@contextmanager
def through(pooler: dict[str, Any]) -> Iterator[None]:
    """Connections of Django that threads open inside go through the pooler."""
    connection.close()
    direct = {**connection.settings_dict}
    connection.settings_dict.update(pooler, DISABLE_SERVER_SIDE_CURSORS=True)
    try:
        with closing(connection):
            yield
    finally:
        connection.settings_dict.update(direct)


def unfiltered() -> QuerySet[Pause]:
    """What PostgreSQL shows without the manager's filter."""
    return QuerySet(Pause)


def test_many_connections_over_one_see_the_rows_of_their_own_scope_alone(
    pauses: dict[int, int], pooler: dict[str, Any]
) -> None:
    first, second = pauses
    wrong: list[str] = []
    of_everywhere: set[int] = set()
    backends: set[int] = set()

    def work(number: int) -> None:
        ids = ((first,), (second,), (first, second))[number % 3]
        expected = [pk for pk in ids for _ in range(pauses[pk])]
        with closing(connection):
            for turn in range(ROUNDS):
                with scope(*ids), transaction.atomic() if turn % 3 == 0 else nullcontext():
                    read = unfiltered().order_by("municipality_id").values_list("municipality_id", flat=True)
                    shown = list(read.iterator(chunk_size=1) if turn % 3 == 1 else read)
                if shown != expected:
                    wrong.append(f"{ids}: {shown}")
                if turn % 5 == 0:
                    with everywhere("a test counts"):
                        of_everywhere.add(unfiltered().count())
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_backend_pid(), current_setting('dobosar.scope', true), current_user")
                    backend, setting, role = cursor.fetchone()
                backends.add(backend)
                if setting or role != connection.settings_dict["USER"]:
                    wrong.append(f"left on the connection: {setting!r}, {role}")

    with through(pooler):
        at_once(*(partial(work, number) for number in range(CONNECTIONS)))
    assert not wrong, "\n".join(wrong[:5])
    assert len(backends) == 1  # else they did not share a connection, and the test shows nothing
    assert of_everywhere == {sum(pauses.values())}


def test_a_foreign_row_is_neither_written_nor_seen_through_the_pooler(
    pauses: dict[int, int], pooler: dict[str, Any], cast: Cast
) -> None:
    first, second = pauses
    with through(pooler):
        with scope(first):
            assert unfiltered().filter(municipality=second).update(reason="election") == 0
            assert unfiltered().filter(municipality=second).delete()[0] == 0
        with pytest.raises(OutOfScope):
            list(unfiltered())
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM municipalities_municipality")
            assert cursor.fetchone()[0] == Municipality.objects.count()


def test_a_setting_of_a_session_would_be_seen_by_others(pauses: dict[int, int], pooler: dict[str, Any]) -> None:
    """What `SET LOCAL` avoids: the pooler hands a setting of one to the next. So the test above can fail."""
    first, _second = pauses
    with through(pooler):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('dobosar.scope', %s, false)", [str(first)])
        connection.close()
        connection.ensure_connection()
        with connection.connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM municipalities_pause")
            assert cursor.fetchone()[0] == pauses[first]
        with connection.cursor() as cursor:
            cursor.execute("RESET ALL")
