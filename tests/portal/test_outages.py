"""While a server is away the log has one sentence about it. The errors are real ones, of servers that are not there."""

from __future__ import annotations

import errno
import io
import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from urllib.parse import urlsplit

import kombu
import psycopg2
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.utils import load_backend

from portal.outages import Outages, outage_of
from tests import patience
from tests.database import owner_cursor

log = logging.getLogger("portal.tests.outages")
NOWHERE = "redis://127.0.0.1:1/0"


def raised(call: Callable[[], object]) -> BaseException:
    try:
        call()
    except BaseException as problem:
        return problem
    raise AssertionError("nothing was raised")


def no_database() -> BaseException:
    """What Django raises when nobody listens at the port of PostgreSQL."""
    parameters = {**connection.settings_dict, "PORT": "1"}
    wrapper = load_backend(parameters["ENGINE"]).DatabaseWrapper(parameters)
    return raised(wrapper.ensure_connection)


def no_valkey() -> BaseException:
    return raised(redis.Redis.from_url(NOWHERE).ping)


def no_broker() -> BaseException:
    """What a task that is sent meets: kombu's own error."""

    def send() -> None:
        with kombu.Connection(NOWHERE) as broker, broker.ensure_connection(max_retries=0):
            pass

    return raised(send)


def lost_connection() -> BaseException:
    """PostgreSQL ends a connection that is in use, as it does when it stops."""
    with closing(psycopg2.connect(**connection.get_connection_params())) as lost:
        with lost.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        with owner_cursor() as owner:
            owner.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
        return raised(lambda: lost.cursor().execute("SELECT 1"))


@pytest.fixture
def console() -> Iterator[io.StringIO]:
    """The configured handler, with a filter that has seen nothing yet."""
    (handler,) = [
        candidate
        for candidate in logging.getLogger().handlers
        if isinstance(candidate, logging.StreamHandler) and any(isinstance(one, Outages) for one in candidate.filters)
    ]
    before, filters = handler.setStream(stream := io.StringIO()), handler.filters[:]
    handler.filters[:] = [Outages() if isinstance(one, Outages) else one for one in filters]
    yield stream
    handler.filters[:] = filters
    handler.setStream(before)


OUTAGES = {
    "no_database": (no_database, "PostgreSQL does not answer: connection to server at "),
    "lost_connection": (lost_connection, "PostgreSQL does not answer: "),
    "no_valkey": (no_valkey, "Valkey does not answer: Error 111 connecting to 127.0.0.1:1"),
    "no_broker": (no_broker, "Valkey does not answer: Error 111 connecting to 127.0.0.1:1"),
    "full_disk": (
        lambda: OSError(errno.ENOSPC, "No space left on device"),
        "The disk is full: [Errno 28] No space left on device",
    ),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", OUTAGES)
@pytest.mark.parametrize("how", ["traceback", "argument"])
def test_an_outage_is_one_line_however_often_and_however_it_is_logged(
    console: io.StringIO, name: str, how: str
) -> None:
    make, expected = OUTAGES[name]
    problem = make()
    for number in range(5):
        if how == "traceback":
            log.error("Attempt %s failed", number, exc_info=problem)
        else:
            log.warning("Attempt %s: %s\nTrying again\n", number, problem)
    (line,) = console.getvalue().splitlines()
    assert expected in line


@pytest.mark.django_db
def test_outages_of_two_servers_are_two_lines(console: io.StringIO) -> None:
    database, valkey = no_database(), no_valkey()
    for _ in range(3):
        log.error("failed", exc_info=database)
        log.error("failed", exc_info=valkey)
    first, second = console.getvalue().splitlines()
    assert "PostgreSQL does not answer" in first
    assert "Valkey does not answer" in second


def test_a_long_outage_is_repeated_with_the_number_of_errors_between() -> None:
    outages, problem = Outages(seconds=0.3), no_valkey()
    written: list[str] = []
    deadline, calls = time.monotonic() + patience.SECONDS, 0
    while len(written) < 2:
        assert time.monotonic() < deadline
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "failed: %s", (problem,), None)
        calls += 1
        if outages.filter(record):
            written.append(record.getMessage())
    assert "since the last line" not in written[0]
    assert written[1].endswith(f"({calls - 2} more errors since the last line about it)")


def wrong_statement() -> BaseException:
    return raised(lambda: connection.cursor().execute("SELECT nothing FROM nowhere"))


def statement_that_is_cancelled() -> BaseException:
    def slow() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 10")
            cursor.execute("SELECT pg_sleep(60)")

    return raised(slow)


def wrong_password() -> BaseException:
    return raised(lambda: psycopg2.connect(**{**connection.get_connection_params(), "password": "wrong"}))


def wrong_password_of_valkey() -> BaseException:
    address = urlsplit(settings.REDIS_URL)
    once, other = Retry(NoBackoff(), 0), "wrong"
    return raised(redis.Redis(str(address.hostname), address.port or 6379, password=other, retry=once).ping)


def mistake_while_an_outage_is_handled() -> BaseException:
    def clumsy() -> None:
        try:
            raise no_valkey()
        except redis.RedisError as problem:
            raise KeyError("a mistake of ours") from problem

    return raised(clumsy)


def refused_by_another_server() -> BaseException:
    """A network or a mail server that is away has its own reports."""
    return ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")


OTHERS = [
    wrong_statement, statement_that_is_cancelled, wrong_password, wrong_password_of_valkey,
    mistake_while_an_outage_is_handled, refused_by_another_server,
]  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("make", OTHERS, ids=lambda make: make.__name__)
def test_any_other_error_keeps_its_traceback_each_time(console: io.StringIO, make: Callable[[], BaseException]) -> None:
    problem = make()
    with suppress(DatabaseError):
        connection.rollback()
    assert outage_of(problem) is None
    for _ in range(2):
        log.error("failed", exc_info=(type(problem), problem, problem.__traceback__))
    name = type(problem).__name__
    assert len(re.findall(rf"^    \S*{name}: ", console.getvalue(), re.MULTILINE)) == 2
    assert "does not answer:" not in re.sub(r"^    (redis|psycopg2).*$", "", console.getvalue(), flags=re.MULTILINE)


def test_an_error_of_another_process_is_known_by_its_text() -> None:
    """A worker's pool process hands its errors on without their causes."""
    assert outage_of(OperationalError("server closed the connection unexpectedly")) == "postgres"
    assert outage_of(OperationalError("the database system is starting up")) == "postgres"
    assert outage_of(OperationalError("FATAL:  the database system is in recovery mode")) == "postgres"
    assert outage_of(OperationalError('could not extend file "base/1/2": No space left on device')) == "disk"
    assert outage_of(OperationalError("deadlock detected")) is None


def test_a_valkey_that_refuses_to_write_is_an_outage_by_its_reason() -> None:
    full = redis.ResponseError("MISCONF Errors writing to the AOF file: No space left on device")
    assert outage_of(full) == "disk"
    assert outage_of(redis.ResponseError("MISCONF Errors writing to the AOF file: Permission denied")) == "valkey-disk"
    assert outage_of(redis.ResponseError("WRONGTYPE Operation against a key")) is None
