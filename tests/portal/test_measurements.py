"""What `/metrics` says about requests, tasks, the disk, backups and the database, summed over all processes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery.signals import task_postrun, task_prerun, worker_process_shutdown

from django.db import connection
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

from portal import last_backup, measurements
from portal.measurements import REQUESTS, TASKS, recorder
from tests.crash.workers import wait_for
from tests.people import Cast, sign_in
from tests.portal.task_urls import failing
from tests.portal.test_access_log import nothing

TOKEN = "a token for prometheus"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def measured(db: None, settings: Any) -> Iterator[None]:
    settings.METRICS_TOKEN = TOKEN
    recorder.restart()
    measurements.watch_tasks()
    yield
    for signal in (task_prerun, task_postrun, worker_process_shutdown):
        signal.disconnect(dispatch_uid="portal.measurements")
    recorder.restart()


def samples() -> dict[str, float]:
    recorder.flush()
    text = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r'dobosar_\w+(\{(\w+="[^"]*",?)+\})? [-+.e\d]+', line) for line in lines)
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_requests_are_counted_by_pattern_and_class_of_status(measured: None, cast: Cast) -> None:
    client = sign_in(cast.officer)
    for _ in range(3):
        assert client.get(reverse("workspace", args=["cuprija"])).status_code == 200
    Client().get("/nema/zqtajna/")
    read = samples()
    labels = 'route="m/<slug:municipality>/",status="2xx"'
    assert read[f"dobosar_http_request_seconds_count{{{labels}}}"] == 3
    assert read[f'dobosar_http_request_seconds_bucket{{{labels},le="+Inf"}}'] == 3
    assert read[f"dobosar_http_request_seconds_sum{{{labels}}}"] > 0
    assert read['dobosar_http_request_seconds_count{route="unknown",status="4xx"}'] == 1
    assert not [name for name in read if "cuprija" in name or "zqtajna" in name]


def test_a_bucket_holds_all_that_took_no_longer(measured: None) -> None:
    for seconds in (0.01, 0.05, 0.051, 0.7, 60):
        recorder.observe(REQUESTS, ("a/", "2xx"), seconds)
    read = samples()
    cumulative = {"0.05": 2, "0.1": 3, "0.25": 3, "0.5": 3, "1.0": 4, "2.5": 4, "10.0": 4, "+Inf": 5}
    for bound, count in cumulative.items():
        assert read[f'dobosar_http_request_seconds_bucket{{route="a/",status="2xx",le="{bound}"}}'] == count
    assert read['dobosar_http_request_seconds_sum{route="a/",status="2xx"}'] == pytest.approx(60.811)


def test_without_a_token_nothing_is_measured(db: None, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    recorder.restart()
    measurements.watch_tasks()
    Client().get("/healthz")
    nothing.apply()
    assert recorder.pending == {}


def test_tasks_are_counted_by_name_and_their_failures(measured: None) -> None:
    nothing.apply()
    nothing.apply()
    failing.apply()
    read = samples()
    assert read['dobosar_task_seconds_count{task="tests.access_log.nothing"}'] == 2
    assert read['dobosar_task_failures_total{task="tests.access_log.nothing"}'] == 0
    assert read['dobosar_task_seconds_count{task="tests.portal.failing"}'] == 1
    assert read['dobosar_task_failures_total{task="tests.portal.failing"}'] == 1


def test_a_process_that_ends_leaves_its_sums(measured: None, settings: Any) -> None:
    program = (
        "import django; django.setup()\n"
        "from portal.measurements import TASKS, recorder\n"
        "recorder.observe(TASKS, ('a',), 0.5)\n"
    )
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "REDIS_URL": settings.REDIS_URL}
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environ, check=True)
    recorder.observe(TASKS, ("a",), 0.25)
    read = samples()
    assert read['dobosar_task_seconds_count{task="a"}'] == 2
    assert read['dobosar_task_seconds_sum{task="a"}'] == 0.75


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_process_does_not_count_its_parents_sums_again(measured: None) -> None:
    recorder.observe(TASKS, ("a",), 1)
    child = os.fork()
    if child == 0:
        os._exit(len(recorder.pending))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert samples()['dobosar_task_seconds_count{task="a"}'] == 1


def test_without_valkey_pages_are_as_ever_and_nothing_is_lost(measured: None) -> None:
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
        assert Client().get("/healthz").status_code == 200
        recorder.flush()
        assert measurements.read(REQUESTS) == {}
        assert Client().get("/healthz").status_code == 200
    assert samples()['dobosar_http_request_seconds_count{route="healthz",status="2xx"}'] == 2


def test_the_thread_writes_by_itself(measured: None) -> None:
    measurements.Recorder(flush_seconds=0.05).observe(TASKS, ("a",), 1)
    wait_for(lambda: measurements.read(TASKS), 60, "the sums did not get to Valkey")


def test_free_space_and_connections_are_gauges(measured: None, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "missing"
    read = samples()
    assert read['dobosar_disk_free_bytes{directory="data"}'] > 0
    assert 'dobosar_disk_free_bytes{directory="media"}' not in read
    assert 1 <= read["dobosar_database_connections"] < read["dobosar_database_connections_max"]


def test_the_age_of_the_last_backup_is_there_once_there_was_one(measured: None, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    assert "dobosar_backup_age_seconds" not in samples()
    assert last_backup.record(tmp_path, datetime.now(UTC) - timedelta(hours=30))
    assert 0 <= samples()["dobosar_backup_age_seconds"] - 30 * 3600 < 300
    (tmp_path / last_backup.FILE).write_text('{"made_at": "yesterday"}')
    assert "dobosar_backup_age_seconds" not in samples()


def test_the_time_of_a_backup_that_was_made_otherwise_can_be_noted(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "portal.last_backup"],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(tmp_path)},
        check=True,
    )
    made_at = last_backup.made_at(tmp_path)
    assert made_at is not None
    assert datetime.now(UTC) - made_at < timedelta(minutes=5)
    assert not last_backup.record(tmp_path / "missing", datetime.now(UTC))


@pytest.mark.django_db(transaction=True)
def test_without_the_database_the_other_metrics_are_there(measured: None) -> None:
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = "1"
    try:
        read = samples()
    finally:
        connection.settings_dict["PORT"] = port
        connection.close()
    assert read['dobosar_up{part="database"}'] == 0
    assert "dobosar_lag_seconds" not in read
    assert 'dobosar_queue_messages{queue="outbox"}' in read
