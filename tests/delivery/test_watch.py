"""Noticing what somebody changed or removed on the network itself, and telling people once."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from django.urls import reverse
from django.utils import timezone

from channels.open import open_channel
from common.models import AuditEvent
from delivery.domain import watch
from delivery.domain.edit import edit
from delivery.domain.missing import missing
from delivery.enums import State
from delivery.models import Delivery
from notifications.enums import NotificationKind
from notifications.models import Notification
from portal import notices
from tests.delivery.conftest import Outbox, outgoing_of
from tests.delivery.test_edit import change, edit_gate, published
from tests.people import sign_in

pytestmark = pytest.mark.django_db

__all__ = ["edit_gate"]


def look(outbox: Outbox, delivery: Delivery, text: str | None = None, at: datetime | None = None) -> Delivery:
    """What the network shows, or `text` in its place."""
    with outbox.inside():
        if text is None:
            (told,) = open_channel(outbox.channel).readings([delivery.remote_id])
            text, at = told.text, told.at
        watch.look({delivery.pk: watch.Shown(text or "", at or timezone.now())})
    return outbox.again(delivery)


def rewrite(outbox: Outbox, delivery: Delivery, text: str) -> None:
    """Somebody with the password changes it in the network's own app."""
    with outbox.inside():
        open_channel(outbox.channel).edit(delivery.remote_id, outgoing_of(text))


def test_a_text_that_stays_is_not_changed(outbox: Outbox) -> None:
    delivery = published(outbox, "Пријаве: https://cuprija.example/prijava @neko@example.org #Ћуприја")
    for _ in range(3):
        assert look(outbox, delivery).changed_at is None


def test_a_text_that_was_changed_there_is_noticed_once(outbox: Outbox) -> None:
    delivery = published(outbox)
    look(outbox, delivery)
    rewrite(outbox, delivery, "Вашара нема.")
    found = look(outbox, delivery)
    assert (found.state, found.shown_now, bool(found.changed_at)) == (State.PUBLISHED, "Вашара нема.", True)
    assert look(outbox, delivery).changed_at == found.changed_at
    with outbox.inside():
        assert AuditEvent.objects.filter(verb="delivery.changed").count() == 1


def test_a_text_that_is_put_back_is_as_it_was(outbox: Outbox) -> None:
    delivery = published(outbox)
    look(outbox, delivery)
    rewrite(outbox, delivery, "Вашара нема.")
    look(outbox, delivery)
    rewrite(outbox, delivery, "Вашар почиње у 9.")
    assert (look(outbox, delivery).changed_at, outbox.again(delivery).shown_now) == (None, "")


def test_what_we_change_ourselves_is_no_change(outbox: Outbox) -> None:
    delivery = published(outbox)
    look(outbox, delivery)
    change(outbox, delivery)
    look(outbox, delivery, "Вашар почиње у 10.")  # it has landed, and nobody has said so yet
    assert outbox.again(delivery).changed_at is None
    asked_at = timezone.now()
    outbox.tick()
    look(outbox, delivery, "Вашар почиње у 9.", at=asked_at)  # a look that began before
    assert (outbox.again(delivery).changed_at, outbox.again(delivery).shown) == (None, None)
    look(outbox, delivery, "Вашар почиње у 9.")  # an index that lags
    assert look(outbox, delivery).changed_at is None
    rewrite(outbox, delivery, "Вашара нема.")
    assert look(outbox, delivery).changed_at


def test_a_change_of_ours_puts_right_what_was_changed_there(outbox: Outbox) -> None:
    delivery = published(outbox)
    look(outbox, delivery)
    rewrite(outbox, delivery, "Вашара нема.")
    look(outbox, delivery)
    with outbox.inside():
        edit(outbox.again(delivery), outgoing_of("Вашар почиње у 9."), by=outbox.cast.officer)
    outbox.tick()
    assert (outbox.again(delivery).changed_at, outbox.texts()) == (None, ["Вашар почиње у 9."])


def told(outbox: Outbox) -> list[Notification]:
    notices.send()
    return list(Notification.objects.filter(user=outbox.cast.officer).order_by("pk"))


def test_people_hear_once_of_a_change_and_again_of_another_one(outbox: Outbox) -> None:
    delivery = published(outbox)
    look(outbox, delivery)
    rewrite(outbox, delivery, "Вашара нема.")
    look(outbox, delivery)
    (row,) = told(outbox)
    assert (row.kind, "was changed" in row.subject, "Вашара нема." in row.body) == (
        NotificationKind.ELSEWHERE,
        True,
        True,
    )
    look(outbox, delivery)
    assert len(told(outbox)) == 1
    look(outbox, delivery, "Вашара неће бити.", timezone.now() + timedelta(hours=1))
    assert len(told(outbox)) == 2


def test_people_hear_once_that_a_post_is_gone(outbox: Outbox) -> None:
    delivery = published(outbox)
    with outbox.inside():
        missing(delivery)
    (row,) = told(outbox)
    assert (row.kind, "was removed on its network" in row.subject) == (NotificationKind.ELSEWHERE, True)
    assert len(told(outbox)) == 1


def give(outbox: Outbox, delivery: Delivery, answer: str, person: str = "officer") -> Any:
    sent = {"answer": answer, "seen": outbox.again(delivery).state_at.isoformat()}
    address = reverse("delivery_answer", args=["cuprija", delivery.pk])
    return sign_in(getattr(outbox.cast, person)).post(address, sent, follow=True)


@pytest.mark.parametrize("what", ["gone", "changed"])
def test_a_person_says_that_they_have_seen_it(outbox: Outbox, what: str) -> None:
    delivery = published(outbox)
    look(outbox, delivery)
    if what == "gone":
        with outbox.inside():
            missing(delivery)
    else:
        rewrite(outbox, delivery, "Вашара нема.")
        look(outbox, delivery)
    shown = sign_in(outbox.cast.officer).get(reverse("delivery", args=["cuprija", delivery.pk])).content.decode()
    assert "I have seen it" in shown
    assert ("It was removed there" if what == "gone" else "It was changed there") in shown
    assert give(outbox, delivery, "noted", "viewer").status_code == 403
    assert outbox.again(delivery).noted_at is None
    give(outbox, delivery, "noted")
    assert outbox.again(delivery).noted_at is not None


def test_the_page_shows_what_was_changed_word_by_word(outbox: Outbox) -> None:
    delivery = published(outbox)
    look(outbox, delivery)
    rewrite(outbox, delivery, "Вашар почиње у 11.")
    look(outbox, delivery)
    shown = sign_in(outbox.cast.officer).get(reverse("delivery", args=["cuprija", delivery.pk])).content.decode()
    assert re.search(r"<del>.{0,80}9</del>", shown)
    assert re.search(r"<ins>.{0,80}11</ins>", shown)
