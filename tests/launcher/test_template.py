"""The database that tests are cloned from: there once, closed to everybody, and swept when nobody uses it."""

import os
from contextlib import closing
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import psycopg2
import pytest

from launcher import embedded
from portal import migration_history
from tests import template


@pytest.fixture
def url():
    """The server that this run uses, whoever started it."""
    return os.environ["DATABASE_OWNER_URL"]


def execute(url, statement, database="postgres"):
    with closing(psycopg2.connect(url, dbname=database)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else None


def names(url):
    return {name for (name,) in execute(url, "SELECT datname FROM pg_database")}


@pytest.fixture
def clone(url):
    """A database like those of the tests, as `--reuse-db` keeps it."""
    name = f"test_clone_{os.getpid()}"
    execute(url, f"CREATE DATABASE {name} TEMPLATE {template.ensure(url)}")
    yield name
    execute(url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def test_a_clone_has_all_tables_of_this_version(url, clone):
    with closing(psycopg2.connect(url, dbname=clone)) as connection, connection.cursor() as cursor:
        assert migration_history.applied(cursor) == migration_history.current()


def test_nobody_can_be_in_the_template_while_it_is_cloned(url):
    with pytest.raises(psycopg2.OperationalError, match="not currently accepting connections"):
        psycopg2.connect(url, dbname=template.ensure(url))


def test_a_kept_database_is_used_again_until_migrations_are_amended(url, clone):
    assert template.is_kept(url, clone)
    assert clone in names(url)
    execute(url, "UPDATE django_migrations SET name = '0002_parts' WHERE app = 'posts'", clone)
    assert not template.is_kept(url, clone)
    assert clone not in names(url)
    assert not template.is_kept(url, clone)


def test_a_template_that_nobody_used_for_a_week_is_dropped_and_no_other_database(url):
    today = datetime.now(UTC).date()
    ages = {f"{template.PREFIX}{days}_{os.getpid()}": days for days in (6, 8)} | {f"other_{os.getpid()}": 30}
    try:
        for name, days in ages.items():
            execute(url, f"CREATE DATABASE {name} TEMPLATE template0")
            execute(url, f"COMMENT ON DATABASE {name} IS '{today - timedelta(days=days)}'")
            execute(url, f"ALTER DATABASE {name} IS_TEMPLATE true ALLOW_CONNECTIONS false")
        assert template.ensure(url) in names(url)
        assert {days for name, days in ages.items() if name in names(url)} == {6, 30}
    finally:
        for name in ages.keys() & names(url):
            execute(url, f"ALTER DATABASE {name} IS_TEMPLATE false")
            execute(url, f"DROP DATABASE {name} WITH (FORCE)")


def test_who_may_make_no_database_is_told_and_goes_on_without(open_directory):
    with embedded.serving(open_directory / "servers", test=True, environ={}) as urls:
        own = urlsplit(urls["DATABASE_OWNER_URL"])
        execute(own.geturl(), "CREATE ROLE modest LOGIN PASSWORD 'modest'")
        modest = own._replace(netloc=f"modest:modest@{own.hostname}:{own.port}").geturl()
        with pytest.warns(UserWarning, match="Tests migrate their database themselves"):
            assert template.ensure(modest) is None
