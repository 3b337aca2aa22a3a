"""Streams of events: real gunicorn, the real process that holds them, and PostgreSQL's own notifications."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone

from common import live_streams
from inbox.models import Message
from municipalities.enums import Role
from municipalities.models import Membership
from municipalities.tenancy import scope
from portal import live
from tests.database import owner_cursor
from tests.inbox.conftest import MunicipalityInbox
from tests.inbox.live_processes import STREAM_SECONDS, LiveProcesses, running, until
from tests.people import person, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

WITHIN_SECONDS = 3.0


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[LiveProcesses]:
    with running(tmp_path_factory.mktemp("live")) as started:
        yield started


def change(municipality: MunicipalityInbox) -> None:
    """A colleague opens what is there."""
    with scope(municipality.cast.cuprija):
        Message.objects.update(read_at=timezone.now())


def test_a_message_is_announced_within_three_seconds(processes: LiveProcesses, municipality: MunicipalityInbox) -> None:
    stream = processes.open(processes.cookie(municipality.cast.officer))
    assert stream.status == 200
    assert "content-type: text/event-stream" in stream.received.lower()
    assert "x-accel-buffering: no" in stream.received.lower()
    stream.wait("ready")
    assert "retry: 1000" in stream.received
    municipality.receive("Нема воде")
    assert stream.wait("changed") < WITHIN_SECONDS
    assert "воде" not in stream.received, "no words"
    stream.close()
    until(lambda: processes.status()["streams"] == 0)


def test_what_is_rolled_back_is_not_announced(processes: LiveProcesses, municipality: MunicipalityInbox) -> None:
    municipality.receive("Нема воде")
    stream = processes.open(processes.cookie(municipality.cast.officer))
    stream.wait("ready")
    with transaction.atomic():
        change(municipality)
        transaction.set_rollback(True)
    assert stream.quiet(1) == ["ready"]
    change(municipality)
    assert stream.wait("changed") < WITHIN_SECONDS
    stream.close()


def test_another_municipality_learns_nothing(processes: LiveProcesses, municipality: MunicipalityInbox) -> None:
    stranger = processes.cookie(municipality.cast.stranger)
    assert processes.open(stranger).status == 404
    own = processes.open(stranger, "novi-pazar")
    own.wait("ready")
    municipality.receive("Нема воде")
    assert own.quiet(2) == ["ready"]
    own.close()


def test_who_is_not_signed_in_gets_no_stream(processes: LiveProcesses, municipality: MunicipalityInbox) -> None:
    assert processes.open("").status == 302
    cookie = processes.cookie(municipality.cast.officer)
    assert processes.open(cookie[:-3] + "xyz").status == 302
    assert processes.status()["streams"] == 0


def test_a_right_that_was_lost_ends_with_the_stream(processes: LiveProcesses, municipality: MunicipalityInbox) -> None:
    """The browser asks again when it ends, and a web process looks at the membership anew."""
    assert settings.LIVE_STREAM_SECONDS <= 60
    cookie = processes.cookie(municipality.cast.officer)
    stream = processes.open(cookie)
    stream.wait("ready")
    Membership.objects.filter(user=municipality.cast.officer).update(ended_at=timezone.now())
    began = time.monotonic()
    stream.quiet(STREAM_SECONDS + 2)
    assert stream.has_ended
    assert stream.received.endswith("0\r\n\r\n"), "the end of the answer, so that browsers take it for complete"
    assert time.monotonic() - began <= STREAM_SECONDS + 1
    assert processes.open(cookie, seen=stream.last_id).status == 404


def test_what_came_while_a_browser_connects_again_is_said_at_once(
    processes: LiveProcesses, municipality: MunicipalityInbox
) -> None:
    municipality.receive("Нема воде")
    cookie = processes.cookie(municipality.cast.officer)
    stream = processes.open(cookie)
    stream.wait("ready")
    stream.close()
    again = processes.open(cookie, seen=stream.last_id)
    again.wait("ready")
    again.close()
    change(municipality)
    last = processes.open(cookie, seen=again.last_id)
    last.wait("changed")
    last.close()


def test_a_proxy_that_speaks_an_older_protocol_gets_an_unframed_stream(
    processes: LiveProcesses, municipality: MunicipalityInbox
) -> None:
    stream = processes.open(processes.cookie(municipality.cast.officer), protocol="HTTP/1.0")
    stream.wait("ready")
    assert "chunked" not in stream.received.lower()
    assert "\n\nid: " in stream.received.replace("\r", "")
    stream.close()


def test_many_changes_are_few_events(processes: LiveProcesses, municipality: MunicipalityInbox) -> None:
    municipality.receive("Нема воде")
    stream = processes.open(processes.cookie(municipality.cast.officer))
    stream.wait("ready")
    began = time.monotonic()
    for _ in range(300):
        change(municipality)
    seconds = time.monotonic() - began
    stream.quiet(1.5)
    assert 1 <= stream.events.count("changed") <= seconds + 2.5
    stream.close()


def test_the_page_for_administrators_sees_it(
    processes: LiveProcesses, municipality: MunicipalityInbox, settings: Any
) -> None:
    settings.LIVE_SOCKET, settings.METRICS_TOKEN = processes.path, "token"
    text = sign_in(municipality.cast.administrator).get("/installation/operations/").content.decode()
    assert "Live updates of the inbox" in text
    assert "open pages ask every 15 seconds" not in text
    metrics = Client().get("/metrics", headers={"Authorization": "Bearer token"}).content.decode()
    assert "\ndobosar_live_streams 0\n" in metrics


def test_a_long_path_of_the_socket_works_too(tmp_path: Path) -> None:
    """The address of a Unix socket has a hundred characters at most."""
    path = tmp_path / ("d" * 60) / ("e" * 60) / "live.sock"
    path.parent.mkdir(parents=True)
    with live_streams.short_address(path) as address, socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
    assert path.is_socket()


def test_one_person_has_so_many_streams_and_no_more(processes: LiveProcesses, municipality: MunicipalityInbox) -> None:
    cookie = processes.cookie(municipality.cast.officer)
    streams = [processes.open(cookie) for _ in range(live.MOST_OF_PERSON)]
    assert {stream.status for stream in streams} == {200}
    assert processes.open(cookie).status == 204
    other = processes.open(processes.cookie(municipality.cast.approver))
    assert other.status == 200
    for stream in [*streams, other]:
        stream.close()
    until(lambda: processes.status()["streams"] == 0)


@pytest.mark.parametrize("people", [4, pytest.param(20, marks=pytest.mark.slow)])
def test_hundreds_of_streams_are_cheap(processes: LiveProcesses, municipality: MunicipalityInbox, people: int) -> None:
    municipality.receive("Нема воде")
    assert processes.live is not None
    process = psutil.Process(processes.live.pid)
    before, busy = process.memory_info().rss, sum(process.cpu_times()[:2])
    streams = []
    for number in range(people):
        who = person(f"officer{number}")
        Membership.objects.create(user=who, municipality=municipality.cast.cuprija, role=Role.OFFICER)
        cookie = processes.cookie(who)
        streams += [processes.open(cookie) for _ in range(10)]
    assert {stream.status for stream in streams} == {200}
    open_now = processes.status()["streams"]
    change(municipality)
    began = time.monotonic()
    reached = sum("changed" in stream.quiet(0.02) for stream in streams)
    assert time.monotonic() - began < 2 * len(streams) * 0.02
    # On a slow machine the first end while the last begin.
    assert reached >= open_now - len(streams) // 2
    assert process.memory_info().rss - before < 20 * 2**20
    assert sum(process.cpu_times()[:2]) - busy < 2
    for stream in streams:
        stream.close()
    until(lambda: processes.status()["streams"] == 0)


def test_a_lost_connection_to_the_database_is_opened_again(
    processes: LiveProcesses, municipality: MunicipalityInbox
) -> None:
    municipality.receive("Нема воде")
    stream = processes.open(processes.cookie(municipality.cast.officer))
    stream.wait("ready")
    with owner_cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query = %s",
            [f"LISTEN {live_streams.NOTIFY_CHANNEL}"],
        )
        assert cursor.fetchall() == [(True,)]
    stream.wait("changed", seconds=5)  # nobody knows what was missed
    until(processes.listens)
    change(municipality)
    stream.wait("changed", 2)
    stream.close()


def test_without_the_process_a_browser_gets_none_and_comes_back_later(
    processes: LiveProcesses, municipality: MunicipalityInbox
) -> None:
    cookie = processes.cookie(municipality.cast.officer)
    stream = processes.open(cookie)
    stream.wait("ready")
    processes.kill_live()
    stream.quiet(2)
    assert stream.has_ended
    assert processes.open(cookie).status == 204
    assert processes.status() == {}
    processes.start_live()
    again = processes.open(cookie, seen=stream.last_id)
    again.wait("changed")
    again.close()


def test_the_web_process_serves_on_after_it_handed_connections_over(
    processes: LiveProcesses, municipality: MunicipalityInbox
) -> None:
    cookie = processes.cookie(municipality.cast.officer)
    for _ in range(30):
        stream = processes.open(cookie)
        stream.wait("ready")
        stream.close()
    assert processes.web is not None
    [worker] = psutil.Process(processes.web.pid).children()
    until(lambda: len(worker.net_connections("tcp")) < 15)
    assert worker.num_threads() < 12
