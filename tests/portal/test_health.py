"""`/readyz` names each part that is down, and nothing else."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import override_settings

from analytics import partitions
from delivery import heartbeat
from municipalities.models import Municipality
from portal import queues, tasks
from portal.celery import app
from portal.health import PARTS
from tests import patience, small_disk
from tests.crash.forwarder import Forwarder
from tests.database import owner_cursor
from tests.people import Cast, sign_in

# What clients of health checks wait.
ENOUGH_SECONDS = 5  # less than the 30 after which a cut connection comes back


def readiness(client: Client | None = None) -> tuple[int, set[str]]:
    """The status, and the checks that failed."""
    answer = (client or Client()).get("/readyz")
    checks = answer.json()
    assert list(checks) == list(PARTS)
    return answer.status_code, {name for name, fine in checks.items() if fine is False}


def unknown() -> set[str]:
    """The parts that nobody knows about."""
    return {name for name, fine in Client().get("/readyz").json().items() if fine is None}


def timed(client: Client) -> tuple[float, dict[str, Any]]:
    """How many seconds an answer took, and its values."""
    began = time.monotonic()
    parts = client.get("/readyz").json()
    return time.monotonic() - began, parts


def serve(*names: str) -> None:
    """The heartbeat of a worker of these queues, every two seconds."""
    app.amqp.queues.select(list(names))
    tasks.worker_heartbeat()


@pytest.fixture
def all_up(db: None) -> Iterator[None]:
    partitions.ensure(*partitions.ahead())
    heartbeat.send_heartbeat()
    serve(*queues.SLOW)
    serve(*queues.QUICK)
    tasks.beat_heartbeat()
    yield
    app.amqp.queues.deselect([])
    app.amqp.queues._consume_from = None


def test_it_is_ready_when_everything_is_there(all_up: None) -> None:
    assert readiness() == (200, set())


@pytest.mark.django_db(transaction=True)
def test_the_demo_is_not_ready_before_people_can_sign_in(all_up: None, settings: Any, cast: Cast) -> None:
    settings.DEMO = True
    assert Client().get("/readyz").json()["demo"] is False
    assert Client().get("/readyz").status_code == 503
    Municipality.objects.filter(pk=cast.cuprija.pk).update(is_demo=True)
    assert Client().get("/readyz").json()["demo"] is True
    assert Client().get("/readyz").status_code == 200


@pytest.mark.parametrize("queue", [*queues.QUICK, *queues.SLOW])
def test_a_queue_without_a_worker_is_noticed(all_up: None, queue: str) -> None:
    cache.delete(tasks.key_of(queue))
    assert readiness() == (503, {"worker" if queue in queues.QUICK else "errands"})


def test_a_worker_speaks_for_its_own_queues_only(db: None) -> None:
    serve(*queues.SLOW)
    assert "worker" in readiness()[1]
    assert "errands" not in readiness()[1]
    tasks.worker_stops()
    assert "errands" in readiness()[1]


def test_beat_that_stopped_is_noticed_while_workers_live(all_up: None) -> None:
    cache.delete(tasks.BEAT_KEY)
    assert readiness() == (503, {"beat"})


def test_a_publisher_that_left_is_noticed(all_up: None) -> None:
    heartbeat.clear_heartbeat()
    assert readiness() == (503, {"publisher"})


def test_a_sign_of_life_is_not_believed_for_ever(all_up: None, settings: Any) -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as valkey:
        lives = {key.decode(): valkey.ttl(key) for key in valkey.keys("*heartbeat*")}
    assert len(lives) == len([*queues.QUICK, *queues.SLOW]) + 2
    assert all(0 < seconds <= tasks.ALIVE_SECONDS for seconds in lives.values()), lives


def test_without_valkey_the_database_is_still_told_of(all_up: None, settings: Any) -> None:
    nowhere = "redis://127.0.0.1:1/0"
    caches = {**settings.CACHES, "default": {**settings.CACHES["default"], "LOCATION": nowhere}}
    with override_settings(REDIS_URL=nowhere, CACHES=caches):
        assert readiness() == (503, {"valkey"})
        assert unknown() == {"publisher", "worker", "errands", "beat"}
        assert Client().get("/healthz").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_without_the_database_valkey_is_still_told_of() -> None:
    heartbeat.send_heartbeat()
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = "1"
    try:
        status, down = readiness()
        missing = unknown()
        assert Client().get("/healthz").status_code == 200
    finally:
        connection.settings_dict["PORT"] = port
        connection.close()
    assert status == 503
    assert down == {"database", "worker", "errands", "beat"}
    assert missing == {"clock", "installation", "partitions"}


@pytest.mark.django_db(transaction=True)
def test_it_answers_in_time_while_the_database_hangs(cast: Cast, settings: Any) -> None:
    client = sign_in(cast.officer)  # whose session nothing may look up
    at = connection.settings_dict
    before = {name: at[name] for name in ("HOST", "PORT")}
    forwarder = Forwarder(at["HOST"], int(at["PORT"]))
    connection.close()
    at.update(HOST="127.0.0.1", PORT=str(forwarder.port))
    try:
        assert timed(client)[1]["database"] is True
        connection.close()
        forwarder.cut()
        rescue = threading.Timer(30, forwarder.restore)  # so that a failure does not hang either
        rescue.start()
        for _ in range(2):
            seconds, parts = timed(client)
            assert seconds < ENOUGH_SECONDS
            assert (parts["database"], parts["partitions"], parts["valkey"]) == (False, None, True)
        rescue.cancel()
        forwarder.restore()
        settle(lambda: timed(client)[1]["database"])
    finally:
        at.update(before)
        connection.close()
        forwarder.close()


def test_it_answers_in_time_while_valkey_hangs(db: None, cast: Cast, settings: Any) -> None:
    client = sign_in(cast.officer)
    forwarder, url = Forwarder.to(settings.REDIS_URL)
    every = {name: {**cache_, "LOCATION": url} for name, cache_ in settings.CACHES.items()}
    with override_settings(REDIS_URL=url, CACHES=every):
        assert timed(client)[1]["valkey"] is True
        forwarder.cut()
        for _ in range(2):
            seconds, parts = timed(client)
            assert seconds < ENOUGH_SECONDS
            assert (parts["valkey"], parts["worker"], parts["database"]) == (False, None, True)
        forwarder.restore()
        settle(lambda: timed(client)[1]["valkey"])
    forwarder.close()


def settle(holds: Callable[[], object]) -> None:
    """Wait until it holds."""
    ends = time.monotonic() + patience.SECONDS
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_a_full_disk_is_a_sentence_without_a_path(all_up: None, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    assert readiness() == (200, set())
    settings.DATA_DIR = small_disk.FULL
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert [name for name, value in answer.json().items() if value is False] == ["disk"]
    message = answer.json()["message"]
    assert re.match(r"The disk is full: \d+ MB free where the portal keeps its data\. Posts still go out", message)
    assert message.endswith("Free some space; it goes on by itself.")
    assert str(small_disk.FULL) not in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_without_the_database_says_that_nothing_goes_out(settings: Any) -> None:
    settings.DATA_DIR = small_disk.FULL
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = "1"
    try:
        message = Client().get("/readyz").json()["message"]
    finally:
        connection.settings_dict["PORT"] = port
        connection.close()
    assert "PostgreSQL does not work: nothing can be stored and no post goes out." in message


def test_a_directory_that_is_not_there_is_no_full_disk(all_up: None, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "elsewhere"
    assert readiness() == (200, set())


@pytest.mark.django_db(transaction=True)
def test_a_missing_month_is_noticed(all_up: None) -> None:
    first, last = partitions.ahead()
    coming = partitions.months(first, last)
    next(coming)
    with owner_cursor() as cursor:
        cursor.execute(f"DROP TABLE {partitions.TABLE}_{next(coming):%Y_%m}")
    try:
        assert readiness() == (503, {"partitions"})
    finally:
        partitions.ensure(first, last)


@pytest.mark.django_db(transaction=True)
def test_rows_in_the_default_partition_are_noticed(all_up: None) -> None:
    with owner_cursor() as cursor, transaction.atomic():
        cursor.execute("SET LOCAL session_replication_role = replica")  # only where the row lands matters here
        cursor.execute(
            "INSERT INTO analytics_metricsnapshot (subject_id, municipality_id, at, outcome) "
            "VALUES (1, 1, '2020-01-01', 'ok')"
        )
    try:
        assert readiness() == (503, {"partitions"})
    finally:
        with owner_cursor() as cursor:
            cursor.execute("DELETE FROM analytics_metricsnapshot_default")
