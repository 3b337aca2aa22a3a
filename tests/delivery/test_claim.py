"""What is due, in which order, and what is not sent any more."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from delivery import policies, rules
from delivery.domain import attempts, release
from delivery.domain.claim import take_due, take_opened
from delivery.domain.sweep import sweep
from delivery.enums import Outcome, ReasonCode, State, Step
from delivery.models import Attempt, Delivery
from tests.delivery.conftest import Outbox, connected

pytestmark = pytest.mark.django_db
BELGRADE = ZoneInfo("Europe/Belgrade")


def states(outbox: Outbox, *deliveries: Delivery) -> list[str]:
    return [outbox.again(delivery).state for delivery in deliveries]


# ---- approval


def test_a_late_approval_expires_the_delivery(outbox: Outbox) -> None:
    delivery = outbox.put(due_in=60, approved=False)
    with time_machine.travel(delivery.due_at + timedelta(seconds=1), tick=True), outbox.inside():
        release.release(outbox.again(delivery), by=outbox.cast.approver)
    expired = outbox.again(delivery)
    assert (expired.state, expired.reason) == (State.EXPIRED, ReasonCode.NOT_APPROVED)


def test_what_nobody_approved_expires_at_its_time_and_is_not_sent(outbox: Outbox) -> None:
    delivery = outbox.put(due_in=60, approved=False)
    outbox.tick(delivery.due_at - timedelta(seconds=1))
    assert states(outbox, delivery) == [State.WAITING]
    outbox.tick(delivery.due_at)
    assert states(outbox, delivery) == [State.EXPIRED]
    assert outbox.texts() == []


def test_an_approval_in_time_lets_it_go(outbox: Outbox) -> None:
    delivery = outbox.put(due_in=60, approved=False)
    with outbox.inside():
        release.release(delivery, by=outbox.cast.approver)
    outbox.tick(delivery.due_at)
    assert states(outbox, delivery) == [State.PUBLISHED]


def test_what_is_past_its_last_moment_expires(outbox: Outbox) -> None:
    delivery = outbox.put()
    outbox.tick(delivery.not_after + timedelta(seconds=1))
    assert (outbox.again(delivery).reason, states(outbox, delivery)) == (ReasonCode.TOO_LATE, [State.EXPIRED])
    assert outbox.texts() == []


# ---- pause


def test_a_pause_thirty_seconds_before_holds_it_back_at_its_time(outbox: Outbox) -> None:
    delivery = outbox.put(due_in=30)
    outbox.gate.say(policies.defer(ReasonCode.PAUSED, "Дан жалости"))
    outbox.tick(delivery.due_at)
    held = outbox.again(delivery)
    assert (held.state, held.reason, held.problem) == (State.WAITING, ReasonCode.PAUSED, "Дан жалости")
    assert outbox.texts() == []


def test_resuming_flushes_no_backlog(outbox: Outbox) -> None:
    missed = [outbox.put(f"објава {n}", due_in=-60 * n) for n in range(1, 6)]
    outbox.gate.say(policies.defer(ReasonCode.PAUSED))
    for _ in missed:
        outbox.tick()
    assert set(states(outbox, *missed)) == {State.WAITING}
    outbox.gate.say(policies.allow())
    sweep(timezone.now())
    outbox.tick()
    assert set(states(outbox, *missed)) == {State.EXPIRED}
    assert outbox.texts() == []


def test_what_was_held_goes_out_when_its_time_is_still_to_come(outbox: Outbox) -> None:
    delivery = outbox.put(due_in=60)
    outbox.gate.say(policies.defer(ReasonCode.PAUSED))
    outbox.tick(delivery.due_at)  # a tick of a worker whose clock is ahead
    sweep(timezone.now())
    assert states(outbox, delivery) == [State.WAITING]
    outbox.gate.say(policies.allow())
    sweep(timezone.now())
    assert states(outbox, delivery) == [State.SCHEDULED]


def test_what_stays_paused_expires_at_its_last_moment(outbox: Outbox) -> None:
    delivery = outbox.put()
    outbox.gate.say(policies.defer(ReasonCode.PAUSED))
    outbox.tick()
    outbox.tick(delivery.not_after + timedelta(seconds=1))
    assert (outbox.again(delivery).state, outbox.again(delivery).reason) == (State.EXPIRED, ReasonCode.PAUSED)


def test_a_channel_that_lost_its_access_holds_what_is_scheduled_and_gives_it_back(outbox: Outbox) -> None:
    delivery = outbox.put(due_in=600)
    set_channel(outbox, "needs_consent")
    sweep(timezone.now())
    assert (outbox.again(delivery).state, outbox.again(delivery).reason) == (State.WAITING, ReasonCode.NEEDS_CONSENT)
    set_channel(outbox, "connected")
    sweep(timezone.now())
    assert states(outbox, delivery) == [State.SCHEDULED]


def set_channel(outbox: Outbox, state: str) -> None:
    with outbox.inside():
        type(outbox.channel).objects.filter(pk=outbox.channel.pk).update(state=state)


# ---- order


def test_a_channel_keeps_its_order(outbox: Outbox) -> None:
    page = connected(outbox.cast, outbox.network, "facebook")
    outbox.network.plan("rate_limit", "/feed$", method="POST", seconds=300)
    first, second = (outbox.put(text, due_in=due_in, channel=page) for text, due_in in (("прва", -2), ("друга", -1)))
    outbox.tick()
    outbox.tick()
    assert states(outbox, first, second) == [State.SCHEDULED, State.SCHEDULED]
    assert outbox.texts() == []
    later = outbox.again(first).next_at
    with time_machine.travel(later, tick=True):
        for _ in range(2):
            outbox.tick()
    assert outbox.texts() == ["прва", "друга"]


def test_another_channel_does_not_wait(outbox: Outbox) -> None:
    other = connected(outbox.cast, outbox.network, "bluesky")
    outbox.network.plan("rate_limit", "/api/v1/statuses", method="POST", seconds=300)
    outbox.put("прва", due_in=-2)
    outbox.put("друга", due_in=-1, channel=other)
    outbox.tick()
    assert outbox.texts() == ["друга"]


def test_something_unknown_does_not_hold_up_the_channel(careful: Outbox) -> None:
    careful.network.plan("drop_before", "/api/v1/statuses", method="POST")
    first, second = careful.put("прва", due_in=-2), careful.put("друга", due_in=-1)
    careful.tick()
    careful.tick()
    assert states(careful, first, second) == [State.CHECKING, State.PUBLISHED]


# ---- workers


@pytest.mark.django_db(transaction=True)
def test_two_workers_claim_everything_once(outbox: Outbox) -> None:
    with outbox.inside():
        others = [connected(outbox.cast, outbox.network, "bluesky")]
    deliveries = [outbox.put(f"{n}", due_in=-n, channel=[outbox.channel, *others][n % 2]) for n in range(8)]
    claimed: list[int] = []
    start = threading.Barrier(4)

    def worker() -> None:
        try:
            start.wait()
            for _ in range(3):
                claimed.extend(work.attempt.pk for work in take_due(timezone.now(), 50))
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # one per channel: the others wait for their turn
    assert len(claimed) == len(set(claimed)) == 2
    assert states(outbox, *deliveries).count(State.SENDING) == 2


def test_a_claim_of_a_publisher_that_died_comes_back_without_a_call(outbox: Outbox) -> None:
    delivery = outbox.put()
    [work] = take_due(timezone.now(), 50)
    sweep(outbox.again(delivery).lease_until + timedelta(seconds=1))
    assert outbox.outcomes(delivery) == [Outcome.NEVER_SENT]
    assert states(outbox, delivery) == [State.SCHEDULED]
    assert work.attempt.number == 1
    outbox.tick(outbox.again(delivery).next_at)
    assert (outbox.texts(), outbox.outcomes(delivery)) == ([delivery.payload["text"]], ["never_sent", "ok"])


def test_a_worker_that_died_after_the_call_leaves_it_to_be_checked(outbox: Outbox) -> None:
    delivery = outbox.put()
    take_due(timezone.now(), 50)
    with outbox.inside():
        Attempt.objects.filter(delivery=delivery).update(sent_at=timezone.now())
    sweep(timezone.now())
    assert states(outbox, delivery) == [State.SENDING]  # the lease still runs
    sweep(outbox.again(delivery).lease_until + timedelta(seconds=1))
    unknown = outbox.again(delivery)
    assert (unknown.state, unknown.reason) == (State.CHECKING, ReasonCode.WORKER_DIED)
    assert outbox.outcomes(delivery) == [Outcome.UNKNOWN]


def test_an_attempt_has_one_publisher(outbox: Outbox) -> None:
    delivery = outbox.opened()
    with outbox.inside():
        assert attempts.take(delivery, 1) is not None
        assert attempts.take(delivery, 1) is None
    assert take_opened(5) == []


def test_what_a_look_opened_is_taken_and_sent_by_a_publisher(outbox: Outbox) -> None:
    delivery = outbox.opened()
    assert take_due(timezone.now(), 5) == []
    assert outbox.tick() == [(delivery.pk, 1)]
    assert outbox.texts() == [delivery.payload["text"]]
    assert states(outbox, delivery) == [State.PUBLISHED]


def test_what_no_publisher_takes_comes_back_after_the_lease(outbox: Outbox) -> None:
    delivery = outbox.opened()
    sweep(delivery.lease_until + timedelta(seconds=1))
    assert outbox.outcomes(delivery) == [Outcome.NEVER_SENT]
    assert take_opened(5) == []


def test_deadline_time_limit_and_lease_are_in_order(settings: Any) -> None:
    from portal import settings as product

    assert product.CALL_DEADLINE_SECONDS < product.CELERY_TASK_TIME_LIMIT < product.TASK_LEASE_SECONDS
    assert product.VIDEO_CALL_DEADLINE_SECONDS < product.VIDEO_TASK_TIME_LIMIT
    assert product.CALL_DEADLINE_SECONDS < product.VIDEO_CALL_DEADLINE_SECONDS


# ---- what the database itself refuses


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "published", "published_at": timezone.now()}, "published_has_remote_id"),
        ({"state": "published", "remote_id": "1"}, "published_has_time"),
        ({"state": "sending"}, "sending_has_lease"),
        ({"state": "unconfirmed"}, "unconfirmed_is_unknown"),
        ({"unknown_since": timezone.now()}, "unknown_is_not_sent_again"),
        ({"state": "lost"}, "state_is_known"),
        ({"not_after": datetime(2000, 1, 1, tzinfo=UTC)}, "not_after_follows_due"),
    ],
)
def test_the_database_refuses_a_row_that_contradicts_itself(outbox: Outbox, changes: Any, constraint: str) -> None:
    delivery = outbox.put()
    with outbox.inside(), pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(**changes)


def attempt(delivery: Delivery, number: int, **fields: Any) -> Attempt:
    return Attempt.objects.create(
        municipality_id=delivery.municipality_id, delivery=delivery, number=number, opened_at=timezone.now(),
        **{"step": Step.CREATE, **fields},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "constraint"),
    [
        ({}, {"number": 1, "closed_at": timezone.now(), "outcome": "held"}, "attempt_number"),
        ({}, {}, "one_open_attempt"),
        ({"closed_at": timezone.now(), "outcome": "ok"}, {"closed_at": timezone.now(), "outcome": "ok"}, "one_success"),
        ({"closed_at": timezone.now(), "outcome": "ok"}, {"closed_at": timezone.now()}, "closed_has_outcome"),
        ({"closed_at": timezone.now(), "outcome": "ok"}, {"outcome": "ok"}, "closed_has_outcome"),
        ({"closed_at": timezone.now(), "outcome": "ok"}, {"sent_at": timezone.now()}, "sent_was_taken"),
    ],
)
def test_the_database_refuses_attempts_that_cannot_be(outbox: Outbox, first: Any, second: Any, constraint: str) -> None:
    delivery = outbox.put()
    with outbox.inside():
        attempt(delivery, 1, **first)
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            attempt(delivery, second.pop("number", 2), **second)


def test_one_post_of_a_network_belongs_to_one_delivery(outbox: Outbox) -> None:
    one, other = outbox.put(), outbox.put()
    with outbox.inside():
        Delivery.objects.filter(pk=one.pk).update(remote_id="7")
        with pytest.raises(IntegrityError, match="one_delivery_per_remote_post"), transaction.atomic():
            Delivery.objects.filter(pk=other.pk).update(remote_id="7")


# ---- the night the clocks change


def test_the_change_of_clocks_does_not_stretch_the_last_moment(outbox: Outbox) -> None:
    # 25 October 2026: 02:30 exists twice in Belgrade.
    first = datetime(2026, 10, 25, 2, 30, fold=0, tzinfo=BELGRADE)
    second = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=BELGRADE)
    assert second.astimezone(UTC) - first.astimezone(UTC) == timedelta(hours=1)
    for local in (first, second):
        due = local.astimezone(UTC)
        assert rules.not_after(due, 120) - due == timedelta(hours=2)


def test_the_hour_that_exists_twice_is_sent_in_the_one_that_was_meant(outbox: Outbox) -> None:
    second = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=BELGRADE)
    with time_machine.travel(datetime(2026, 10, 24, 12, tzinfo=UTC), tick=False):
        delivery = outbox.put(due_at=second.astimezone(UTC))
        assert take_due(datetime(2026, 10, 25, 0, 31, tzinfo=UTC), 50) == []  # 02:31 for the first time
        assert len(take_due(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), 50)) == 1
    assert states(outbox, delivery) == [State.SENDING]
