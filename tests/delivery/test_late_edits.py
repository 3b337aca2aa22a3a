"""Corrections that a network carries out late: the newest text is sent once more, and what differs is reported."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from django.db import connection, transaction
from django.utils import timezone

from channels.connector_factory import open_channel
from delivery import commit_window, policies
from delivery.domain import answer, external_changes, late_edits, settle, sweep, take_down, withdraw
from delivery.domain.claim import take_due
from delivery.domain.deliver import call, make
from delivery.domain.edit import edit
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from municipalities.tenancy import everywhere
from tests.concurrency import at_once
from tests.delivery.conftest import Gate, Outbox, connected, outgoing_of
from tests.delivery.test_edit import change, edit_gate, published

pytestmark = pytest.mark.django_db
__all__ = ["edit_gate"]

FIRST, SECOND = "Вашар почиње у 10.", "Вашар почиње у 11."
EDITS = {
    "mastodon": {"path": "/api/v1/statuses/", "method": "PUT"},
    "facebook": {"path": r"/\d+_\d+$", "method": "POST"},
    "telegram": {"path": "editMessageText", "method": "POST"},
    "linkedin": {"path": "/rest/posts/", "method": "POST"},
}


def corrected(outbox: Outbox, platform: str = "mastodon", *, second: str = SECOND) -> Delivery:
    """Published and corrected twice, at last to `second`.

    The first correction was answered 504, and is not carried out yet.
    """
    channel = outbox.channel if platform == "mastodon" else connected(outbox.cast, outbox.network, platform)
    delivery = published(outbox, channel=channel)
    outbox.network.plan("commit_late", seconds=3600, **EDITS[platform])
    first = change(outbox, delivery, FIRST)
    outbox.tick()
    assert outbox.again(first).reason == ReasonCode.UNANSWERED
    outbox.tick(outbox.again(first).next_at)
    change(outbox, delivery, second)
    outbox.tick()
    assert outbox.texts() == [second]
    return outbox.again(delivery)


def check(outbox: Outbox, delivery: Delivery) -> None:
    """The check of the post at its time, and what it has sent."""
    at = outbox.again(delivery).edit_check_at
    assert at is not None
    with time_machine.travel(max(at, timezone.now()), tick=True):
        assert late_edits.claim_checks(timezone.now()) == [delivery.pk]
        late_edits.check(delivery.pk)
        outbox.tick()


def repeats(outbox: Outbox, delivery: Delivery) -> list[Delivery]:
    with outbox.inside():
        return list(Delivery.objects.filter(parent=delivery, is_repeat=True).order_by("pk"))


def shown(outbox: Outbox, delivery: Delivery, text: str, *, minutes: float) -> Delivery:
    """The text that metrics bring, so long after now."""
    at = timezone.now() + timedelta(minutes=minutes)
    with outbox.inside():
        external_changes.record_shown({delivery.pk: external_changes.NetworkText(text, at)})
    return outbox.again(delivery)


@pytest.mark.parametrize("platform", EDITS)
def test_a_correction_that_is_carried_out_late_does_not_stay(outbox: Outbox, platform: str) -> None:
    delivery = corrected(outbox, platform)
    outbox.network.carry_out_late()
    assert outbox.texts() == [FIRST]
    check(outbox, delivery)
    assert outbox.texts() == [SECOND]
    assert [row.state for row in repeats(outbox, delivery)] == [State.PUBLISHED]
    assert outbox.again(delivery).edit_check_at is None


def test_the_newest_text_is_sent_once_more_at_the_end_of_the_window_and_not_before(outbox: Outbox) -> None:
    delivery = corrected(outbox)
    with outbox.inside():
        sent_at = delivery.children.get(payload__text=FIRST).attempts.get(number=1).sent_at
        window = commit_window.of_edits(delivery.channel)
    assert delivery.edit_check_at == sent_at + window == sent_at + timedelta(minutes=16)
    assert late_edits.claim_checks(timezone.now()) == []


def test_also_where_nothing_was_carried_out_late_it_is_sent_once_and_no_more(outbox: Outbox) -> None:
    delivery = corrected(outbox)
    check(outbox, delivery)
    late_edits.check(delivery.pk)
    assert outbox.texts() == [SECOND]
    assert len(repeats(outbox, delivery)) == 1


def test_a_worker_that_dies_in_the_check_leaves_it_to_another(outbox: Outbox) -> None:
    delivery = corrected(outbox)
    with time_machine.travel(delivery.edit_check_at, tick=True):
        assert late_edits.claim_checks(timezone.now()) == [delivery.pk]
        assert late_edits.claim_checks(timezone.now()) == [], "one worker has it"
    outbox.network.carry_out_late()
    check(outbox, delivery)
    assert outbox.texts() == [SECOND]


def test_a_single_correction_is_not_sent_once_more(outbox: Outbox) -> None:
    delivery = published(outbox)
    outbox.network.plan("commit_late", seconds=3600, **EDITS["mastodon"])
    first = change(outbox, delivery, FIRST)
    outbox.tick()
    outbox.tick(outbox.again(first).next_at)
    outbox.network.carry_out_late()
    check(outbox, delivery)
    assert (outbox.texts(), repeats(outbox, delivery)) == ([FIRST], [])


def test_a_worker_that_died_after_the_call_counts_as_no_answer(outbox: Outbox) -> None:
    delivery = published(outbox)
    first = change(outbox, delivery, FIRST)
    (work,) = take_due(timezone.now(), 1)
    with outbox.inside():
        work.attempt.delivery.attempts.update(sent_at=timezone.now())
    sweep.sweep(timezone.now() + timedelta(hours=1))
    assert outbox.again(first).reason == ReasonCode.UNANSWERED
    assert outbox.again(delivery).edit_check_at is not None


def test_a_correction_that_was_dropped_and_carried_out_late_is_put_right(outbox: Outbox) -> None:
    delivery = published(outbox)
    outbox.network.plan("commit_late", seconds=3600, **EDITS["mastodon"])
    first = change(outbox, delivery, FIRST)
    outbox.tick()
    with outbox.inside():
        answer.drop(outbox.again(first), by=outbox.cast.officer)
    outbox.network.carry_out_late()
    assert outbox.texts() == [FIRST]
    check(outbox, delivery)
    assert outbox.texts() == ["Вашар почиње у 9."]


def test_while_a_correction_waits_for_a_person_the_check_is_put_off(outbox: Outbox) -> None:
    delivery = corrected(outbox)
    outbox.network.carry_out_late()
    outbox.network.plan("status", status=422, **EDITS["mastodon"])
    third = change(outbox, delivery, "Вашара нема.")
    outbox.tick()
    assert outbox.again(third).state == State.FAILED
    check(outbox, delivery)
    assert (repeats(outbox, delivery), outbox.again(delivery).edit_check_at is None) == ([], False)
    with outbox.inside():
        answer.drop(outbox.again(third), by=outbox.cast.officer)
    check(outbox, delivery)
    assert outbox.texts() == [SECOND]


def test_an_urgent_correction_that_overtook_an_ordinary_one_stays(outbox: Outbox) -> None:
    delivery = published(outbox)
    change(outbox, delivery, FIRST)
    (work,) = take_due(timezone.now(), 1)
    with outbox.inside():
        edit(delivery, outgoing_of(SECOND), by=outbox.cast.officer, urgent=True)
    outbox.tick()
    assert outbox.texts() == [SECOND]
    make(work.delivery, work.attempt)
    assert outbox.texts() == [FIRST]
    check(outbox, delivery)
    assert outbox.texts() == [SECOND]


def test_the_answers_to_two_corrections_at_once_do_not_say_which_was_carried_out_last(outbox: Outbox) -> None:
    delivery = published(outbox)
    change(outbox, delivery, FIRST)
    (first,) = take_due(timezone.now(), 1)
    with outbox.inside():
        edit(delivery, outgoing_of(SECOND), by=outbox.cast.officer, urgent=True)
        (second,) = take_due(timezone.now(), 1)
        answers = [(work, call(work.delivery, work.attempt)) for work in (second, first)]
        assert outbox.texts() == [FIRST]
        for work, result in reversed(answers):
            settle.settle(work.delivery, work.attempt, result)
    check(outbox, delivery)
    assert outbox.texts() == [SECOND]


def test_nothing_is_sent_after_a_removal(outbox: Outbox) -> None:
    delivery = corrected(outbox)
    with outbox.inside():
        withdraw.withdraw(delivery, by=outbox.cast.officer)
    calls = len(outbox.network.ledger())
    check(outbox, delivery)
    assert len(outbox.network.ledger()) == calls, "nobody reads what is to be removed"
    take_down.take_down(delivery.pk)
    assert (outbox.texts(), repeats(outbox, delivery)) == ([], [])


def claim_without_waiting() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '10s'")
    return late_edits.claim_checks(timezone.now())


@pytest.mark.django_db(transaction=True)
def test_a_check_that_another_worker_is_settling_is_not_claimed(outbox: Outbox) -> None:
    delivery = corrected(outbox)
    with outbox.inside():
        Delivery.objects.filter(pk=delivery.pk).update(edit_check_at=timezone.now())
    with transaction.atomic(), everywhere("a worker that settles it"):
        Delivery.objects.select_for_update().get(pk=delivery.pk)
        assert at_once(claim_without_waiting) == [[]]
    assert late_edits.claim_checks(timezone.now()) == [delivery.pk]


def test_the_same_text_carried_out_late_needs_no_repeat(outbox: Outbox) -> None:
    delivery = corrected(outbox, second=FIRST)
    check(outbox, delivery)
    assert repeats(outbox, delivery) == []


def test_a_repeat_that_waits_is_dropped_with_its_post(outbox: Outbox, edit_gate: Gate) -> None:
    delivery = corrected(outbox)
    edit_gate.say(policies.defer(ReasonCode.PAUSED, "Дан жалости"))
    check(outbox, delivery)
    with outbox.inside():
        withdraw.withdraw(outbox.again(delivery), by=outbox.cast.officer)
    take_down.take_down(delivery.pk)
    assert [row.state for row in repeats(outbox, delivery)] == [State.CANCELLED]


def test_nothing_is_sent_in_a_pause_nor_by_itself_after_it_and_a_person_is_asked(
    outbox: Outbox, edit_gate: Gate
) -> None:
    delivery = corrected(outbox)
    outbox.network.carry_out_late()
    edit_gate.say(policies.defer(ReasonCode.PAUSED, "Дан жалости"))
    check(outbox, delivery)
    (repeat,) = repeats(outbox, delivery)
    assert (repeat.state, repeat.reason) == (State.WAITING, ReasonCode.PAUSED)
    edit_gate.say(policies.allow())
    later = timezone.now() + timedelta(hours=1)
    sweep.sweep(later)
    outbox.tick(later)
    assert outbox.again(repeat).state == State.EXPIRED
    assert outbox.texts() == [FIRST]


def test_what_a_person_wrote_on_the_network_is_reported_and_stays(outbox: Outbox) -> None:
    delivery = corrected(outbox)
    outbox.network.carry_out_late()
    with outbox.inside():
        open_channel(outbox.channel).edit(delivery.remote_id, outgoing_of("Вашар је отказан због олује."))
    check(outbox, delivery)
    reported = outbox.again(delivery)
    assert outbox.texts() == ["Вашар је отказан због олује."]
    assert (bool(reported.changed_at), reported.shown_now) == (True, "Вашар је отказан због олује.")
    assert repeats(outbox, delivery) == []


def test_a_network_that_cannot_be_read_is_asked_again_before_anything_is_sent(outbox: Outbox) -> None:
    delivery = corrected(outbox)
    outbox.network.carry_out_late()
    outbox.network.plan("status", "/api/v1/statuses", method="GET", status=503, times=1)
    check(outbox, delivery)
    assert repeats(outbox, delivery) == []
    check(outbox, delivery)
    assert outbox.texts() == [SECOND]


def test_an_earlier_text_of_ours_is_reported_when_the_network_shows_it(outbox: Outbox) -> None:
    delivery = corrected(outbox)
    assert shown(outbox, delivery, FIRST, minutes=1).changed_at is None, "an index may lag behind the correction"
    reported = shown(outbox, delivery, FIRST, minutes=10)
    assert (bool(reported.changed_at), reported.shown_now, reported.shown) == (True, FIRST, SECOND)


def test_the_text_from_before_a_correction_is_reported_too(outbox: Outbox) -> None:
    delivery = corrected(outbox)
    shown(outbox, delivery, SECOND, minutes=1)
    assert shown(outbox, delivery, "Вашар почиње у 9.", minutes=10).changed_at


def test_a_text_that_the_network_rewrote_is_the_one_that_was_sent(outbox: Outbox) -> None:
    delivery = published(outbox, "Пријаве на https://cuprija.rs/prijava до 14.30 #Ћуприја")
    change(outbox, delivery, "Пријаве на https://cuprija.rs/prijava до 16.30 #Ћуприја")
    outbox.tick()
    rewritten = shown(outbox, delivery, "Пријаве на cuprija.rs/pri… до 16.30 #cuprija", minutes=10)
    assert rewritten.changed_at is None
    assert shown(outbox, delivery, "Пријаве на cuprija.rs/pri… до 14.30 #cuprija", minutes=20).changed_at


def test_a_late_one_that_the_network_rewrote_is_known_by_its_other_words(outbox: Outbox) -> None:
    delivery = published(outbox, "Пријаве на https://cuprija.rs/prijava до 14.30 #Ћуприја")
    change(outbox, delivery, "Пријаве на https://cuprija.rs/prijava до 16.30 #Ћуприја")
    outbox.tick()
    assert shown(outbox, delivery, "Пријаве на cuprija.rs/pri… до 14.30 #cuprija", minutes=10).changed_at


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Вода https://a.rs/1", "Вода a.rs/1…", True),
        ("Вода у 14.30", "Вода у 16.30", False),
        ("Вода у 14:30", "Вода у 16:30", False),
        ("https://a.rs/1", "https://a.rs/2", False),
        ("@neko Вода", "@neko@example.org Вода", True),
        ("", "Вода", False),
    ],
)
def test_words_are_compared_without_what_networks_rewrite(one: str, other: str, alike: Any) -> None:
    assert external_changes.same_words(one, other) is alike
