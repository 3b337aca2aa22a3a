"""What citizens write is heard once, whatever the network tells how often, and follows what they change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from django.utils import timezone

from channels.enums import ChannelState
from channels.models import Channel, Event
from inbox.domain import ingest, webhook_events
from inbox.enums import FetchOutcome, MessageState
from inbox.models import Message, MessageFetch
from municipalities.tenancy import everywhere, scope
from platforms import types
from platforms.visibility import Visibility
from tests.analytics import factories
from tests.inbox.conftest import MunicipalityInbox
from tests.inbox.test_ingest_history import MENTIONS


def test_what_citizens_write_below_our_post_is_heard_with_the_post(municipality: MunicipalityInbox) -> None:
    municipality.comment("@opstina До када неће бити воде?")
    assert municipality.fetch() == 1
    (message,) = municipality.messages()
    assert "До када неће бити воде?" in message.text
    assert message.publication_id == municipality.publication.pk
    assert message.author_name
    assert message.state == MessageState.OPEN
    assert message.read_at is None
    assert message.due_at is not None
    assert message.due_at > message.at


def test_nothing_is_heard_twice(municipality: MunicipalityInbox) -> None:
    municipality.comment("@opstina Шта је са струјом?")
    municipality.fetch()
    assert municipality.fetch() == 0
    with scope(municipality.cast.cuprija):
        MessageFetch.objects.update(cursor="")  # a network that begins anew
    assert municipality.fetch() == 0
    assert len(municipality.messages()) == 1


@pytest.mark.parametrize("step", ["keep", "follow", "cursor", "again"])
def test_a_worker_that_dies_at_any_step_loses_and_doubles_nothing(
    municipality: MunicipalityInbox, monkeypatch: Any, step: str
) -> None:
    def dies(*args: Any, **more: Any) -> None:
        raise SystemExit

    where = {
        "keep": (ingest, "store_messages"),
        "follow": (ingest, "_update_edited"),
        "cursor": (MessageFetch, "save"),
        "again": (ingest, "_reschedule"),
    }
    municipality.comment("@opstina Прво")
    municipality.fetch()
    municipality.comment("@opstina Друго")
    municipality.comment("@opstina Треће")
    with monkeypatch.context() as patch:
        patch.setattr(*where[step], dies)
        with pytest.raises(SystemExit):
            municipality.fetch()
    assert len(municipality.messages()) == (3 if step == "again" else 1)
    assert ingest.claim() == []  # its lease runs
    with time_machine.travel(timezone.now() + ingest.LEASE + timedelta(seconds=1)):
        assert [ingest.fetch_messages(channel) for channel in ingest.claim()] == [0 if step == "again" else 2]
    assert len(municipality.messages()) == 3


def test_what_we_write_ourselves_is_no_message(municipality: MunicipalityInbox) -> None:
    own_message = _fetched_message("1", "Ми сами", author=municipality.channel.remote_id)
    with scope(municipality.cast.cuprija):
        assert ingest.store_messages(municipality.channel, [own_message]) == 0


def _fetched_message(remote_id: str, text: str, author: str = "c1") -> types.Message:
    return types.Message(
        remote_id=remote_id, in_reply_to=None, root=None, author_id=author, author_handle="@c", author_name="Цица",
        author_url="", author_avatar_url="", text=text, url="javascript:alert(1)", at=timezone.now(),
        visibility=Visibility.PUBLIC,
    )  # fmt: skip


def test_words_that_were_changed_there_are_shown_with_what_they_were(municipality: MunicipalityInbox) -> None:
    with scope(municipality.cast.cuprija):
        ingest.store_messages(municipality.channel, [_fetched_message("7", "Прво")])
        ingest.store_messages(municipality.channel, [_fetched_message("7", "Друго")])
        ingest.store_messages(municipality.channel, [_fetched_message("7", "Треће")])
    (message,) = municipality.messages()
    assert (message.text, message.first_text) == ("Треће", "Прво")
    assert message.changed_at is not None


def test_hostile_words_do_no_harm(municipality: MunicipalityInbox) -> None:
    with scope(municipality.cast.cuprija):
        ingest.store_messages(
            municipality.channel, [_fetched_message("8", "<script>alert(1)</script>\x00" + "я" * 20_000)]
        )
    (message,) = municipality.messages()
    assert message.url == ""
    assert "\x00" not in message.text
    assert len(message.text) == 10_000


def test_a_channel_that_lost_its_consent_is_no_trouble_for_the_others(municipality: MunicipalityInbox) -> None:
    municipality.comment("@opstina Хало?")
    other = factories.channel(municipality.cast.cuprija, municipality.cast.officer)  # without a credential
    assert municipality.fetch() == 1
    with scope(municipality.cast.cuprija):
        assert MessageFetch.objects.get(channel=other).outcome == FetchOutcome.NEEDS_CONSENT
        assert MessageFetch.objects.get(channel=municipality.channel).outcome == FetchOutcome.READ


def test_a_network_that_does_not_answer_is_asked_after_minutes_and_then_less_and_less_often(
    municipality: MunicipalityInbox,
) -> None:
    municipality.fetch()
    municipality.comment("@opstina Хало?")
    municipality.network.plan("status", MENTIONS, method="GET", times=1_000, status=503)
    minutes, now = [], timezone.now() + timedelta(minutes=3)
    for _ in range(6):
        with time_machine.travel(now, tick=False):
            assert [ingest.fetch_messages(channel) for channel in ingest.claim()] == [0]
        with scope(municipality.cast.cuprija):
            fetch = MessageFetch.objects.get(channel=municipality.channel)
        assert fetch.outcome == FetchOutcome.NOT_REACHED
        minutes.append((fetch.next_at - now) / timedelta(minutes=1))
        now = fetch.next_at
    assert minutes == [2, 4, 8, 16, 30, 30]


def test_a_disconnected_channel_is_not_asked(municipality: MunicipalityInbox) -> None:
    with scope(municipality.cast.cuprija):
        Channel.objects.filter(pk=municipality.channel.pk).update(state=ChannelState.DISCONNECTED)
    municipality.comment("@opstina Хало?")
    assert municipality.fetch() == 0


def test_two_workers_claim_a_channel_once(municipality: MunicipalityInbox) -> None:
    ingest.schedule()
    assert ingest.claim() == [municipality.channel.pk]
    assert ingest.claim() == []


def test_what_a_network_tells_by_itself_is_heard_at_once(municipality: MunicipalityInbox) -> None:
    municipality.fetch()
    with everywhere("look"):
        message_fetch = MessageFetch.objects.get()
        assert message_fetch.next_at is not None
        assert message_fetch.next_at > timezone.now() + timedelta(minutes=1)
    Event.objects.create(
        platform="mastodon",
        key="k1",
        account_id=municipality.channel.remote_id,
        kind="comment",
        payload={},
        at=timezone.now(),
    )
    webhook_events.ingest_events("mastodon", municipality.channel.remote_id)
    ingest.schedule()
    assert ingest.claim() == [municipality.channel.pk]


def test_each_municipality_hears_its_own(municipality: MunicipalityInbox) -> None:
    municipality.comment("@opstina Само за Ћуприју")
    municipality.fetch()
    with scope(municipality.cast.novi_pazar):
        assert not Message.objects.exists()


def test_what_was_written_before_anybody_listened_is_late_for_nobody(municipality: MunicipalityInbox) -> None:
    now = timezone.now()
    yesterday = replace(_fetched_message("y", "Јуче"), at=now - timedelta(days=3))
    long_ago = replace(_fetched_message("o", "Летос"), at=now - timedelta(days=120))
    with scope(municipality.cast.cuprija):
        ingest.store_messages(municipality.channel, [yesterday, long_ago], is_first=True)
    old, young = sorted(municipality.messages(), key=lambda message: message.at)
    assert (old.state, old.due_at) == (MessageState.CLOSED, None)
    assert young.state == MessageState.OPEN
    assert young.due_at is not None
    assert young.due_at > now
