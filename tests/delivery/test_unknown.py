"""A call without an answer: searched for, found, repeated only where that is safe, or asked of a person."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine

from django.urls import reverse
from django.utils import timezone

from delivery import commit_window, policies, rules
from delivery.domain import answer, claim, duplicates, reconcile, settle, sweep
from delivery.enums import Outcome, ReasonCode, State
from delivery.models import Attempt, Delivery
from notifications.models import Notification
from platforms.types import Published
from portal import delivery_notifications
from tests.delivery.conftest import Outbox, connected

pytestmark = pytest.mark.django_db
POST = {"path": "/api/v1/statuses$", "method": "POST"}


def unanswered(outbox: Outbox, fault: str, text: str = "Прекид у снабдевању водом", **more: Any) -> Delivery:
    path = "/api/v1/statuses$|putRecord"
    outbox.network.plan(fault, path, method="POST", **more)
    delivery = outbox.put(text)
    outbox.tick()
    assert outbox.again(delivery).state == State.CHECKING
    return delivery


def unconfirmed(outbox: Outbox, fault: str, text: str = "Прекид у снабдевању водом") -> Delivery:
    """One about which a person is asked: as `fault` says, and not seen when the commit window was over."""
    outbox.network.options(list_lag=3600)
    delivery = unanswered(outbox, fault, text)
    outbox.search_until_asked(delivery)
    outbox.network.options(list_lag=0)
    return delivery


def decisive_search(outbox: Outbox, delivery: Delivery) -> None:
    """The search at the end of the commit window."""
    with outbox.inside():
        Delivery.objects.filter(pk=delivery.pk).update(next_at=commit_window.decisive_at(outbox.again(delivery)))
    outbox.search(delivery)


def test_what_landed_is_found_and_bound(careful: Outbox) -> None:
    delivery = unanswered(careful, "commit_then_drop")
    careful.search(delivery)
    found = careful.again(delivery)
    assert (found.state, found.reason, found.unknown_since) == (State.PUBLISHED, ReasonCode.FOUND, None)
    assert found.remote_id == careful.network.public("opstina")[0]["id"]
    assert len(careful.texts()) == 1


def test_where_no_key_protects_an_absent_post_is_a_persons_decision(careful: Outbox) -> None:
    delivery = unanswered(careful, "drop_before")
    careful.search(delivery)
    assert careful.again(delivery).state == State.CHECKING
    decisive_search(careful, delivery)
    assert careful.again(delivery).state == State.CHECKING, "lists of networks lag"
    careful.search(delivery)
    asks = careful.again(delivery)
    assert (asks.state, asks.reason, bool(asks.unknown_since)) == (State.UNCONFIRMED, ReasonCode.ABSENT, True)
    for _ in range(5):
        careful.search(delivery)
    assert careful.again(delivery).state == State.UNCONFIRMED
    assert careful.texts() == []


def test_no_number_of_empty_searches_counts_before_the_commit_window_is_over(careful: Outbox) -> None:
    delivery = unanswered(careful, "drop_before")
    for _ in range(5):
        assert reconcile.reconcile(delivery.pk) is None
    assert careful.again(delivery).state == State.CHECKING
    assert careful.outcomes(delivery) == [Outcome.UNKNOWN, *[Outcome.ABSENT] * 5]


def test_searches_come_at_growing_intervals_at_the_end_of_the_window_and_soon_after_it(careful: Outbox) -> None:
    delivery = unanswered(careful, "drop_before")
    with careful.inside():
        decisive = commit_window.decisive_at(careful.again(delivery))
    assert decisive - careful.attempts(delivery)[0].sent_at == timedelta(minutes=16)
    times = []
    while careful.again(delivery).state == State.CHECKING:
        times.append(careful.again(delivery).next_at)
        careful.search(delivery)
    assert times[-2] == decisive
    assert [round((later - earlier).total_seconds() / 60) for earlier, later in pairwise(times)] == [1, 2, 5, 8, 1]
    assert careful.again(delivery).next_at == decisive + timedelta(minutes=5), "also while a person is asked"


def test_the_installation_sets_the_commit_window_of_a_network(careful: Outbox, settings: Any) -> None:
    settings.COMMIT_WINDOWS = {"mastodon": 1200, "facebook": 1}
    delivery = unanswered(careful, "drop_before")
    with careful.inside():
        decisive = commit_window.decisive_at(careful.again(delivery))
    assert decisive - careful.attempts(delivery)[0].sent_at == timedelta(minutes=20)


@pytest.mark.parametrize("late", [10, 100, 600])
@pytest.mark.parametrize("network_name", ["outbox", "careful", "bluesky"])
def test_what_a_server_publishes_late_is_found_and_never_sent_again(network_name: str, late: int, request: Any) -> None:
    """A gateway answers 504 at once; the server behind it publishes `late` seconds after that."""
    outbox: Outbox = request.getfixturevalue(network_name)
    delivery = unanswered(outbox, "commit_late", seconds=late)
    while outbox.again(delivery).state == State.CHECKING:
        if outbox.again(delivery).next_at >= outbox.attempts(delivery)[0].sent_at + timedelta(seconds=late):
            outbox.network.carry_out_late()
        outbox.search(delivery)
    outbox.network.carry_out_late()
    assert outbox.again(delivery).state == State.PUBLISHED
    assert len(outbox.texts()) == 1


def test_a_list_that_lags_brings_no_second_post(careful: Outbox) -> None:
    careful.network.options(list_lag=1)
    delivery = unanswered(careful, "commit_then_500")
    careful.search(delivery)
    careful.search(delivery)
    assert careful.again(delivery).state == State.PUBLISHED
    assert len(careful.texts()) == 1


def test_the_same_words_twice_are_never_guessed(careful: Outbox) -> None:
    delivery = unanswered(careful, "commit_then_drop")
    with careful.inside():  # a colleague posted the same words by hand
        credential = careful.network.account("mastodon", "opstina")["credential"]
    import requests

    requests.post(
        f"{careful.network.url}/api/v1/statuses",
        json={"status": "Прекид у снабдевању водом"},
        headers={"Authorization": f"Bearer {credential['access_token']}"},
        timeout=30,
    )
    for _ in range(6):
        careful.search(delivery)
    asks = careful.again(delivery)
    assert (asks.state, asks.reason) == (State.UNCONFIRMED, ReasonCode.CANNOT_TELL)
    assert Outcome.CANNOT_TELL in careful.outcomes(delivery)
    assert len(careful.texts()) == 2


def test_a_post_of_another_delivery_is_not_taken_for_this_one(careful: Outbox) -> None:
    first = careful.put("Вежба")
    careful.tick()
    second = unanswered(careful, "drop_before", "Вежба")
    careful.search(second)
    assert careful.outcomes(second)[-1] == Outcome.ABSENT
    assert careful.again(first).state == State.PUBLISHED


def test_a_network_that_cannot_be_searched_is_a_persons_question_and_searched_ever_more_seldom(
    careful: Outbox,
) -> None:
    delivery = unanswered(careful, "drop_before")
    careful.network.plan("status", "/api/v1/accounts/.*/statuses", status=503, times=99)
    pauses = []
    for _ in range(10):
        before = max(careful.again(delivery).next_at, timezone.now())
        careful.search(delivery)
        pauses.append(round((careful.again(delivery).next_at - before).total_seconds() / 60))
    assert pauses == [1, 2, 5, 8, 1, 4, 120, 120, 120, 120]
    assert (careful.again(delivery).state, careful.again(delivery).reason) == (
        State.UNCONFIRMED,
        ReasonCode.CANNOT_TELL,
    )


def test_where_a_key_protects_a_silent_network_is_searched_until_the_time_of_the_post_is_over(outbox: Outbox) -> None:
    delivery = unanswered(outbox, "drop_before")
    outbox.network.plan("status", "/api/v1/accounts/.*/statuses", status=503, times=1)
    decisive_search(outbox, delivery)
    assert outbox.again(delivery).state == State.CHECKING
    outbox.search(delivery)  # it answers again, and the call is repeated
    assert outbox.again(delivery).state == State.PUBLISHED
    assert len(outbox.texts()) == 1


@pytest.mark.parametrize("network_name", ["outbox", "bluesky"])
@pytest.mark.parametrize("fault", ["drop_before", "commit_then_drop", "commit_then_500", "truncate_body"])
def test_where_one_key_publishes_once_the_call_settles_it(network_name: str, fault: str, request: Any) -> None:
    outbox: Outbox = request.getfixturevalue(network_name)
    delivery = unanswered(outbox, fault)
    decisive_search(outbox, delivery)
    assert outbox.again(delivery).state == State.PUBLISHED
    assert len(outbox.texts()) == 1


def test_a_record_that_a_late_call_writes_again_stays_one_so_its_call_is_repeated_at_once(bluesky: Outbox) -> None:
    delivery = unanswered(bluesky, "drop_before")
    bluesky.search(delivery)
    assert bluesky.again(delivery).state == State.PUBLISHED


def test_a_call_is_repeated_once_and_then_only_searched_for(outbox: Outbox) -> None:
    delivery = unanswered(outbox, "drop_before", times=2)
    decisive_search(outbox, delivery)  # absent, repeated, no answer again
    assert outbox.again(delivery).state == State.CHECKING
    outbox.search(delivery)
    assert outbox.outcomes(delivery) == ["unknown", "absent", "unknown", "absent"]
    outbox.search_until_asked(delivery)
    assert outbox.again(delivery).reason == ReasonCode.ABSENT
    assert outbox.texts() == []


@pytest.mark.parametrize("fault", ["status", "rate_limit", "revoke_token"])
def test_a_repeat_that_fails_does_not_forget_the_first_call(outbox: Outbox, fault: str) -> None:
    delivery = unanswered(outbox, "drop_before")
    outbox.network.plan(fault, **POST, status=422)
    decisive_search(outbox, delivery)
    unknown = outbox.again(delivery)
    assert (unknown.state, bool(unknown.unknown_since)) == (State.CHECKING, True)


def test_a_pause_stops_the_repeat_and_asks_a_person(outbox: Outbox) -> None:
    delivery = unanswered(outbox, "drop_before")
    outbox.gate.say(policies.defer(ReasonCode.PAUSED))
    outbox.search_until_asked(delivery)
    assert outbox.texts() == []


def test_a_repeat_whose_message_is_lost_is_unknown_again(outbox: Outbox, settings: Any) -> None:
    settings.COMMIT_WINDOWS = {"mastodon": 0}
    delivery = unanswered(outbox, "drop_before")
    assert reconcile.reconcile(delivery.pk) == 3
    assert outbox.again(delivery).state == State.SENDING
    sweep.sweep(outbox.again(delivery).lease_until + timedelta(seconds=1))
    unknown = outbox.again(delivery)
    assert (unknown.state, bool(unknown.unknown_since)) == (State.CHECKING, True)


def test_after_an_hour_the_key_is_dead_and_a_person_is_asked(outbox: Outbox) -> None:
    delivery = unanswered(outbox, "drop_before")
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=True):
        assert reconcile.reconcile(delivery.pk) is None
    assert outbox.again(delivery).state == State.UNCONFIRMED
    assert outbox.texts() == []


# ---- an answer after the sweeper gave up


def sending(outbox: Outbox) -> tuple[Delivery, Attempt]:
    delivery = outbox.put()
    [work] = claim.take_due(timezone.now(), 50)
    with outbox.inside():
        Attempt.objects.filter(pk=work.attempt.pk).update(sent_at=timezone.now())
    return outbox.again(delivery), outbox.attempts(delivery)[0]


def test_an_answer_that_came_after_the_lease_is_still_believed(outbox: Outbox) -> None:
    delivery, attempt = sending(outbox)
    sweep.sweep(delivery.lease_until + timedelta(seconds=1))
    with outbox.inside():
        settle.settle(delivery, attempt, Published("99", "https://example.rs/99", timezone.now()))
    late = outbox.again(delivery)
    assert (late.state, late.reason, late.remote_id) == (State.PUBLISHED, ReasonCode.LATE_ANSWER, "99")
    assert outbox.outcomes(delivery) == [Outcome.UNKNOWN]  # append-only


def test_a_remote_post_that_is_taken_is_not_believed(outbox: Outbox) -> None:
    first = outbox.put("прва")
    outbox.tick()
    delivery, attempt = sending(outbox)
    with outbox.inside():
        settle.settle(delivery, attempt, Published(outbox.again(first).remote_id, "", timezone.now()))
    assert outbox.again(delivery).state == State.CHECKING


# ---- what people answer


def test_it_is_there_binds_the_post_of_the_link(careful: Outbox) -> None:
    delivery = unconfirmed(careful, "commit_then_drop")
    public = careful.network.public("opstina")[0]
    link = f"{careful.network.url}/@opstina/{public['id']}"
    with careful.inside():
        answer.it_is_there(careful.again(delivery), link, by=careful.cast.officer)
    found = careful.again(delivery)
    assert (found.state, found.remote_id) == (State.PUBLISHED, public["id"])


@pytest.mark.parametrize("link", ["https://elsewhere.example/@opstina/1", "/about", "не знам", ""])
def test_a_link_that_leads_elsewhere_is_refused(careful: Outbox, link: str) -> None:
    delivery = unconfirmed(careful, "commit_then_drop")
    with careful.inside(), pytest.raises(answer.NotOurs):
        answer.it_is_there(careful.again(delivery), link, by=careful.cast.officer)
    assert careful.again(delivery).state == State.UNCONFIRMED


def test_bluesky_links_are_understood(bluesky: Outbox) -> None:
    delivery = unanswered(bluesky, "commit_then_drop")
    uri = bluesky.network.public("opstina")[0]["id"]
    with bluesky.inside():
        link = f"https://bsky.app/profile/opstina.test/post/{uri.rsplit('/', 1)[-1]}"
        answer.it_is_there(bluesky.again(delivery), link, by=bluesky.cast.officer)
    assert bluesky.again(delivery).remote_id == uri


def test_it_is_not_there_sends_it(careful: Outbox) -> None:
    delivery = unconfirmed(careful, "drop_before")
    careful.answer_not_there(delivery)
    assert careful.again(delivery).state == State.PUBLISHED
    assert len(careful.texts()) == 1
    assert careful.outcomes(delivery)[-2:] == [Outcome.ABSENT, Outcome.OK], "searched once more, then sent"


def test_it_is_not_there_about_a_post_that_is_public_sends_nothing(careful: Outbox) -> None:
    delivery = unconfirmed(careful, "commit_then_drop")
    careful.answer_not_there(delivery)
    found = careful.again(delivery)
    assert (found.state, found.reason) == (State.PUBLISHED, ReasonCode.FOUND)
    assert len(careful.texts()) == 1


def test_it_is_not_there_sends_nothing_where_the_search_fails(careful: Outbox) -> None:
    delivery = unconfirmed(careful, "drop_before")
    careful.network.plan("status", "/api/v1/accounts/.*/statuses", status=503, times=1)
    careful.answer_not_there(delivery)
    asks = careful.again(delivery)
    assert (asks.state, asks.reason, asks.problem) == (
        State.UNCONFIRMED,
        ReasonCode.CANNOT_TELL,
        reconcile.NOT_SEARCHED,
    )
    assert careful.texts() == []
    assert asks.next_at - asks.state_at <= rules.RECONCILIATION_BACKOFF[0], "a network that is back is soon searched"
    careful.answer_not_there(delivery)
    assert careful.again(delivery).state == State.PUBLISHED


def test_it_is_not_there_sends_nothing_on_a_network_that_cannot_be_searched(outbox: Outbox) -> None:
    channel = connected(outbox.cast, outbox.network, "viber")
    outbox.network.plan("drop_before", "/viber/pa/post", method="POST")
    delivery = outbox.put(channel=channel)
    outbox.tick()
    assert outbox.again(delivery).state == State.CHECKING
    outbox.search_until_asked(delivery)
    outbox.answer_not_there(delivery)
    asks = outbox.again(delivery)
    assert (asks.state, asks.problem) == (State.UNCONFIRMED, reconcile.CANNOT_BE_SEARCHED)
    assert outbox.outcomes(delivery).count(Outcome.OK) == 0


def test_it_is_not_there_sends_nothing_in_a_pause_that_began_meanwhile(careful: Outbox) -> None:
    delivery = unconfirmed(careful, "drop_before")
    careful.gate.say(policies.defer(ReasonCode.PAUSED, "Дан жалости"))
    careful.answer_not_there(delivery)
    asks = careful.again(delivery)
    assert (asks.state, asks.reason, asks.problem) == (State.UNCONFIRMED, ReasonCode.ABSENT, "Дан жалости")
    assert careful.texts() == []


@pytest.mark.parametrize("network_name", ["outbox", "careful"])
@pytest.mark.parametrize("late", [1, 70, 180, 900])
def test_a_rate_limit_that_a_gateway_answers_and_the_server_ignores_makes_one_post(
    network_name: str, late: int, request: Any
) -> None:
    outbox: Outbox = request.getfixturevalue(network_name)
    outbox.network.plan("commit_late", "/api/v1/statuses$", method="POST", seconds=late, status=429)
    delivery = outbox.put()
    outbox.tick()
    limited = outbox.again(delivery)
    assert (limited.state, limited.reason) == (State.CHECKING, ReasonCode.RATE_LIMITED)
    while outbox.again(delivery).state == State.CHECKING:
        if outbox.again(delivery).next_at >= outbox.attempts(delivery)[0].sent_at + timedelta(seconds=late):
            outbox.network.carry_out_late()
        outbox.search(delivery)
    outbox.network.carry_out_late()
    assert outbox.again(delivery).state == State.PUBLISHED
    assert len(outbox.texts()) == 1


def test_a_rate_limit_that_held_goes_out_by_itself_after_the_window(careful: Outbox) -> None:
    careful.network.plan("rate_limit", "/api/v1/statuses$", method="POST", seconds=1800)
    delivery = careful.put()
    careful.tick()
    retry_at = timezone.now() + timedelta(minutes=30)
    while careful.again(delivery).state == State.CHECKING:
        careful.search(delivery)
    later = careful.again(delivery)
    assert (later.state, later.reason, later.unknown_since) == (State.SCHEDULED, ReasonCode.RATE_LIMITED, None)
    assert abs(later.next_at - retry_at) < timedelta(minutes=1), "not before the network takes it"
    careful.tick(later.next_at)
    assert (careful.again(delivery).state, len(careful.texts())) == (State.PUBLISHED, 1)


def test_a_late_search_does_not_overrule_a_person(careful: Outbox) -> None:
    delivery = unconfirmed(careful, "commit_then_drop")
    with careful.inside():
        stale = careful.again(delivery)
        result = reconcile.find(stale)
        answer.drop(careful.again(delivery), by=careful.cast.officer)
        assert reconcile._settle(stale, result) is None
    assert careful.again(delivery).state == State.CANCELLED


def test_still_send_after_a_pause_is_a_persons_decision(outbox: Outbox) -> None:
    delivery = outbox.put()
    outbox.gate.say(policies.defer(ReasonCode.PAUSED))
    outbox.tick()
    outbox.gate.say(policies.allow())
    with outbox.inside():
        answer.still_send(outbox.again(delivery), by=outbox.cast.officer)
    outbox.tick()
    assert outbox.again(delivery).state == State.PUBLISHED


def test_still_send_of_what_lost_its_approval_during_a_pause_waits_for_it(outbox: Outbox) -> None:
    delivery = outbox.put()
    outbox.gate.say(policies.defer(ReasonCode.PAUSED))
    outbox.tick()
    outbox.gate.say(policies.defer(ReasonCode.NOT_APPROVED))
    with outbox.inside():
        answer.still_send(outbox.again(delivery), by=outbox.cast.officer)
    assert (outbox.again(delivery).state, outbox.again(delivery).reason) == (State.WAITING, ReasonCode.NOT_APPROVED)


def test_still_send_cannot_replace_an_approval(outbox: Outbox) -> None:
    delivery = outbox.put(due_in=60, approved=False)
    with outbox.inside(), pytest.raises(Exception, match="approved"):
        answer.still_send(outbox.again(delivery), by=outbox.cast.officer)


def test_a_new_time_moves_the_parts_along(outbox: Outbox) -> None:
    parent = outbox.put("корен", due_in=60)
    child = outbox.put("део", parent=parent, due_at=parent.due_at)
    later: datetime = parent.due_at + timedelta(days=1)
    with outbox.inside():
        answer.choose_time(outbox.again(parent), later, by=outbox.cast.officer)
    assert outbox.again(child).due_at == outbox.again(parent).due_at == later


def test_a_time_in_the_past_is_refused(outbox: Outbox) -> None:
    delivery = outbox.put(due_in=60)
    with outbox.inside(), pytest.raises(ValueError, match="past"):
        answer.choose_time(delivery, timezone.now() - timedelta(minutes=2), by=outbox.cast.officer)


def test_what_expired_goes_out_when_a_person_says_now(outbox: Outbox) -> None:
    delivery = outbox.put()
    outbox.tick(delivery.not_after + timedelta(seconds=1))
    with outbox.inside():
        answer.send_now(outbox.again(delivery), by=outbox.cast.officer)
    outbox.tick()
    assert outbox.again(delivery).state == State.PUBLISHED


def test_sent_again_with_other_words_after_a_refusal(outbox: Outbox) -> None:
    from tests.delivery.conftest import outgoing_of

    outbox.network.plan("status", **POST, status=422, body={"error": "no"})
    delivery = outbox.put("предугачко")
    outbox.tick()
    with outbox.inside():
        answer.send_again(outbox.again(delivery), by=outbox.cast.officer, outgoing=outgoing_of("краће"))
    outbox.tick()
    assert outbox.texts() == ["краће"]
    assert outbox.outcomes(delivery) == ["rejected", "ok"]


def test_dropping_the_root_drops_its_parts(outbox: Outbox) -> None:
    parent = outbox.put("корен", due_in=60)
    child = outbox.put("део", parent=parent, due_at=parent.due_at)
    with outbox.inside():
        answer.drop(outbox.again(parent), by=outbox.cast.officer)
    assert [outbox.again(each).state for each in (parent, child)] == [State.CANCELLED] * 2


# ---- a refusal that the network did not keep to


def refused(outbox: Outbox, status: int) -> Delivery:
    outbox.network.plan("commit_late", "/api/v1/statuses$", method="POST", seconds=3600, status=status)
    delivery = outbox.put()
    outbox.tick()
    return outbox.again(delivery)


def search_after_refusal(outbox: Outbox, delivery: Delivery) -> Delivery:
    at = outbox.again(delivery).duplicate_check_at
    assert at is not None
    with time_machine.travel(at, tick=True):
        assert duplicates.claim_searches(timezone.now()) == [delivery.pk]
        duplicates.search(delivery.pk)
    return outbox.again(delivery)


@pytest.mark.parametrize("status", [403, 404, 422])
def test_what_was_refused_and_is_public_all_the_same_is_found_a_minute_later(careful: Outbox, status: int) -> None:
    delivery = refused(careful, status)
    assert delivery.state in (State.FAILED, State.WAITING)
    sent_at = careful.attempts(delivery)[0].sent_at
    assert sent_at + rules.CHECK_AFTER_REFUSAL <= delivery.duplicate_check_at
    assert delivery.duplicate_check_at <= timezone.now() + rules.CHECK_AFTER_REFUSAL
    careful.network.carry_out_late()
    public = search_after_refusal(careful, delivery)
    assert (public.state, public.reason) == (State.PUBLISHED, ReasonCode.FOUND)
    assert public.duplicate_check_at is not None, "a second call may have left"
    assert public.remote_id == careful.network.public("opstina")[0]["id"]


def test_a_refusal_that_held_is_searched_for_once(careful: Outbox) -> None:
    delivery = refused(careful, 422)
    careful.network.never_carry_out_late()
    failed = search_after_refusal(careful, delivery)
    assert (failed.state, failed.duplicate_check_at) == (State.FAILED, None)
    assert careful.outcomes(delivery) == [Outcome.REJECTED, Outcome.ABSENT]


def test_a_refusal_that_became_public_after_it_was_sent_again_is_reported(careful: Outbox) -> None:
    delivery = refused(careful, 422)
    with careful.inside():
        answer.send_again(careful.again(delivery), by=careful.cast.officer)
    careful.tick()
    assert careful.again(delivery).state == State.PUBLISHED
    careful.network.carry_out_late()
    assert search_after_refusal(careful, delivery).shown_state == "twice"


def test_the_question_whether_it_is_there_is_taken_back_when_the_post_is_found(careful: Outbox) -> None:
    delivery = unconfirmed(careful, "commit_then_drop")
    delivery_notifications.send()
    asked = Notification.objects.filter(url=reverse("delivery", args=["cuprija", delivery.pk]))
    assert asked.unread().exists()
    careful.search(delivery)
    assert careful.again(delivery).state == State.PUBLISHED
    assert not asked.exists()


def test_a_question_that_was_read_stays_in_the_list(careful: Outbox) -> None:
    delivery = unconfirmed(careful, "commit_then_drop")
    delivery_notifications.send()
    asked = Notification.objects.filter(url=reverse("delivery", args=["cuprija", delivery.pk]))
    asked.update(read_at=timezone.now())
    careful.search(delivery)
    assert asked.exists()
