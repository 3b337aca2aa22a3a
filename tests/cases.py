"""Many cases in one test: `with subtests.test(name), undone():` for each of them.

A test to itself costs every worker its collection, a scope of the scheduler, and the fixtures; a loop makes what its
cases share once. Each failure is still reported with the name of its case, and the loop goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar
from zlib import crc32

from django.core.cache import cache
from django.db import connection, transaction

Case = TypeVar("Case")


def sample(cases: Sequence[Case], names: Sequence[str], one_of: int) -> list[Case]:
    """Every `one_of`th case, for `make test` where `make test-slow` has all of them.

    Where it begins follows from the names of all cases: the same code has the same sample, and a case more or less
    brings other cases into it.
    """
    return list(cases[crc32("\n".join(names).encode()) % one_of :: one_of])


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
