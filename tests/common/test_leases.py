"""Of several processes that could do something, one does it at a time."""

import threading
import time

import pytest

from django.db import connection

from common import leases

pytestmark = pytest.mark.django_db


def test_the_first_holder_keeps_the_lease_and_may_renew_it() -> None:
    assert leases.hold("schedule", "first", 60)
    assert not leases.hold("schedule", "second", 60)
    assert leases.hold("schedule", "first", 60)
    assert leases.hold("another", "second", 60)


def test_a_lease_that_is_released_is_free_at_once() -> None:
    leases.hold("schedule", "first", 60)
    leases.release("schedule", "second")
    assert not leases.hold("schedule", "second", 60)
    leases.release("schedule", "first")
    assert leases.hold("schedule", "second", 60)


def test_a_lease_that_is_not_renewed_ends_by_the_clock_of_the_database() -> None:
    leases.hold("schedule", "first", 0.2)
    time.sleep(0.3)
    assert leases.hold("schedule", "second", 60)
    assert not leases.hold("schedule", "first", 60)


@pytest.mark.django_db(transaction=True)
def test_of_many_that_try_at_once_one_succeeds() -> None:
    barrier, holders = threading.Barrier(8), []

    def attempt(holder: str) -> None:
        try:
            barrier.wait()
            if leases.hold("schedule", holder, 60):
                holders.append(holder)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=(f"holder {number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(holders) == 1
