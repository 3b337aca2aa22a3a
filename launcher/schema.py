"""`make maintain WHAT=schema`: writes portal/schema.sql.gz, tables and reference data of an empty database.

It is made by the migrations, in a server of its own, and never edited.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from launcher import binaries, embedded
from launcher.errors import LauncherError
from launcher.site import ROOT
from portal import schema

# Rows that the migrations themselves write; all others are reference data.
OF_DJANGO = ("django_migrations", "django_content_type", "auth_permission")
# Partitions of months: those of the day on which the file was made would be of no use.
MONTHS = "analytics_metricsnapshot_2*"
# Servers before 17 do not know the setting; `psql` alone understands lines that begin with a backslash.
LEFT_OUT = re.compile(r"^(SET transaction_timeout|COMMENT ON EXTENSION|\\|-- Dumped ).*\n", flags=re.MULTILINE)
# PostgreSQL writes a list of texts in one form and, once it has read that, in another that means the same.
CAST_LIST = re.compile(r"\(ARRAY\[([^][]*)\]\)::text\[\]")
TEXT, CAST = re.compile(r"('[^']*'::character varying)"), r"(\1)::text"
MOMENT = re.compile(r"'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00'")


def dump(url: str) -> dict[str, str]:
    """The sections of a migrated database, read by the owner of its tables."""
    django = [f"--table={table}" for table in OF_DJANGO]
    others = [f"--exclude-table={table}" for table in OF_DJANGO]
    return {
        "tables": _pg_dump(url, "--section=pre-data"),
        "rows": _rows(_pg_dump(url, "--section=data", *django)),
        "reference": _rows(_pg_dump(url, "--section=data", *others)),
        "constraints": _pg_dump(url, "--section=post-data"),
    }


def _pg_dump(url: str, *options: str) -> str:
    command = [str(binaries.postgres_bin() / "pg_dump"), "--no-owner", "--inserts", "--rows-per-insert=200"]
    # All times in one zone, whatever that of the server is.
    environ = {**{name: value for name, value in os.environ.items() if not name.startswith("PG")}, "PGTZ": "UTC"}
    done = subprocess.run(
        [*command, f"--exclude-table={MONTHS}", *options, url], env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise LauncherError(f"The tables could not be read:\n{done.stderr}")
    return _within_transaction(LEFT_OUT.sub("", done.stdout))


def _within_transaction(text: str) -> str:
    """Settings end with the transaction in which the file is loaded."""
    text = re.sub(r"^SET (?=\w+ =)", "SET LOCAL ", text, flags=re.MULTILINE)
    text = text.replace("set_config('search_path', '', false)", "set_config('search_path', '', true)")
    return CAST_LIST.sub(lambda match: f"ARRAY[{TEXT.sub(CAST, match[1])}]", text)


def _rows(text: str) -> str:
    """All times in the rows are those of their creation; sequences that were never used are left as they are."""
    return re.sub(r"^SELECT pg_catalog.setval\(.*, 1, false\);\n", "", MOMENT.sub("now()", text), flags=re.MULTILINE)


@contextmanager
def migrated() -> Iterator[str]:
    """The owner's URL of a database that the migrations made, with reference data."""
    with tempfile.TemporaryDirectory(prefix="dobosar-schema-") as name:
        Path(name).chmod(0o711)
        with embedded.serving(Path(name) / "servers", test=True, environ={}) as urls:
            environ = {**os.environ, **urls, "DATA_DIR": name, "DJANGO_SETTINGS_MODULE": "portal.settings"}
            environ.setdefault("SECRET_KEY", "only-to-make-the-schema")
            for command in (["migrate", "--all-migrations"], ["load_reference"]):
                done = subprocess.run(
                    [sys.executable, "manage.py", *command, "--verbosity=0", "--skip-checks"],
                    cwd=ROOT, env=environ, capture_output=True, text=True, check=False,
                )  # fmt: skip
                if done.returncode:
                    raise LauncherError(f"The tables could not be made:\n{done.stderr}")
            yield urls["DATABASE_OWNER_URL"]


def stale() -> str:
    """For `make check`: whether the file belongs to today's migrations."""
    complaint = "portal/schema.sql.gz was not made from today's migrations. Run: make maintain WHAT=schema"
    return "" if schema.read() else complaint


def main() -> None:
    with migrated() as url:
        content = schema.pack(dump(url))
    if content == (schema.FILE.read_bytes() if schema.FILE.exists() else b""):
        print(f"{schema.FILE.relative_to(ROOT)} is up to date.")
        return
    schema.FILE.write_bytes(content)
    print(f"{schema.FILE.relative_to(ROOT)} written: {len(content) // 1024} kB.")


if __name__ == "__main__":
    try:
        main()
    except LauncherError as error:
        sys.exit(str(error))
