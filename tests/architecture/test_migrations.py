"""Until version 0.1.0 each app has one migration, which `make migrations` writes (ADR 23)."""

import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from django.db import connection

from analytics.models import MetricSnapshot
from municipalities.tenancy import everywhere

ROOT = Path(__file__).resolve().parents[2]
MIGRATIONS = sorted(ROOT.glob("*/migrations/[0-9]*.py"))
HAND_WRITTEN = [path.parents[1].name for path in sorted(ROOT.glob("*/migrations/_hand_written.py"))]


def test_every_app_has_one_migration():
    with_migrations = sorted(path.parent for path in ROOT.glob("*/migrations/__init__.py"))
    assert [path.relative_to(ROOT).as_posix() for path in MIGRATIONS] == [
        f"{place.relative_to(ROOT).as_posix()}/0001_initial.py" for place in with_migrations
    ]


@pytest.mark.parametrize("app", HAND_WRITTEN)
def test_what_is_written_by_hand_is_in_the_migration(app):
    module = import_module(f"{app}.migrations._hand_written")
    wanted = [type(operation) for operation in getattr(module, "OPERATIONS", [])]
    wanted += getattr(module, "TABLES", {}).values()
    migration = import_module(f"{app}.migrations.0001_initial").Migration
    assert wanted
    assert set(wanted) <= {type(operation) for operation in migration.operations}


@pytest.mark.django_db
def test_the_table_that_is_written_as_sql_has_the_columns_of_its_model():
    with everywhere("a test"), connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, MetricSnapshot._meta.db_table)
    assert {column.name for column in described} == {
        field.column for field in MetricSnapshot._meta.concrete_fields if field.column
    }


def test_writing_them_anew_changes_nothing(tmp_path):
    """What is edited in a migration and neither in a model nor in `_hand_written.py` would be lost."""
    for package in ROOT.glob("*/__init__.py"):
        if package.parent.name != "tests":
            shutil.copytree(
                package.parent, tmp_path / package.parent.name, ignore=shutil.ignore_patterns("__pycache__")
            )
    shutil.copy(ROOT / "manage.py", tmp_path)
    command = [sys.executable, "manage.py", "write_initial_migrations"]
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    written = {path.relative_to(ROOT): (tmp_path / path.relative_to(ROOT)).read_text() for path in MIGRATIONS}
    assert written == {path.relative_to(ROOT): path.read_text() for path in MIGRATIONS}
    assert len(done.stdout.split()) == len(MIGRATIONS)
