"""The migrated database that tests begin with: made once for the same migrations, then cloned by PostgreSQL.

On servers of the run's own, a whole stopped cluster with that database is kept in the temporary directory, so that
the next run neither makes a cluster nor migrates. On a server that somebody names in DATABASE_URL the database itself
stays; one that was not used for a week is dropped. Nobody can connect to it, as that would keep it from being cloned.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
from psycopg2 import errors, sql

from launcher import binaries, embedded, files, postgres
from launcher.errors import LauncherError
from launcher.site import ROOT
from portal import migration_history

PREFIX = "dobosar_template_"
LOCK = 0x446F626F  # any number that nothing else locks
KEPT_FOR, KEPT_CLUSTERS = timedelta(days=7), 3
# What decides how a migrated database, or the cluster around it, comes out.
MADE_OF = (
    "*/migrations/*.py", "*/sql/*.sql", "analytics/partitions.py", "requirements*.txt", "launcher/postgres.py",
    "tests/template.py", "municipalities/row_security/*.py", "portal/schema.*",
)  # fmt: skip


@cache
def name() -> str:
    """Of the template for today's migrations. The month is in it, as tables have partitions for this and the next."""
    digest = hashlib.sha256(f"{datetime.now(UTC):%Y-%m}".encode())
    for path in sorted(path for pattern in MADE_OF for path in _matching(pattern)):
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return PREFIX + digest.hexdigest()[:16]


def _matching(pattern: str) -> list[Path]:
    """Files of a pattern of `MADE_OF`. A file that was moved must not be left out silently."""
    paths = list(ROOT.glob(pattern))
    if not paths:
        raise LookupError(f"tests/template.py: no file is called {pattern}")
    return paths


def ensure(url: str) -> str | None:
    """Make the template on the server of `url`, unless it is there; its name, or None when the user may not."""
    with _locked(url) as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name()])
        if cursor.fetchone() is None:
            try:
                _make(cursor, url)
            except errors.InsufficientPrivilege as error:
                warnings.warn(f"Tests migrate their database themselves, which takes long: {error}", stacklevel=2)
                return None
        _sweep(cursor)
    return name()


@contextmanager
def _locked(url: str) -> Iterator[Any]:
    """A cursor on the server's maintenance database; one process at a time is in here."""
    with closing(psycopg2.connect(url, dbname="postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            yield cursor


def _make(cursor: Any, url: str) -> None:
    unfinished = name() + "_unfinished"
    _execute(cursor, "DROP DATABASE IF EXISTS {} WITH (FORCE)", unfinished)
    _execute(cursor, "CREATE DATABASE {} TEMPLATE template0", unfinished)
    settings = {"DJANGO_SETTINGS_MODULE": "portal.settings"}
    environ = {
        **os.environ,
        **settings,
        "DATABASE_URL": urlsplit(url)._replace(path=f"/{unfinished}").geturl(),
        "DATABASE_OWNER_URL": "",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0", "--skip-checks"],
        cwd=ROOT, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise LauncherError(f"The tables for the tests could not be made:\n{done.stderr}")
    _set_ids_apart(environ["DATABASE_URL"])
    _execute(cursor, "ALTER DATABASE {} RENAME TO {}", unfinished, name())
    _execute(cursor, "ALTER DATABASE {} IS_TEMPLATE true ALLOW_CONNECTIONS false", name())


def _set_ids_apart(url: str) -> None:
    """The next row of each table has an id of its own: one that a test takes for that of another table is wrong."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT schemaname, sequencename FROM pg_sequences ORDER BY 1, 2")
        for number, (schema, sequence) in enumerate(cursor.fetchall()):
            target = sql.Identifier(schema, sequence)
            restart = sql.SQL("ALTER SEQUENCE {} RESTART WITH {}")
            cursor.execute(restart.format(target, sql.Literal(1_000_000 + 10_007 * number)))
        connection.commit()


def _sweep(cursor: Any) -> None:
    """Write down that the template is used today, and drop those that nobody used for long."""
    cursor.execute(
        "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database "
        "WHERE starts_with(datname, %s) AND pg_get_userbyid(datdba) = current_user AND datname <> %s",
        [PREFIX, name()],
    )
    today = datetime.now(UTC).date()
    for other, used in cursor.fetchall():
        if used and date.fromisoformat(used) < today - KEPT_FOR:
            _execute(cursor, "ALTER DATABASE {} IS_TEMPLATE false", other)
            _execute(cursor, "DROP DATABASE {} WITH (FORCE)", other)
    cursor.execute(sql.SQL("COMMENT ON DATABASE {} IS %s").format(sql.Identifier(name())), [str(today)])


def is_kept(url: str, database: str) -> bool:
    """Whether an earlier run kept this database (`--reuse-db`). It is dropped when migrations were amended since."""
    try:
        with closing(psycopg2.connect(url, dbname=database)) as connection, connection.cursor() as cursor:
            is_current = migration_history.is_current(migration_history.applied(cursor))
    except psycopg2.OperationalError:
        return False
    if not is_current:
        with _locked(url) as cursor:
            _execute(cursor, "DROP DATABASE IF EXISTS {} WITH (FORCE)", database)
    return is_current


def shut_out_everybody(url: str, database: str) -> None:
    """End all connections to a database, those of threads and processes that outlive the tests too, and let nobody in
    any more: it is about to be dropped."""
    with closing(psycopg2.connect(url, dbname="postgres")) as connection, connection.cursor() as cursor:
        _execute(cursor, "ALTER DATABASE {} ALLOW_CONNECTIONS false", database)
        connection.commit()  # from here on
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE datname = %s AND backend_type = 'client backend'",
            [database],
        )


def _execute(cursor: Any, statement: str, *names: str) -> None:
    cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


# ---- clusters of the run's own


def lay_out(servers: Path, kept_in: Path) -> None:
    """Put a cluster with the template into the directory `servers`, where nothing has been started yet. Its database
    `portal` is a clone of it."""
    clusters = kept_in / "clusters"
    clusters.mkdir(exist_ok=True, mode=0o711)
    with files.exclusive(clusters / "lock"):
        cluster = clusters / name()
        if not cluster.exists():
            _make_cluster(cluster)
        if not cluster.exists():
            return
        os.utime(cluster)
        servers.mkdir(parents=True)
        _copy(cluster, servers)
        for old in sorted(clusters.glob(PREFIX + "*"), key=lambda path: path.stat().st_mtime)[:-KEPT_CLUSTERS]:
            shutil.rmtree(old, ignore_errors=True)


def _make_cluster(cluster: Path) -> None:
    print("Making the tables for the tests, once for these migrations ...", file=sys.stderr, flush=True)
    unfinished = cluster.with_name("unfinished")
    embedded.stop(unfinished)
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        url = embedded.ensure(unfinished, test=True, environ={})["DATABASE_OWNER_URL"]
        ensure(url)
        # The site's own database as well, for those who run the product in a cluster of its own.
        with _locked(url) as cursor:
            _execute(cursor, "DROP DATABASE {}", postgres.DATABASE)
            _execute(cursor, "CREATE DATABASE {} TEMPLATE {}", postgres.DATABASE, name())
    finally:
        embedded.stop(unfinished)
    # Elsewhere (`binaries.home`) it cannot be copied from here; then each run makes its own.
    if (unfinished / "pg" / "PG_VERSION").exists():
        unfinished.rename(cluster)


def _copy(cluster: Path, servers: Path) -> None:
    """The stopped cluster and its password, owned by whoever runs PostgreSQL."""
    shutil.copytree(cluster / "pg", servers / "pg", symlinks=True)
    shutil.copy2(cluster / "secrets.json", servers)
    user = binaries.owner()
    for path in [servers / "pg", *(servers / "pg").rglob("*")] if user else []:
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
