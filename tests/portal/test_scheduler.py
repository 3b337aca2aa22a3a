"""The schedule of periodic tasks: sent by one worker at a time, and only what may have something to do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from celery import Celery

from django.conf import settings
from django.utils import timezone

from common import mail
from common.models import Lease, PeriodicRun
from portal import queues, scheduler
from portal.celery import app
from portal.conditions import CONDITIONS
from portal.schedule import SCHEDULE
from portal.scheduler import LeasedScheduler, PeriodicTasks
from tests.crash.workers import PATIENCE_SECONDS, environment

ALL_QUEUES = (*queues.QUICK, *queues.SLOW)
UNUSED: Any = None
HEARTBEAT = "portal.tasks.beat_heartbeat"


class Broker:
    """The tasks that wait in Valkey."""

    def __init__(self) -> None:
        self.valkey = redis.Redis.from_url(settings.REDIS_URL)

    def clear(self) -> None:
        self.valkey.delete(*ALL_QUEUES)

    def names(self) -> list[str]:
        messages = [message for queue in ALL_QUEUES for message in self.valkey.lrange(queue, 0, -1)]
        return sorted(name for name in TASKS if any(f'"task": "{name}"'.encode() in message for message in messages))


TASKS = {entry["task"] for entry in SCHEDULE.values()}


@pytest.fixture(name="broker")
def of_this_test() -> Iterator[Broker]:
    broker = Broker()
    broker.clear()
    yield broker
    broker.clear()


def scheduler_of(holder: str, **seconds_ago: float) -> LeasedScheduler:
    """One that has the lease if it is free. `seconds_ago`: of an entry ("need_answers"), when it was sent last."""
    leased = LeasedScheduler(app, holder)
    leased.tick()  # the heartbeat
    now = timezone.now()
    for name, entry in leased.schedule.items():
        entry.last_run_at = now - timedelta(seconds=seconds_ago.get(name.replace("-", "_"), 0))
    leased.populate_heap()
    return leased


def send(leased: LeasedScheduler) -> None:
    """All that is due now."""
    while leased.tick() <= 0:
        pass


@pytest.mark.django_db
def test_one_of_two_sends_and_the_other_continues_when_it_stops(broker: Broker) -> None:
    first, second = LeasedScheduler(app, "first"), LeasedScheduler(app, "second")
    assert second.tick() <= 0
    assert first.tick() == scheduler.STEP_SECONDS
    assert broker.names() == [HEARTBEAT]
    assert (first.is_holder, second.is_holder) == (False, True)
    broker.clear()
    second.release()
    assert Lease.objects.count() == 0
    first._renew_at = 0  # seconds later
    first.tick()
    assert first.is_holder
    assert broker.names() == [HEARTBEAT]


@pytest.mark.django_db
def test_a_holder_whose_lease_was_taken_sends_nothing_more(broker: Broker) -> None:
    first, second = scheduler_of("first"), LeasedScheduler(app, "second")
    broker.clear()
    Lease.objects.update(ends_at=timezone.now() - timedelta(seconds=1))  # it was stopped for a while
    second.tick()
    assert second.is_holder
    broker.clear()
    first._renew_at = 0
    for entry in first.schedule.values():
        entry.last_run_at = timezone.now() - timedelta(days=2)
    first.populate_heap()
    assert first.tick() == scheduler.STEP_SECONDS
    assert broker.names() == []


@pytest.mark.django_db
def test_rare_tasks_continue_where_the_last_process_stopped(broker: Broker) -> None:
    """Else a worker that is started anew every day would never send what is due once a day."""
    first = scheduler_of("first")
    first.release()
    PeriodicRun.objects.filter(name="count-all-days").update(sent_at=timezone.now() - timedelta(hours=25))
    broker.clear()
    second = LeasedScheduler(app, "second")
    send(second)
    assert "analytics.tasks.count_all_days" in broker.names()
    assert "analytics.tasks.reindex_partitions" not in broker.names()
    [sent_at] = PeriodicRun.objects.filter(name="count-all-days").values_list("sent_at", flat=True)
    assert timezone.now() - sent_at < timedelta(minutes=1)


@pytest.mark.django_db
def test_a_time_in_the_future_does_not_stop_a_task(broker: Broker) -> None:
    """Written by a machine whose clock was wrong."""
    scheduler_of("first").release()
    PeriodicRun.objects.update(sent_at=timezone.now() + timedelta(days=400))
    second = LeasedScheduler(app, "second")
    second.tick()
    now, entries = timezone.now(), dict[str, Any](second.schedule)
    assert [name for name, entry in entries.items() if entry.last_run_at > now] == []


@pytest.mark.django_db
def test_what_could_not_be_sent_is_not_remembered_as_sent() -> None:
    """Else a task of once a day would wait for the next day, also in a process that starts meanwhile."""
    # Not the current one, or tasks of later tests of this process would be sent there.
    away = Celery("away", broker="redis://127.0.0.1:1/0", set_as_current=False)
    away.conf.task_publish_retry = False
    away.conf.broker_transport_options = {"max_retries": 1, "interval_start": 0}
    leased = LeasedScheduler(away, "only")
    leased.tick()
    PeriodicRun.objects.update(sent_at=(yesterday := timezone.now() - timedelta(hours=25)))
    leased.schedule["count-all-days"].last_run_at = yesterday
    leased.populate_heap()
    send(leased)
    assert PeriodicRun.objects.get(name="count-all-days").sent_at == yesterday


@pytest.mark.django_db
def test_what_has_nothing_to_do_is_sent_once_a_minute_and_otherwise_when_there_is_something(broker: Broker) -> None:
    leased = scheduler_of("only", mail=6)
    send(leased)
    assert broker.names() == ["common.tasks.send_outbox", HEARTBEAT]  # nobody knows when it was sent last
    broker.clear()

    def five_seconds_later() -> list[str]:
        leased.schedule["mail"].last_run_at = timezone.now() - timedelta(seconds=6)
        leased.populate_heap()
        send(leased)
        names = broker.names()
        broker.clear()
        return names

    assert five_seconds_later() == []
    mail.queue(to="person@example.org", subject="Subject", body="Text")
    assert five_seconds_later() == ["common.tasks.send_outbox"]
    mail.send_waiting()
    assert five_seconds_later() == []
    leased._sent_at["mail"] -= scheduler.REGARDLESS_SECONDS
    assert five_seconds_later() == ["common.tasks.send_outbox"]


@pytest.mark.django_db
def test_without_data_no_condition_is_true(
    django_assert_max_num_queries: Any,
) -> None:
    with django_assert_max_num_queries(30):
        assert {name for name, condition in CONDITIONS.items() if condition()} == set()
    for name in CONDITIONS:
        assert SCHEDULE[name]["schedule"] < scheduler.REGARDLESS_SECONDS


def test_workers_of_the_queue_portal_send_them() -> None:
    assert PeriodicTasks in app.steps["worker"]
    for served, sends in ((queues.DEFAULT, True), (queues.ERRANDS, False)):
        consumed = SimpleNamespace(queues=SimpleNamespace(consume_from={served: object()}))
        assert PeriodicTasks.include_if(UNUSED, SimpleNamespace(app=SimpleNamespace(amqp=consumed))) is sends


def wait_for(condition: Callable[[], bool]) -> float:
    """Seconds until it is true."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < PATIENCE_SECONDS, "it never came true"
        time.sleep(0.1)
    return time.monotonic() - began


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_when_the_worker_that_sends_is_killed_another_does_within_seconds(broker: Broker, tmp_path: Path) -> None:
    command = [
        sys.executable, "-m", "celery", "--app", "portal.celery", "worker", "--queues", queues.DEFAULT,
        "--pool", "threads", "--concurrency", "1", "--without-gossip", "--without-mingle", "--loglevel", "WARNING",
    ]  # fmt: skip

    def holder() -> int:
        """The process that has the lease; 0 where nobody has it."""
        names = Lease.objects.filter(ends_at__gt=timezone.now()).values_list("holder", flat=True)
        return int(names[0].split()[1]) if names else 0

    environ = {**environment(tmp_path, []), "SUITE_ROOT": str(tmp_path)}
    with ExitStack() as stack:
        workers = {}
        for number in range(2):
            worker = subprocess.Popen([*command, "--hostname", f"w{number}@%h"], env=environ)
            stack.callback(worker.wait)
            stack.callback(worker.kill)
            workers[worker.pid] = worker
        wait_for(lambda: holder() in workers)
        [other] = workers.keys() - {first := holder()}
        os.kill(first, signal.SIGKILL)
        assert wait_for(lambda: holder() == other) < 60  # ten on a quiet machine
        workers[other].terminate()
        assert workers[other].wait(timeout=PATIENCE_SECONDS) == 0
        assert holder() == 0
