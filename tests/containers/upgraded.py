"""Upgrades of the compose file: a database of an older version, and a newer version in place of a running one.

The older database is `tests/containers/baseline`. The newer version is this one with one more migration, of which the
portal knows nothing.
"""

from __future__ import annotations

import re

from tests.containers import baseline
from tests.containers.documented import DIRECTORY
from tests.containers.engine import Project, run

IMAGE, BEFORE = "dobosar:latest", "dobosar:before-upgrade"
EMPTY = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
PSQL = (
    "exec", "-T", "postgres", "psql", "--username=dobosar", "--dbname=dobosar", "--quiet", "-AtX",
    "--set=ON_ERROR_STOP=1",
)  # fmt: skip
MIGRATION = '''"""A version that does not exist yet: one more column of posts."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("posts", "{last}")]
    operations = [migrations.RunSQL("ALTER TABLE posts_post ADD COLUMN of_next_version integer NOT NULL DEFAULT 7")]
'''


def fill(project: Project) -> str:
    """Fill the stores of a new project, which run, with the baseline, and bring it up to date; in words. Its
    pictures are not there, which is refused until it is accepted."""
    project.compose("run", "--rm", "migrate")  # makes the roles
    query(project, EMPTY)
    path = project.directory / "baseline.sql"
    path.write_bytes(baseline.dump())
    with path.open() as statements:
        project.compose(*PSQL, stdin=statements)
    before = posts(project)
    try:
        project.compose("run", "--rm", "migrate")
    except RuntimeError as refusal:
        if "portal.E014" not in str(refusal):
            raise
    else:
        raise AssertionError("a media directory without the pictures of the database was not noticed")
    runbook = (DIRECTORY.parent / "runbooks" / "token-key-lost.md").read_text()
    accept = re.search(r"^\| Docker Compose \| `(.+?)`", runbook, flags=re.MULTILINE)
    assert accept, "token-key-lost.md has no command for Compose"
    project.follow(accept[1])
    project.compose("run", "--rm", "migrate")
    assert posts(project) == before, "the upgrade changed posts"
    known = baseline.about()
    return f"a database of version {known.release} of {known.made_at} brought up to date"


def upgrade(project: Project) -> None:
    """Get the next version, and start it as docs/operations/upgrade.md says."""
    start = re.search(r"- Compose: `(.+?)`", (DIRECTORY / "upgrade.md").read_text())
    assert start, "upgrade.md has no command for Compose"
    migrations = project.directory / "posts" / "migrations"
    last = sorted(path.stem for path in migrations.glob("[0-9]*.py"))[-1]
    name = f"{int(last[:4]) + 1:04}_next_version"
    (migrations / f"{name}.py").write_text(MIGRATION.format(last=last))
    run("docker", "tag", IMAGE, BEFORE)
    try:
        project.follow(start[1])
        project.up()
    finally:
        run("docker", "tag", BEFORE, IMAGE)
        run("docker", "image", "rm", BEFORE)
    assert query(project, "SELECT count(*) FROM posts_post WHERE of_next_version <> 7") == "0"
    assert query(project, f"SELECT count(*) FROM django_migrations WHERE name = '{name}'") == "1"


def query(project: Project, statement: str) -> str:
    return project.compose(*PSQL, "--command", statement).strip()


def posts(project: Project) -> str:
    return query(project, "SELECT count(*), max(updated_at) FROM posts_post")
