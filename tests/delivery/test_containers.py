"""A container of Threads on its way through the outbox: whatever happens at the last step, it is made once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from django.utils import timezone

from delivery.domain import check_status, reconcile
from delivery.enums import State
from delivery.models import Delivery
from tests.delivery.conftest import Outbox
from tests.delivery.test_budgets import account, put
from tests.publishing import deliver

pytestmark = pytest.mark.django_db
TEXT = "Пијаца ради у недељу до 14 часова."


@pytest.fixture
def delivery(outbox: Outbox) -> Delivery:
    """Prepared and not ready at once."""
    outbox.network.options(threads_polls=2)
    made = put(account(outbox, "cuprija", "threads"), TEXT)
    outbox.tick()
    assert outbox.again(made).state == State.PROCESSING
    return made


def go_on(outbox: Outbox, delivery: Delivery, rounds: int = 6) -> None:
    """What beat and a worker do, each at its time."""
    for _round in range(rounds):
        with time_machine.travel(outbox.again(delivery).next_at + timedelta(seconds=1), tick=True):
            now = timezone.now()
            numbers = [check_status.check_status(pk) for pk in check_status.claim_status_checks(now)]
            numbers += [reconcile.reconcile(pk) for pk in reconcile.claim_reconciliations(now)]
            for number in numbers:
                if number is not None:
                    deliver(delivery.pk, number)
        if outbox.again(delivery).state == State.PUBLISHED:
            return


def containers(outbox: Outbox) -> int:
    return sum(one["path"].endswith("/threads") and one["method"] == "POST" for one in outbox.network.ledger())


def public(outbox: Outbox) -> list[str]:
    return [one["text"] for one in outbox.network.public("cuprija")]


@pytest.mark.parametrize("fault", [None, "rate_limit", "commit_then_drop", "commit_then_500", "drop_before"])
def test_it_is_made_once_and_public_once(outbox: Outbox, delivery: Delivery, fault: str | None) -> None:
    if fault:
        outbox.network.plan(fault, "/threads_publish$", method="POST", seconds=60)
    go_on(outbox, delivery)
    assert outbox.again(delivery).state == State.PUBLISHED
    assert public(outbox) == [TEXT]
    assert containers(outbox) == 1


def test_what_became_public_behind_our_back_is_found(outbox: Outbox, delivery: Delivery) -> None:
    """The call landed, and the container still said that it was at work when it was looked at."""
    outbox.network.plan("commit_then_drop", "/threads_publish$", method="POST")
    with time_machine.travel(outbox.again(delivery).next_at + timedelta(seconds=1), tick=True):
        go_on(outbox, delivery, rounds=3)
    with outbox.inside():
        Delivery.objects.filter(pk=delivery.pk).update(
            state=State.PROCESSING, unknown_since=None, remote_id="", permalink="", published_at=None
        )
    go_on(outbox, delivery)
    assert outbox.again(delivery).state == State.PUBLISHED
    assert public(outbox) == [TEXT]
