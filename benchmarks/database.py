"""Databases of the benchmark beside the site's own: one that is dropped afterwards, and some that take minutes to fill
and are reused."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import environ

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from common.database_owner import as_owner, set_owner


@contextmanager
def temporary(*, keep: bool = False) -> Iterator[str]:
    """The address of a fresh, migrated database, which this process uses, as its owner, until the block ends.

    The address is that of the application's role, with which the measured portal signs in.
    """
    home = settings.DATABASES["default"]["NAME"]
    name = f"{home}_bench"
    _drop(name)
    address = _address(name)
    try:
        with _inside(name, home):
            yield address
    finally:
        if not keep:
            _drop(name)


@contextmanager
def reused(suffix: str, *, anew: bool = False) -> Iterator[str]:
    """The address of a migrated database that is kept; empty the first time, or when `anew` asks for a new one."""
    home = settings.DATABASES["default"]["NAME"]
    name = f"{home}_{suffix}"
    if anew:
        _drop(name)
    address = _address(name)
    with _inside(name, home):
        yield address


@contextmanager
def copied(suffix: str, *, without_indexes: Iterable[str] = ()) -> Iterator[str]:
    """The address of a copy of the database in use, dropped at the end."""
    original = connection.settings_dict["NAME"]
    copy = f"{original}_{suffix}"
    with _other("postgres") as cursor:  # nobody may be connected to what is copied
        cursor.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{original}"')
    try:
        with _other(copy) as cursor:
            for index in without_indexes:
                cursor.execute(f'DROP INDEX "{index}"')
        yield _address(copy)
    finally:
        _drop(copy)


@contextmanager
def _other(name: str) -> Iterator[Any]:
    """A cursor of the owner on another database of the server."""
    original = connection.settings_dict["NAME"]
    _use(name)
    try:
        with as_owner(), connection.cursor() as cursor:
            yield cursor
    finally:
        _use(original)


@contextmanager
def as_application(address: str) -> Iterator[None]:
    """Inside one of the blocks above: with the role of the application, for which row-level security holds."""
    owner = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(environ.Env.db_url_config(address))
    set_owner(connection, is_owner=False)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(owner)
        set_owner(connection, is_owner=True)


@contextmanager
def _inside(name: str, home: str) -> Iterator[None]:
    """Use this database, made where it is not there, and migrated; afterwards `home` again."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_database WHERE datname = %s)", [name])
        if not cursor.fetchone()[0]:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    _use(name)
    try:
        call_command("migrate", verbosity=0)
        with as_owner():
            yield
    finally:
        _use(home)


def _use(name: str) -> None:
    connection.close()
    connections["default"].settings_dict["NAME"] = name
    settings.DATABASES["default"]["NAME"] = name


def _drop(name: str) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _address(name: str) -> str:
    db = settings.DATABASES["default"]
    return f"postgresql://{db['USER']}:{db['PASSWORD']}@{db['HOST']}:{db['PORT']}/{name}"
