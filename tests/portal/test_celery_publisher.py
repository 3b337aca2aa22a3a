"""Which Celery workers publish. How they do it when they are killed, stopped and cut off: `tests/crash`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from celery.concurrency.prefork import TaskPool as Prefork

from portal import queues
from portal.celery import app
from portal.celery_publisher import Publisher
from tests.crash.workers import PATIENCE_SECONDS, environment


def test_a_worker_publishes_if_it_serves_the_queue() -> None:
    assert Publisher in app.steps["worker"]
    for served, publishes in ((queues.PUBLISHING, True), (queues.OUTBOX, False)):
        consumed = SimpleNamespace(queues=SimpleNamespace(consume_from={served: object()}))
        worker = SimpleNamespace(app=SimpleNamespace(amqp=consumed), pool_cls=Prefork, steps=[])
        assert Publisher.include_if(object(), worker) is publishes


@pytest.mark.django_db(transaction=True)
def test_a_publisher_refuses_a_pool_that_forks(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "celery", "--app", "portal.celery", "worker", "--queues", queues.PUBLISHING]
    ended = subprocess.run(
        command, env=environment(tmp_path, []), capture_output=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert ended.returncode != 0
    assert b"needs --pool threads" in ended.stdout + ended.stderr
