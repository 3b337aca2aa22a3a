"""Mail to administrators about what does not work: one when it has lasted, one when it is over, in their language."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine

from django.core import mail as sent_mail
from django.core.cache import cache
from django.db import connection

from accounts.models import User
from common.enums import MailState
from common.models import Incident, MailMessage
from portal import alerts, queues, tasks
from portal.health import PARTS
from tests.crash.workers import PATIENCE_SECONDS, command, environment, wait_for
from tests.people import Cast
from tests.portal.test_health import all_up
from tests.portal.test_logs import console

__all__ = ["all_up", "console"]
START = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)


class Clock:
    """Checks every 30 seconds, as the product does, while `minutes` go by. Beat is what does not work, or nothing."""

    def __init__(self, clock: Any) -> None:
        self.clock = clock

    def pass_minutes(self, minutes: float, *, works: bool) -> None:
        for _ in range(int(minutes * 2)):
            self.clock.shift(timedelta(seconds=30))
            if works:
                cache.set(tasks.BEAT_KEY, 1)
            else:
                cache.delete(tasks.BEAT_KEY)
            alerts.check()


@pytest.fixture
def clock(all_up: None, settings: Any) -> Iterator[Clock]:
    settings.ALERT_MINUTES = 5
    settings.CLOCK_TOLERANCE_SECONDS = 0
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    alerts._outage.__init__()  # type: ignore[misc]
    with time_machine.travel(START, tick=False) as clock:
        yield Clock(clock)


@pytest.fixture
def people(cast: Cast) -> list[User]:
    cast.administrator.language = "sr"
    cast.administrator.save()
    return [
        cast.administrator,
        User.objects.create(email="second@example.org", name="Second", language="en", is_administrator=True),
    ]


def subjects() -> list[str]:
    return [message.subject for message in sent_mail.outbox]


def test_what_lasts_is_one_mail_to_each_administrator_and_one_more_when_it_is_over(
    clock: Clock, people: list[User]
) -> None:
    clock.pass_minutes(5, works=False)
    assert subjects() == []
    clock.pass_minutes(0.5, works=False)
    assert sorted(subjects()) == ["Dobošar: something does not work", "Добошар: нешто не ради"]
    clock.pass_minutes(20, works=False)
    incident = Incident.objects.get()
    assert incident.alerted_at - incident.began_at == timedelta(minutes=5)
    clock.pass_minutes(4.5, works=True)
    assert len(subjects()) == 2
    clock.pass_minutes(10, works=True)
    assert sorted(subjects()[2:]) == ["Dobošar: everything works again", "Добошар: све поново ради"]
    assert sorted(message.to[0] for message in sent_mail.outbox[2:]) == sorted(person.email for person in people)
    (english,) = [message for message in sent_mail.outbox[:2] if message.to == ["second@example.org"]]
    assert "- Periodic tasks" in english.body
    assert "/installation/operations/" in english.body
    assert "5:00" in english.body, "the time is that of Belgrade"


def test_what_is_short_is_no_incident(clock: Clock, people: list[User]) -> None:
    clock.pass_minutes(4, works=False)
    assert Incident.objects.count() == 1
    clock.pass_minutes(10, works=True)
    assert subjects() == []
    assert Incident.objects.count() == 0


def test_what_comes_and_goes_is_one_incident(clock: Clock, people: list[User]) -> None:
    for _ in range(6):
        clock.pass_minutes(2, works=False)
        clock.pass_minutes(2, works=True)
    assert len(subjects()) == len(people)
    clock.pass_minutes(10, works=True)
    assert len(subjects()) == 2 * len(people)


def test_a_second_incident_is_mailed_again(clock: Clock, people: list[User]) -> None:
    for _ in range(2):
        clock.pass_minutes(6, works=False)
        clock.pass_minutes(6, works=True)
    assert len(subjects()) == 4 * len(people)


def test_a_start_after_the_installation_was_stopped_is_no_incident(clock: Clock, people: list[User]) -> None:
    clock.pass_minutes(1, works=False)
    clock.clock.shift(timedelta(hours=8))
    clock.pass_minutes(2, works=False)
    clock.pass_minutes(10, works=True)
    assert subjects() == []


def test_with_0_minutes_nobody_is_mailed(clock: Clock, people: list[User], settings: Any) -> None:
    settings.ALERT_MINUTES = 0
    clock.pass_minutes(10, works=False)
    assert subjects() == []
    assert Incident.objects.count() == 0


def test_a_mail_server_that_is_away_is_said_in_the_log_and_the_mail_waits(
    clock: Clock, people: list[User], settings: Any, console: io.StringIO
) -> None:
    settings.MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    clock.pass_minutes(6, works=False)
    lines = [line for line in console.getvalue().splitlines() if " portal.alerts " in line]
    assert sum("An administrator could not be mailed" in line for line in lines) == len(people)
    assert "Connection refused" in lines[-1]
    assert "Does not work: beat (2 administrators are mailed)" in lines[0]
    assert set(MailMessage.objects.values_list("state", flat=True)) == {MailState.WAITING}


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_is_said_in_the_log_once(clock: Clock, console: io.StringIO) -> None:
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = "1"
    try:
        clock.pass_minutes(30, works=True)
    finally:
        connection.settings_dict["PORT"] = port
        connection.close()
    clock.pass_minutes(1, works=True)
    away, back = [line for line in console.getvalue().splitlines() if " portal.alerts " in line]
    assert "ERROR portal.alerts - The database has not answered for 5 minutes" in away
    assert "WARNING portal.alerts - The database answers again after 30 minutes" in back


@pytest.mark.django_db(transaction=True)
def test_several_that_check_at_the_same_moment_see_one_incident_and_send_one_mail(
    clock: Clock, people: list[User]
) -> None:
    cache.delete(tasks.BEAT_KEY)
    check_together()
    assert Incident.objects.count() == 1
    clock.pass_minutes(4.5, works=False)
    clock.clock.shift(timedelta(minutes=1))
    check_together()
    assert len(subjects()) == len(people)
    assert Incident.objects.count() == 1


def check_together(processes: int = 4) -> None:
    together = Barrier(processes)

    def run() -> None:
        together.wait()
        alerts.check()
        connection.close()

    threads = [Thread(target=run) for _ in range(processes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_the_thread_of_a_publisher_checks_until_it_is_stopped(settings: Any) -> None:
    settings.ALERT_MINUTES = 5
    watcher = alerts.Watcher(seconds=0.05)
    watcher.start()
    try:
        incident = wait_for(lambda: Incident.objects.first(), 60, "nobody checked")
    finally:
        watcher.stop()
        watcher._thread.join()
    assert {"beat", "publisher"} <= set(incident.parts) <= set(PARTS)


def test_beat_starts_a_check_in_a_queue_that_somebody_waits_for(clock: Clock, people: list[User]) -> None:
    from portal.schedule import SCHEDULE

    assert SCHEDULE["alerts"]["task"] == tasks.check_health.name
    clock.pass_minutes(5, works=False)
    clock.clock.shift(timedelta(seconds=30))
    tasks.check_health.apply()
    assert len(subjects()) == len(people)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_publisher_finds_what_does_not_work_without_beat(tmp_path: Any) -> None:
    environ = {**environment(tmp_path, []), "ALERT_MINUTES": "5"}
    with (tmp_path / "log").open("wb") as out:
        worker = subprocess.Popen(command("alerts", served=queues.PUBLISHING), env=environ, stdout=out, stderr=out)
    try:
        incident = wait_for(lambda: Incident.objects.first(), PATIENCE_SECONDS, "the publisher did not check")
    finally:
        worker.terminate()
        worker.wait(PATIENCE_SECONDS)
    assert "beat" in incident.parts
    assert "publisher" not in incident.parts
