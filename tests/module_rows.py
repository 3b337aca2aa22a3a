"""Rows that the tests of a module share: written once, taken back after the module.

A test that changes them, or the objects that stand for them, works in a transaction of its own and on copies. Not for a
module with tests that commit: they empty the tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from django.utils import translation

from tests.module_data import written_once
from tests.people import Cast, make_cast


@pytest.fixture(scope="module")
def module_rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """What other fixtures of the module write after this one."""
    with written_once(django_db_blocker):
        yield


@pytest.fixture(scope="module")
def module_cast(module_rows: None) -> Cast:
    with translation.override("en"):
        return make_cast()
