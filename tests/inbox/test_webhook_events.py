"""What networks tell by themselves is read from the events that were kept: once each, in any order, without asking."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from django.urls import reverse
from django.utils import timezone

from channels.domain import inbound, unread_events
from channels.enums import ChannelState
from channels.models import Channel, Event
from common.models import AuditEvent
from inbox.domain import deleted_messages, ingest, retention, webhook_events
from inbox.enums import MessageState
from inbox.models import Message, MessageFetch
from municipalities.tenancy import everywhere, scope
from platforms import registry
from platforms.types import RawEvent
from portal.conditions import CONDITIONS
from tests.analytics import factories
from tests.people import Cast, sign_in

AT = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
GROUP = -1002


@pytest.fixture
def page(cast: Cast) -> Channel:
    return begun(factories.channel(cast.cuprija, cast.officer, platform="facebook", remote_id="100"))


@pytest.fixture
def telegram(cast: Cast) -> Channel:
    facts = {"group": str(GROUP)}
    return begun(factories.channel(cast.cuprija, cast.officer, platform="telegram", remote_id="-1001", facts=facts))


def begun(channel: Channel) -> Channel:
    ingest.schedule()
    with scope(channel.municipality_id):
        MessageFetch.objects.update(next_at=timezone.now() + timedelta(hours=1), fetched_at=timezone.now())
    return channel


def stored_event(channel: Channel, payload: dict[str, Any], kind: str = "comment", key: str = "") -> Event:
    return Event.objects.create(
        platform=channel.platform, key=key or f"k{Event.objects.count()}", account_id=channel.remote_id, kind=kind,
        payload=payload, at=AT,
    )  # fmt: skip


def feed(number: int, text: str = "Када ће вода?", **more: Any) -> dict[str, Any]:
    value = {"item": "comment", "verb": "add", "comment_id": f"7_{number}", "post_id": "100_7", "parent_id": "100_7"}
    value |= {"message": text, "from": {"id": "55", "name": "Мира"}, "created_time": int(AT.timestamp())}
    return {"field": "feed", "value": {**value, **more}}


def message_payload(text: str, number: int = 9, name: str = "message", **more: Any) -> dict[str, Any]:
    copy = {
        "message_id": 3, "is_automatic_forward": True, "chat": {"id": GROUP, "type": "supergroup"},
        "forward_origin": {"type": "channel", "chat": {"id": -1001}, "message_id": 41},
    }  # fmt: skip
    one = {
        "message_id": number, "chat": {"id": GROUP, "type": "supergroup"}, "date": int(AT.timestamp()), "text": text,
        "from": {"id": 8, "first_name": "Пера"}, "reply_to_message": copy,
    }  # fmt: skip
    return {"update_id": 1000 + number, name: {**one, **more}}


def messages(channel: Channel) -> list[Message]:
    with scope(channel.municipality_id):
        return list(Message.objects.order_by("pk"))


def read(channel: Channel) -> int:
    return webhook_events.ingest_events(channel.platform, channel.remote_id)


def test_a_comment_on_facebook_is_kept_from_its_event_without_asking(page: Channel) -> None:
    event = stored_event(page, feed(1))
    assert unread_events.accounts() == [("facebook", "100")]
    assert CONDITIONS["webhook-events"]()
    assert read(page) == 1
    (message,) = messages(page)
    assert (message.remote_id, message.root, message.in_reply_to) == ("7_1", "100_7", "100_7")
    assert (message.text, message.author_name, message.author_id) == ("Када ће вода?", "Мира", "55")
    assert message.at == AT
    event.refresh_from_db()
    assert event.read_at is not None
    assert unread_events.accounts() == []
    with everywhere("look"):
        assert MessageFetch.objects.get().woken_at is None


def test_an_answer_to_a_comment_stands_below_it(page: Channel) -> None:
    stored_event(page, feed(2, parent_id="7_1"))
    read(page)
    assert messages(page)[0].in_reply_to == "7_1"


def test_what_the_page_wrote_itself_is_no_message(page: Channel) -> None:
    stored_event(page, feed(1, **{"from": {"id": "100", "name": "Општина"}}))
    assert read(page) == 0
    assert messages(page) == []
    assert unread_events.accounts() == []


def test_it_is_read_once_and_an_old_telling_brings_no_old_words_back(page: Channel) -> None:
    stored_event(page, feed(1, "Прво"))
    read(page)
    stored_event(page, feed(1, "Друго", verb="edited"))
    assert read(page) == 0
    stored_event(page, feed(1, "Прво"))  # told again, late
    assert read(page) == 0
    (message,) = messages(page)
    assert (message.text, message.first_text) == ("Друго", "Прво")


def test_in_one_batch_the_last_words_win_and_the_first_are_kept(page: Channel) -> None:
    stored_event(page, feed(1, "Друго", verb="edited"))
    stored_event(page, feed(1, "Прво"))
    read(page)
    (message,) = messages(page)
    assert (message.text, message.first_text) == ("Друго", "Прво")


def test_what_was_deleted_there_wants_no_answer_and_stays_listed(page: Channel, cast: Cast) -> None:
    stored_event(page, feed(1))
    read(page)
    stored_event(page, {"field": "feed", "value": {"item": "comment", "verb": "remove", "comment_id": "7_1"}})
    read(page)
    (message,) = messages(page)
    assert message.remote_deleted_at is not None
    assert (message.state, message.text) == (MessageState.CLOSED, "Када ће вода?")
    assert message.settled_at is not None
    client = sign_in(cast.officer)
    for shown in (
        reverse("inbox", args=["cuprija"]) + "?view=closed",
        reverse("message", args=["cuprija", message.pk]),
    ):
        assert "Када ће вода?" in client.get(shown).content.decode()
        assert "Removed on the network" in client.get(shown, headers={"accept-language": "en"}).content.decode()
    event = AuditEvent.objects.get(verb="message.gone")
    assert "вода" not in str(event.__dict__)


def test_one_that_was_written_and_deleted_before_anybody_read_is_listed_as_gone(page: Channel) -> None:
    stored_event(page, {"field": "feed", "value": {"item": "comment", "verb": "remove", "comment_id": "7_1"}})
    stored_event(page, feed(1))
    read(page)
    assert messages(page)[0].remote_deleted_at is not None


def test_what_was_answered_stays_answered_when_it_is_deleted(page: Channel) -> None:
    stored_event(page, feed(1))
    read(page)
    with scope(page.municipality_id):
        Message.objects.update(state=MessageState.ANSWERED, settled_at=timezone.now())
        assert deleted_messages.mark_deleted(page, ["7_1"]) == 1
        assert deleted_messages.mark_deleted(page, ["7_1"]) == 0
    assert messages(page)[0].state == MessageState.ANSWERED


def test_what_only_says_that_something_was_written_wakes_the_channel(page: Channel) -> None:
    stored_event(page, {"field": "mention", "value": {"post_id": "9_9"}}, kind="mention")
    read(page)
    assert ingest.claim() == []
    ingest.schedule()
    assert ingest.claim() == [page.pk]


def test_telegram_is_heard_while_it_tells_by_itself(telegram: Channel) -> None:
    stored_event(telegram, message_payload("Хоће ли бити струје?"))
    assert read(telegram) == 1
    (message,) = messages(telegram)
    assert (message.text, message.root, message.remote_id) == ("Хоће ли бити струје?", "41", f"{GROUP}:9")
    stored_event(
        telegram, message_payload("Хоће ли бити воде?", name="edited_message", edit_date=int(AT.timestamp()) + 60)
    )
    read(telegram)
    (message,) = messages(telegram)
    assert (message.text, message.at) == ("Хоће ли бити воде?", AT)


@pytest.mark.parametrize(
    "odd", [{}, {"message": None}, {"message": {"reply_to_message": {"x": 1}, "text": "А"}}, {"message": 7}]
)
def test_an_update_that_nobody_expected_holds_up_no_other(telegram: Channel, odd: dict[str, Any]) -> None:
    stored_event(telegram, odd)
    stored_event(telegram, message_payload("После"))
    assert read(telegram) == 1
    assert unread_events.accounts() == []


def test_one_that_cannot_be_kept_holds_up_no_other(page: Channel) -> None:
    stored_event(page, feed(1, created_time=10**11))  # in the year 5138, which is no time of ours but one
    stored_event(page, feed(2, **{"from": {"id": "5" * 900, "name": "\x01" * 900}}))
    stored_event(page, feed(3, post_id="1" * 400))
    stored_event(page, feed(4))
    read(page)
    assert {message.remote_id for message in messages(page)} >= {"7_2", "7_4"}
    assert unread_events.accounts() == []


def test_events_of_an_account_that_is_no_longer_here_are_given_up(page: Channel) -> None:
    stored_event(page, feed(1))
    with scope(page.municipality_id):
        Channel.objects.filter(pk=page.pk).update(state=ChannelState.DISCONNECTED)
    assert read(page) == 0
    assert unread_events.accounts() == []
    assert messages(page) == []


def test_each_municipality_reads_its_own(page: Channel, cast: Cast) -> None:
    other = begun(factories.channel(cast.novi_pazar, cast.officer, platform="facebook", remote_id="200"))
    stored_event(page, feed(1))
    stored_event(other, feed(2))
    read(page)
    assert [message.remote_id for message in messages(page)] == ["7_1"]
    assert messages(other) == []


def test_events_are_forgotten_after_a_month_and_only_once_they_were_read(page: Channel) -> None:
    for number, days in ((1, 31), (2, 31), (3, 61)):
        stored_event(page, feed(number))
        Event.objects.filter(key=f"k{number - 1}").update(received_at=timezone.now() - timedelta(days=days))
    Event.objects.filter(key="k0").update(read_at=timezone.now())
    assert inbound.purge_expired() == 2
    assert Event.objects.get().key == "k1"


@pytest.mark.parametrize("step", ["keep", "mark"])
def test_a_worker_that_dies_between_keeping_and_marking_loses_and_doubles_nothing(
    page: Channel, monkeypatch: Any, step: str
) -> None:
    for number in range(5):
        stored_event(page, feed(number))

    def dies(*args: Any, **more: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(*((webhook_events, "store_messages") if step == "keep" else (unread_events, "mark")), dies)
        with pytest.raises(SystemExit):
            read(page)
    assert messages(page) == []
    assert read(page) == 5
    assert read(page) == 0
    assert len(messages(page)) == 5


THREADS = {
    "field": "replies",
    "value": {
        "id": "81", "username": "mira", "text": "Браво", "timestamp": "2026-11-25T08:00:00+0000",
        "permalink": "https://www.threads.com/@mira/post/81", "replied_to": {"id": "70"},
        "root_post": {"id": "70", "owner_id": "300", "username": "opstina"},
    },
}  # fmt: skip
INSTAGRAM = {
    "field": "comments",
    "value": {"id": "22", "text": "Лепо", "from": {"id": "9", "username": "mira"}, "media": {"id": "70"}},
}


@pytest.mark.parametrize(
    ("platform", "payload", "remote_id", "root", "author"),
    [("threads", THREADS, "81", "70", "mira"), ("instagram", INSTAGRAM, "70_22", "70", "9")],
)
def test_an_event_tells_the_message_as_the_network_would(
    platform: str, payload: dict[str, Any], remote_id: str, root: str, author: str
) -> None:
    answer = registry.connector(platform).message_changes(RawEvent("k", "300", "comment", payload, AT))
    assert answer is not None
    (message,) = answer.new
    assert (message.remote_id, message.root, message.author_id, message.at) == (remote_id, root, author, AT)


def test_our_own_answer_on_threads_is_no_message() -> None:
    value = {**THREADS["value"], "username": "opstina"}  # type: ignore[dict-item]
    answer = registry.connector("threads").message_changes(
        RawEvent("k", "300", "comment", {**THREADS, "value": value}, AT)
    )
    assert answer is not None
    assert answer.new == ()


def test_linkedin_tells_what_was_deleted_and_is_asked_for_the_rest() -> None:
    urn = "urn:li:comment:(urn:li:activity:7,8)"
    linkedin = registry.connector("linkedin")
    deleted = linkedin.message_changes(
        RawEvent("k", "1", "comment", {"action": "COMMENT_DELETE", "generatedActivity": urn})
    )
    assert deleted is not None
    assert deleted.deleted == (urn,)
    assert (
        linkedin.message_changes(RawEvent("k", "1", "comment", {"action": "COMMENT", "generatedActivity": urn})) is None
    )


def test_no_network_stumbles_over_what_it_does_not_know(subtests: pytest.Subtests) -> None:
    for payload in [{}, {"value": None}, {"value": []}, {"value": {"item": "comment", "comment_id": 3}}]:
        for platform in sorted(registry.PLATFORMS):
            with subtests.test(payload=payload, platform=platform):
                for kind in ("comment", "mention"):
                    answer = registry.connector(platform).message_changes(RawEvent("k", "1", kind, payload))
                    assert answer is None or not answer.new


def test_who_wants_to_be_forgotten_is_forgotten_in_the_events_too(page: Channel, cast: Cast) -> None:
    stored_event(page, feed(1))
    stored_event(page, feed(2, "Неко други", **{"from": {"id": "56", "name": "Пера"}}))
    read(page)
    stored_event(page, feed(1, "Још није прочитано", verb="edited"))
    with scope(page.municipality_id):
        assert retention.erase_authors(cast.cuprija, [(page.pk, "55")], by=cast.approver).messages == 1
    assert [event.payload["value"]["message"] for event in Event.objects.all()] == ["Неко други"]
    stored_event(page, feed(1, "Поново", verb="edited"), key="again")
    read(page)
    assert "Поново" not in {message.text for message in messages(page)}
