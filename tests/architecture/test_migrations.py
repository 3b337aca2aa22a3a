"""Migrations of an app follow each other in one line, and the first ones have what is written by hand (ADR 23)."""

from importlib import import_module
from itertools import pairwise
from pathlib import Path

import pytest

from django.db import connection

from analytics.models import MetricSnapshot
from municipalities.tenancy import everywhere

ROOT = Path(__file__).resolve().parents[2]
MIGRATIONS = sorted(ROOT.glob("*/migrations/[0-9]*.py"))
HAND_WRITTEN = [path.parents[1].name for path in sorted(ROOT.glob("*/migrations/_hand_written.py"))]


def test_migrations_are_numbered_and_each_follows_the_one_before():
    with_migrations = sorted(path.parent for path in ROOT.glob("*/migrations/__init__.py"))
    assert sorted({path.parent for path in MIGRATIONS}) == with_migrations
    for place in with_migrations:
        names = [path.stem for path in MIGRATIONS if path.parent == place]
        assert names[0] == "0001_initial"
        assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]
        app = place.parent.name
        for before, name in pairwise(names):
            assert (app, before) in import_module(f"{app}.migrations.{name}").Migration.dependencies


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
