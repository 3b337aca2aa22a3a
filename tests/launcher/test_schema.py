"""The tables that an empty database begins with: those that the migrations make, and only in an empty database."""

import gzip
import os
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

from launcher import binaries
from launcher import schema as writer
from portal import migration_history, schema
from tests.concurrency import at_once

ROOT = Path(__file__).resolve().parents[2]


def execute(url, statement, database=None):
    with closing(psycopg2.connect(url, **({"dbname": database} if database else {}))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else None


@pytest.fixture
def empty():
    """The owner's URL of an empty database on the server of this run."""
    owner, name = os.environ["DATABASE_OWNER_URL"], f"empty_{os.getpid()}"
    execute(owner, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", "postgres")
    execute(owner, f"CREATE DATABASE {name} TEMPLATE template0", "postgres")
    yield urlsplit(owner)._replace(path=f"/{name}").geturl()
    execute(owner, f"DROP DATABASE {name} WITH (FORCE)", "postgres")


def manage(url, *arguments):
    environ = {**os.environ, "DATABASE_URL": url, "DATABASE_OWNER_URL": "", "DJANGO_SETTINGS_MODULE": "portal.settings"}
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments, "--skip-checks"], cwd=ROOT, env=environ, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout


def partitions(url):
    """Definitions of the months' partitions. Their rights differ, as the first months of a migrated database get those
    of all tables; row-level security without a policy lets nobody read either."""
    command = [binaries.postgres_bin() / "pg_dump", "--schema-only", "--no-owner", f"--table={writer.MONTHS}", url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [line for line in output.splitlines() if line and not line.startswith(("--", "\\", "GRANT "))]


def count(url, table):
    return execute(url, f"SELECT count(*) FROM {table}")[0][0]


def test_the_file_was_made_from_the_migrations_of_this_version():
    assert writer.stale() == ""


def test_of_two_that_start_at_once_one_gives_an_empty_database_the_tables_and_rows_of_the_file(empty):
    outcomes = at_once(*[partial(schema.load_into, empty, reference=True)] * 2)
    assert sorted(outcomes) == [False, True]
    assert writer.dump(empty) == schema.read()
    assert count(empty, "municipalities_municipality") == 145
    with closing(psycopg2.connect(empty)) as connection, connection.cursor() as cursor:
        assert migration_history.applied(cursor) == migration_history.current()


@pytest.mark.slow
def test_the_file_holds_what_the_migrations_make_partitions_of_months_too(empty):
    schema.load_into(empty, reference=True)
    with writer.migrated() as url:
        assert writer.dump(url) == schema.read()
        assert partitions(url) == partitions(empty)


def test_a_database_with_an_extension_alone_is_empty_and_one_with_a_table_is_left_alone(empty):
    execute(empty, "CREATE EXTENSION pg_stat_statements")  # it brings a view
    with closing(psycopg2.connect(empty)) as connection, connection.cursor() as cursor:
        assert schema.is_empty(cursor)
    execute(empty, "CREATE TABLE notes (text text)")
    assert not schema.load_into(empty, reference=True)
    assert execute(empty, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == [("notes",)]


@pytest.mark.parametrize("damage", ["missing", "cut off", "of other migrations"])
def test_a_file_that_does_not_fit_is_not_used(tmp_path, damage):
    path = tmp_path / "schema.sql.gz"
    if damage == "cut off":
        path.write_bytes(schema.FILE.read_bytes()[:5000])
    elif damage == "of other migrations":
        text = gzip.decompress(schema.FILE.read_bytes())
        path.write_bytes(gzip.compress(text.replace(schema.fingerprint().encode(), b"0" * 16)))
    assert schema.read(path) is None
    assert schema.read(schema.FILE) is not None


def test_a_server_that_refuses_the_file_gets_nothing_of_it(empty, caplog):
    """Then the migrations run, which say what they lack."""
    role, at = f"guest_{os.getpid()}", urlsplit(empty)
    execute(empty, f"CREATE ROLE {role} LOGIN PASSWORD 'guest'")
    try:
        guest = at._replace(netloc=f"{role}:guest@{at.netloc.rpartition('@')[2]}").geturl()
        assert not schema.load_into(guest, reference=True)
    finally:
        execute(empty, f"DROP ROLE {role}")
    assert "so the migrations run: permission denied" in caplog.text
    assert execute(empty, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == []


@pytest.mark.slow
def test_migrate_uses_the_file_without_reference_data_and_applies_later_migrations_as_ever(empty):
    output = manage(empty, "migrate")
    assert "Applying" not in output
    assert count(empty, "django_migrations") > 0
    assert count(empty, "municipalities_municipality") == 0
    # As if an app had come to this version with a migration that the database has not seen.
    execute(empty, "DELETE FROM django_migrations WHERE app = 'sessions'; DROP TABLE django_session")
    output = manage(empty, "migrate")
    assert "Applying sessions.0001_initial... OK" in output
