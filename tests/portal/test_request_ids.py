"""The id of a request in its answer, in its lines of the log and in those of the tasks that it started."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import redis

from django.test import Client

from portal import request_ids
from portal.celery import app
from tests.crash.workers import PATIENCE_SECONDS, environment, wait_for
from tests.portal.task_urls import QUEUE

OWN = re.compile(r"[0-9a-f]{16}")


def answered(sent: str | None = None) -> str:
    headers = {} if sent is None else {"X-Request-ID": sent}
    return str(Client().get("/healthz", headers=headers)["X-Request-ID"])


def test_every_answer_has_an_id_of_its_own() -> None:
    first, second = answered(), answered()
    assert OWN.fullmatch(first)
    assert OWN.fullmatch(second)
    assert first != second


def test_the_id_of_a_trusted_proxy_is_taken_over(settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert answered("4bf92f3577b34da6a3ce929d0e0e4736") == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert answered("web-1_a.b") == "web-1_a.b"


def test_without_a_proxy_the_browser_has_no_say(settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    assert OWN.fullmatch(answered("4bf92f3577b34da6a3ce929d0e0e4736"))


@pytest.mark.parametrize("sent", ["", "a b", "a\nb", "a" * 65, "ж", "<b>", "a;b", "\x1b[2J", "a\n", "a\u2028"])
def test_what_is_no_harmless_token_is_replaced(settings: Any, sent: str) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert OWN.fullmatch(answered(sent))


def test_the_id_ends_with_the_request() -> None:
    answered()
    assert request_ids.current() == ""


@app.task(name="tests.request_ids.remember")
def remember(seen: list[str]) -> None:
    seen.append(request_ids.current())


def test_a_task_that_is_called_here_gives_the_id_back() -> None:
    seen: list[str] = []
    request_ids._current.set("outer")
    try:
        remember.apply(args=[seen], headers={"request_id": "inner"})
        remember.apply(args=[seen], headers={"request_id": "not\nharmless"})
        assert request_ids.current() == "outer"
    finally:
        request_ids._current.set("")
    assert seen == ["inner", ""]


def test_a_task_that_a_request_starts_carries_its_id(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.portal.task_urls"
    answer = Client().get("/start/1/")
    with redis.Redis.from_url(settings.REDIS_URL) as valkey:
        (message,) = valkey.lrange(QUEUE, 0, -1)
    assert json.loads(message)["headers"]["request_id"] == answer["X-Request-ID"]


def test_a_task_of_no_request_carries_none(settings: Any) -> None:
    remember.apply_async(args=[[]], queue=QUEUE)
    with redis.Redis.from_url(settings.REDIS_URL) as valkey:
        (message,) = valkey.lrange(QUEUE, 0, -1)
    assert "request_id" not in json.loads(message)["headers"]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pool", ["prefork", "threads"])
def test_the_lines_of_a_worker_show_the_request_that_started_its_tasks(
    settings: Any, tmp_path: Path, pool: str
) -> None:
    settings.ROOT_URLCONF = "tests.portal.task_urls"
    log = tmp_path / "worker.log"
    command = [sys.executable, "-m", "celery", "--app", "tests.portal.task_urls", "worker", "--queues", QUEUE]
    environ = {**environment(tmp_path, []), "TASK_LOG": "true", "LOG_LEVEL": "WARNING"}
    with log.open("wb") as out:
        worker = subprocess.Popen([*command, "--pool", pool, "--concurrency", "1"], env=environ, stdout=out, stderr=out)
    try:
        ids = [Client().get(f"/start/{number}/")["X-Request-ID"] for number in range(2)]
        wait_for(lambda: log.read_text().count("The inner task runs") == 2, PATIENCE_SECONDS, log.read_text())
    finally:
        worker.terminate()
        worker.wait(PATIENCE_SECONDS)
    for task in ("outer", "inner"):
        written = re.findall(rf" WARNING tests\.portal\.task_urls (\S+) The {task} task runs", log.read_text())
        assert sorted(written) == sorted(ids)
        runs = re.findall(
            rf" INFO portal\.task_runs (\S+) task=tests\.portal\.{task} queue={QUEUE} outcome=success ms=[\d.]+\n",
            log.read_text(),
        )
        assert sorted(runs) == sorted(ids)
