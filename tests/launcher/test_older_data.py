"""A database that another version made: one sentence that says so, no traceback, and nothing is touched."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import psycopg2
import pytest

from launcher import embedded, ports
from portal import migration_history

SLOW = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
GIVEN = (
    "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "TOKEN_KEYS", "DJANGO_SETTINGS_MODULE",
    "PRACTICE_ENABLED", "DEMO",
)  # fmt: skip
SENTENCE = r"made by another version of Dobošar .* or a newer one than this\. Nothing was changed\."


def change(site, *statements):
    """Run statements on the database of `site`; the rows of the last one."""
    with embedded.serving(site / "servers", environ={}) as urls:
        connection = psycopg2.connect(urls["DATABASE_OWNER_URL"])
        try:
            with connection, connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
                return cursor.fetchall() if cursor.description else None
        finally:
            connection.close()


def outcome(site, *arguments, **variables):
    """Exit code and everything it printed."""
    environ = {name: value for name, value in os.environ.items() if name not in GIVEN}
    own = {"DATA_DIR": str(site), "PORT": str(ports.choose()), "PRACTICE_PORT": str(ports.choose()), **variables}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environ | own,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, done.stdout


def everything(site):
    return change(site, "SELECT app, name, (SELECT count(*) FROM notes) FROM django_migrations ORDER BY 1, 2")


@pytest.fixture
def older(open_directory):
    """A site as an older version left it: its first migrations have names that are known and names that are not."""
    site = open_directory / "site"
    change(
        site,
        "CREATE TABLE django_migrations (id serial, app text, name text, applied timestamptz DEFAULT now())",
        "INSERT INTO django_migrations (app, name) VALUES ('auth', '0001_initial'), ('posts', '0001_initial'), "
        "('posts', '0002_parts')",
        "CREATE TABLE notes (text text)",
        "INSERT INTO notes VALUES ('Ћуприја')",
    )
    return site


@pytest.fixture
def amended(older):
    """A site that a version made which had the same names of migrations, but other tables."""
    fingerprints = json.dumps(migration_history.current() | {"posts.0001_initial": "0123456789abcdef"})
    change(
        older,
        "DELETE FROM django_migrations WHERE name = '0002_parts'",
        f"COMMENT ON TABLE django_migrations IS '{fingerprints}'",
    )
    return older


@pytest.mark.parametrize("of", ["older", pytest.param("amended", marks=SLOW)])
@pytest.mark.parametrize(
    "command",
    [
        ["-m", "launcher.run"],
        pytest.param(["-m", "launcher.manage", "seed_demo"], marks=SLOW),
        pytest.param(["-m", "launcher.backup", "save"], marks=SLOW),
    ],
    ids=lambda arguments: arguments[1].rpartition(".")[2],
)
def test_what_starts_on_older_data_says_so_and_leaves_them_alone(of, command, request, tmp_path):
    site = request.getfixturevalue(of)
    before = everything(site)
    arguments = [*command, str(tmp_path / "saved.tar.gz")] if command[-1] == "save" else command
    code, printed = outcome(site, *arguments)
    assert code == 1
    assert re.search(SENTENCE, printed), printed
    assert f"The data in {site} were" in printed
    assert "Move the directory away or delete it" in printed
    assert "Traceback" not in printed
    assert everything(site) == before
    assert not (tmp_path / "saved.tar.gz").exists()


@pytest.mark.slow
@pytest.mark.parametrize("of", ["older", "amended"])
@pytest.mark.parametrize("command", [["manage.py", "migrate"], ["-m", "launcher.prepare", "migrate", "check"]])
def test_migrate_and_the_start_of_a_container_say_so_too(of, command, request):
    site = request.getfixturevalue(of)
    before = everything(site)
    with embedded.serving(site / "servers", environ={}) as urls:
        keys = {"SECRET_KEY": os.environ["SECRET_KEY"], "TOKEN_KEYS": os.environ["TOKEN_KEYS"]}
        code, printed = outcome(site, *command, DJANGO_SETTINGS_MODULE="tests.settings", **keys, **urls)
    assert code == 1
    assert re.search(SENTENCE, printed), printed
    assert 'The tables in the database "portal" at 127.0.0.1 were' in printed
    assert "Name another database in DATABASE_URL" in printed
    assert "Traceback" not in printed
    assert everything(site) == before


@pytest.mark.slow
def test_of_a_server_of_ones_own_the_sentence_names_the_address_not_the_directory(older, open_directory):
    with embedded.serving(older / "servers", environ={}) as urls:
        code, printed = outcome(open_directory / "other", "-m", "launcher.run", **urls)
    assert code == 1
    assert re.search("The tables in the database of DATABASE_URL were " + SENTENCE, printed), printed
    assert "Traceback" not in printed


@pytest.mark.slow
@pytest.mark.parametrize("about", [{}, {"migrations": {"posts.0002_parts": ""}}], ids=["unknown", "older"])
def test_an_older_backup_is_not_restored(older, about, tmp_path):
    before, archive = everything(older), tmp_path / "saved.tar.gz"
    change(older, "UPDATE django_migrations SET name = 'none', app = 'auth'")
    outcome(older, "-m", "launcher.backup", "save", str(archive))
    change(older, "TRUNCATE django_migrations")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path / "unpacked", filter="data")
    whole = json.loads((tmp_path / "unpacked" / "about.json").read_text())
    assert whole.pop("migrations") == {}
    (tmp_path / "unpacked" / "about.json").write_text(json.dumps(whole | about))
    with tarfile.open(archive, "w:gz") as packed:
        for path in (tmp_path / "unpacked").iterdir():
            packed.add(path, arcname=path.name)
    code, printed = outcome(older, "-m", "launcher.backup", "restore", str(archive), YES="1")
    assert code == 1
    assert re.search(f"The data in {archive} were {SENTENCE}", printed), printed
    assert "Traceback" not in printed
    assert len(before) == 3
    assert everything(older) == []


# ---- what a fingerprint is made of


@pytest.fixture
def app(tmp_path):
    """A copy of an app's migrations with hand-written operations and SQL."""
    shutil.copytree(ROOT / "common" / "migrations", tmp_path / "common" / "migrations")
    shutil.copytree(ROOT / "common" / "sql", tmp_path / "common" / "sql")
    return tmp_path / "common"


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("migrations/0001_initial.py", "max_length=300", "max_length=301"),
        ("migrations/0001_initial.py", "name='mail_due'", "name='mail_owed'"),
        ("migrations/0001_initial.py", "UPDATE OR DELETE", "DELETE"),
        ("migrations/_hand_written.py", "TrigramExtension()", "TrigramExtension(), TrigramExtension()"),
        ("sql/sr_key.sql", "sr_key", "sr_key_2"),
    ],
)
def test_another_column_index_trigger_function_is_another_fingerprint(app, name, old, new):
    text = (app / name).read_text(encoding="utf-8")
    assert old in text
    (app / name).write_text(text.replace(old, new), encoding="utf-8")
    fingerprint = migration_history.fingerprint(app / "migrations" / "0001_initial.py")
    assert fingerprint != migration_history.current()["common.0001_initial"]


@pytest.mark.parametrize(
    ("old", "new"), [("'Waiting'", "'Not sent yet'"), ("    operations", "\n    # A comment.\n    operations")]
)
def test_another_wording_or_comment_is_the_same_fingerprint(app, old, new):
    path = app / "migrations" / "0001_initial.py"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    assert migration_history.fingerprint(path) == migration_history.current()["common.0001_initial"]


@pytest.mark.django_db
def test_migrate_keeps_the_fingerprint_of_each_migration_of_ours():
    from django.db import connection

    with connection.cursor() as cursor:
        assert migration_history.applied(cursor) == migration_history.current()
