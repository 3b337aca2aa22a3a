"""Networks that prepare a post before it is public, connectors that break, and taking posts down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from django.utils import timezone

from channels.models import Channel
from delivery.domain import check_status, reconcile, sweep, take_down, withdraw
from delivery.domain.move import NoSuchMove
from delivery.enums import Outcome, ReasonCode, State
from delivery.models import Delivery
from municipalities.tenancy import everywhere
from platforms.errors import NeedsConsent, NotReached, OutcomeUnknown, RateLimited, Rejected
from platforms.registry import PLATFORMS
from platforms.types import ContainerExpired, Pending, Ready
from tests.delivery.conftest import Outbox
from tests.delivery.slow_network import SlowNetwork, published
from tests.publishing import deliver

pytestmark = pytest.mark.django_db


@pytest.fixture
def slow(outbox: Outbox, monkeypatch: Any) -> Outbox:
    import dataclasses

    network = dataclasses.replace(PLATFORMS["mastodon"], path="tests.delivery.slow_network.SlowNetwork")
    monkeypatch.setitem(PLATFORMS, "slow", network)
    with outbox.inside():
        Channel.objects.update(platform="slow")
        outbox.channel.refresh_from_db()
    SlowNetwork.forget()
    return outbox


def processing(slow: Outbox, *script: Any) -> Delivery:
    SlowNetwork.script.extend([Pending("receipt"), *script])
    delivery = slow.put()
    slow.tick()
    assert (slow.again(delivery).state, slow.again(delivery).token) == (State.PROCESSING, "receipt")
    return delivery


def ask(slow: Outbox, delivery: Delivery) -> list[tuple[int, int]]:
    """Ask once; the attempts that have to be made because of the answer."""
    with time_machine.travel(slow.again(delivery).next_at, tick=True):
        asked = [
            (delivery_id, check_status.check_status(delivery_id))
            for delivery_id in check_status.claim_status_checks(timezone.now())
        ]
    return [(delivery_id, number) for delivery_id, number in asked if number is not None]


def test_a_receipt_publishes(slow: Outbox) -> None:
    delivery = processing(slow, Pending("receipt"), NotReached("no line"), published())
    for _ in range(3):
        ask(slow, delivery)
    assert slow.again(delivery).state == State.PUBLISHED
    assert slow.outcomes(delivery) == ["pending", "pending", "not_reached", "ok"]
    assert len(SlowNetwork.public) == 1


def test_a_refusal_while_preparing_fails(slow: Outbox) -> None:
    delivery = processing(slow, Rejected("The picture cannot be read."))
    ask(slow, delivery)
    assert (slow.again(delivery).state, slow.again(delivery).problem) == (State.FAILED, "The picture cannot be read.")


def test_no_verdict_in_time_is_checked_on_the_network(slow: Outbox) -> None:
    delivery = processing(slow, *[Pending("receipt")] * 20)
    while slow.again(delivery).state == State.PROCESSING:
        ask(slow, delivery)
    assert (slow.again(delivery).state, slow.again(delivery).reason) == (State.CHECKING, ReasonCode.NO_VERDICT)
    reconcile.reconcile(delivery.pk)
    assert slow.again(delivery).state == State.PUBLISHED


def test_a_lost_consent_while_preparing_sends_nothing_again(slow: Outbox) -> None:
    delivery = processing(slow, NeedsConsent("gone"))
    ask(slow, delivery)
    with slow.inside():
        assert Channel.objects.get().state == "needs_consent"
    assert slow.again(delivery).state == State.PROCESSING
    assert slow.tick(timezone.now() + timedelta(hours=1)) == []


def test_what_is_prepared_is_made_public_by_an_attempt_of_its_own(slow: Outbox) -> None:
    delivery = processing(slow, Pending("receipt"), Ready("receipt"), published())
    ask(slow, delivery)
    assert ask(slow, delivery) == [(delivery.pk, 4)]
    assert slow.again(delivery).state == State.SENDING
    deliver(delivery.pk, 4)
    deliver(delivery.pk, 4)  # the message came twice
    assert slow.again(delivery).state == State.PUBLISHED
    assert slow.outcomes(delivery) == ["pending", "pending", "ok", "ok"]
    assert SlowNetwork.finished == ["receipt"]


def test_what_is_prepared_is_held_back_while_the_channel_is_gone(slow: Outbox) -> None:
    delivery = processing(slow, Ready("receipt"))
    ((_, number),) = ask(slow, delivery)
    with slow.inside():
        Channel.objects.update(state="needs_consent")
    deliver(delivery.pk, number)
    assert slow.again(delivery).state == State.WAITING
    assert SlowNetwork.finished == []


def test_an_unknown_finish_is_settled_by_the_witness(slow: Outbox) -> None:
    delivery = processing(slow, Ready("receipt"), OutcomeUnknown("no answer"), Ready("receipt"), published())
    ((_, number),) = ask(slow, delivery)
    deliver(delivery.pk, number)
    assert slow.again(delivery).state == State.CHECKING
    SlowNetwork.found.append(Ready("receipt"))
    reconcile.reconcile(delivery.pk)
    assert SlowNetwork.checkpoints == ["receipt"]
    assert (slow.again(delivery).state, slow.again(delivery).unknown_since) == (State.PROCESSING, None)
    ((_, number),) = ask(slow, delivery)
    deliver(delivery.pk, number)
    assert slow.again(delivery).state == State.PUBLISHED


def finishing(slow: Outbox, *script: Any) -> Delivery:
    """Prepared, and the attempt that makes it public has been made."""
    delivery = processing(slow, Ready("receipt"), *script)
    ((_, number),) = ask(slow, delivery)
    deliver(delivery.pk, number)
    return delivery


@pytest.mark.parametrize("limited", [False, True])
def test_what_is_prepared_is_not_prepared_anew_because_the_last_step_failed(slow: Outbox, limited: bool) -> None:
    """The network is asked first what became of the newest checkpoint."""
    problem = RateLimited("wait", timezone.now() + timedelta(minutes=9)) if limited else NotReached("no line")
    delivery = finishing(slow, problem, Ready("receipt"), published())
    waits = slow.again(delivery)
    assert (waits.state, waits.reason, waits.token) == (State.PROCESSING, ReasonCode.UNFINISHED, "receipt")
    assert waits.attempt_count == (not limited)
    assert waits.next_at > timezone.now()
    ((_, number),) = ask(slow, delivery)
    deliver(delivery.pk, number)
    assert slow.again(delivery).state == State.PUBLISHED
    assert len(SlowNetwork.public) == 1


def test_a_last_step_that_never_succeeds_ends_at_a_person(slow: Outbox) -> None:
    delivery = processing(slow)
    with slow.inside():
        Delivery.objects.update(attempt_count=99)
    SlowNetwork.script += [Ready("receipt"), NotReached("no line")]
    ((_, number),) = ask(slow, delivery)
    deliver(delivery.pk, number)
    assert (slow.again(delivery).state, slow.again(delivery).reason) == (State.FAILED, ReasonCode.TRIES_USED_UP)


def test_a_worker_that_died_before_the_last_step_leaves_what_was_prepared(slow: Outbox) -> None:
    delivery = processing(slow, Ready("receipt"))
    ask(slow, delivery)
    with everywhere("test"):
        sweep.expired_leases(timezone.now() + timedelta(hours=1))
    left = slow.again(delivery)
    assert (left.state, left.reason, left.token) == (State.PROCESSING, ReasonCode.UNFINISHED, "receipt")


def test_what_the_network_calls_public_is_looked_for_at_once(slow: Outbox) -> None:
    delivery = processing(slow, OutcomeUnknown("The network reports that this is published."))
    ask(slow, delivery)
    assert (slow.again(delivery).state, slow.again(delivery).reason) == (State.CHECKING, ReasonCode.OUTCOME_UNKNOWN)
    SlowNetwork.found.append(NotReached("not listed yet"))
    reconcile.reconcile(delivery.pk)
    assert slow.again(delivery).state == State.CHECKING
    with time_machine.travel(slow.again(delivery).next_at, tick=True):
        reconcile.reconcile(delivery.pk)
    assert slow.again(delivery).state == State.PUBLISHED
    assert SlowNetwork.checkpoints == ["receipt", "receipt"]


def test_searches_that_reach_nobody_never_count_as_absent(slow: Outbox) -> None:
    delivery = processing(slow, OutcomeUnknown("It is published."))
    ask(slow, delivery)
    for _search in range(6):
        SlowNetwork.found.append(NotReached("not listed yet"))
        with time_machine.travel(slow.again(delivery).next_at, tick=True):
            reconcile.reconcile(delivery.pk)
    assert (slow.again(delivery).state, slow.again(delivery).reason) == (State.UNCONFIRMED, ReasonCode.CANNOT_TELL)


def test_the_last_witness_is_stored_also_when_the_last_step_fails(slow: Outbox) -> None:
    SlowNetwork.final.append("whole-9")
    delivery = finishing(slow, NotReached("no line"))
    assert slow.again(delivery).token == "whole-9"


def test_what_the_network_let_lapse_begins_again_and_not_for_ever(slow: Outbox) -> None:
    delivery = processing(slow, ContainerExpired("It ran out."))
    ask(slow, delivery)
    kept = slow.again(delivery)
    assert (kept.state, kept.reason, kept.attempt_count, kept.token) == (
        State.SCHEDULED,
        ReasonCode.CONTAINER_EXPIRED,
        1,
        "",
    )
    with slow.inside():
        Delivery.objects.update(attempt_count=99, state=State.PROCESSING, token="receipt", next_at=timezone.now())
    SlowNetwork.script.append(ContainerExpired("It ran out."))
    ask(slow, delivery)
    assert (slow.again(delivery).state, slow.again(delivery).problem) == (State.FAILED, "It ran out.")


def test_what_an_attempt_noted_is_given_to_the_next_one(slow: Outbox) -> None:
    SlowNetwork.script.extend([RateLimited("wait", timezone.now()), published()])
    SlowNetwork.notes.append("session-7")
    delivery = slow.put()
    slow.tick()
    assert (slow.again(delivery).state, SlowNetwork.resumed) == (State.SCHEDULED, [])
    slow.tick()
    assert (slow.again(delivery).state, SlowNetwork.resumed) == (State.PUBLISHED, ["session-7"])


def test_a_witness_is_stored_before_the_call_goes_on(slow: Outbox) -> None:
    SlowNetwork.script.append(OutcomeUnknown("no answer"))
    SlowNetwork.notes.append("session-7")
    delivery = slow.put()
    slow.tick()
    assert (slow.again(delivery).state, slow.again(delivery).token) == (State.CHECKING, "session-7")


def test_an_error_that_a_connector_did_not_classify_counts_as_unknown(slow: Outbox) -> None:
    SlowNetwork.script.append(KeyError("id"))
    delivery = slow.put()
    slow.tick()
    assert slow.again(delivery).state == State.CHECKING
    assert slow.outcomes(delivery) == [Outcome.UNKNOWN]


# ---- taking down


def test_what_was_published_is_taken_down_by_a_worker(outbox: Outbox) -> None:
    delivery = outbox.put()
    outbox.tick()
    with outbox.inside():
        withdraw.withdraw(outbox.again(delivery), by=outbox.cast.officer)
    assert len(outbox.texts()) == 1  # the request itself calls nobody
    assert take_down.claim_withdrawals(timezone.now()) == [delivery.pk]
    assert take_down.claim_withdrawals(timezone.now()) == []
    take_down.take_down(delivery.pk)
    assert (outbox.again(delivery).state, outbox.texts()) == (State.WITHDRAWN, [])


def test_a_network_that_cannot_delete_says_so(slow: Outbox) -> None:
    SlowNetwork.script.extend([published(), Rejected("This server cannot delete posts for us.")])
    delivery = slow.put()
    slow.tick()
    with slow.inside():
        withdraw.withdraw(slow.again(delivery), by=slow.cast.officer)
    take_down.take_down(delivery.pk)
    kept = slow.again(delivery)
    assert (kept.state, kept.withdrawal_asked_at) == (State.PUBLISHED, None)
    assert "cannot delete" in kept.problem


def test_an_unreachable_network_is_asked_again_to_take_it_down(slow: Outbox) -> None:
    SlowNetwork.script.extend([published(), NotReached("no line"), None])
    delivery = slow.put()
    slow.tick()
    with slow.inside():
        withdraw.withdraw(slow.again(delivery), by=slow.cast.officer)
    take_down.take_down(delivery.pk)
    assert take_down.claim_withdrawals(slow.again(delivery).next_at) == [delivery.pk]
    take_down.take_down(delivery.pk)
    assert slow.again(delivery).state == State.WITHDRAWN
    assert SlowNetwork.withdrawn == ["slow-1"]


def test_only_what_is_published_can_be_taken_down(outbox: Outbox) -> None:
    delivery = outbox.put(due_in=60)
    with outbox.inside(), pytest.raises(NoSuchMove):
        withdraw.withdraw(delivery, by=outbox.cast.officer)
