"""A second post on the network: a call that was given up was carried out late. It is searched for, and reported."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from django.urls import reverse
from django.utils import timezone

from common.models import AuditEvent
from delivery import tasks
from delivery.domain import answer, claim, duplicates, reconcile, sweep, take_down, withdraw
from delivery.domain.pre_send_check import LeaseLost, PreSendCheck
from delivery.enums import State
from delivery.models import Delivery, DuplicatePost
from notifications.models import Notification
from portal import delivery_notifications
from tests.delivery.conftest import Outbox
from tests.people import sign_in
from tests.publishing import deliver

pytestmark = pytest.mark.django_db
TEXT = "Прекид у снабдевању водом"


@pytest.fixture(autouse=True)
def too_short(settings: Any) -> None:
    """A commit window that is shorter than the network's delay: the accident that must be reported."""
    settings.COMMIT_WINDOWS = {"mastodon": 0}


def unanswered(outbox: Outbox) -> Delivery:
    outbox.network.plan("commit_late", "/api/v1/statuses$", method="POST", seconds=600)
    delivery = outbox.put(TEXT)
    outbox.tick()
    return delivery


def twice(outbox: Outbox) -> Delivery:
    """A person saw nothing and had it sent again; then the first call was carried out."""
    delivery = unanswered(outbox)
    outbox.search_until_asked(delivery)
    outbox.answer_not_there(delivery)
    outbox.network.carry_out_late()
    assert (outbox.again(delivery).state, outbox.texts()) == (State.PUBLISHED, [TEXT, TEXT])
    return delivery


def search(outbox: Outbox, delivery: Delivery) -> None:
    """The next search at its time."""
    at = outbox.again(delivery).duplicate_check_at
    assert at is not None
    with time_machine.travel(at + timedelta(seconds=1), tick=True):
        assert duplicates.claim_searches(timezone.now()) == [delivery.pk]
        duplicates.search(delivery.pk)


def duplicate_of(outbox: Outbox) -> DuplicatePost:
    with outbox.inside():
        return DuplicatePost.objects.get()


def decide(
    outbox: Outbox, duplicate: DuplicatePost, given: str, person: str = "officer", where: str = "cuprija"
) -> Any:
    path = reverse("duplicate_answer", args=[where, duplicate.delivery_id, duplicate.pk])
    return sign_in(getattr(outbox.cast, person)).post(path, {"answer": given}, follow=True)


def page(outbox: Outbox, delivery: Delivery, person: str = "officer") -> str:
    path = reverse("delivery", args=["cuprija", delivery.pk])
    return str(sign_in(getattr(outbox.cast, person)).get(path).content.decode())


def test_a_key_that_was_checked_before_the_repeat_does_not_protect_and_the_second_post_is_reported(
    outbox: Outbox,
) -> None:
    outbox.network.options(idempotency="checked_early")
    delivery = unanswered(outbox)
    number = reconcile.reconcile(delivery.pk)
    assert number
    deliver(delivery.pk, number)
    outbox.network.carry_out_late()
    assert outbox.texts() == [TEXT, TEXT]
    search(outbox, delivery)
    assert outbox.again(delivery).shown_state == "twice"
    assert duplicate_of(outbox).remote_id != outbox.again(delivery).remote_id


def test_a_server_that_looks_the_key_up_when_it_begins_makes_one_post_of_a_late_request(outbox: Outbox) -> None:
    delivery = unanswered(outbox)
    deliver(delivery.pk, int(reconcile.reconcile(delivery.pk) or 0))
    outbox.network.carry_out_late()
    assert outbox.texts() == [TEXT]
    search(outbox, delivery)
    assert outbox.again(delivery).duplicate_at is None


def test_people_hear_of_it_and_have_the_second_post_taken_down(careful: Outbox) -> None:
    delivery = twice(careful)
    assert delivery_notifications.send() == 0
    search(careful, delivery)
    assert delivery_notifications.send() == 2
    assert "is public twice" in Notification.objects.filter(user=careful.cast.officer).latest("pk").subject
    shown = page(careful, delivery)
    assert "It is public twice" in shown
    duplicate = duplicate_of(careful)
    assert duplicate.permalink in shown
    assert "It is taken down in a moment." in decide(careful, duplicate, "take_down").content.decode()
    assert "It is being taken down." in page(careful, delivery)
    for duplicate_id in duplicates.claim_withdrawals(timezone.now()):
        duplicates.withdraw(duplicate_id)
    own = careful.again(delivery)
    assert [post["id"] for post in careful.network.public("opstina")] == [own.remote_id]
    assert (own.state, own.shown_state, own.duplicate_at) == (State.PUBLISHED, "published", None)
    assert "The second post was taken down from the network." in page(careful, delivery)
    verbs = set(AuditEvent.objects.filter(target_id=str(delivery.pk)).values_list("verb", flat=True))
    assert verbs >= {"delivery.duplicate", "delivery.take_down_duplicate"}


def test_people_keep_both(careful: Outbox) -> None:
    delivery = twice(careful)
    search(careful, delivery)
    decide(careful, duplicate_of(careful), "keep")
    assert (careful.again(delivery).shown_state, len(careful.texts())) == ("published", 2)
    search(careful, delivery)  # a day later: what was decided is not asked again
    assert careful.again(delivery).duplicate_at is None
    assert delivery_notifications.send() == 0


def test_what_was_dropped_and_became_public_after_all_is_reported(careful: Outbox) -> None:
    delivery = unanswered(careful)
    with careful.inside():
        answer.drop(careful.again(delivery), by=careful.cast.officer)
    assert careful.again(delivery).shown_state == "cancelled_unconfirmed"
    careful.network.carry_out_late()
    search(careful, delivery)
    assert (careful.again(delivery).state, careful.again(delivery).shown_state) == (State.CANCELLED, "public_after_all")
    assert "It is public after all" in page(careful, delivery)
    decide(careful, duplicate_of(careful), "take_down")
    for duplicate_id in duplicates.claim_withdrawals(timezone.now()):
        duplicates.withdraw(duplicate_id)
    while careful.again(delivery).duplicate_check_at:
        search(careful, delivery)
    assert (careful.texts(), careful.again(delivery).shown_state) == ([], "cancelled")


def test_it_is_searched_three_times_after_the_last_call_and_no_more(careful: Outbox) -> None:
    delivery = unanswered(careful)
    careful.network.never_carry_out_late()
    careful.search_until_asked(delivery)
    careful.answer_not_there(delivery)
    began = timezone.now()
    times = []
    while at := careful.again(delivery).duplicate_check_at:
        times.append(round((at - began).total_seconds() / 60))
        search(careful, delivery)
    assert times == [20, 60, 24 * 60]
    with careful.inside():
        assert not DuplicatePost.objects.exists()


def test_a_network_that_does_not_answer_is_searched_again_for_three_days(careful: Outbox) -> None:
    delivery = twice(careful)
    careful.network.plan("status", "/api/v1/accounts/.*/statuses", status=503, times=999)
    began, searches = timezone.now(), 0
    while at := careful.again(delivery).duplicate_check_at:
        assert at < began + timedelta(days=3, hours=2)
        search(careful, delivery)
        searches += 1
    assert 48 < searches < 54


def test_a_second_post_is_not_taken_for_that_of_another_delivery(careful: Outbox) -> None:
    search(careful, twice(careful))
    other = unanswered(careful)
    careful.network.never_carry_out_late()
    careful.search_until_asked(other)


@pytest.mark.parametrize(("person", "status"), [("viewer", 403), ("mentor", 403), ("staff", 403), ("stranger", 404)])
def test_who_may_not_decide(careful: Outbox, person: str, status: int) -> None:
    delivery = twice(careful)
    search(careful, delivery)
    assert decide(careful, duplicate_of(careful), "take_down", person).status_code == status
    assert duplicate_of(careful).withdrawal_asked_at is None
    if status == 403 and person != "staff":
        assert "Take the second post down" not in page(careful, delivery, person)


def test_another_municipality_does_not_decide_under_its_own_address(careful: Outbox) -> None:
    search(careful, twice(careful))
    assert decide(careful, duplicate_of(careful), "take_down", "stranger", "novi-pazar").status_code == 404


@pytest.mark.parametrize("given", ["keep", "take_down", "", "drop"])
def test_a_second_click_and_an_unknown_answer_decide_nothing(careful: Outbox, given: str) -> None:
    search(careful, twice(careful))
    decide(careful, duplicate_of(careful), "take_down")
    before = duplicate_of(careful).withdrawal_asked_at
    assert "has changed since you opened this page" in decide(careful, duplicate_of(careful), given).content.decode()
    assert (duplicate_of(careful).withdrawal_asked_at, duplicate_of(careful).settled_at) == (before, None)


def test_a_network_that_cannot_delete_it_is_quoted(careful: Outbox) -> None:
    delivery = twice(careful)
    search(careful, delivery)
    decide(careful, duplicate_of(careful), "take_down")
    careful.network.plan("status", "/api/v1/statuses/", method="DELETE", status=422, body={"error": "Locked by admin"})
    for duplicate_id in duplicates.claim_withdrawals(timezone.now()):
        duplicates.withdraw(duplicate_id)
    shown = page(careful, delivery)
    assert "It could not be taken down:" in shown
    assert "Take the second post down" in shown
    assert len(careful.texts()) == 2


def test_a_silent_network_is_asked_to_delete_it_again(careful: Outbox) -> None:
    search(careful, twice(careful))
    decide(careful, duplicate_of(careful), "take_down")
    careful.network.plan("drop_before", "/api/v1/statuses/", method="DELETE")
    for minutes in (0, 2):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=True):
            for duplicate_id in duplicates.claim_withdrawals(timezone.now()):
                duplicates.withdraw(duplicate_id)
    assert len(careful.texts()) == 1


def test_the_tasks_search_and_take_down(careful: Outbox) -> None:
    delivery = twice(careful)
    tasks.search_for_duplicates(delivery.pk)
    decide(careful, duplicate_of(careful), "take_down")
    tasks.take_down_duplicate(duplicate_of(careful).pk)
    assert len(careful.texts()) == 1


def test_a_post_that_a_late_call_brings_back_after_it_was_taken_down_is_reported(bluesky: Outbox) -> None:
    """Its key is its place, so that the repeat needs no commit window, and a late call writes the same record again."""
    bluesky.network.plan("commit_late", "(put|create)Record$", method="POST", seconds=600)
    delivery = bluesky.put(TEXT)
    bluesky.tick()
    number = reconcile.reconcile(delivery.pk)
    assert number
    deliver(delivery.pk, number)
    with bluesky.inside():
        withdraw.withdraw(bluesky.again(delivery), by=bluesky.cast.officer)
    take_down.take_down(delivery.pk)
    assert (bluesky.again(delivery).state, bluesky.texts()) == (State.WITHDRAWN, [])
    bluesky.network.carry_out_late()
    assert bluesky.texts() == [TEXT]
    search(bluesky, delivery)
    assert bluesky.again(delivery).shown_state == "public_after_all"
    decide(bluesky, duplicate_of(bluesky), "take_down")
    duplicates.withdraw(duplicate_of(bluesky).pk)
    assert bluesky.texts() == []


def test_a_publisher_whose_attempt_was_given_up_overwrites_no_checkpoint_of_the_next_one(outbox: Outbox) -> None:
    delivery = outbox.put(TEXT)
    (given_up,) = claim.take_due(timezone.now(), 1)
    lease = outbox.again(delivery).lease_until
    assert lease is not None
    with time_machine.travel(lease + timedelta(seconds=1), tick=True):
        sweep.sweep(timezone.now())
        (current,) = claim.take_due(timezone.now(), 1)
        with outbox.inside():
            PreSendCheck(current.delivery, current.attempt).save_checkpoint("current")
            with pytest.raises(LeaseLost):
                PreSendCheck(given_up.delivery, given_up.attempt).save_checkpoint("given up")
    assert outbox.again(delivery).token == "current"
