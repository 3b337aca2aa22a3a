"""Private messages to a Telegram bot."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest

from platforms.errors import NeedsConsent, NotReached, OutcomeUnknown, PlatformError, Rejected
from platforms.reply_windows import closes_at
from platforms.telegram.connector import Telegram
from platforms.types import AttachmentKind, Inconclusive, Message, MessageChanges, Outgoing, RawEvent
from platforms.visibility import Visibility
from tests.platforms.bench import Bench, outgoing, picture, png
from tests.platforms.conformance import start
from tests.platforms.fakes import FakeServer
from tests.platforms.faults import bench_for

SENDS = r"/sendMessage$"


@pytest.fixture
def bench(fakes: FakeServer) -> Bench:
    return bench_for(fakes, "telegram", counted={})


@pytest.fixture
def fake(fakes: FakeServer) -> Any:
    return fakes.world.fake("telegram")


def changes(fake: Any, channel: str = "-1001") -> list[MessageChanges]:
    """Of the updates that wait for the bot, as they come by webhook."""
    events = [event for update in fake.bot("opstina")["updates"] for event in Telegram.events(update)]
    return [change for event in events if (change := of_event(event, channel))]


def of_event(event: RawEvent, channel: str = "-1001") -> MessageChanges | None:
    return Telegram.message_changes(replace(event, account_id=channel)) if event.kind == "private" else None


def written(fake: Any, text: str = "Могу ли да дођем сутра?", **more: Any) -> Message:
    fake.written_to_bot("mara", "opstina", text, **more)
    (message,) = changes(fake)[-1].new
    return message


def answer_to(message: Message, text: str = "Да, од 7 до 15 часова.", **more: Any) -> Outgoing:
    sent = outgoing(text, reply_to=message.remote_id, visibility=Visibility.DIRECT, **more)
    return replace(sent, conversation=message.conversation, recipient=message.author_id)


class TestReading:
    def test_it_is_private_and_its_conversation_is_the_person(self, bench: Bench, fake: Any) -> None:
        message, person = written(fake), fake.person("mara")
        assert (message.kind, message.visibility) == ("private", Visibility.DIRECT)
        assert message.conversation == message.author_id == str(person["id"])
        assert (message.remote_id, message.text) == (f"{person['id']}:1", "Могу ли да дођем сутра?")
        assert (message.author_handle, message.author_name, message.url) == ("mara", "Mara", "")
        assert not message.is_ours

    @pytest.mark.parametrize("text", ["/start", "/start opstina_42", "/help", "/start@opstina_bot", "/settings"])
    def test_a_command_is_no_message(self, bench: Bench, fake: Any, text: str) -> None:
        fake.written_to_bot("mara", "opstina", text)
        assert [(one.new, one.changed) for one in changes(fake)] == [((), ())]

    def test_what_begins_like_a_command_and_is_none_arrives(self, bench: Bench, fake: Any) -> None:
        assert written(fake, "/starting и остало").text == "/starting и остало"

    def test_an_edit_follows_whichever_comes_first(self, bench: Bench, fake: Any) -> None:
        first = written(fake)
        fake.rewritten("mara", 1, "Могу ли прекосутра?")
        edited = changes(fake)[-1]
        assert edited.new == ()
        assert edited.changed == (replace(first, text="Могу ли прекосутра?"),)

    def test_a_repeated_update_has_the_same_key_and_another_bots_another(self, bench: Bench, fake: Any) -> None:
        written(fake)
        (update,) = fake.bot("opstina")["updates"]
        (event,), (again,) = Telegram.events(update), Telegram.events(dict(update))
        assert event == again
        other = {**update, "message": {**update["message"], "message_id": 77}}
        assert Telegram.events(other)[0].key != event.key

    def test_everything_that_people_attach(self, bench: Bench, fake: Any) -> None:
        small, large = (fake.file(png(n, n), width=n, height=n) for n in (16, 64))
        sent: list[tuple[dict[str, Any], AttachmentKind, str]] = [
            ({"photo": [small, large], "caption": "Рупа"}, AttachmentKind.PICTURE, large["file_id"]),
            ({"video": fake.file(b"film", mime_type="video/mp4", file_name="a.mp4")}, AttachmentKind.VIDEO, ""),
            ({"voice": fake.file(b"sound", mime_type="audio/ogg")}, AttachmentKind.VOICE, ""),
            ({"document": fake.file(b"%PDF", mime_type="application/pdf", file_name="b.pdf")}, AttachmentKind.FILE, ""),
            ({"location": {"latitude": 43.9, "longitude": 21.3}}, AttachmentKind.LOCATION, ""),
            ({"sticker": {"emoji": "👍", "file_id": "s"}}, AttachmentKind.OTHER, ""),
            ({"contact": {"first_name": "Пера", "phone_number": "+38164000000"}}, AttachmentKind.OTHER, ""),
            ({"animation": fake.file(b"gif"), "document": fake.file(b"gif")}, AttachmentKind.VIDEO, ""),
            ({"dice": {"emoji": "🎲", "value": 3}}, AttachmentKind.OTHER, ""),
        ]
        for more, kind, source in sent:
            message = written(fake, "", **more)
            (attachment,) = message.attachments
            assert attachment.kind == kind
            assert not source or attachment.source == source
            assert message.text == more.get("caption", "")
        assert written(fake, "", location={"latitude": 43.9, "longitude": 21.3}).attachments[0].latitude == 43.9

    @pytest.mark.parametrize("shared", [None, True, False])
    def test_polled_it_arrives_only_where_the_bot_is_known_to_be_of_one(
        self, bench: Bench, fake: Any, shared: bool | None
    ) -> None:
        fake.written_to_bot("mara", "opstina", "Питање")
        facts = {"group": "-5", "options": {}} | ({} if shared is None else {"is_shared": shared})
        assert len(bench.connector(facts=facts).messages().items) == (shared is False)

    @pytest.mark.parametrize(
        "change",
        [
            {"chat": None},
            {"chat": {"type": "private"}},
            {"chat": {"type": "private", "id": 6}},
            {"from": None},
            {"from": {"id": 5, "is_bot": True}},
            {"text": 5},
            {"text": None},
            {"text": {"a": "b"}},
            {"date": "x"},
            {"date": 10**40},
            {"date": None},
            {"message_id": None},
            {"reply_to_message": "x"},
            {"photo": "x"},
            {"photo": [{"file_id": 1}]},
            {"photo": [None]},
            {"location": {"latitude": "x"}},
            {"document": 7},
            {"video": []},
            {"voice": {"file_size": "x"}},
            {"contact": [1]},
            {"sticker": "x"},
        ],
    )
    def test_a_strange_one_never_raises(self, change: dict[str, Any]) -> None:
        person = {"id": 5, "first_name": "Mara"}
        content = {"message_id": 1, "date": 1_800_000_000, "chat": {"id": 5, "type": "private"}, "from": person}
        for name in ("message", "edited_message"):
            payload = {"update_id": 1, name: {**content, "text": "Питање", **change}}
            for event in Telegram.events(payload):
                result = Telegram.message_changes(replace(event, kind="private", account_id="-1001"))
                assert result is not None
                assert all(one.author_id == "5" for one in (*result.new, *result.changed))

    def test_business_messages_and_those_of_channels_are_left_out(self) -> None:
        content = {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, "from": {"id": 5}, "text": "A"}
        (event,) = Telegram.events({"update_id": 1, "business_message": content})
        assert event.kind == "other"


class TestAttachment:
    def test_it_is_fetched_and_the_token_is_nowhere(
        self, bench: Bench, fake: Any, fakes: FakeServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        connector, body = bench.connector(), png()
        source = fake.file(body)["file_id"]
        assert connector.attachment(source, len(body)) == body
        with pytest.raises(Rejected) as big:
            connector.attachment(source, len(body) - 1)
        assert big.value.code == "too_big"
        with pytest.raises(Rejected) as unknown:
            connector.attachment("unknown", 100)
        assert unknown.value.code == "expired"
        failures: list[PlatformError] = [big.value, unknown.value]
        for status, kind in ((500, NotReached), (404, Rejected)):
            fakes.plan("status", "/file/bot", status=status)
            with pytest.raises(kind) as failed:
                connector.attachment(source, len(body))
            failures.append(failed.value)
        fakes.plan("commit_then_drop", "/file/bot")
        with pytest.raises(NotReached) as dropped:
            connector.attachment(source, len(body))
        token = bench.credential.access_token
        assert token not in caplog.text
        assert not any(token in f"{one} {one.evidence}" for one in (*failures, dropped.value))

    @pytest.mark.parametrize("path", [None, 5, "", "/etc/passwd", "a/../../b", "//evil.example/x", "a?b", "a b", "@x"])
    def test_a_strange_path_is_not_called(
        self, bench: Bench, fake: Any, monkeypatch: pytest.MonkeyPatch, path: Any
    ) -> None:
        connector = bench.connector()
        monkeypatch.setattr(connector.calls, "private", lambda *_: {"file_id": "a", "file_path": path})
        with pytest.raises(Rejected) as refused:
            connector.attachment("a", 100)
        assert refused.value.code == "expired"


class TestAnswering:
    def test_it_goes_to_the_person_below_what_they_wrote(self, bench: Bench, fake: Any) -> None:
        message = written(fake)
        published = bench.connector().reply(answer_to(message), bench.read)
        sent = fake.person("mara")["messages"][2]
        assert (sent["message"]["text"], sent["above"]) == ("Да, од 7 до 15 часова.", 1)
        assert (published.remote_id, published.permalink) == (f"{message.author_id}:2", "")
        assert bench.texts() == []

    def test_quick_replies_are_a_keyboard_that_is_used_once(self, bench: Bench, fake: Any) -> None:
        bench.connector().reply(replace(answer_to(written(fake)), quick_replies=("Да", "Не")), bench.read)
        assert fake.person("mara")["keyboard"] == ["Да", "Не"]

    def test_with_a_picture_as_well(self, bench: Bench, fake: Any) -> None:
        message = written(fake)
        bench.connector().reply(answer_to(message, pictures=(picture(1),)), bench.read)
        assert "photo" in fake.person("mara")["messages"][2]["message"]

    def test_a_question_that_was_deleted_meanwhile_is_answered_all_the_same(self, bench: Bench, fake: Any) -> None:
        message = written(fake)
        del fake.person("mara")["messages"][1]
        bench.connector().reply(answer_to(message), bench.read)
        assert fake.person("mara")["messages"][2]["above"] is None

    def test_never_to_another_person_or_to_the_channel(self, bench: Bench, fake: Any) -> None:
        message, other = written(fake), str(fake.person("pera")["id"])
        fake.written_to_bot("pera", "opstina", "Нешто друго")
        right, channel = answer_to(message), bench.credential.account_id
        for wrong in (
            replace(right, recipient=other),
            replace(right, conversation=other),
            replace(right, reply_to=f"{other}:1"),
            replace(right, conversation=other, recipient=other),
            replace(right, reply_to="57"),
            replace(right, reply_to=None),
            replace(right, conversation=channel, recipient=channel, reply_to=f"{channel}:1"),
            replace(right, visibility=Visibility.PUBLIC),
            replace(right, conversation="", recipient=""),
        ):
            with pytest.raises(Rejected) as refused:
                bench.connector().reply(wrong, bench.read)
            assert refused.value.code in ("recipient", "visibility")
        assert len(fake.person("pera")["messages"]) == 1
        assert len(fake.person("mara")["messages"]) == 1
        assert bench.texts() == []

    def test_somebody_who_blocked_the_bot_does_not_disconnect_the_channel(
        self, bench: Bench, fake: Any, fakes: FakeServer
    ) -> None:
        message = written(fake)
        fake.person("mara")["blocked"] = True
        with pytest.raises(Rejected) as refused:
            bench.connector().reply(answer_to(message), bench.read)
        assert refused.value.code == "recipient_gone"
        for status, said in (
            (403, "Forbidden: user is deactivated"),
            (403, "Forbidden: bot can't initiate conversation with a user"),
            (400, "Bad Request: chat not found"),
        ):
            fakes.plan("status", SENDS, status=status, body={"ok": False, "error_code": status, "description": said})
            with pytest.raises(Rejected) as refused:
                bench.connector().reply(answer_to(message), bench.read)
            assert refused.value.code == "recipient_gone"

    def test_a_dead_token_still_does(self, bench: Bench, fake: Any) -> None:
        message, connector = written(fake), bench.connector()
        fake.revoke("opstina")
        with pytest.raises(NeedsConsent):
            connector.reply(answer_to(message), bench.read)

    def test_a_lost_one_is_for_a_person_to_decide(self, bench: Bench, fake: Any, fakes: FakeServer) -> None:
        message, connector, began = written(fake), bench.connector(), start()
        sent = answer_to(message)
        fakes.plan("commit_then_drop", SENDS)
        with pytest.raises(OutcomeUnknown):
            connector.reply(sent, bench.read)
        before = len(fakes.ledger())
        assert isinstance(connector.find(sent, began), Inconclusive)
        assert not connector.may_resend(began, began)
        assert len(fakes.ledger()) == before

    def test_the_hook_runs_once_right_before_it(self, bench: Bench, fake: Any) -> None:
        message, seen = written(fake), []
        http = bench.http(before_send=lambda: seen.append(len(fake.person("mara")["messages"])))
        bench.connector(http=http).reply(answer_to(message), bench.read)
        assert seen == [1]

    def test_there_is_no_window(self) -> None:
        assert closes_at(Telegram.reply_windows, start()) is None
        sent = outgoing("Да", visibility=Visibility.DIRECT, conversation="5", recipient="5")
        assert Telegram.check(sent, Telegram.limits({})) == []
