"""Addresses that others sent are links to pages of the web, or none."""

from __future__ import annotations

import pytest

from django.apps import apps
from django.db import connection, models

from common.fields import WebAddressField, web_address
from municipalities.models import Municipality
from tests.people import municipality

SCRIPTS = (
    "javascript:alert(1)",
    " JavaScript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "//x",
    "http://[",
)


@pytest.mark.parametrize("value", SCRIPTS)
def test_what_can_run_is_no_address(value: str) -> None:
    assert web_address(value) == ""


@pytest.mark.parametrize("value", ["https://cuprija.rs/", "http://127.0.0.1:8001/@page/1", "HTTPS://x.example"])
def test_a_page_of_the_web_is_one(value: str) -> None:
    assert web_address(value) == value


def test_a_script_is_neither_stored_nor_read(db: None) -> None:
    place = municipality("cuprija", "Ћуприја", "Ćuprija", website="javascript:alert(1)")
    with connection.cursor() as cursor:
        cursor.execute("SELECT website FROM municipalities_municipality WHERE id = %s", [place.pk])
        assert cursor.fetchone() == ("",)
        cursor.execute("UPDATE municipalities_municipality SET website = 'javascript:alert(1)'")
    assert list(Municipality.objects.values_list("website", flat=True)) == [""]
    place.refresh_from_db()
    assert place.website == ""


def test_a_search_for_a_script_finds_no_row_without_an_address(db: None) -> None:
    municipality("cuprija", "Ћуприја", "Ćuprija", website="")
    assert not Municipality.objects.filter(website="javascript:alert(1)").exists()
    assert not Municipality.objects.filter(website__in=["javascript:alert(1)"]).exists()


def test_a_script_is_not_stored_by_writing_many_rows(db: None) -> None:
    place = municipality("cuprija", "Ћуприја", "Ćuprija", website="https://cuprija.example/")
    Municipality.objects.filter(pk=place.pk).update(website="javascript:alert(1)")
    with connection.cursor() as cursor:
        cursor.execute("SELECT website FROM municipalities_municipality WHERE id = %s", [place.pk])
        assert cursor.fetchone() == ("",)
    place.website = "javascript:alert(1)"
    Municipality.objects.bulk_update([place], ["website"])
    place.refresh_from_db()
    assert place.website == ""


def test_every_column_with_an_address_is_guarded() -> None:
    shown = [model for model in apps.get_models() if not hasattr(model, "pgh_label")]  # no page shows the history
    fields = [field for model in shown for field in model._meta.local_fields]
    unguarded = [
        str(field) for field in fields
        if isinstance(field, models.URLField) and not isinstance(field, WebAddressField)
    ]  # fmt: skip
    assert unguarded == []
