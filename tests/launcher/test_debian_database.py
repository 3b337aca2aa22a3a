"""The database that `dobosar setup` makes, in a real PostgreSQL."""

from contextlib import closing
from dataclasses import replace

import psycopg2
import pytest
from psycopg2.extensions import parse_dsn

from launcher import debian_database, debian_setup, embedded
from launcher.errors import LauncherError
from launcher.installed import Installation

NAME = "dobosar_of_a_test"


@pytest.fixture
def server(open_directory, copy_servers):
    """How its superuser reaches a PostgreSQL that has nothing of ours."""
    copy_servers(open_directory / "servers")
    with embedded.serving(open_directory / "servers", environ={}) as urls:
        arguments = parse_dsn(urls["DATABASE_OWNER_URL"])
        yield {name: value for name, value in arguments.items() if name != "dbname"}


def execute(server, statement, database="postgres"):
    with closing(psycopg2.connect(**server, dbname=database)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else None


def test_it_is_made_once_with_the_locale_that_folds_serbian_letters(server):
    assert debian_database.examine(server, NAME).locale is None
    debian_database.create(server, "first password", NAME)
    state = debian_database.examine(server, NAME)
    assert (state.locale, state.has_tables) == (debian_database.LOCALE, False)
    assert execute(server, "SELECT lower('ЋУПРИЈА')", NAME) == [("ћуприја",)]
    as_owner = {**server, "user": NAME, "password": "first password"}
    execute(as_owner, "CREATE TABLE notes (text text)", NAME)
    debian_database.create(server, "it's the second", NAME)
    assert debian_database.examine(server, NAME).has_tables
    assert execute({**as_owner, "password": "it's the second"}, "SELECT current_user", NAME) == [(NAME,)]
    with pytest.raises(psycopg2.OperationalError):
        execute(as_owner, "SELECT 1", NAME)


def test_a_database_with_another_locale_is_refused(server, tmp_path):
    execute(server, f"CREATE DATABASE {NAME} TEMPLATE template0 LOCALE 'C' LOCALE_PROVIDER libc ENCODING 'UTF8'")
    state = debian_database.examine(server, NAME)
    with pytest.raises(LauncherError, match="another locale"):
        debian_setup.require_usable_database(Installation(configuration=tmp_path), state)


def test_tables_without_the_keys_that_decrypt_them_are_refused(tmp_path):
    installation = Installation(configuration=tmp_path)
    state = debian_database.State(17, debian_database.LOCALE, has_tables=True)
    with pytest.raises(LauncherError, match="no TOKEN_KEYS"):
        debian_setup.require_usable_database(installation, state)
    installation.env.write_text("TOKEN_KEYS=k1:abc\n")
    debian_setup.require_usable_database(installation, state)


@pytest.mark.parametrize("version", [16, 19])
def test_a_version_of_postgresql_that_was_not_tested_is_refused(tmp_path, version):
    state = replace(debian_database.State(17, None, has_tables=False), version=version)
    with pytest.raises(LauncherError, match="needs 17 or 18"):
        debian_setup.require_usable_database(Installation(configuration=tmp_path), state)
