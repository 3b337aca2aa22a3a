"""Rows that the tests of a module share: written once, taken back after the module.

A test that changes them, or the objects that stand for them, works in a transaction of its own and on copies. Not for a
module with tests that commit: they empty the tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from django.db import transaction
from django.utils import translation

from tests.people import Cast, make_cast


@contextmanager
def taken_back(django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def module_rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """What other fixtures of the module write after this one."""
    with taken_back(django_db_blocker):
        yield


@pytest.fixture(scope="module")
def module_cast(module_rows: None) -> Cast:
    with translation.override("en"):
        return make_cast()
