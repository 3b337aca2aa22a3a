"""Changing and taking down what is public: recorded, gated, repeated where an answer was lost, never a second post."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from django.utils import timezone

from common.models import AuditEvent
from delivery import policies
from delivery.domain import take_down, withdraw
from delivery.domain.claim import take_due
from delivery.domain.deliver import make
from delivery.domain.edit import edit
from delivery.domain.missing import missing
from delivery.domain.move import NoSuchMove
from delivery.domain.sweep import sweep
from delivery.enums import Outcome, ReasonCode, State, Step
from delivery.models import Attempt, Delivery
from delivery.policies import EDIT
from tests.delivery.conftest import Gate, Outbox, outgoing_of

pytestmark = pytest.mark.django_db

PUT = {"path": "/api/v1/statuses/", "method": "PUT"}


@pytest.fixture(autouse=True)
def edit_gate() -> Iterator[Gate]:
    before = policies._policies.get(EDIT)
    door = Gate()
    policies.register(EDIT, door)
    yield door
    policies._policies.pop(EDIT)
    if before:
        policies._policies[EDIT] = before


def published(outbox: Outbox, text: str = "Вашар почиње у 9.", **more: Any) -> Delivery:
    delivery = outbox.put(text, **more)
    outbox.tick()
    return outbox.again(delivery)


def change(outbox: Outbox, delivery: Delivery, text: str = "Вашар почиње у 10.") -> Delivery:
    with outbox.inside():
        return edit(delivery, outgoing_of(text), by=outbox.cast.officer)


def test_a_change_leaves_one_post_with_the_new_words(outbox: Outbox) -> None:
    delivery = published(outbox)
    changed = change(outbox, delivery)
    outbox.tick()
    assert outbox.texts() == ["Вашар почиње у 10."]
    after = outbox.again(changed)
    assert (after.state, after.reason, after.remote_id) == (State.PUBLISHED, ReasonCode.CHANGED, delivery.remote_id)
    (attempt,) = outbox.attempts(changed)
    assert (attempt.step, attempt.outcome, bool(attempt.sent_at)) == (Step.EDIT, Outcome.OK, True)
    assert outbox.again(delivery).state == State.PUBLISHED
    events = AuditEvent.objects.filter(target_id=str(changed.pk), verb="delivery.edited")
    assert [(event.detail["because"], event.detail["came_from"]) for event in events] == [("changed", "sending")]


@pytest.mark.parametrize("loss", ["commit_then_drop", "commit_then_500", "truncate_body", "drop_before"])
def test_a_lost_answer_to_a_change_is_asked_for_again(outbox: Outbox, loss: str) -> None:
    delivery = published(outbox)
    outbox.network.plan(loss, **PUT)
    changed = change(outbox, delivery)
    outbox.tick()
    waits = outbox.again(changed)
    assert (waits.state, waits.unknown_since) == (State.SCHEDULED, None)
    outbox.tick(waits.next_at)
    assert outbox.texts() == ["Вашар почиње у 10."]
    assert outbox.again(changed).state == State.PUBLISHED
    assert len(outbox.attempts(changed)) == 2


def test_a_worker_that_dies_after_the_call_left_changes_it_once_more(outbox: Outbox) -> None:
    changed = change(outbox, published(outbox))
    (work,) = take_due(timezone.now(), 50)
    with outbox.inside():  # taken and sent, and then nothing more was heard
        Attempt.objects.filter(delivery=changed).update(taken_at=timezone.now(), sent_at=timezone.now())
    later = timezone.now() + timedelta(hours=1)
    sweep(later)
    assert (outbox.again(changed).state, outbox.again(changed).reason) == (State.SCHEDULED, ReasonCode.UNANSWERED)
    make(work.delivery, work.attempt)  # it lives after all
    assert outbox.texts() == ["Вашар почиње у 9."]
    outbox.tick(later)
    assert outbox.texts() == ["Вашар почиње у 10."]


def test_the_gate_is_asked_before_a_change_leaves(outbox: Outbox, edit_gate: Gate) -> None:
    changed = change(outbox, published(outbox))
    edit_gate.say(policies.allow(), policies.defer(ReasonCode.PAUSED, "Дан жалости"))
    outbox.tick()
    assert outbox.texts() == ["Вашар почиње у 9."]
    assert (outbox.again(changed).state, outbox.again(changed).reason) == (State.WAITING, ReasonCode.PAUSED)


def test_a_refused_change_fails_and_the_post_stays(outbox: Outbox) -> None:
    delivery = published(outbox)
    outbox.network.plan("status", status=422, body={"error": "Text is too long"}, **PUT)
    changed = change(outbox, delivery)
    outbox.tick()
    assert (outbox.again(changed).state, outbox.again(changed).problem) == (State.FAILED, "Text is too long")
    assert (outbox.again(delivery).state, outbox.texts()) == (State.PUBLISHED, ["Вашар почиње у 9."])


def test_tries_of_a_change_are_used_up_and_a_person_is_asked(outbox: Outbox) -> None:
    delivery = published(outbox)
    outbox.network.plan("drop_before", times=100, **PUT)
    changed = change(outbox, delivery)
    now = timezone.now()
    while (seen := outbox.again(changed)).state == State.SCHEDULED:
        outbox.tick(max(seen.next_at, now))
    assert (seen.state, seen.reason) == (State.FAILED, ReasonCode.TRIES_USED_UP)


def test_what_is_taken_down_is_not_changed_any_more(outbox: Outbox) -> None:
    delivery = published(outbox)
    changed = change(outbox, delivery)
    with outbox.inside():
        withdraw.withdraw(delivery, by=outbox.cast.officer)
    take_down.take_down(delivery.pk)
    outbox.tick()
    assert (outbox.again(changed).state, outbox.texts()) == (State.CANCELLED, [])
    with outbox.inside(), pytest.raises(NoSuchMove):
        edit(outbox.again(delivery), outgoing_of("Касно"), by=outbox.cast.officer)


def test_what_somebody_wants_taken_down_is_not_changed(outbox: Outbox) -> None:
    delivery = published(outbox)
    with outbox.inside():
        withdraw.withdraw(delivery, by=outbox.cast.officer)
        with pytest.raises(NoSuchMove):
            edit(outbox.again(delivery), outgoing_of("Касно"), by=outbox.cast.officer)


def test_a_withdrawal_whose_answer_was_lost_is_asked_for_again_and_succeeds(outbox: Outbox) -> None:
    delivery = published(outbox)
    outbox.network.plan("commit_then_drop", "/api/v1/statuses/", method="DELETE")
    with outbox.inside():
        withdraw.withdraw(delivery, by=outbox.cast.officer)
    take_down.take_down(delivery.pk)
    asked = outbox.again(delivery)
    assert (asked.state, outbox.texts()) == (State.PUBLISHED, [])  # it is gone, but nobody has said so
    assert take_down.claim_withdrawals(asked.next_at) == [delivery.pk]
    take_down.take_down(delivery.pk)
    assert outbox.again(delivery).state == State.WITHDRAWN


def test_a_gate_can_put_a_withdrawal_off(outbox: Outbox) -> None:
    delivery = published(outbox)
    policies.register_removal("test", lambda attempt: policies.defer(ReasonCode.PAUSED, "Дан жалости"))
    with outbox.inside():
        withdraw.withdraw(delivery, by=outbox.cast.officer)
    take_down.take_down(delivery.pk)
    assert outbox.texts() == ["Вашар почиње у 9."]
    policies._removals.pop("test")
    assert take_down.claim_withdrawals(outbox.again(delivery).next_at) == [delivery.pk]
    take_down.take_down(delivery.pk)
    assert outbox.texts() == []


def test_what_is_found_gone_while_we_take_it_down_is_down(outbox: Outbox) -> None:
    delivery = published(outbox)
    with outbox.inside():
        withdraw.withdraw(delivery, by=outbox.cast.officer)
        missing(outbox.again(delivery))
    assert outbox.again(delivery).state == State.WITHDRAWN
