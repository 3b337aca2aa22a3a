"""Private messages on Bluesky. The chat service is not open source: its lexicons and a fake stand for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from platforms.bluesky import calls, chat
from platforms.bluesky.connector import Bluesky
from platforms.errors import NeedsConsent, NotAllowed, OutcomeUnknown, Rejected
from platforms.reply_windows import closes_at
from platforms.scopes import missing
from platforms.types import Absent, Action, AttachmentKind, Found, Inconclusive, Message, Outgoing
from platforms.visibility import Visibility
from tests.platforms.bench import Bench, outgoing
from tests.platforms.conformance import start
from tests.platforms.fakes import FakeServer
from tests.platforms.faults import bench_for

SEND = "chat.bsky.convo.sendMessage"


@pytest.fixture
def bench(fakes: FakeServer) -> Bench:
    fakes.options(chat=True)
    return bench_for(fakes, "bluesky")


@pytest.fixture
def service(fakes: FakeServer) -> Any:
    return fakes.world.fake("bluesky").chat


def asked(bench: Bench, service: Any, text: str = "Могу ли да дођем сутра?", **more: Any) -> Message:
    cursor = bench.connector().messages().cursor
    service.write("gradjanka", "opstina", text, **more)
    return bench.connector().messages(cursor).items[-1]


def answer_to(message: Message, text: str = "Да, од 7 до 15 часова.") -> Outgoing:
    sent = outgoing(text, reply_to=message.remote_id, visibility=Visibility.DIRECT)
    return replace(sent, conversation=message.conversation, recipient=message.author_id)


def sent_by_us(service: Any, bench: Bench) -> list[str]:
    own = bench.credential.account_id
    views = [view for convo in service.convos.values() for view in convo["messages"]]
    return [view["text"] for view in views if view["sender"]["did"] == own and "text" in view]


class TestReading:
    def test_a_message_is_private_and_both_sides_are_there(self, bench: Bench, service: Any) -> None:
        first = asked(bench, service)
        assert (first.kind, first.visibility, first.is_ours) == ("private", Visibility.DIRECT, False)
        assert (first.author_handle, first.author_name) == ("gradjanka.test", "Gradjanka")
        cursor = bench.connector().messages().cursor
        view = service.write("opstina", "gradjanka", "Да.")
        (ours,) = bench.connector().messages(cursor).items
        assert ours.is_ours
        assert ours.remote_id == f"chat:{view['convo']}/{view['id']}"
        assert (ours.conversation, ours.author_id) == (first.conversation, first.author_id)

    def test_at_first_the_newest_are_read_as_past_and_then_what_is_new_once(self, bench: Bench, service: Any) -> None:
        for text in ("Прва", "Друга"):
            service.write("gradjanka", "opstina", text)
        page = bench.connector().messages()
        assert ([one.text for one in page.items], page.is_past) == (["Прва", "Друга"], True)
        service.write("gradjanka", "opstina", "Трећа")
        page = bench.connector().messages(page.cursor)
        assert ([one.text for one in page.items], page.is_past) == (["Трећа"], False)
        assert bench.connector().messages(page.cursor).items == ()

    def test_public_and_private_ones_have_one_cursor(self, bench: Bench, service: Any, fakes: FakeServer) -> None:
        connector = bench.connector()
        post = connector.publish(outgoing("Вест"), bench.read).remote_id
        service.write("gradjanka", "opstina", "Насамо")
        cursor = connector.messages().cursor
        fakes.react("bluesky", post, "reply", "Јавно")
        service.write("gradjanka", "opstina", "Опет насамо")
        page = connector.messages(cursor)
        assert {(one.kind, one.text) for one in page.items} == {("reply", "Јавно"), ("private", "Опет насамо")}
        assert connector.messages(page.cursor).items == ()

    def test_a_long_log_is_read_page_by_page(self, bench: Bench, service: Any, fakes: FakeServer) -> None:
        cursor = self._begun(bench, service)
        fakes.options(chat_log=2)
        for number in range(14):
            service.write("gradjanka", "opstina", str(number))
        texts: list[str] = []
        for _ in range(3):
            page = bench.connector().messages(cursor)
            cursor, texts = page.cursor, [*texts, *(one.text for one in page.items)]
        assert texts == [str(number) for number in range(14)]

    def _begun(self, bench: Bench, service: Any) -> str | None:
        service.write("gradjanka", "opstina", "Почетак")
        return bench.connector().messages().cursor

    def test_a_deleted_one_is_reported_in_whatever_order(self, bench: Bench, service: Any) -> None:
        cursor = self._begun(bench, service)
        view = service.write("gradjanka", "opstina", "Погрешила сам")
        service.delete(view["convo"], view["id"])
        service.log.reverse()
        for log in service.log:
            log["rev"] = f"3m{log['rev']}"
        page = bench.connector().messages(cursor)
        assert page.deleted == (f"chat:{view['convo']}/{view['id']}",)

    def test_groups_are_left_out(self, bench: Bench, service: Any) -> None:
        service.write("gradjanka", "opstina", "Прва група", others=("treci",))
        page = bench.connector().messages()
        assert page.items == ()
        service.write("gradjanka", "opstina", "Иста група", others=("treci",))
        service.write("peti", "opstina", "Друга група", others=("treci",))
        assert bench.connector().messages(page.cursor).items == ()

    def test_a_shared_post_is_a_link(self, bench: Bench, service: Any) -> None:
        uri = "at://did:plc:abc/app.bsky.feed.post/3lxyz"
        view = {"$type": "app.bsky.embed.record#viewNotFound", "uri": uri, "notFound": True}
        embed = {"$type": "app.bsky.embed.record#view", "record": view}
        (attachment,) = asked(bench, service, embed=embed).attachments
        assert attachment.kind == AttachmentKind.LINK
        assert attachment.url == "https://bsky.app/profile/did:plc:abc/post/3lxyz"

    @pytest.mark.parametrize(
        "change",
        [
            {"sender": None}, {"sender": "x"}, {"sender": {"did": 5}}, {"text": None}, {"text": 7}, {"sentAt": "x"},
            {"sentAt": None}, {"id": ""}, {"embed": "x"}, {"embed": {"record": 5}}, {"replyTo": "x"},
            {"sender": {"did": "did:plc:stranger"}},
        ],
    )  # fmt: skip
    def test_a_strange_one_never_raises(self, change: dict[str, Any]) -> None:
        member = {"did": "did:plc:a", "handle": "a.test"}
        view = {"id": "1", "text": "A", "sentAt": "2026-11-30T10:00:00Z", "sender": {"did": "did:plc:a"}}
        read = chat._message({**view, **change}, "c", member, "did:plc:own")
        assert read is None or read.author_id == "did:plc:a"

    @pytest.mark.parametrize(
        "convo",
        [
            {}, {"members": None}, {"members": [1, 2]}, {"members": [{"did": "o"}]}, {"members": [{"did": "o"}] * 2},
            {"members": [{"did": "a"}, {"did": "b"}]}, {"members": [{"did": "o"}, {}]},
            {"members": [{"did": "o"}, {"did": "a"}], "kind": {"$type": "x#groupConvo"}},
            {"members": [{"did": "o"}, {"did": "a"}], "kind": {"$type": "x#new"}},
        ],
    )  # fmt: skip
    def test_only_a_conversation_of_two_has_another_member(self, convo: dict[str, Any]) -> None:
        assert chat.other_member(convo, "o") == {}
        assert chat.other_member({"members": [{"did": "o"}, {"did": "a"}]}, "o") == {"did": "a"}


class TestAccess:
    @pytest.fixture
    def narrow(self, fakes: FakeServer, bench: Bench) -> Bench:
        """Signed in with an app password without access to direct messages."""
        fakes.options(chat=False)
        return bench_for(fakes, "bluesky")

    def test_what_the_app_password_reaches_is_known_from_the_session(
        self, bench: Bench, narrow: Bench, fakes: FakeServer
    ) -> None:
        for of, names in ((bench, []), (narrow, [calls.PRIVILEGED])):
            granted = calls.granted(of.credential.access_token)
            assert [scope.name for scope in missing(Bluesky.scopes, granted)] == names
        assert calls.granted("") == calls.granted("a.b.c") == calls.granted("a.W10.c") == ()

    def test_without_it_the_channel_goes_on_and_asks_for_nothing(
        self, narrow: Bench, service: Any, fakes: FakeServer
    ) -> None:
        service.write("gradjanka", "opstina", "Насамо")
        assert narrow.connector().messages().items == ()
        assert not [entry for entry in fakes.ledger() if "chat.bsky" in entry["path"]]

    def test_an_answer_without_it_is_not_allowed_and_renews_no_session(
        self, bench: Bench, narrow: Bench, service: Any
    ) -> None:
        message = asked(bench, service)
        connector = narrow.connector()
        with pytest.raises(NotAllowed), connector.acting(Action.CONVERSE):
            connector.reply(answer_to(message), narrow.read)
        assert narrow.renewed == []
        assert sent_by_us(service, bench) == []

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 502])
    def test_a_chat_service_that_fails_takes_nothing_else_away(
        self, bench: Bench, service: Any, fakes: FakeServer, status: int
    ) -> None:
        cursor = TestReading()._begun(bench, service)
        service.write("gradjanka", "opstina", "Насамо")
        fakes.plan("status", "chat.bsky.convo.getLog", status=status)
        page = bench.connector().messages(cursor)
        assert (page.items, page.cursor) == ((), cursor)
        assert [one.text for one in bench.connector().messages(page.cursor).items] == ["Насамо"]

    @pytest.mark.parametrize("status", [401, 403])
    def test_and_an_answer_that_it_refuses_disconnects_nothing(
        self, bench: Bench, service: Any, fakes: FakeServer, status: int
    ) -> None:
        message = asked(bench, service)
        fakes.plan("status", SEND, status=status)
        with pytest.raises(NeedsConsent) as refused:
            bench.connector().reply(answer_to(message), bench.read)
        assert refused.value.is_permission


class TestAnswering:
    def test_it_arrives_in_the_conversation(self, bench: Bench, service: Any) -> None:
        message, before = asked(bench, service), len(sent_by_us(service, bench))
        published = bench.connector().reply(answer_to(message), bench.read)
        assert sent_by_us(service, bench)[before:] == ["Да, од 7 до 15 часова."]
        assert published.remote_id.startswith(f"chat:{message.conversation}/")
        assert published.permalink == ""
        ours = [one for one in bench.connector().messages().items if one.is_ours]
        assert [one.remote_id for one in ours] == [published.remote_id]

    def test_never_to_another_person_a_group_or_everybody(self, bench: Bench, service: Any) -> None:
        message = asked(bench, service)
        other = service.write("pera", "opstina", "Друго")
        group = service.write("gradjanka", "opstina", "Група", others=("treci",))
        right, pera = answer_to(message), other["sender"]["did"]
        for wrong in (
            replace(right, recipient=pera),
            replace(right, conversation=other["convo"]),
            replace(right, reply_to=f"chat:{other['convo']}/1"),
            replace(right, conversation=other["convo"], reply_to=f"chat:{other['convo']}/1"),
            replace(right, conversation=group["convo"], reply_to=f"chat:{group['convo']}/1"),
            replace(right, conversation="unknown", reply_to="chat:unknown/1"),
            replace(right, reply_to=None),
            replace(right, visibility=Visibility.PUBLIC),
            replace(right, conversation="", recipient=""),
        ):
            with pytest.raises(Rejected) as refused:
                bench.connector().reply(wrong, bench.read)
            assert refused.value.code in ("recipient", "visibility")
        assert sent_by_us(service, bench) == []
        assert bench.texts() == []

    @pytest.mark.parametrize("said", ["recipient has disabled incoming messages", "block between recipient and sender"])
    def test_somebody_who_takes_no_messages(self, bench: Bench, service: Any, fakes: FakeServer, said: str) -> None:
        message = asked(bench, service)
        fakes.options(chat_refuses=said)
        with pytest.raises(Rejected) as refused:
            bench.connector().reply(answer_to(message), bench.read)
        assert refused.value.code == "recipient_gone"

    def test_a_lost_one_is_found_and_is_never_sent_again_by_itself(
        self, bench: Bench, service: Any, fakes: FakeServer
    ) -> None:
        message, connector, began = asked(bench, service), bench.connector(), start()
        sent = answer_to(message)
        assert isinstance(connector.find(sent, began), Absent)
        fakes.plan("commit_then_drop", SEND)
        with pytest.raises(OutcomeUnknown):
            connector.reply(sent, bench.read)
        found = connector.find(sent, began)
        assert isinstance(found, Found)
        assert found.published.remote_id.startswith(f"chat:{message.conversation}/")
        assert isinstance(connector.find(sent, began, {found.published.remote_id}), Absent)
        assert not connector.may_resend(began, began, is_private=True)
        assert connector.may_resend(began, began)
        assert connector.private_commit_window > connector.commit_window
        service.write("opstina", "gradjanka", sent.text)
        assert isinstance(connector.find(sent, began), Inconclusive)

    def test_the_hook_runs_once_right_before_it(self, bench: Bench, service: Any) -> None:
        message, seen = asked(bench, service), []
        http = bench.http(before_send=lambda: seen.append(len(sent_by_us(service, bench))))
        bench.connector(http=http).reply(answer_to(message), bench.read)
        assert seen == [0]

    def test_it_is_longer_than_a_post_and_has_no_window(self) -> None:
        limits = Bluesky.limits({})
        private = outgoing("ж" * 1000, visibility=Visibility.DIRECT, conversation="c", recipient="d")
        assert Bluesky.check(private, limits) == []
        assert [one.code for one in Bluesky.check(replace(private, text="ж" * 1001), limits)] == ["text_too_long"]
        assert [one.code for one in Bluesky.check(outgoing("ж" * 301), limits)] == ["text_too_long"]
        assert closes_at(Bluesky.reply_windows, start()) is None

    def test_it_cannot_be_taken_back(self, bench: Bench, service: Any) -> None:
        published = bench.connector().reply(answer_to(asked(bench, service)), bench.read)
        with pytest.raises(Rejected) as refused:
            bench.connector().withdraw(published.remote_id)
        assert refused.value.code == "unsupported"
