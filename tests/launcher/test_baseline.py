"""The database of the last release, from which every later version is upgraded."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest

from launcher import binaries
from portal import migration_history
from tests.containers import baseline

ROOT = Path(__file__).resolve().parents[2]
MARKED = replace(baseline.about(), migrations=dict(migration_history.current()))


def test_since_a_release_migrations_are_added_and_not_changed() -> None:
    about = baseline.about()
    changed = baseline.changed(about, migration_history.current())
    assert changed == [], f"{about.release} made databases with these migrations: add others instead"


def test_the_release_in_the_changelog_is_that_of_the_baseline() -> None:
    released = re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)
    assert baseline.about().release == released[0], "make maintain WHAT=baseline ARGS='--release VERSION'"


def test_of_a_release_changed_and_missing_migrations_are_named_and_new_ones_are_not() -> None:
    current = dict(migration_history.current())
    assert baseline.changed(MARKED, {**current, "posts.0002_more": "0123456789abcdef"}) == []
    assert baseline.changed(MARKED, {**current, "posts.0001_initial": "0123456789abcdef"}) == ["posts.0001_initial"]
    del current["links.0001_initial"]
    assert baseline.changed(MARKED, current) == ["links.0001_initial"]


def test_another_column_in_the_file_of_a_migration_is_a_change(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "links" / "migrations", tmp_path / "links" / "migrations")
    path = tmp_path / "links" / "migrations" / "0001_initial.py"
    text = path.read_text()
    assert "max_length=" in text
    path.write_text(re.sub(r"max_length=(\d+)", r"max_length=1\1", text, count=1))
    amended = {**migration_history.current(), "links.0001_initial": migration_history.fingerprint(path)}
    assert baseline.changed(MARKED, amended) == ["links.0001_initial"]


@pytest.fixture
def older() -> Iterator[str]:
    """The owner's URL of a database with the content of the baseline."""
    owner, name = os.environ["DATABASE_OWNER_URL"], f"older_{os.getpid()}"
    execute(owner, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", "postgres")
    execute(owner, f"CREATE DATABASE {name} TEMPLATE template0", "postgres")
    url = urlsplit(owner)._replace(path=f"/{name}").geturl()
    execute(url, "DROP SCHEMA public")  # the dump creates it
    execute(url, "CREATE SCHEMA public")
    psql = [str(binaries.postgres_bin() / "psql"), "--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={url}"]
    subprocess.run(psql, input=baseline.dump(), stdout=subprocess.DEVNULL, check=True)
    yield url
    execute(owner, f"DROP DATABASE {name} WITH (FORCE)", "postgres")


def execute(url: str, statement: str, database: str | None = None) -> Any:
    with closing(psycopg2.connect(url, **({"dbname": database} if database else {}))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else None


def manage(url: str, *arguments: str) -> tuple[int, str]:
    """Exit code of a command on this database, and what it printed."""
    environ = {**os.environ, "DATABASE_URL": url, "DATABASE_OWNER_URL": "", "DJANGO_SETTINGS_MODULE": "portal.settings"}
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments, "--skip-checks"], cwd=ROOT, env=environ, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return done.returncode, done.stdout


@pytest.mark.slow
def test_the_database_of_the_last_release_is_brought_up_to_date(older: str) -> None:
    posts = (
        "SELECT count(*), max(updated_at), count(*) FILTER (WHERE draft::text LIKE '%пре надоградње%') FROM posts_post"
    )
    before = execute(older, posts)
    assert before[0][0] > 200
    assert manage(older, "migrate", "--verbosity=0") == (0, "")
    assert manage(older, "migrate", "--check", "--verbosity=0") == (0, "")
    assert execute(older, posts) == before
