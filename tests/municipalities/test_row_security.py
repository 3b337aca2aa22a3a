"""The database's own walls: what Python forgets, PostgreSQL does not show.

Statements go to the database without the manager's filter here: raw SQL, and the base queryset of the models.
"""

from __future__ import annotations

import os
from typing import Any

import psycopg2
import pytest

from django.db import DatabaseError, ProgrammingError, connection, models, transaction
from django.db.models.query import QuerySet

from municipalities import tenancy
from municipalities.models import Pause
from municipalities.row_security import schema
from municipalities.row_security.statements import EVERYWHERE, SETTING
from municipalities.tenancy import OutOfScope, everywhere, scope
from tests.database import owner_cursor, owner_rights
from tests.people import Cast


@pytest.fixture
def pauses(cast: Cast) -> Cast:
    for municipality, by in ((cast.cuprija, cast.officer), (cast.novi_pazar, cast.stranger)):
        with scope(municipality):
            Pause.objects.create(municipality=municipality, reason="mourning", by=by)
    return cast


def rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def behind(statement: str) -> list[tuple[Any, ...]]:
    """Rows of a statement that does not go through Django, which would not send it without a scope."""
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def unfiltered() -> QuerySet[Pause]:
    """What a manager without our filter would read."""
    return models.QuerySet(Pause)


def test_the_application_signs_in_with_a_role_that_owns_nothing_and_bypasses_nothing(db: None) -> None:
    assert rows(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    ) == [(False, False, False, False)]
    assert rows("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user") == [(0,)]


def test_the_check_of_roles_names_one_that_bypasses_the_policies(db: None) -> None:
    with connection.cursor() as cursor:
        assert schema.bypassing_role(cursor) == ""
    with owner_cursor() as cursor:
        cursor.execute("SELECT current_user")
        (owner,) = cursor.fetchone()
        assert schema.bypassing_role(cursor) == owner


@pytest.mark.parametrize("table", tenancy.tenant_tables())
def test_each_tenant_table_is_forced_behind_its_policies(db: None, table: str) -> None:
    assert rows(
        "SELECT relrowsecurity, relforcerowsecurity, array(SELECT polname::text FROM pg_policy "
        "WHERE polrelid = c.oid ORDER BY 1) FROM pg_class c WHERE oid = to_regclass(%s)",
        table,
    ) == [(True, True, sorted([schema.POLICY, schema.POLICY_OF_ALL]))]


def test_no_partition_is_read_by_its_own_name(db: None) -> None:
    partitions = behind(
        "SELECT c.relname, relrowsecurity, relforcerowsecurity, "
        "(SELECT count(*) FROM pg_policy WHERE polrelid = c.oid) "
        "FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
        "WHERE i.inhparent = 'analytics_metricsnapshot'::regclass AND c.relkind = 'r'"
    )
    assert len(partitions) > 3
    assert {partition[1:] for partition in partitions} == {(True, True, 0)}


@pytest.mark.django_db(transaction=True)
def test_without_a_scope_no_row_is_there(pauses: Cast) -> None:
    assert behind("SELECT municipality_id FROM municipalities_pause") == []


def test_a_statement_about_a_tenant_table_needs_a_scope_also_without_the_manager(pauses: Cast) -> None:
    for read in (
        lambda: rows("SELECT municipality_id FROM municipalities_pause"),
        lambda: list(unfiltered()),
        lambda: unfiltered().update(reason="changed"),
    ):
        with pytest.raises(OutOfScope, match="municipalities_pause"):
            read()


def test_a_scope_shows_its_own_rows_to_raw_sql_and_to_unfiltered_querysets(pauses: Cast) -> None:
    with scope(pauses.cuprija):
        assert rows("SELECT municipality_id FROM municipalities_pause") == [(pauses.cuprija.pk,)]
        assert [pause.municipality_id for pause in unfiltered()] == [pauses.cuprija.pk]
    with scope(pauses.cuprija, pauses.novi_pazar):
        assert len(unfiltered()) == 2
    with everywhere("a test"):
        assert len(unfiltered()) == 2


def test_a_subquery_a_join_and_an_aggregate_see_no_foreign_row(pauses: Cast) -> None:
    with scope(pauses.cuprija):
        joined = "FROM municipalities_municipality m JOIN municipalities_pause p ON p.municipality_id = m.id"
        assert rows(f"SELECT count(*) {joined}") == [(1,)]
        assert rows("SELECT max(id) FROM municipalities_pause") == rows("SELECT id FROM municipalities_pause")
        paused = "id IN (SELECT municipality_id FROM municipalities_pause)"
        assert rows(f"SELECT id FROM municipalities_municipality WHERE {paused}") == [(pauses.cuprija.pk,)]


def test_foreign_rows_are_neither_changed_nor_deleted(pauses: Cast) -> None:
    with scope(pauses.cuprija):
        assert unfiltered().update(reason="changed") == 1
        assert unfiltered()._raw_delete("default") == 1
    with scope(pauses.novi_pazar):
        assert [pause.reason for pause in unfiltered()] == ["mourning"]


@pytest.mark.parametrize("statement", ["insert", "move"])
def test_a_row_cannot_be_given_to_another_municipality(pauses: Cast, statement: str) -> None:
    foreign = Pause(municipality=pauses.novi_pazar, reason="mourning", by=pauses.officer)
    write = {
        "insert": lambda: Pause.save_base(foreign),
        "move": lambda: unfiltered().update(municipality=pauses.novi_pazar),
    }[statement]
    with scope(pauses.cuprija), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        write()


def test_a_scope_ends_with_its_block_inside_a_transaction(pauses: Cast) -> None:
    with transaction.atomic():
        with scope(pauses.cuprija):
            assert len(unfiltered()) == 1
        rows("SELECT 1")
        assert behind("SELECT FROM municipalities_pause") == []
        with everywhere("a test"):
            assert len(unfiltered()) == 2
        rows("SELECT 1")
        assert behind("SELECT FROM municipalities_pause") == []


def test_a_scope_survives_a_savepoint_that_is_rolled_back(pauses: Cast) -> None:
    with scope(pauses.cuprija):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows("SELECT 1 / 0")
        assert len(unfiltered()) == 1


@pytest.mark.django_db(transaction=True)
def test_a_scope_ends_with_the_statement_outside_a_transaction(pauses: Cast) -> None:
    with scope(pauses.cuprija):
        assert len(unfiltered()) == 1
    [(setting, user, count)] = behind(
        f"SELECT current_setting('{SETTING}', true), current_user, count(*) FROM municipalities_pause"
    )
    assert (setting or "", user, count) == ("", connection.settings_dict["USER"], 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("inside", [True, False])
def test_a_cursor_on_the_server_sees_the_scope(pauses: Cast, inside: bool) -> None:
    def read() -> list[int]:
        return [pause.municipality_id for pause in unfiltered().iterator(chunk_size=1)]

    with scope(pauses.cuprija):
        if inside:
            with transaction.atomic():
                assert read() == [pauses.cuprija.pk]
        else:
            assert read() == [pauses.cuprija.pk]
            with pytest.raises((DatabaseError, psycopg2.Error)):
                list(unfiltered().extra(where=["1 / 0 > id"]).iterator(chunk_size=1))
            assert read() == [pauses.cuprija.pk]  # the failed one left no transaction open
        assert connection.connection.info.transaction_status == psycopg2.extensions.TRANSACTION_STATUS_IDLE


def test_the_role_for_everywhere_is_not_inherited(pauses: Cast) -> None:
    assert rows("SELECT pg_has_role(current_user, %s, 'USAGE'), pg_has_role(current_user, %s, 'SET')",
                EVERYWHERE, EVERYWHERE) == [(False, True)]  # fmt: skip


def test_the_application_can_neither_change_a_policy_nor_a_table(db: None) -> None:
    for statement in (
        "ALTER TABLE municipalities_pause DISABLE ROW LEVEL SECURITY",
        f"DROP POLICY {schema.POLICY} ON municipalities_pause",
        "TRUNCATE municipalities_pause",
        "CREATE TABLE own (id int)",
        "SET LOCAL session_replication_role = replica",
    ):
        with pytest.raises(psycopg2.Error), transaction.atomic():
            behind(statement)


def test_a_backup_by_the_application_would_fail_instead_of_being_incomplete(pauses: Cast) -> None:
    """`pg_dump` sets this; the owner, with whose role backups are made, bypasses the policies."""
    with pytest.raises(psycopg2.Error, match="row-level security"), transaction.atomic():
        behind("SET LOCAL row_security = off; SELECT count(*) FROM municipalities_pause")
    with owner_cursor() as cursor:
        cursor.execute("SELECT count(*) FROM municipalities_pause")
        assert cursor.fetchone() == (2,)


def test_applying_the_schema_again_changes_nothing(db: None) -> None:
    before = rows("SELECT xmin::text FROM pg_policy ORDER BY oid")
    with psycopg2.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        assert owner.info.user != connection.settings_dict["USER"]
    schema.apply()  # as the application: the tables are not its own
    assert rows("SELECT xmin::text FROM pg_policy ORDER BY oid") == before


def test_a_policy_of_an_older_version_is_replaced(db: None) -> None:
    table = "municipalities_pause"
    with owner_rights(), connection.cursor() as cursor:
        cursor.execute(f"DROP POLICY {schema.POLICY} ON {table}")
        cursor.execute(f"CREATE POLICY {schema.POLICY} ON {table} USING (true)")
        assert schema.unprotected(cursor) == [table]
        schema.apply()
        assert schema.unprotected(cursor) == []
        cursor.execute("SELECT pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polname = %s", [schema.POLICY])
        assert len(set(cursor.fetchall())) == 1
