"""A database of the benchmark's own beside the site's, dropped afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections


@contextmanager
def own(*, keep: bool = False) -> Iterator[str]:
    """The address of a fresh, migrated database, which this process uses until the block ends."""
    home = settings.DATABASES["default"]["NAME"]
    name = f"{home}_bench"
    _drop(name)
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    _use(name)
    try:
        call_command("migrate", verbosity=0)
        yield _address(name)
    finally:
        _use(home)
        if not keep:
            _drop(name)


def _use(name: str) -> None:
    connection.close()
    connections["default"].settings_dict["NAME"] = name
    settings.DATABASES["default"]["NAME"] = name


def _drop(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _address(name: str) -> str:
    db = settings.DATABASES["default"]
    return f"postgresql://{db['USER']}:{db['PASSWORD']}@{db['HOST']}:{db['PORT']}/{name}"
