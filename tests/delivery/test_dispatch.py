"""The publisher: wakes when something becomes due, takes turns between municipalities, finishes what it has in hand."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from django.core.cache import cache
from django.db import connection
from django.test.utils import override_settings
from django.utils import timezone

from channels import rate_limits
from common.http import Answer
from delivery import dispatch, policies
from delivery.domain import claim
from delivery.domain.sweep import sweep
from delivery.enums import ReasonCode, State
from delivery.heartbeat import HEARTBEAT_KEY, send_heartbeat
from delivery.models import Attempt, Delivery
from delivery.queries import QueueHead
from municipalities.tenancy import everywhere
from tests.crash.workers import wait_for
from tests.delivery.conftest import Outbox, connected

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def publisher(
    threads: int = 4, longest_sleep: float = dispatch.MAX_SLEEP, *, heartbeat: bool = True
) -> Iterator[dispatch.Dispatcher]:
    """One at work in a thread of its own. `heartbeat`: wait for it first."""
    dispatcher = dispatch.Dispatcher(threads, pulse=send_heartbeat, longest_sleep=longest_sleep)

    def work() -> None:
        try:
            dispatcher.run()
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        if heartbeat:
            wait_for(lambda: cache.get(HEARTBEAT_KEY))
        yield dispatcher
    finally:
        dispatcher.stop()
        thread.join(60)
        _end_sessions()
    assert not thread.is_alive(), "it would publish what other tests put out"


def _end_sessions() -> None:
    """The threads' connections, so that the tables can be emptied."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = session_user"
        )


def public(outbox: Outbox, amount: int) -> Callable[[], bool]:
    return lambda: len(outbox.texts()) == amount


def state_of(outbox: Outbox, delivery: Delivery) -> str:
    return str(outbox.again(delivery).state)


# Longer than any test waits: whatever happens, something has woken it.
SOUNDLY = 100.0


def test_what_becomes_due_now_wakes_it(outbox: Outbox) -> None:
    with publisher(longest_sleep=SOUNDLY):
        time.sleep(0.3)  # it sleeps
        delivery = outbox.put()
        wait_for(public(outbox, 1))
        wait_for(lambda: state_of(outbox, delivery) == State.PUBLISHED)


def test_it_sleeps_until_the_time_of_a_post_and_not_longer(outbox: Outbox) -> None:
    delivery = outbox.put(due_in=1.5)
    with publisher(longest_sleep=SOUNDLY):
        wait_for(public(outbox, 1))
        assert timezone.now() >= delivery.due_at


def test_a_channel_keeps_its_order_and_has_one_call_under_way(outbox: Outbox) -> None:
    outbox.network.plan("hang", "/api/v1/statuses$", method="POST", seconds=0.2, times=3)
    for number in range(4):
        outbox.put(str(number), due_in=number - 10)
    with publisher():
        wait_for(public(outbox, 4))
    assert outbox.texts() == ["0", "1", "2", "3"]


def test_two_publishers_send_everything_once(outbox: Outbox) -> None:
    other = connected(outbox.cast, outbox.network, "bluesky")
    with publisher(), publisher():
        for number in range(12):
            outbox.put(str(number), due_in=number - 20, channel=[outbox.channel, other][number % 2])
        wait_for(public(outbox, 12))
        time.sleep(0.3)
    assert sorted(outbox.texts(), key=int) == [str(number) for number in range(12)]


@pytest.mark.parametrize("minutes", [5, -5])
def test_with_a_wrong_clock_it_publishes_nothing_and_gives_no_heartbeat(
    outbox: Outbox, minutes: int, caplog: pytest.LogCaptureFixture
) -> None:
    outbox.put(due_in=-1000)
    with ExitStack() as moved:
        moved.enter_context(time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=True))
        with publisher(longest_sleep=0.1, heartbeat=False):
            wait_for(lambda: "The clock of this machine is 300 s" in caplog.text)
            time.sleep(1.5)
            assert cache.get(HEARTBEAT_KEY) is None
            assert outbox.texts() == []
            moved.close()
            wait_for(lambda: cache.get(HEARTBEAT_KEY))
            wait_for(public(outbox, 1))


def test_asked_to_stop_it_finishes_the_call_under_way(outbox: Outbox) -> None:
    outbox.network.plan("commit_then_hang", "/api/v1/statuses$", method="POST")
    delivery, next_one = outbox.put("прва", due_in=-2), outbox.put("друга", due_in=-1)
    with publisher() as dispatcher:
        wait_for(public(outbox, 1))
        dispatcher.stop()
        outbox.network.release()
    assert state_of(outbox, delivery) == State.PUBLISHED
    assert state_of(outbox, next_one) == State.SCHEDULED


def test_a_database_that_restarts_costs_no_answer(outbox: Outbox) -> None:
    outbox.network.plan("commit_then_hang", "/api/v1/statuses$", method="POST")
    delivery = outbox.put()
    with publisher():
        wait_for(public(outbox, 1))
        _end_sessions()
        outbox.network.release()
        wait_for(lambda: state_of(outbox, delivery) == State.PUBLISHED)
        second = outbox.put("после")
        wait_for(lambda: state_of(outbox, second) == State.PUBLISHED)
    assert outbox.outcomes(delivery) == ["ok"]


def test_a_call_that_does_not_end_makes_the_process_end_without_it(outbox: Outbox, settings: Any) -> None:
    settings.CELERY_TASK_TIME_LIMIT = 0.5
    outbox.network.plan("hang", "/api/v1/statuses$", method="POST")
    outbox.put()
    dispatcher = dispatch.Dispatcher(2)
    assert dispatcher.run() is False  # the call is still in hand
    outbox.network.release()
    dispatcher._pool.shutdown()
    _end_sessions()


def test_what_a_look_opened_is_sent_within_a_second(outbox: Outbox) -> None:
    delivery = outbox.opened()
    with publisher():
        wait_for(public(outbox, 1))
        wait_for(lambda: state_of(outbox, delivery) == State.PUBLISHED)
    assert outbox.outcomes(delivery) == ["ok"]


def _listeners() -> list[int]:
    """Process ids of the connections that listen for wake-ups."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
            " AND pid <> pg_backend_pid()"
        )
        return [pid for (pid,) in cursor.fetchall()]


@contextmanager
def listening_publisher(longest_sleep: float) -> Iterator[Callable[[], list[int]]]:
    """One at work that listens, and what returns the process ids of its listening connections.

    A worker of the crash suite, which is paused between its tests, may listen in the same database.
    """
    others = _listeners()

    def own() -> list[int]:
        return [pid for pid in _listeners() if pid not in others]

    with publisher(longest_sleep=longest_sleep):
        wait_for(own)
        yield own


def test_a_lost_wake_up_connection_is_opened_again(outbox: Outbox) -> None:
    with listening_publisher(SOUNDLY) as listeners:
        [pid] = listeners()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        wait_for(lambda: [other for other in listeners() if other != pid])
        outbox.put()
        wait_for(public(outbox, 1))


def test_what_became_due_while_nobody_listened_is_sent_when_it_listens_again(outbox: Outbox) -> None:
    with listening_publisher(SOUNDLY) as listeners:
        [pid] = listeners()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        outbox.put()
        wait_for(public(outbox, 1))


def test_without_wake_ups_it_publishes_all_the_same(outbox: Outbox, settings: Any) -> None:
    settings.DATABASE_DIRECT_URL = "postgresql://nobody@127.0.0.1:1/nowhere"
    others = _listeners()
    with publisher():
        delivery = outbox.put()
        wait_for(lambda: state_of(outbox, delivery) == State.PUBLISHED)
        assert set(_listeners()) <= set(others)


def test_wake_ups_come_by_the_direct_address(outbox: Outbox, settings: Any) -> None:
    db = connection.settings_dict
    address = f"postgresql://{db['USER']}:{db['PASSWORD']}@{db['HOST']}:{db['PORT']}/{db['NAME']}"
    settings.DATABASE_DIRECT_URL = f"{address}?application_name=direct"
    with listening_publisher(SOUNDLY) as listeners:
        [pid] = listeners()
        with connection.cursor() as cursor:
            cursor.execute("SELECT application_name FROM pg_stat_activity WHERE pid = %s", [pid])
            assert cursor.fetchone() == ("direct",)
        outbox.put()
        wait_for(public(outbox, 1))


def test_without_valkey_it_publishes_all_the_same(outbox: Outbox, settings: Any) -> None:
    caches = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    delivery = outbox.put()
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0", CACHES=caches), publisher(heartbeat=False):
        wait_for(lambda: state_of(outbox, delivery) == State.PUBLISHED)
    assert outbox.outcomes(delivery) == ["ok"]


def test_what_it_took_and_did_not_send_comes_back_after_the_lease(outbox: Outbox) -> None:
    delivery = outbox.put()
    [work] = claim.take_due(timezone.now(), 5)
    assert work.attempt.taken_at
    sweep(outbox.again(delivery).lease_until + timedelta(seconds=1))
    assert (state_of(outbox, delivery), outbox.outcomes(delivery)) == (State.SCHEDULED, ["never_sent"])


def test_a_call_keeps_its_lease_while_its_publisher_is_alive(outbox: Outbox, settings: Any) -> None:
    settings.LEASE_SECONDS, settings.CALL_DEADLINE_SECONDS = 2, 30
    outbox.network.plan("commit_then_hang", "/api/v1/statuses$", method="POST", seconds=30)
    with publisher(), publisher():
        delivery = outbox.put()
        wait_for(lambda: state_of(outbox, delivery) == State.SENDING)
        began = time.monotonic()
        while time.monotonic() < began + 5:
            assert state_of(outbox, delivery) == State.SENDING
            time.sleep(0.1)
        outbox.network.release()
        wait_for(lambda: state_of(outbox, delivery) == State.PUBLISHED)
    assert outbox.outcomes(delivery) == ["ok"]


def test_a_call_without_progress_loses_its_lease_although_its_publisher_is_alive(outbox: Outbox, settings: Any) -> None:
    settings.LEASE_SECONDS = 2
    outbox.network.plan("commit_then_hang", "/api/v1/statuses$", method="POST", seconds=30)
    settings.CALL_DEADLINE_SECONDS, settings.CELERY_TASK_TIME_LIMIT = 30, 1
    with publisher(heartbeat=False):
        delivery = outbox.put()
        wait_for(lambda: state_of(outbox, delivery) == State.SENDING)
        with publisher(heartbeat=False):
            wait_for(lambda: state_of(outbox, delivery) == State.CHECKING)
            outbox.network.release()
            wait_for(lambda: state_of(outbox, delivery) == State.PUBLISHED)


def test_what_a_dead_publisher_held_is_sent_by_another_without_valkey_and_beat(outbox: Outbox, settings: Any) -> None:
    settings.LEASE_SECONDS = 2
    first, second = outbox.put("прва", due_in=-2), outbox.put("друга", due_in=-1)
    assert [work.delivery.pk for work in claim.take_due(timezone.now(), 5)] == [first.pk]  # and then it dies
    caches = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0", CACHES=caches), publisher(heartbeat=False):
        wait_for(lambda: {state_of(outbox, row) for row in (first, second)} == {State.PUBLISHED})
    assert (outbox.texts(), outbox.outcomes(first)) == (["прва", "друга"], ["never_sent", "ok"])


def test_a_gate_that_fails_for_one_stops_no_other(outbox: Outbox) -> None:
    other = connected(outbox.cast, outbox.network, "bluesky")
    broken, fine = outbox.put("прва"), outbox.put("друга", channel=other)

    def gate(delivery: Delivery) -> policies.PolicyDecision:
        if delivery.pk == broken.pk:
            with everywhere("a statement that fails"):
                list(Delivery.objects.extra(where=["no_such_column = 1"]))
        return policies.allow()

    policies.register(outbox.again(broken).kind, gate)
    assert [work.delivery.pk for work in claim.take_due(timezone.now(), 5)] == [fine.pk]
    assert state_of(outbox, broken) == State.SCHEDULED


def test_several_held_at_once_are_each_told_why(outbox: Outbox) -> None:
    other = connected(outbox.cast, outbox.network, "bluesky")
    held = [outbox.put("прва"), outbox.put("друга", channel=other)]
    outbox.gate.say(policies.defer(ReasonCode.PAUSED, "Дан жалости"))
    assert claim.take_due(timezone.now(), 5) == []
    assert {outbox.again(delivery).problem for delivery in held} == {"Дан жалости"}
    with outbox.inside():
        assert not Attempt.objects.exists()


# ---- turns


def head(pk: int, municipality: int, *, urgent: bool = False, minutes: int = 0) -> QueueHead:
    return QueueHead(
        pk, municipality, urgent, timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=minutes)
    )


def test_municipalities_take_turns_whoever_was_due_first() -> None:
    many = [head(n, 1, minutes=60 - n) for n in range(5)]
    one = head(9, 2, minutes=1)
    assert [queue_head.pk for queue_head in claim.round_robin([*many, one], {})] == [0, 9, 1, 2, 3, 4]
    # what is under way counts as a turn that was had
    assert claim.round_robin([*many, one], {1: 3})[0] is one


def test_urgent_ones_are_first_whoever_has_had_turns() -> None:
    flood = head(7, 1, urgent=True)
    assert claim.round_robin([head(1, 2, minutes=60), flood], {1: 9})[0] is flood


# ---- what the networks take


def out_of_budget(outbox: Outbox) -> None:
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-limit": "300", "x-ratelimit-reset": "60"}
    answer = Answer(200, headers, b"", outbox.channel.server)
    rate_limits.record_answer(outbox.channel.pk, outbox.channel.server, answer, commits=True)


def test_without_budget_a_post_waits_and_uses_up_no_try(outbox: Outbox) -> None:
    delivery = outbox.put()
    out_of_budget(outbox)
    assert outbox.tick() == []
    waiting = outbox.again(delivery)
    assert (waiting.state, waiting.attempt_count) == (State.SCHEDULED, 0)
    outbox.tick(timezone.now() + timedelta(seconds=61))
    assert state_of(outbox, delivery) == State.PUBLISHED


def test_what_is_urgent_is_tried_all_the_same(outbox: Outbox) -> None:
    outbox.put("вест")
    flood = outbox.put("Поплава", urgent=True)
    out_of_budget(outbox)
    outbox.tick()
    assert outbox.texts() == ["Поплава"]
    assert state_of(outbox, flood) == State.PUBLISHED


def test_a_server_that_does_not_answer_is_left_alone_and_then_looked_at_once(outbox: Outbox) -> None:
    first, second = outbox.put("прва", due_in=-2), outbox.put("друга", due_in=-1)
    for _ in range(rate_limits.FAILURES):
        rate_limits.record_answer(outbox.channel.pk, outbox.channel.server, None, commits=False)
    assert outbox.tick() == []
    later = timezone.now() + timedelta(seconds=20)
    assert len(outbox.tick(later)) == 1
    assert (state_of(outbox, first), state_of(outbox, second)) == (State.PUBLISHED, State.SCHEDULED)
    outbox.tick()
    assert outbox.texts() == ["прва", "друга"]


def test_uploads_and_one_server_leave_a_quarter_of_the_hands() -> None:
    def heavy(pk: int, server: str) -> QueueHead:
        return QueueHead(pk, 1, False, timezone.now(), pk, server, heavy=True)

    room = dispatch.Capacity(8, [])
    assert [room.takes(heavy(n, f"https://{n}.example")) for n in range(8)] == [True] * 6 + [False] * 2
    assert room.takes(head(9, 1))
    room = dispatch.Capacity(8, [dispatch.ActiveCall(0, "https://slow.example", False)] * 6)
    assert not room.takes(QueueHead(1, 1, False, timezone.now(), 1, "https://slow.example"))
    assert room.takes(QueueHead(2, 1, False, timezone.now(), 2, "https://other.example"))


@pytest.mark.parametrize(("threads", "most"), [(1, 1), (2, 1), (4, 3)])
def test_also_a_small_publisher_keeps_a_thread_for_other_servers(threads: int, most: int) -> None:
    room = dispatch.Capacity(threads, [])
    of_one_server = [QueueHead(n, 1, False, timezone.now(), n, "https://slow.example") for n in range(threads)]
    assert [room.takes(row) for row in of_one_server].count(True) == most


def test_a_clock_that_goes_wrong_and_right_again_is_logged_once_each_time(caplog: pytest.LogCaptureFixture) -> None:
    dispatcher = dispatch.Dispatcher(1)
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=True):
        dispatcher._compare_clocks()
        dispatcher._compare_clocks()
    (ahead,) = caplog.messages
    assert "ahead of" in ahead
    for _round in range(2):
        dispatcher._compare_clocks()
    assert [message for message in caplog.messages if "is right again" in message] == caplog.messages[1:]
    assert len(caplog.messages) == 2


def test_with_calls_under_way_claims_are_not_closer_together_than_their_interval() -> None:
    dispatcher = dispatch.Dispatcher(2)
    dispatcher.busy[1] = dispatch.ActiveCall(time.monotonic(), "https://slow.example", False)
    dispatcher._claimed_at = time.monotonic()
    dispatcher._wake()
    dispatcher._sleep(60)
    assert time.monotonic() - dispatcher._claimed_at >= dispatch.CLAIM_INTERVAL
