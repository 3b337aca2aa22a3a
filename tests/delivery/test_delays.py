"""A post whose time has come and that has not left says that it is delayed, and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone, translation

from delivery import delays, heartbeat
from delivery.domain import claim
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from tests.delivery.conftest import Outbox
from tests.people import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def publisher() -> Iterator[None]:
    heartbeat.send_heartbeat()
    with translation.override("en"):
        yield


def reason(outbox: Outbox, delivery: Delivery) -> str | None:
    with outbox.inside():
        row = Delivery.objects.select_related("channel", "parent").get(pk=delivery.pk)
        words = delays.reason(row, timezone.now())
        return str(words) if words else None


def page(outbox: Outbox, delivery: Delivery) -> str:
    path = reverse("delivery", args=["cuprija", delivery.pk])
    return str(sign_in(outbox.cast.officer).get(path).content.decode())


def test_what_is_on_time_is_not_delayed(outbox: Outbox) -> None:
    delivery = outbox.put(due_in=-30)
    assert (reason(outbox, delivery), delivery.shown_state) == (None, "scheduled")
    assert "It is delayed" not in page(outbox, delivery)


def test_behind_another_post_of_its_channel(outbox: Outbox) -> None:
    outbox.put("прва", due_in=-200)
    second = outbox.put("друга", due_in=-100)
    claim.take_due(timezone.now(), 1)
    assert reason(outbox, second) == "Another post of this channel goes first."
    shown = page(outbox, second)
    assert "It is delayed" in shown
    assert "Another post of this channel goes first." in shown
    assert second.shown_state == "delayed"


def test_without_a_publisher(outbox: Outbox) -> None:
    delivery = outbox.put(due_in=-100)
    cache.delete(heartbeat.HEARTBEAT_KEY)
    assert "its publisher does not run" in str(reason(outbox, delivery))


def test_after_a_network_was_not_reached(outbox: Outbox) -> None:
    outbox.network.plan("drop_before", ".", times=99)
    delivery = outbox.put(due_in=-100)
    with outbox.inside():
        Delivery.objects.filter(pk=delivery.pk).update(
            state=State.SCHEDULED, reason=ReasonCode.NOT_REACHED, next_at=timezone.now() + timedelta(seconds=60)
        )
    assert reason(outbox, delivery) == "The network could not be reached."
    assert "The next try:" in page(outbox, delivery)


def test_a_part_waits_for_the_part_before(outbox: Outbox) -> None:
    root = outbox.put("корен", due_in=-100)
    part = outbox.put("део", due_in=-100, parent=root)
    assert reason(outbox, part) == "It follows another post, which is not out yet."


def test_what_is_first_and_has_a_publisher_waits_for_its_network(outbox: Outbox) -> None:
    assert "The network takes nothing at the moment" in str(reason(outbox, outbox.put(due_in=-100)))


def test_the_same_post_becomes_delayed_a_minute_after_its_time(outbox: Outbox) -> None:
    delivery = outbox.put(due_in=0)
    for seconds, state in ((55, "scheduled"), (65, "delayed")):
        with time_machine.travel(delivery.due_at + timedelta(seconds=seconds), tick=False):
            assert outbox.again(delivery).shown_state == state
