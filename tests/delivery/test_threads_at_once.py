"""A thread goes on and is taken down in the same moment: whoever is faster, in the end nothing of it is public."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from django.utils import timezone

from delivery.dispatch import publish_due
from delivery.domain import sweep, take_down, withdraw
from delivery.enums import State
from delivery.models import Delivery
from delivery.policies import THREAD_PART
from municipalities.tenancy import everywhere
from tests.concurrency import at_once
from tests.delivery.conftest import Outbox

pytestmark = pytest.mark.django_db(transaction=True)
FURTHER = ("Друга", "Трећа", "Четврта")


def take_all_down() -> None:
    with everywhere("a test"):
        Delivery.objects.filter(withdrawal_asked_at__isnull=False).update(next_at=timezone.now())
    for pk in take_down.claim_withdrawals(timezone.now()):
        take_down.take_down(pk)


def goes_on(after: float) -> Any:
    def act() -> None:
        time.sleep(after)
        publish_due(timezone.now() + timedelta(seconds=10))

    return act


@pytest.mark.parametrize(
    "later", [0, 0.06, pytest.param(0.02, marks=pytest.mark.slow), pytest.param(0.12, marks=pytest.mark.slow)]
)
@pytest.mark.parametrize("posts", [1, 2])
def test_nothing_of_a_thread_outlasts_its_removal(outbox: Outbox, posts: int, later: float) -> None:
    """Calls take a tenth of a second, so the removal comes before, during and after the one of the next post."""
    outbox.network.options(latency=0.1)
    for number in range(3):
        root = outbox.put(f"Прва {number}", content={"thread": FURTHER})
        for _post in range(posts):
            outbox.tick(timezone.now() + timedelta(seconds=10))

        def removed(root: Delivery = root) -> None:
            time.sleep(later)
            with outbox.inside():
                withdraw.withdraw(outbox.again(root), by=outbox.cast.officer)
            take_all_down()

        at_once(removed, goes_on(0), goes_on(0.01))
        for _round in range(3):
            publish_due(timezone.now() + timedelta(seconds=10))
            take_all_down()
            sweep.sweep(timezone.now())
        assert outbox.texts() == []
        assert outbox.again(root).state == State.WITHDRAWN
        with outbox.inside():
            states = set(Delivery.objects.filter(kind=THREAD_PART).values_list("state", flat=True))
        assert states <= {State.WITHDRAWN, State.CANCELLED}
