"""Every column that can hold text is in a place of `inbox.personal_data`, or somebody has said why not."""

from __future__ import annotations

from collections import Counter

import pytest

from django.apps import apps
from django.db import connection
from django.utils import translation

from inbox import personal_data
from inbox.personal_data import ErasureEffect, PersonalDataStore
from tests.architecture.personal_columns import NOBODY
from tests.database import owner_cursor

TEXT = ("text", "character varying", "character", "json", "jsonb", "bytea", "inet", "ARRAY", "USER-DEFINED", "xml")
COLUMNS = """
SELECT c.table_name, c.column_name FROM information_schema.columns c
JOIN pg_class k ON k.relname = c.table_name AND NOT k.relispartition AND k.relkind IN ('r', 'p', 'm')
JOIN pg_namespace n ON n.oid = k.relnamespace AND n.nspname = c.table_schema
WHERE c.table_schema = 'public' AND c.data_type = ANY(%s)
"""


def in_the_database() -> set[str]:
    """ "inbox_note.text" and so on: every column of every table that can hold words."""
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [list(TEXT)])
        return {f"{table}.{column}" for table, column in cursor.fetchall()}


def closed_lists() -> set[str]:
    """Columns whose values are a closed list: no words get in."""
    return {
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_fields
        if field.choices
    }


def in_the_list() -> set[str]:
    columns = set()
    for place in personal_data.stores():
        if place.model:
            meta = apps.get_model(place.model)._meta
            columns |= {f"{meta.db_table}.{meta.get_field(name).column}" for name in place.columns}
    return columns


def said_to_be_of_nobody() -> list[str]:
    return [
        f"{table}.{column}" for _why, tables in NOBODY for table, names in tables.items() for column in names.split()
    ]


@pytest.mark.django_db
def test_every_text_column_is_in_the_list_or_has_a_reason() -> None:
    missing = in_the_database() - closed_lists() - in_the_list() - set(said_to_be_of_nobody())
    assert sorted(missing) == [], (
        "can a citizen's words or name get in? Then add it to a place (inbox/domain/personal_data_stores.py, or "
        "the register of your "
        "layer); else to tests/architecture/personal_columns.py"
    )


@pytest.mark.django_db
def test_no_reason_is_for_a_column_that_is_gone_or_in_the_list() -> None:
    excused = Counter(said_to_be_of_nobody())
    assert [name for name, times in excused.items() if times > 1] == []
    assert sorted(set(excused) - in_the_database()) == []
    assert sorted(set(excused) & in_the_list()) == []


@pytest.mark.django_db
def test_a_new_column_with_words_fails_until_somebody_says_what_it_is() -> None:
    with owner_cursor() as cursor:
        cursor.execute("ALTER TABLE inbox_note ADD COLUMN telephone text")
    missing = in_the_database() - closed_lists() - in_the_list() - set(said_to_be_of_nobody())
    assert missing == {"inbox_note.telephone"}


def test_layers_above_the_inbox_have_added_their_places() -> None:
    codes = {place.code for place in personal_data.stores()}
    assert {"messages", "moderation", "drafts", "proposed_answers", "events", "consents"} <= codes  # inbox
    assert {"needs", "needs_by_phone", "posts_that_quote", "drafts_that_quote"} <= codes  # needs
    assert "exports" in codes  # administration


def test_a_code_is_used_once() -> None:
    one = personal_data.stores()[0]
    personal_data.register(one)  # again is no harm
    with pytest.raises(ValueError, match="messages"):
        personal_data.register(PersonalDataStore("messages", "Others", ErasureEffect.DELETED, lambda: ""))


@pytest.mark.parametrize("language", ["en", "sr", "sr-latn"])
def test_every_place_says_how_long_and_what_stays(language: str) -> None:
    with translation.override(language):
        for place in personal_data.stores():
            assert str(place.title)
            assert place.how_long().endswith(".")
            keys = [field.key for field in place.fields]
            assert len(keys) == len(set(keys)), place.code
            assert all(str(field.label) for field in place.fields)
            if place.stays:
                assert place.stays().endswith(".")


def test_only_what_stays_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="reason"):
        PersonalDataStore("x", "X", ErasureEffect.STAYS, lambda: "")
    with pytest.raises(ValueError, match="reason"):
        PersonalDataStore("x", "X", ErasureEffect.DELETED, lambda: "", stays=lambda: "")
