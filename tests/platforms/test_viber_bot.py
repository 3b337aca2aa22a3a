"""A Viber bot: private conversations, and no posts."""

from __future__ import annotations

import dataclasses
import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from platforms.errors import NeedsConsent, OutcomeUnknown, RateLimited, Rejected
from platforms.registry import PLATFORMS
from platforms.reply_windows import closes_at
from platforms.signatures import hex_digest
from platforms.types import AttachmentKind, Inconclusive, Message, MessageChanges, Outgoing, RawEvent
from platforms.viber.bot import NOT_PAID, ViberBot
from platforms.visibility import Visibility
from tests.platforms.bench import Bench, outgoing, png
from tests.platforms.conformance import start
from tests.platforms.fakes import FakeServer
from tests.platforms.faults import bench_for

SEND = "/pa/send_message$"


@pytest.fixture
def bench(fakes: FakeServer) -> Bench:
    return bench_for(fakes, "viber_bot")


@pytest.fixture
def fake(fakes: FakeServer) -> Any:
    return fakes.world.fake("viber_bot")


def changes(payload: Any) -> MessageChanges:
    (event,) = ViberBot.events(payload)
    result = ViberBot.message_changes(dataclasses.replace(event, account_id="pa:1"))
    assert result is not None
    return result


def written(fake: Any, name: str = "mara", **message: Any) -> Message:
    (read,) = changes(fake.written(name, "opstina", **{"text": "Могу ли да дођем сутра?", **message})).new
    return read


def answer_to(message: Message, text: str = "Да, од 7 до 15 часова.") -> Outgoing:
    sent = outgoing(text, reply_to=message.remote_id, visibility=Visibility.DIRECT)
    return dataclasses.replace(sent, conversation=message.conversation, recipient=message.author_id)


def sent(fake: Any) -> list[dict[str, Any]]:
    return list(fake.bot("opstina")["sent"])


class TestAccount:
    def test_it_is_connected_by_its_token_and_has_no_posts(self, bench: Bench, fake: Any) -> None:
        token = fake.bot("opstina")["token"]
        credential = bench.connector().exchange({"token": f" {token} "})
        assert (credential.access_token, credential.account_id) == (token, fake.bot("opstina")["id"])
        profile = bench.connector().profile()
        assert (profile.remote_id, profile.handle, profile.url) == (credential.account_id, "@opstinabot", "")
        assert not PLATFORMS["viber_bot"].takes_posts
        with pytest.raises(Rejected) as refused:
            bench.connector().publish(outgoing("Вест"), bench.read)
        assert refused.value.code == "unsupported"
        assert "takes_no_posts" in {one.code for one in ViberBot.check(outgoing("Вест"), ViberBot.limits({}))}

    @pytest.mark.parametrize("token", ["", "short", "nobodys-token-at-all", "with a blank inside it"])
    def test_a_wrong_token_is_named(self, bench: Bench, token: str) -> None:
        with pytest.raises(Rejected) as refused:
            bench.connector().exchange({"token": token})
        assert (refused.value.code, refused.value.field) == ("token_wrong", "token")

    def test_a_token_that_was_renewed_has_to_be_entered_again(self, bench: Bench, fake: Any) -> None:
        connector = bench.connector()
        fake.forget("opstina")
        with pytest.raises(NeedsConsent):
            connector.profile()
        connector.revoke()

    def test_it_is_called_only_where_viber_reaches_it(self, bench: Bench, fake: Any) -> None:
        with pytest.raises(Rejected) as refused:
            bench.connector().subscribe("http://127.0.0.1:9/hooks", "")
        assert refused.value.code == "portal_unreachable"


class TestReading:
    def test_it_is_private_and_its_conversation_is_the_person(self, bench: Bench, fake: Any) -> None:
        message = written(fake)
        assert (message.kind, message.visibility) == ("private", Visibility.DIRECT)
        assert message.conversation == message.author_id == fake.person("mara")
        assert (message.author_name, message.text, message.is_ours) == ("Mara", "Могу ли да дођем сутра?", False)
        assert int(message.remote_id) > 2**53

    def test_an_event_that_is_repeated_or_late_is_the_same(self, bench: Bench, fake: Any) -> None:
        payload = fake.written("mara", "opstina", text="Питање")
        (first,), (again,) = ViberBot.events(payload), ViberBot.events(json.loads(json.dumps(payload)))
        assert first == again
        token = payload["message_token"]
        reports = [fake.seen("mara", token, event) for event in ("delivered", "seen", "failed")]
        reports.append(fake.seen("pera", token))
        keys = {event.key for report in (*reports, payload) for event in ViberBot.events(report)}
        assert len(keys) == 5
        assert all(len(key) <= 100 for key in keys)

    def test_what_was_seen_is_known_until_when(self, bench: Bench, fake: Any) -> None:
        payload = fake.seen("mara", 7)
        (seen,) = changes(payload).seen
        at = datetime.fromtimestamp(payload["timestamp"] / 1000, UTC)
        assert (seen.conversation, seen.until) == (fake.person("mara"), at)

    @pytest.mark.parametrize("event", ["delivered", "failed", "subscribed", "unsubscribed", "conversation_started"])
    def test_other_events_are_no_messages(self, fake: Any, event: str) -> None:
        (raw,) = ViberBot.events(fake.seen("mara", 7, event))
        assert raw.kind == "other"

    def test_everything_that_people_attach(self, bench: Bench, fake: Any) -> None:
        sent_: list[tuple[dict[str, Any], AttachmentKind]] = [
            ({"type": "picture", "media": "https://dl.viber.com/a.jpg", "text": "Рупа"}, AttachmentKind.PICTURE),
            ({"type": "video", "media": "https://dl.viber.com/a.mp4", "size": 5, "text": ""}, AttachmentKind.VIDEO),
            ({"type": "file", "media": "https://dl.viber.com/a.pdf", "file_name": "a.pdf", "file_size": 9, "text": ""},
             AttachmentKind.FILE),
            ({"type": "location", "location": {"lat": "43.9", "lon": 21.3}, "text": ""}, AttachmentKind.LOCATION),
            ({"type": "contact", "contact": {"name": "Пера", "phone_number": "+381"}, "text": ""},
             AttachmentKind.OTHER),
            ({"type": "sticker", "sticker_id": 46105, "text": ""}, AttachmentKind.OTHER),
            ({"type": "url", "media": "https://cuprija.example", "text": ""}, AttachmentKind.LINK),
            ({"type": "new", "text": ""}, AttachmentKind.OTHER),
        ]  # fmt: skip
        for message, kind in sent_:
            read = written(fake, **message)
            (attachment,) = read.attachments
            assert attachment.kind == kind
            assert read.text == message["text"]
            assert attachment.latitude == (43.9 if kind == AttachmentKind.LOCATION else None)

    @pytest.mark.parametrize(
        "change",
        [
            {"sender": None}, {"sender": "x"}, {"sender": {}}, {"sender": {"id": 5}}, {"sender": {"id": ""}},
            {"message": None}, {"message": "x"}, {"message": {}}, {"message": {"type": "text", "text": 5}},
            {"message": {"type": "text", "text": ""}}, {"message": {"type": "location", "location": "x"}},
            {"message": {"type": "location", "location": {"lat": "x", "lon": 1}}}, {"timestamp": "x"},
            {"timestamp": None}, {"timestamp": 10**30}, {"message_token": None}, {"message_token": "x"},
            {"message_token": [1]}, {"message": {"type": "contact", "contact": 5}}, {"event": ["message"]},
        ],
    )  # fmt: skip
    def test_a_strange_one_never_raises(self, fake: Any, change: dict[str, Any]) -> None:
        payload = {**fake.written("mara", "opstina", text="Питање"), **change}
        for event in ViberBot.events(payload):
            assert ViberBot.message_changes(dataclasses.replace(event, kind="private")) == MessageChanges()

    @pytest.mark.parametrize("payload", [None, [], "x", {}, 7])
    def test_what_is_no_event_has_none(self, payload: Any) -> None:
        assert ViberBot.events(payload) == []
        assert ViberBot.message_changes(RawEvent("k", "1", "private", {})) == MessageChanges()

    def test_only_what_is_signed_with_the_token_is_believed(self) -> None:
        raw, name = b'{"event":"message"}', "x-viber-content-signature"
        assert ViberBot.verify(raw, {name: hex_digest("token", raw).upper()}, "token")
        assert not ViberBot.verify(raw + b" ", {name: hex_digest("token", raw)}, "token")
        assert not ViberBot.verify(raw, {}, "token")
        assert not ViberBot.verify(raw, {name: hex_digest("", raw)}, "")


class TestAttachment:
    def test_it_is_fetched_from_vibers_hosts_alone(self, bench: Bench, fake: Any, fakes: FakeServer) -> None:
        body, connector = png(), bench.connector()
        assert connector.attachment(fake.file(body), len(body)) == body
        with pytest.raises(Rejected) as big:
            connector.attachment(fake.file(body), len(body) - 1)
        assert big.value.code == "too_big"
        before = len(fakes.ledger())
        for foreign in (
            f"{fakes.url.replace('127.0.0.1', 'localhost')}/viber_bot/media/x", "https://viber.com.evil.example/x",
            "https://evil.example/viber.com", "https://evilviber.com/x", "http://127.0.0.1:1/x", "file:///etc/passwd",
            "",
        ):  # fmt: skip
            with pytest.raises(Rejected) as refused:
                connector.attachment(foreign, 100)
            assert refused.value.code == "expired"
        assert len(fakes.ledger()) == before
        with pytest.raises(Rejected) as gone:
            connector.attachment(f"{connector.server}/media/gone", 100)
        assert gone.value.code == "expired"


class TestAnswering:
    def test_it_goes_to_the_person_with_its_key(self, bench: Bench, fake: Any) -> None:
        message = written(fake)
        answer = answer_to(message)
        published = bench.connector().reply(answer, bench.read)
        ((one,)) = sent(fake)
        assert (one["form"]["receiver"], one["form"]["text"]) == (message.author_id, answer.text)
        assert one["form"]["tracking_data"] == answer.key
        assert (published.remote_id, published.permalink) == (str(one["id"]), "")

    def test_quick_replies_are_buttons_that_send_their_words(self, bench: Bench, fake: Any) -> None:
        answer = dataclasses.replace(answer_to(written(fake)), quick_replies=("Да", "Не"))
        bench.connector().reply(answer, bench.read)
        ((one,)) = sent(fake)
        buttons = one["form"]["keyboard"]["Buttons"]
        assert [(button["ActionType"], button["ActionBody"], button["Columns"]) for button in buttons] == [
            ("reply", "Да", 3),
            ("reply", "Не", 3),
        ]

    def test_never_to_another_person(self, bench: Bench, fake: Any) -> None:
        message, other = written(fake), written(fake, "pera").author_id
        right = answer_to(message)
        for wrong in (
            dataclasses.replace(right, recipient=other),
            dataclasses.replace(right, conversation=other),
            dataclasses.replace(right, recipient=""),
            dataclasses.replace(right, conversation="", recipient=""),
            dataclasses.replace(right, visibility=Visibility.PUBLIC),
        ):
            with pytest.raises(Rejected) as refused:
                bench.connector().reply(wrong, bench.read)
            assert refused.value.code in ("recipient", "visibility")
        assert sent(fake) == []

    def test_somebody_who_left_is_gone_and_the_channel_goes_on(self, bench: Bench, fake: Any) -> None:
        message = written(fake)
        fake.bot("opstina")["subscribers"].clear()
        with pytest.raises(Rejected) as refused:
            bench.connector().reply(answer_to(message), bench.read)
        assert refused.value.code == "recipient_gone"

    @pytest.mark.parametrize(
        ("status", "kind", "code"),
        [
            (3, Rejected, "3"), (5, Rejected, "recipient_gone"), (6, Rejected, "recipient_gone"), (2, NeedsConsent, ""),
            (7, NeedsConsent, ""), (10, NeedsConsent, ""), (12, RateLimited, ""), (24, Rejected, "24"),
            (99, OutcomeUnknown, ""),
        ],
    )  # fmt: skip
    def test_every_status_has_its_class(
        self, bench: Bench, fake: Any, fakes: FakeServer, status: int, kind: type[Exception], code: str
    ) -> None:
        message = written(fake)
        fakes.options(viber_bot_status=status)
        with pytest.raises(kind) as refused:
            bench.connector().reply(answer_to(message), bench.read)
        assert (getattr(refused.value, "code", None) or "") == code
        assert (getattr(refused.value, "message", "") == NOT_PAID) == (status == 24)
        assert sent(fake) == []

    def test_a_lost_one_is_for_a_person_to_decide(self, bench: Bench, fake: Any, fakes: FakeServer) -> None:
        message, connector, began = written(fake), bench.connector(), start()
        answer = answer_to(message)
        fakes.plan("commit_then_drop", SEND)
        with pytest.raises(OutcomeUnknown):
            connector.reply(answer, bench.read)
        assert isinstance(connector.find(answer, began), Inconclusive)
        assert not connector.may_resend(began, began, is_private=True)

    def test_the_hook_runs_once_right_before_it_and_no_secret_is_logged(
        self, bench: Bench, fake: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        message, seen = written(fake), []
        http = bench.http(before_send=lambda: seen.append(len(sent(fake))))
        bench.connector(http=http).reply(answer_to(message), bench.read)
        assert seen == [0]
        assert bench.credential.access_token not in caplog.text

    def test_there_is_no_window(self) -> None:
        assert closes_at(ViberBot.reply_windows, start()) is None
        private = outgoing("ж" * 7000, visibility=Visibility.DIRECT, conversation="a", recipient="a")
        assert ViberBot.check(private, ViberBot.limits({})) == []
        longer = dataclasses.replace(private, text="ж" * 7001)
        assert [one.code for one in ViberBot.check(longer, ViberBot.limits({}))] == ["text_too_long"]
