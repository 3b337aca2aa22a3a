"""A backup that is older than what was published since: nothing goes out twice, and nothing is lost.

The backup is one of the outbox's tables. What is due later is due in an hour: a person brings it forward, and its old
time comes by SQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest

from django.utils import timezone

from administration.domain import end_restore
from common.models import Restore
from delivery.domain import answer
from delivery.enums import State
from delivery.models import Delivery
from municipalities.tenancy import everywhere, scope
from tests.crash.conftest import NETWORKS, Stage
from tests.crash.test_crash import LIST, forget_everything, nothing_doubled_nothing_lost
from tests.crash.workers import wait_for
from tests.database import owner_cursor

pytestmark = pytest.mark.crash
HOUR = 3600
TABLES = ("delivery_delivery", "delivery_attempt")
SEARCH = rf"{LIST}|getRecord$"


@contextmanager
def backup() -> Iterator[None]:
    """What the tables of the outbox hold now, to be put back by `restore`."""
    with owner_cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"CREATE TEMPORARY TABLE saved_{table} AS TABLE {table}")
    yield
    with owner_cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DROP TABLE saved_{table}")


def restore(made_at: datetime) -> None:
    """As `launcher.backup` does it, of these two tables; no worker runs."""
    with owner_cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            for table in reversed(TABLES):
                cursor.execute(f"DELETE FROM {table}")
            for table in TABLES:
                cursor.execute(f"INSERT INTO {table} SELECT * FROM saved_{table}")
        finally:
            cursor.execute("RESET session_replication_role")
        cursor.execute("INSERT INTO common_restore (made_at, restored_at) VALUES (least(%s, now()), now())", [made_at])
    forget_everything()


def searched() -> bool:
    """Whether the networks were searched for all that the backup brought back."""
    with everywhere("the crash suite looks"):
        unverified = Delivery.objects.filter(restored_at__isnull=False, verified_at=None)
        return Restore.objects.get().prepared_at is not None and set(unverified.values_list("state", flat=True)) <= {
            State.PUBLISHED
        }


def plan_search(stage: Stage, action: str, times: int = 1) -> None:
    for server in stage.servers.values():
        server.plan(action, SEARCH, method="GET", times=times)


def hanging(stage: Stage) -> int:
    return sum(entry["action"] == "hang" for server in stage.servers.values() for entry in server.ledger())


def states(stage: Stage, deliveries: list[Delivery]) -> set[str]:
    known = stage.states()
    return {known[delivery.pk] for delivery in deliveries}


@pytest.mark.parametrize(
    "during_the_search",
    [
        "nothing",
        pytest.param("the worker is killed", marks=pytest.mark.slow),
        pytest.param("the network is down", marks=pytest.mark.slow),
    ],
)
def test_a_backup_is_restored_that_is_older_than_what_was_brought_forward(stage: Stage, during_the_search: str) -> None:
    stage.workers.kill()
    made_at = timezone.now()
    forward, later, due = stage.put(due_in=HOUR), stage.put(due_in=HOUR), stage.put()
    with backup():
        with scope(stage.cast.cuprija):
            for delivery in forward:
                answer.send_now(Delivery.objects.get(pk=delivery.pk), by=stage.cast.officer)
        stage.workers.start()
        wait_for(lambda: states(stage, forward + due) == {State.PUBLISHED})
        stage.workers.kill()
        restore(made_at)
    assert states(stage, forward + later + due) == {State.SCHEDULED}
    if during_the_search == "the worker is killed":
        plan_search(stage, "hang")
    elif during_the_search == "the network is down":
        plan_search(stage, "drop_before", times=3)
    stage.workers.start()
    if during_the_search == "the worker is killed":
        stage.ring_until(lambda: hanging(stage) == len(NETWORKS))
        stage.workers.kill()
        stage.release()
        stage.workers.start()
    stage.ring_until(searched, "the networks were not searched")
    assert states(stage, forward + due) == {State.PUBLISHED}
    assert states(stage, later) == {State.SCHEDULED}
    end_restore.end(by=stage.cast.administrator)
    now = timezone.now()
    with everywhere("the time comes for which it was scheduled"):
        Delivery.objects.filter(state=State.SCHEDULED).update(due_at=now, next_at=now)
    stage.play()
    nothing_doubled_nothing_lost(stage)
    assert stage.calls() == 3 * len(NETWORKS)
    assert Restore.objects.get().ended_at is not None
