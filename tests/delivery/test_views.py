"""The page of a delivery and the answers on it; the notification that leads there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from common.models import MailMessage
from delivery import policies
from delivery.domain.move import move
from delivery.enums import ReasonCode, State
from delivery.models import Attempt, Delivery
from notifications.domain.send import send_due
from notifications.enums import NotificationKind
from notifications.models import Notification
from portal import delivery_notifications
from tests.delivery.conftest import Outbox
from tests.people import sign_in

pytestmark = pytest.mark.django_db


def failed(outbox: Outbox) -> Delivery:
    outbox.network.plan("status", "/api/v1/statuses$", method="POST", status=422, body={"error": "Text is too long"})
    delivery = outbox.put("Позив за јавну расправу")
    outbox.tick()
    return outbox.again(delivery)


def checking(outbox: Outbox, fault: str = "commit_then_drop") -> Delivery:
    outbox.network.plan(fault, "/api/v1/statuses$", method="POST")
    delivery = outbox.put("Позив за јавну расправу")
    outbox.tick()
    return outbox.again(delivery)


def given_up(outbox: Outbox, delivery: Delivery) -> Delivery:
    """The portal could not find out by itself."""
    with outbox.inside():
        move(delivery, State.UNCONFIRMED, because=ReasonCode.CANNOT_TELL)
    return outbox.again(delivery)


def unconfirmed(outbox: Outbox, fault: str = "commit_then_drop") -> Delivery:
    return given_up(outbox, checking(outbox, fault))


def expired(outbox: Outbox) -> Delivery:
    delivery = outbox.put()
    outbox.tick(delivery.not_after + timedelta(seconds=1))
    return outbox.again(delivery)


def page(outbox: Outbox, delivery: Delivery, person: str = "officer") -> Any:
    return sign_in(getattr(outbox.cast, person)).get(reverse("delivery", args=["cuprija", delivery.pk]))


def give(outbox: Outbox, delivery: Delivery, answer: str, person: str = "officer", **more: Any) -> Any:
    address = reverse("delivery_answer", args=["cuprija", delivery.pk])
    told = {"answer": answer, "seen": delivery.state_at.isoformat(), **more}
    return sign_in(getattr(outbox.cast, person)).post(address, told, follow=True)


def test_the_page_tells_what_happened_and_what_to_do(outbox: Outbox) -> None:
    shown = page(outbox, failed(outbox)).content.decode()
    assert "Text is too long" in shown
    assert "Send it again" in shown
    assert "The network refused it." in shown
    assert "Позив за јавну расправу" in shown


@pytest.mark.parametrize(
    ("person", "status"),
    [("officer", 200), ("approver", 200), ("viewer", 200), ("mentor", 200), ("stranger", 404), ("staff", 403)],
)
def test_who_may_look_at_what_is_not_public(outbox: Outbox, person: str, status: int) -> None:
    assert page(outbox, failed(outbox), person).status_code == status


def test_staff_may_look_at_what_is_public(outbox: Outbox) -> None:
    delivery = outbox.put()
    outbox.tick()
    assert page(outbox, delivery, "staff").status_code == 200


@pytest.mark.parametrize(("person", "status"), [("viewer", 403), ("mentor", 403), ("stranger", 404), ("staff", 403)])
def test_who_may_not_answer(outbox: Outbox, person: str, status: int) -> None:
    delivery = failed(outbox)
    assert give(outbox, delivery, "drop", person).status_code == status
    assert outbox.again(delivery).state == State.FAILED


def test_a_delivery_of_another_municipality_is_not_there(outbox: Outbox) -> None:
    delivery = failed(outbox)
    officer = sign_in(outbox.cast.stranger)
    assert officer.get(reverse("delivery", args=["novi-pazar", delivery.pk])).status_code == 404


def test_a_viewer_sees_no_buttons(outbox: Outbox) -> None:
    assert "Send it again" not in page(outbox, failed(outbox), "viewer").content.decode()


def test_it_is_there_takes_the_link(outbox: Outbox) -> None:
    delivery = unconfirmed(outbox)
    public = outbox.network.public("opstina")[0]["id"]
    give(outbox, delivery, "it_is_there", link=f"{outbox.network.url}/@opstina/{public}")
    assert (outbox.again(delivery).state, outbox.again(delivery).remote_id) == (State.PUBLISHED, public)


def test_a_wrong_link_is_explained_beside_the_field(outbox: Outbox) -> None:
    delivery = unconfirmed(outbox)
    answered = give(outbox, delivery, "it_is_there", link="https://example.rs/@opstina/1")
    assert answered.status_code == 422
    assert "does not lead to a post of this channel" in answered.content.decode()
    assert outbox.again(delivery).state == State.UNCONFIRMED


def test_it_is_not_there_sends_it_again(outbox: Outbox) -> None:
    delivery = unconfirmed(outbox, "drop_before")
    answered = give(outbox, delivery, "it_is_not_there")
    assert outbox.again(delivery).state == State.CHECKING, "a page never calls a network"
    assert "You answered that it is not there." in answered.content.decode()
    outbox.search(delivery)
    assert (outbox.again(delivery).state, len(outbox.texts())) == (State.PUBLISHED, 1)


def test_an_old_page_decides_nothing(outbox: Outbox) -> None:
    delivery = unconfirmed(outbox, "drop_before")
    give(outbox, delivery, "it_is_not_there")
    outbox.network.plan("commit_then_drop", "/api/v1/statuses$", method="POST")
    outbox.tick()
    answered = give(outbox, delivery, "it_is_not_there")  # the second click, from the page of before
    assert "has changed since you opened this page" in answered.content.decode()
    assert outbox.again(delivery).state == State.CHECKING


def test_a_new_time_is_read_as_the_clock_in_belgrade(outbox: Outbox) -> None:
    with time_machine.travel("2027-03-01T10:00:00Z", tick=True):
        delivery = expired(outbox)
        give(outbox, delivery, "choose_time", at="2027-03-27T09:30")
        assert outbox.again(delivery).due_at.isoformat() == "2027-03-27T08:30:00+00:00"
        assert outbox.again(delivery).state == State.SCHEDULED


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("2027-03-28T02:30", "exists twice or not at all"),
        ("2027-10-31T02:30", "exists twice or not at all"),
        ("2027-02-28T09:30", "This time has passed"),
        ("јуче", "This is not a day"),
        ("", "required"),
    ],
)
def test_a_time_that_cannot_be_is_explained(outbox: Outbox, at: str, told: str) -> None:
    with time_machine.travel("2027-03-01T10:00:00Z", tick=True):
        delivery = expired(outbox)
        answered = give(outbox, delivery, "choose_time", at=at)
    assert answered.status_code == 422
    assert told in answered.content.decode()
    assert outbox.again(delivery).state == State.EXPIRED


@pytest.mark.parametrize(
    ("answer", "state"), [("send_now", State.SCHEDULED), ("drop", State.CANCELLED), ("still_send", State.EXPIRED)]
)
def test_the_answers_to_what_expired(outbox: Outbox, answer: str, state: State) -> None:
    delivery = expired(outbox)
    give(outbox, delivery, answer)
    assert outbox.again(delivery).state == state


def test_what_was_held_may_still_be_sent(outbox: Outbox) -> None:
    delivery = outbox.put()
    outbox.gate.say(policies.defer(ReasonCode.PAUSED, "Дан жалости"))
    outbox.tick()
    assert "Дан жалости" in page(outbox, delivery).content.decode()
    outbox.gate.say(policies.allow())
    give(outbox, outbox.again(delivery), "still_send")
    outbox.tick()
    assert outbox.again(delivery).state == State.PUBLISHED


def test_nobody_answers_in_place_of_an_approval(outbox: Outbox) -> None:
    delivery = outbox.put(due_in=60, approved=False)
    shown = page(outbox, delivery).content.decode()
    assert "It waits for approval" in shown
    assert "Still send it" not in shown


def test_what_is_public_can_be_taken_down(outbox: Outbox) -> None:
    delivery = outbox.put()
    outbox.tick()
    answered = give(outbox, outbox.again(delivery), "take_down")
    assert "It is being taken down." in answered.content.decode()
    assert outbox.again(delivery).withdrawal_asked_at


def test_the_page_asks_the_database_a_fixed_number_of_times(outbox: Outbox) -> None:
    delivery = unconfirmed(outbox, "drop_before")
    client = sign_in(outbox.cast.officer)
    address = reverse("delivery", args=["cuprija", delivery.pk])
    client.get(address)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(address)
        counts.append(len(queries))
        now = timezone.now()
        with outbox.inside():
            for number in range(2, 30):
                Attempt.objects.get_or_create(
                    delivery=delivery, number=number, municipality=outbox.cast.cuprija,
                    defaults={"step": "find", "opened_at": now, "closed_at": now, "outcome": "absent"},
                )  # fmt: skip
    assert counts[0] == counts[1] <= 12


# ---- notifications


def told(person: Any) -> list[Notification]:
    return list(Notification.objects.filter(user=person).order_by("pk"))


def test_people_who_can_answer_are_told_once(outbox: Outbox) -> None:
    delivery = failed(outbox)
    assert delivery_notifications.send() == 2
    assert delivery_notifications.send() == 0
    (row,) = told(outbox.cast.officer)
    assert told(outbox.cast.approver)[0].url == row.url == f"/m/cuprija/deliveries/{delivery.pk}/"
    assert row.kind == NotificationKind.DELIVERY
    assert "Text is too long" in row.body


def test_many_troubles_make_one_mail(outbox: Outbox) -> None:
    for number in range(5):
        delivery = outbox.put(str(number))
        outbox.tick(delivery.not_after + timedelta(seconds=1))
    delivery_notifications.send()
    assert len(told(outbox.cast.officer)) == 5
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=True):
        send_due()
    mails = list(MailMessage.objects.order_by("to"))
    assert [mail.to for mail in mails] == ["approver@test.example", "officer@test.example"]
    assert "(and 4 more)" in mails[0].subject


def test_people_hear_of_it_when_the_portal_cannot_find_out_by_itself(outbox: Outbox) -> None:
    delivery = checking(outbox)
    assert delivery_notifications.send() == 0
    given_up(outbox, delivery)
    assert delivery_notifications.send() == 2


def test_a_new_trouble_of_the_same_delivery_is_told_again(outbox: Outbox) -> None:
    delivery = failed(outbox)
    delivery_notifications.send()
    outbox.network.plan("status", "/api/v1/statuses$", method="POST", status=422, body={"error": "no"})
    give(outbox, delivery, "send_again")
    outbox.tick()
    assert delivery_notifications.send() == 2


def test_nobody_is_told_of_another_municipality(outbox: Outbox) -> None:
    failed(outbox)
    delivery_notifications.send()
    assert told(outbox.cast.stranger) == []
