"""Connections to PostgreSQL itself, for notifications: a pooler in transaction mode passes none on.

`DATABASE_DIRECT_URL` names the server where `DATABASE_URL` leads to such a pooler.
"""

from typing import Any

import psycopg2

from django.conf import settings
from django.db import connection

CONNECT_TIMEOUT = 5


def connect(**options: Any) -> Any:
    """A connection of psycopg2 in autocommit mode. `options`: more of libpq's. Raises `psycopg2.Error`."""
    if settings.DATABASE_DIRECT_URL:
        direct = psycopg2.connect(settings.DATABASE_DIRECT_URL, connect_timeout=CONNECT_TIMEOUT, **options)
    else:
        parameters = {"connect_timeout": CONNECT_TIMEOUT, **connection.get_connection_params(), **options}
        direct = psycopg2.connect(**parameters)
    direct.autocommit = True
    return direct
