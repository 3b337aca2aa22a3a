"""Rows that all tests of a module begin with, written once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction


@contextmanager
def written_once(blocker: Any) -> Iterator[None]:
    """For a fixture of a module, with pytest-django's `django_db_setup` and `django_db_blocker`: what is written in
    here is taken back after the last test. Each test writes in a transaction inside this one, so a module that uses
    this has no test that commits. Instances are for all tests: one that changes them takes a `deepcopy`."""
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
