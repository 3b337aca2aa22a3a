"""The tables of this version as one SQL file, for empty databases: a second instead of all migrations. No Django.

`make maintain WHAT=schema` writes the file from a migrated database (`launcher/schema.py`). It is used as long as
everything it was made from is unchanged; otherwise, and in a database that has tables already, the migrations run as
ever.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import re
from functools import cache
from pathlib import Path
from typing import Any

import psycopg2

from municipalities.row_security import leakproof, roles

log = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "portal" / "schema.sql.gz"
# What the tables, the roles' rights and the reference data come from.
SOURCES = (
    "*/migrations/*.py", "*/sql/*.sql", "analytics/partitions.py", "municipalities/domain/reference.py",
    "municipalities/reference/*", "municipalities/row_security/*.py",
)  # fmt: skip
# Packages with migrations or triggers of their own.
PACKAGES = ("django", "django-allauth", "django-pghistory", "django-pgtrigger")
PIN = re.compile(r"^([a-z0-9-]+)(?:\[[a-z0-9,-]*\])?==(\S+)", flags=re.MULTILINE)
# Sections of the file, in the order in which they are executed. "rows": of Django's own tables.
SECTIONS = ("tables", "rows", "reference", "constraints")
LOCK = 0x446F626F + 2  # any number that nothing else locks


@cache
def fingerprint() -> str:
    """Of `SOURCES` and the pinned versions of `PACKAGES`, 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in SOURCES for path in ROOT.glob(pattern) if path.is_file()):
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    pins = dict(PIN.findall((ROOT / "requirements.txt").read_text(encoding="utf-8")))
    digest.update("".join(f"{package}=={pins[package]}\0" for package in PACKAGES).encode())
    return digest.hexdigest()[:16]


def pack(sections: dict[str, str]) -> bytes:
    """The content of `FILE`: the same bytes for the same sections."""
    text = f"-- made of {fingerprint()}\n" + "".join(f"-- section {name}\n{sections[name]}" for name in SECTIONS)
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def read(path: Path = FILE) -> dict[str, str] | None:
    """The sections of the file; None when it is missing, damaged, or made from something else than today's sources."""
    try:
        text = gzip.decompress(path.read_bytes()).decode()
    except (OSError, EOFError, ValueError):
        return None
    if not text.startswith(f"-- made of {fingerprint()}\n"):
        return None
    _, *pieces = re.split(r"^-- section (\w+)\n", text, flags=re.MULTILINE)
    return dict(zip(pieces[::2], pieces[1::2], strict=True))


def is_empty(cursor: Any) -> bool:
    """Whether nobody has made a table or view in the database, extensions aside."""
    cursor.execute(
        "SELECT NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT LIKE 'pg\\_%' "
        "AND n.nspname <> 'information_schema' "
        "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'))"
    )
    return bool(cursor.fetchone()[0])


def load(cursor: Any, *, reference: bool, path: Path = FILE) -> bool:
    """Create all tables in an empty database, and with `reference` the rows of `load_reference`.

    The cursor is the owner's, inside a transaction that did nothing yet; roles are created where they are missing.
    False when there is nothing to load or the database is not empty; then the migrations do it.
    """
    sections = read(path)
    if sections is None:
        return False
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if not is_empty(cursor):
        return False
    roles.ensure(cursor)
    leakproof.mark(cursor)
    for name in SECTIONS:
        if name != "reference" or reference:
            cursor.execute(sections[name])
    cursor.execute("SET LOCAL search_path TO public")
    create_months(cursor)
    return True


def create_months(cursor: Any) -> None:
    """The partitions of this month and the next ones, which are not in the file."""
    # Imported here: a database is also created without Django.
    from analytics.partitions import MONTHS_AHEAD

    cursor.execute(
        "SELECT analytics_create_months(today, (today + make_interval(months => %s))::date) "
        "FROM (SELECT date_trunc('month', now() AT TIME ZONE 'UTC')::date AS today) AS month",
        [MONTHS_AHEAD],
    )


def load_into(url: str, *, reference: bool) -> bool:
    """`load` with a connection of its own. After an error of PostgreSQL, which is logged, the database is as before."""
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            return load(cursor, reference=reference)
    except psycopg2.Error as error:
        log.warning("The prepared tables could not be loaded, so the migrations run: %s", str(error).strip())
        return False
    finally:
        connection.close()
