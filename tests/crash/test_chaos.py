"""A short run of `make maintain WHAT=chaos`: the same harm, on the servers of the test run. In `make test-slow`."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from django.conf import settings as django_settings
from django.db import connection

from tests.crash import behaviours
from tests.crash.chaos import LAGS, NETWORKS, Chaos, forget
from tests.crash.workers import PATIENCE_SECONDS, Crew
from tests.people import Cast
from tests.platforms.fakes import FakeServer, running

pytestmark = pytest.mark.crash


@pytest.fixture
def networks(servers: dict[str, FakeServer]) -> Iterator[dict[str, FakeServer]]:
    with running() as lags:
        yield {**servers, LAGS: lags}


@pytest.fixture
def crew(transactional_db: None, networks: dict[str, FakeServer], crash_media: Path, tmp_path: Path) -> Iterator[Crew]:
    processes = Crew(tmp_path, crash_media, [host for server in networks.values() for host in server.allow])
    processes.revive()
    processes.wait()
    yield processes
    processes.stop()


def cut_all_connections() -> None:
    """What everybody else sees of a PostgreSQL that restarts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = session_user"
        )


@pytest.mark.parametrize(
    ("deliveries", "answers", "seconds"),
    [pytest.param(30, 10, 3, marks=pytest.mark.slow), pytest.param(90, 30, 8, marks=pytest.mark.long)],
)
def test_whatever_happens_everything_is_public_once(
    crew: Crew, networks: Any, cast: Cast, settings: Any, tmp_path: Path, deliveries: int, answers: int, seconds: int
) -> None:
    settings.PRIVATE_HOSTS_ALLOWED = [host for server in networks.values() for host in server.allow]
    assert set(networks) == set(NETWORKS)
    seed = random.SystemRandom().randrange(10**6)
    harm = {
        "connections cut": cut_all_connections,
        "Valkey flushed": lambda: forget(django_settings.REDIS_URL),
    }
    chaos = Chaos(seed, cast, networks, crew, harm)
    chaos.prepare()
    chaos.ask(answers, seconds - 2)
    chaos.put(deliveries, seconds - 2)
    chaos.play(seconds, patience=PATIENCE_SECONDS)
    count = chaos.count()
    assert (count.deliveries, count.answers) == (deliveries + answers, answers)
    assert count.clean, f"{count.line()} (play it again with this seed)"
    path = tmp_path / "behaviours.jsonl.gz"
    chaos.record(path)
    recorded = behaviours.load(path)
    assert len(recorded) == deliveries + answers
    assert [behaviour for behaviour in recorded if not behaviours.replays(behaviour)] == [], "not as the model allows"
