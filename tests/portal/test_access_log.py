"""Lines about requests, tasks and slow statements: what they say, and what must not be in them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from celery.signals import task_postrun, task_prerun
from psycopg2 import sql
from psycopg2.extras import execute_values

from django.db import connection
from django.db.backends.signals import connection_created
from django.test import Client
from django.urls import reverse

from portal import access_log
from portal.celery import app
from tests.architecture.test_secret_addresses import PLAIN, SECRET, SECRET_ADDRESSES, SECRET_NAMES, names
from tests.people import Cast, sign_in
from tests.portal.task_urls import failing
from tests.portal.test_logs import console

__all__ = ["console"]


def written(console: io.StringIO, logger: str) -> list[str]:
    return [line for line in console.getvalue().splitlines() if f" {logger} " in line]


def test_without_the_setting_there_is_no_line(cast: Cast, console: io.StringIO) -> None:
    Client().get("/healthz")
    assert written(console, "portal.access") == []


def test_a_request_is_a_line_without_what_stands_in_its_address(
    cast: Cast, console: io.StringIO, settings: Any
) -> None:
    settings.ACCESS_LOG = True
    url = reverse("workspace", args=["cuprija"])
    answer = sign_in(cast.officer).get(url + "?token=geheim")
    (line,) = written(console, "portal.access")
    assert re.search(
        rf" INFO portal\.access {answer['X-Request-ID']} method=GET route=workspace pattern=m/<slug:municipality>/ "
        rf"status=200 ms=\d+\.\d bytes={len(answer.content)} user={cast.officer.pk} municipality=cuprija$",
        line,
    ), line
    assert "geheim" not in line


def test_a_stranger_a_missing_page_and_an_unknown_method_are_lines_too(
    db: None, console: io.StringIO, settings: Any
) -> None:
    settings.ACCESS_LOG = True
    Client().get("/nema/zqtajna%0A/")
    Client().generic("ZQTAJNA", "/healthz")
    missing, other = written(console, "portal.access")
    assert "method=GET route=- pattern=unknown status=404" in missing
    assert "method=other route=healthz pattern=healthz status=405" in other
    assert "user=- municipality=-" in missing
    assert "zqtajna" not in (missing + other).lower()


def test_public_pages_and_short_links_have_their_pattern(db: None, console: io.StringIO, settings: Any) -> None:
    settings.ACCESS_LOG = True
    for path in ("/open-data/", "/l/Abc234"):
        Client().get(path)
    data, link = written(console, "portal.access")
    assert "route=open_data pattern=open-data/" in data
    assert "route=short_link pattern=l/<" in link
    assert "Abc234" not in link


def test_no_token_of_an_address_gets_into_a_line(db: None, console: io.StringIO, settings: Any) -> None:
    settings.ACCESS_LOG = True
    for address in SECRET_ADDRESSES:
        kwargs = {name: SECRET if name in SECRET_NAMES else PLAIN[name] for name in names(address)}
        Client().get(reverse(address.name, kwargs=kwargs))
    lines = written(console, "portal.access")
    assert len(lines) == len(SECRET_ADDRESSES)
    assert "s3cret" not in console.getvalue()


@pytest.fixture
def watched_tasks(settings: Any) -> Iterator[None]:
    settings.TASK_LOG = True
    access_log.watch_tasks()
    yield
    task_prerun.disconnect(dispatch_uid="portal.access_log")
    task_postrun.disconnect(dispatch_uid="portal.access_log")


@app.task(name="tests.access_log.nothing")
def nothing() -> None:
    """Ends well."""


def test_a_task_is_a_line_with_its_outcome(watched_tasks: None, console: io.StringIO) -> None:
    nothing.apply(headers={"request_id": "a-request"})
    failing.apply(headers={"request_id": "another"})
    well, badly = written(console, "portal.task_runs")
    assert re.search(r" a-request task=tests\.access_log\.nothing queue=\S+ outcome=success ms=\d+\.\d$", well), well
    assert re.search(r" another task=tests\.portal\.failing queue=\S+ outcome=failure ms=\d+\.\d$", badly), badly


@pytest.fixture
def slow_after(settings: Any) -> Iterator[None]:
    """Statements count as slow after 20 ms, on connections that are opened in the test."""
    settings.SLOW_QUERY_MS = 20
    access_log.watch_statements()
    yield
    connection_created.disconnect(dispatch_uid="portal.access_log")


def run_on_a_new_connection(*statements: Any) -> None:
    def run() -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                statement(cursor)
        connection.close()

    thread = Thread(target=run)
    thread.start()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_a_slow_statement_is_a_line_without_values(slow_after: None, console: io.StringIO) -> None:
    composed = sql.SQL("SELECT pg_sleep(0.03), {}").format(sql.Literal("it's zqtajna"))
    long = f"SELECT pg_sleep(0.03), '{'zqtajna ' * 1000}'"
    run_on_a_new_connection(
        lambda cursor: cursor.execute("SELECT 1, %s", ["zqtajna"]),
        lambda cursor: cursor.execute("SELECT pg_sleep(0.03),\n %s", ["zqtajna"]),
        lambda cursor: cursor.execute(composed),
        lambda cursor: cursor.execute(long),
        lambda cursor: execute_values(cursor, "SELECT pg_sleep(0.03) FROM (VALUES %s) AS v(a)", [("zqtajna 1234567",)]),
    )
    plain, second, third, values = written(console, "portal.slow_queries")
    assert re.search(r" WARNING portal\.slow_queries - ms=\d+\.\d sql=SELECT pg_sleep\(…\), %s$", plain), plain
    assert second.endswith("sql=SELECT pg_sleep(…), ……")
    assert third.endswith("sql=SELECT pg_sleep(…), …")
    assert values.endswith("sql=SELECT pg_sleep(…) FROM (VALUES (…)) AS v(a)")
    assert "zqtajna" not in console.getvalue()


@pytest.mark.django_db(transaction=True)
def test_without_the_setting_no_connection_is_watched(settings: Any) -> None:
    wrappers: list[Any] = []
    access_log.watch_statements()
    run_on_a_new_connection(lambda cursor: wrappers.extend(cursor.db.execute_wrappers))
    assert wrappers
    assert access_log._time_statement not in wrappers
