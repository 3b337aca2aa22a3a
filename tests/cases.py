"""Many cases in one test: `with subtests.test(name), undone():` for each of them.

A test to itself costs every worker its collection, a scope of the scheduler, and the fixtures; a loop makes what its
cases share once. Each failure is still reported with the name of its case, and the loop goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache
from django.db import connection, transaction


@contextmanager
def undone() -> Iterator[None]:
    """What the block does to the database and the cache is undone when it ends, as at the end of a test.

    Deferred constraints are checked before that, as pytest-django does.
    """
    try:
        with transaction.atomic():
            yield
            connection.check_constraints()
            transaction.set_rollback(True)
    finally:
        cache.clear()
