"""The call itself: a worker makes it, it is recorded before it is made, and whatever goes wrong ends with a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django.utils import timezone

from channels.enums import ChannelState
from channels.models import Channel
from common.models import Restore
from inbox import tasks
from inbox.domain import hide, moderate
from inbox.models import Message, Moderation
from inbox.moderation_rules import ModerationRequest, ModerationState
from municipalities.tenancy import everywhere, scope
from notifications.models import Notification
from platforms.meta import codes
from tests.inbox.conftest import MunicipalityInbox
from tests.people import sign_in

LIST = "/m/cuprija/inbox/moderation/"


@pytest.fixture
def insult(municipality: MunicipalityInbox, hiding: Any) -> Moderation:
    with scope(municipality.cast.cuprija):
        return moderate.propose(hiding(), ModerationRequest("insult", "hide", "Псује"), by=municipality.cast.officer)


def hidden(municipality: MunicipalityInbox, row: Moderation) -> bool:
    with scope(municipality.cast.cuprija):
        comment = Moderation.objects.select_related("message").get(pk=row.pk).message.remote_id
    return bool(municipality.network.world.fake("facebook").objects[comment]["hidden"])


def now_of(municipality: MunicipalityInbox, row: Moderation) -> Moderation:
    with scope(municipality.cast.cuprija):
        return Moderation.objects.select_related("message__channel", "by").get(pk=row.pk)


def due(municipality: MunicipalityInbox) -> None:
    with scope(municipality.cast.cuprija):
        Moderation.objects.exclude(next_at=None).update(next_at=timezone.now())


def work(municipality: MunicipalityInbox) -> int:
    """What the workers do at the next tick, whenever that is due."""
    due(municipality)
    claimed = hide.claim()
    for key in claimed:
        hide.execute(key)
    return len(claimed)


def test_deciding_calls_nobody_and_a_worker_hides(municipality: MunicipalityInbox, insult: Moderation) -> None:
    assert not hidden(municipality, insult)
    assert insult.state == ModerationState.AGREED
    assert work(municipality) == 1
    after = now_of(municipality, insult)
    assert hidden(municipality, insult)
    assert (after.state, after.done_by, after.next_at, after.attempts) == (ModerationState.DONE, None, None, 1)
    assert after.done_at is not None
    assert work(municipality) == 0


def test_after_a_restore_it_waits_for_the_administrator(municipality: MunicipalityInbox, insult: Moderation) -> None:
    now = timezone.now()
    mark = Restore.objects.create(made_at=now, restored_at=now, prepared_at=now)
    assert work(municipality) == 0
    assert not hidden(municipality, insult)
    Restore.objects.filter(pk=mark.pk).update(ended_at=now)
    assert work(municipality) == 1
    assert hidden(municipality, insult)


def test_the_page_promises_what_the_network_does(municipality: MunicipalityInbox, hiding: Any) -> None:
    message = hiding()
    client = sign_in(municipality.cast.officer)
    here = f"/m/cuprija/inbox/{message.pk}/"
    page = client.get(here).text
    assert "The portal hides it at once" in page
    assert "Networks hide only comments below your own posts: below" not in page
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk=message.pk).update(publication=None)
    page = client.get(here).text
    assert "Networks hide only comments below your own posts: below" in page
    assert "The portal hides it at once" not in page
    response = client.post(f"{here}moderate/", {"reason": "insult", "act": "hide", "why": "Псује"}, follow=True)
    assert "If the network refuses, you are notified" in response.text
    other = municipality.receive("@opstina Ружно")
    page = client.get(f"/m/cuprija/inbox/{other.pk}/").text
    assert "this network hides nothing for the portal" in page
    assert "report it to the server" in page


def test_a_network_that_cannot_hide_asks_for_a_hand(municipality: MunicipalityInbox) -> None:
    message = municipality.receive("@opstina Ружно")
    client = sign_in(municipality.cast.officer)
    response = client.post(
        f"/m/cuprija/inbox/{message.pk}/moderate/", {"reason": "insult", "act": "hide", "why": "Псује"}, follow=True
    )
    assert "Do it on the network" in response.text
    assert "report it to the server" in response.text
    assert "I have done it there" in response.text
    assert hide.claim() == []
    with scope(municipality.cast.cuprija):
        row = Moderation.objects.get()
    client.post(f"{LIST}{row.pk}/done/")
    assert now_of(municipality, row).state == ModerationState.DONE


def test_a_network_that_stopped_hiding_asks_for_a_hand(municipality: MunicipalityInbox, insult: Moderation) -> None:
    """The channel became one of a network that cannot; the flag was believed a moment too long."""
    with scope(municipality.cast.cuprija):
        Message.objects.filter(pk=insult.message_id).update(channel=municipality.channel)
    work(municipality)
    after = now_of(municipality, insult)
    assert (after.state, after.next_at) == (ModerationState.BY_HAND, None)


def test_a_claim_is_recorded_before_the_call_and_a_dead_worker_costs_a_lease(
    municipality: MunicipalityInbox, insult: Moderation
) -> None:
    assert hide.claim() == [insult.pk]
    between = now_of(municipality, insult)  # the worker died here
    assert (between.state, between.attempts) == (ModerationState.DOING, 1)
    assert between.next_at is not None
    assert between.next_at > timezone.now()
    assert hide.claim() == []
    assert not hidden(municipality, insult)
    assert work(municipality) == 1
    assert hidden(municipality, insult)
    assert now_of(municipality, insult).attempts == 2


def test_a_worker_that_dies_after_the_call_hides_twice_without_harm(
    municipality: MunicipalityInbox, insult: Moderation, network: Any
) -> None:
    network.plan("commit_then_drop", ".*", method="POST")
    work(municipality)
    after = now_of(municipality, insult)
    assert hidden(municipality, insult)
    assert (after.state, after.error_code) == (ModerationState.DOING, "not_reached")
    work(municipality)
    assert now_of(municipality, insult).state == ModerationState.DONE


def test_a_message_that_is_told_twice_does_no_harm(municipality: MunicipalityInbox, insult: Moderation) -> None:
    hide.claim()
    hide.execute(insult.pk)
    hide.execute(insult.pk)
    hide.execute(insult.pk + 1000)
    assert now_of(municipality, insult).attempts == 1


def test_a_network_that_is_away_is_tried_again_and_then_a_person_is_told(
    municipality: MunicipalityInbox, insult: Moderation
) -> None:
    with scope(municipality.cast.cuprija):
        Channel.objects.filter(platform="facebook").update(server="http://127.0.0.1:9")
    waited = []
    for _ in range(len(hide.RETRY_BACKOFF)):
        work(municipality)
        row = now_of(municipality, insult)
        assert row.next_at is not None
        waited.append(round((row.next_at - timezone.now()).total_seconds()))
        assert (row.state, row.error_code) == (ModerationState.DOING, "not_reached")
    assert waited == [20, 60, 120, 300, 600, 600, 900]
    page = sign_in(municipality.cast.officer).get(f"{LIST}{insult.pk}/").text
    assert "The network could not be reached" in page
    assert "I have done it there" in page
    work(municipality)
    assert (now_of(municipality, insult).state, now_of(municipality, insult).next_at) == (ModerationState.FAILED, None)
    client = sign_in(municipality.cast.officer)
    assert "The network did not do it" in client.get(f"{LIST}{insult.pk}/").text
    client.post(f"{LIST}{insult.pk}/again/")
    assert (now_of(municipality, insult).state, now_of(municipality, insult).attempts) == (ModerationState.AGREED, 0)


def test_a_refusal_is_told_in_the_words_of_the_network(municipality: MunicipalityInbox, insult: Moderation) -> None:
    comment = insult.message.remote_id
    municipality.network.world.fake("facebook").objects.pop(comment)  # its author was quicker
    work(municipality)
    after = now_of(municipality, insult)
    assert (after.state, bool(after.detail)) == (ModerationState.FAILED, True)
    assert [notification.user for notification in Notification.objects.filter(kind="moderation")] == [
        municipality.cast.officer
    ]
    assert after.detail[:20] in sign_in(municipality.cast.officer).get(f"{LIST}{insult.pk}/").text.replace(
        "&#x27;", "'"
    )


def test_a_channel_without_consent_says_so_and_leaves_it_to_a_hand(
    municipality: MunicipalityInbox, insult: Moderation
) -> None:
    with scope(municipality.cast.cuprija):
        Channel.objects.filter(platform="facebook").update(state=ChannelState.NEEDS_CONSENT)
    work(municipality)
    row = now_of(municipality, insult)
    assert (row.state, row.error_code, row.attempts) == (ModerationState.DOING, "needs_consent", 0)
    client = sign_in(municipality.cast.officer)
    assert "The channel has to be connected again" in client.get(f"{LIST}{insult.pk}/").text
    client.post(f"{LIST}{insult.pk}/done/", {"note": "Сакрио сам сам."})
    assert now_of(municipality, insult).state == ModerationState.DONE
    assert work(municipality) == 0


def test_a_network_that_has_had_enough_is_asked_when_it_says(
    municipality: MunicipalityInbox, insult: Moderation, network: Any
) -> None:
    network.plan("rate_limit", ".*", method="POST")
    work(municipality)
    row = now_of(municipality, insult)
    assert (row.state, row.error_code, row.attempts) == (ModerationState.DOING, "rate_limited", 0)
    assert row.next_at is not None
    assert row.next_at > timezone.now()


def test_it_is_shown_again_by_a_worker_too(municipality: MunicipalityInbox, insult: Moderation) -> None:
    work(municipality)
    sign_in(municipality.cast.approver).post(f"{LIST}{insult.pk}/undo/", {"why": "Критика"})
    assert now_of(municipality, insult).state == ModerationState.SHOWING
    assert hidden(municipality, insult)
    work(municipality)
    assert not hidden(municipality, insult)
    assert now_of(municipality, insult).state == ModerationState.UNDONE


def test_what_is_dropped_before_it_is_done_is_never_done(municipality: MunicipalityInbox, insult: Moderation) -> None:
    with scope(municipality.cast.cuprija):
        moderate.undo(insult, "Погрешна порука", by=municipality.cast.officer)
    assert work(municipality) == 0
    assert not hidden(municipality, insult)
    assert now_of(municipality, insult).state == ModerationState.UNDONE


def test_whoever_changes_their_mind_while_the_call_is_made_has_the_last_word(
    municipality: MunicipalityInbox, insult: Moderation
) -> None:
    (claimed,) = hide.claim()
    at_work = now_of(municipality, insult)
    with scope(municipality.cast.cuprija):
        moderate.undo(insult, "Погрешна порука", by=municipality.cast.officer)
        hide._call(at_work)  # the worker that was on its way
        hide._settle(at_work, hide._done)
    row = now_of(municipality, insult)
    assert (claimed, row.state) == (insult.pk, ModerationState.SHOWING)
    assert row.next_at == at_work.next_at  # not before the other one's lease is over
    work(municipality)
    assert not hidden(municipality, insult)
    assert now_of(municipality, insult).state == ModerationState.UNDONE


def test_what_the_tick_hands_out_is_hidden(municipality: MunicipalityInbox, insult: Moderation) -> None:
    tasks.moderate(*hide.claim())
    assert hidden(municipality, insult)


def test_a_claim_takes_only_what_is_due(municipality: MunicipalityInbox, insult: Moderation) -> None:
    with everywhere("a test"):
        Moderation.objects.update(next_at=timezone.now() + timedelta(minutes=1))
    assert hide.claim() == []


def test_hiding_that_is_not_permitted_is_left_to_a_person_and_the_channel_stays_connected(
    municipality: MunicipalityInbox, insult: Moderation
) -> None:
    body = {"error": {"code": 200, "message": "(#200) Requires pages_manage_engagement permission"}}
    comment = now_of(municipality, insult).message.remote_id
    municipality.network.plan("status", f"/{comment}$", method="POST", status=403, body=body)
    assert work(municipality) == 1
    after = now_of(municipality, insult)
    assert (after.state, after.next_at, after.detail) == (ModerationState.BY_HAND, None, codes.NO_PERMISSION)
    assert after.message.channel.state == ChannelState.CONNECTED
