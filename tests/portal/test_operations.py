"""The administrator's page of the installation's state, and the metrics for Prometheus."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse
from django.utils import timezone

from channels import rate_limits
from common.models import Restore
from delivery import heartbeat
from tests import small_disk
from tests.delivery.conftest import Outbox, allowed, gate, network, outbox
from tests.people import sign_in

__all__ = ["allowed", "gate", "network", "outbox"]
pytestmark = pytest.mark.django_db
TOKEN = "a token for prometheus"


@pytest.fixture(autouse=True)
def token(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


def read(given: str = TOKEN) -> str:
    return Client().get("/metrics", headers={"Authorization": f"Bearer {given}"}).content.decode()


def value(name: str) -> float:
    (line,) = [line for line in read().splitlines() if line.startswith(f"dobosar_{name} ")]
    return float(line.rpartition(" ")[2])


def test_without_the_token_there_is_nothing(settings: Any) -> None:
    for given in ("", "another", TOKEN + "x", "ћирилица"):
        assert Client().get("/metrics", headers={"Authorization": f"Bearer {given}"}).status_code == 404
    assert Client().get("/metrics").status_code == 404
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_the_lag_is_that_of_the_oldest_that_is_due(outbox: Outbox) -> None:
    assert value("lag_seconds") == 0
    outbox.put(due_in=-30)
    outbox.put(due_in=600)
    assert 30 <= value("lag_seconds") < 40
    assert value("deliveries_due") == 1
    assert value('deliveries{state="scheduled"}') == 2


def test_outcomes_and_networks_are_counted(outbox: Outbox) -> None:
    outbox.put()
    outbox.tick()
    assert value('attempts_last_hour{step="create",outcome="ok"}') == 1
    for _ in range(rate_limits.FAILURES):
        rate_limits.record_answer(outbox.channel.pk, outbox.channel.server, None, commits=False)
    assert value(f'server_breaker_open{{server="{outbox.channel.server}"}}') == 1
    assert value('queue_messages{queue="outbox"}') == 0


def test_every_line_is_one_that_prometheus_reads(outbox: Outbox) -> None:
    import re

    outbox.put()
    for line in read().splitlines():
        assert re.fullmatch(r"# (HELP|TYPE) dobosar_\w+ .+|dobosar_\w+(\{(\w+=\"[^\"]*\",?)+\})? [-+.e\d]+", line), line


def test_readyz_says_whether_a_publisher_is_alive() -> None:
    assert Client().get("/readyz").json()["publisher"] is False
    heartbeat.send_heartbeat()
    assert Client().get("/readyz").json()["publisher"] is True
    heartbeat.clear_heartbeat()
    assert Client().get("/readyz").json()["publisher"] is False


def test_the_administrator_sees_what_waits_and_which_server_is_left_alone(outbox: Outbox) -> None:
    outbox.put(due_in=-60)
    for _ in range(rate_limits.FAILURES):
        rate_limits.record_answer(outbox.channel.pk, outbox.channel.server, None, commits=False)
    page = sign_in(outbox.cast.administrator).get(reverse("operations")).content.decode()
    assert outbox.channel.server in page
    assert "Left alone" in page
    assert "1 post is due and waits" in page


def test_the_page_says_whether_open_pages_are_told_at_once(cast: Any) -> None:
    text = sign_in(cast.administrator).get("/installation/operations/").content.decode()
    assert "Live updates of the inbox" in text
    assert "Does not run; open pages ask every 15 seconds instead" in text


def test_without_valkey_the_page_says_so(cast: Any) -> None:
    client = sign_in(cast.administrator)
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
        assert "Valkey does not answer" in client.get(reverse("operations")).content.decode()


def test_the_page_asks_the_database_a_fixed_number_of_times(outbox: Outbox) -> None:
    client = sign_in(outbox.cast.administrator)
    client.get(reverse("operations"))
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("operations"))
        counts.append(len(captured))
        for number in range(5):
            outbox.put(str(number), due_in=-number)
        outbox.tick(timezone.now() + timedelta(seconds=1))
    assert counts[0] == counts[1]


def test_the_page_says_that_the_disk_is_full_and_where(cast: Any, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    client = sign_in(cast.administrator)
    assert "The disk is full" not in client.get(reverse("operations")).content.decode()
    settings.DATA_DIR = small_disk.FULL
    text = client.get(reverse("operations")).content.decode()
    assert re.search(
        rf"The disk is full: [\d.,]+ MB free at {re.escape(str(small_disk.FULL))}\. Posts still go out", text
    )
    assert value('up{part="disk"}') == 0


def test_the_way_to_a_restore_is_there_after_one(cast: Any) -> None:
    client, now = sign_in(cast.administrator), timezone.now()
    assert reverse("restore") not in client.get(reverse("operations")).content.decode()
    Restore.objects.create(made_at=now, restored_at=now, prepared_at=now, ended_at=now)
    assert reverse("restore") in client.get(reverse("operations")).content.decode()
