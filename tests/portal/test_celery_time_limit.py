"""A task that hangs in a thread ends its worker, which its supervisor starts again."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from celery.concurrency.prefork import TaskPool as Prefork
from celery.concurrency.thread import TaskPool as Threads

from portal.celery import app
from portal.celery_time_limit import TimeLimit
from tests.crash.workers import PATIENCE_SECONDS, environment
from tests.portal.hanging_tasks import QUEUE, finish, hang

UNUSED: Any = None


def test_it_is_a_part_of_workers_with_threads() -> None:
    assert TimeLimit in app.steps["worker"]
    assert TimeLimit.include_if(UNUSED, SimpleNamespace(pool_cls=Threads))
    assert not TimeLimit.include_if(UNUSED, SimpleNamespace(pool_cls=Prefork))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_ends_when_a_task_exceeds_its_limit_and_not_before(tmp_path: Path) -> None:
    command = [
        sys.executable, "-m", "celery", "--app", "tests.portal.hanging_tasks", "worker", "--queues", QUEUE,
        "--pool", "threads", "--concurrency", "2", "--without-gossip", "--without-mingle", "--loglevel", "INFO",
    ]  # fmt: skip
    with ExitStack() as stack:
        worker = subprocess.Popen(
            command, env=environment(tmp_path, []), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        stack.callback(worker.wait)
        stack.callback(worker.kill)
        finish.apply_async(queue=QUEUE)
        assert worker.stdout is not None
        for line in worker.stdout:  # longer than the default limit of these tests, shorter than its own
            if "tests.portal.finish" in line and "succeeded" in line:
                break
        hang.apply_async(queue=QUEUE)
        output = worker.stdout.read()
        assert worker.wait(timeout=PATIENCE_SECONDS) == 1
    assert "The task tests.portal.hang runs longer than its time limit" in output
