"""Private messages on X, which are read only where an installation wants to pay for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from platforms.errors import NotAllowed, OutcomeUnknown, Rejected
from platforms.reply_windows import closes_at, granted
from platforms.types import Absent, AttachmentKind, Found, Message, Outgoing
from platforms.visibility import Visibility
from platforms.x import private
from platforms.x.connector import X
from tests.platforms.bench import Bench, outgoing
from tests.platforms.conformance import start
from tests.platforms.fakes import FakeServer
from tests.platforms.fakes.x import MARKO
from tests.platforms.faults import bench_for

SEND = r"/2/dm_conversations/with/\d+/messages$"
WANTED = {"options": {"private_messages": True, "private_page": 3}}


@pytest.fixture
def bench(fakes: FakeServer) -> Bench:
    fakes.options(x_private=True)
    return bench_for(fakes, "x")


@pytest.fixture
def fake(fakes: FakeServer) -> Any:
    return fakes.world.fake("x")


def connector(bench: Bench, **more: Any) -> Any:
    return bench.connector(facts={"version": "2", **WANTED}, **more)


def own(bench: Bench) -> str:
    return bench.credential.account_id


def asked(bench: Bench, fake: Any, text: str = "Могу ли да дођем сутра?", **more: Any) -> Message:
    fake.write(MARKO, text, own(bench), **more)
    return connector(bench).messages().items[-1]


def answer_to(message: Message, text: str = "Да, од 7 до 15 часова.") -> Outgoing:
    sent = outgoing(text, reply_to=message.remote_id, visibility=Visibility.DIRECT)
    return replace(sent, conversation=message.conversation, recipient=message.author_id)


def sent(fake: Any, bench: Bench) -> list[str]:
    return [one["event"]["text"] for one in fake.events if one["event"]["sender_id"] == own(bench)]


class TestReading:
    def test_a_message_and_what_we_wrote_elsewhere(self, bench: Bench, fake: Any) -> None:
        first = asked(bench, fake, "Питање & још")
        assert (first.kind, first.visibility, first.is_ours) == ("private", Visibility.DIRECT, False)
        assert (first.author_id, first.author_handle, first.text) == (MARKO, "@marko", "Питање & још")
        assert first.conversation == f"{MARKO}-{own(bench)}"
        fake.write(own(bench), "Одговор", MARKO)
        ours = connector(bench).messages().items[-1]
        assert (ours.is_ours, ours.conversation, ours.author_id) == (True, first.conversation, MARKO)

    def test_the_newest_at_first_and_then_each_once(self, bench: Bench, fake: Any) -> None:
        for number in range(5):
            fake.write(MARKO, str(number), own(bench))
        page = connector(bench).messages()
        assert ([one.text for one in page.items], page.is_past) == (["2", "3", "4"], True)
        for number in range(5, 10):
            fake.write(MARKO, str(number), own(bench))
        page = connector(bench).messages(page.cursor)
        assert ([one.text for one in page.items], page.is_past) == (["5", "6", "7", "8", "9"], False)
        assert connector(bench).messages(page.cursor).items == ()

    def test_public_and_private_ones_have_one_cursor(self, bench: Bench, fake: Any, fakes: FakeServer) -> None:
        post = connector(bench).publish(outgoing("Вест"), bench.read).remote_id
        fake.write(MARKO, "Насамо", own(bench))
        cursor = connector(bench).messages().cursor
        fakes.react("x", post, "reply", "Јавно")
        fake.write(MARKO, "Опет насамо", own(bench))
        page = connector(bench).messages(cursor)
        assert {one.kind for one in page.items} == {"reply", "private"}
        assert connector(bench).messages(page.cursor).items == ()

    def test_groups_are_left_out(self, bench: Bench, fake: Any) -> None:
        fake.people["77"] = {"id": "77", "username": "treci", "name": "Трећи"}
        fake.write(MARKO, "Група", own(bench), "77")
        assert connector(bench).messages().items == ()

    def test_of_a_picture_it_is_known_that_there_is_one(self, bench: Bench, fake: Any) -> None:
        picture = asked(bench, fake, attachments={"media_keys": ["3_1"]})
        assert [one.kind for one in picture.attachments] == [AttachmentKind.OTHER]

    @pytest.mark.parametrize(
        ("facts", "scopes"), [({"options": {}}, ("dm.read", "dm.write")), (WANTED, ("tweet.read",))]
    )
    def test_without_option_or_consent_nothing_is_read_and_paid(
        self, bench: Bench, fake: Any, facts: dict[str, Any], scopes: tuple[str, ...]
    ) -> None:
        fake.write(MARKO, "Насамо", own(bench))
        credential = replace(bench.credential, scopes=scopes)
        assert bench.connector(facts={"version": "2", **facts}, credential=credential).messages().items == ()
        assert "private_read" not in fake.bill

    @pytest.mark.parametrize("status", [400, 402, 403, 404, 429, 500])
    def test_a_failing_list_takes_nothing_else_away(
        self, bench: Bench, fake: Any, fakes: FakeServer, status: int
    ) -> None:
        fake.write(MARKO, "Прва", own(bench))
        cursor = connector(bench).messages().cursor
        fake.write(MARKO, "Друга", own(bench))
        fakes.plan("status", "/2/dm_events$", status=status)
        page = connector(bench).messages(cursor)
        assert (page.items, page.cursor) == ((), cursor)
        assert [one.text for one in connector(bench).messages(page.cursor).items] == ["Друга"]

    @pytest.mark.parametrize(
        "change",
        [
            {"sender_id": None}, {"sender_id": "9"}, {"dm_conversation_id": None}, {"dm_conversation_id": "1-2-3"},
            {"dm_conversation_id": "1-1"}, {"dm_conversation_id": "x-1"}, {"created_at": None}, {"created_at": "x"},
            {"text": None}, {"text": ""}, {"entities": "x"}, {"attachments": "x", "text": ""},
        ],
    )  # fmt: skip
    def test_a_strange_one_never_raises(self, change: dict[str, Any]) -> None:
        event = {"id": "5", "text": "A", "sender_id": "2", "dm_conversation_id": "1-2",
                 "created_at": "2026-11-30T10:00:00Z"}  # fmt: skip
        assert private._message(event, "1", {}) is not None
        assert private._message({**event, **change}, "1", {}) is None
        assert private._number({"id": "²"}) == private._number({"id": "9" * 99}) == private._number({}) == 0


class TestConsent:
    def test_the_permissions_are_asked_for_only_with_the_option(self, bench: Bench) -> None:
        without = bench.connector().authorize_url("https://portal.example/", "s", "c")
        wanted = connector(bench).authorize_url("https://portal.example/", "s", "c")
        assert "dm." not in without
        assert "dm.read%20dm.write" in wanted
        assert granted(X.reply_windows, ("tweet.write",)) == ()
        assert closes_at(granted(X.reply_windows, ("dm.write",)), start()) is None


class TestAnswering:
    def test_it_goes_to_the_person(self, bench: Bench, fake: Any) -> None:
        published = connector(bench).reply(answer_to(asked(bench, fake)), bench.read)
        assert sent(fake, bench) == ["Да, од 7 до 15 часова."]
        assert (published.remote_id, published.permalink) == (f"dm:{fake.events[-1]['event']['id']}", "")
        assert bench.texts() == []
        with pytest.raises(Rejected) as refused:
            connector(bench).withdraw(published.remote_id)
        assert refused.value.code == "unsupported"

    def test_never_to_another_person_or_to_everybody(self, bench: Bench, fake: Any) -> None:
        right = answer_to(asked(bench, fake))
        for wrong in (
            replace(right, recipient="77"),
            replace(right, recipient=own(bench)),
            replace(right, conversation=f"77-{own(bench)}"),
            replace(right, conversation="1-2", recipient="2"),
            replace(right, conversation="1800000000000000000"),
            replace(right, reply_to="5"),
            replace(right, visibility=Visibility.PUBLIC),
            replace(right, conversation="", recipient=""),
        ):
            with pytest.raises(Rejected) as refused:
                connector(bench).reply(wrong, bench.read)
            assert refused.value.code in ("recipient", "visibility")
        assert sent(fake, bench) == bench.texts() == []

    def test_somebody_who_takes_no_messages(self, bench: Bench, fake: Any, fakes: FakeServer) -> None:
        answer = answer_to(asked(bench, fake))
        fakes.options(x_private_refuses="You do not have permission to DM one or more participants.")
        with pytest.raises(Rejected) as refused:
            connector(bench).reply(answer, bench.read)
        assert refused.value.code == "recipient_gone"
        fakes.options(x_private_refuses="You are not permitted to perform this action.")
        with pytest.raises(NotAllowed):
            connector(bench).reply(answer, bench.read)

    def test_a_lost_one_is_found_and_is_never_sent_again_by_itself(
        self, bench: Bench, fake: Any, fakes: FakeServer
    ) -> None:
        answer, began = answer_to(asked(bench, fake)), start()
        assert isinstance(connector(bench).find(answer, began), Absent)
        fakes.plan("commit_then_drop", SEND)
        with pytest.raises(OutcomeUnknown):
            connector(bench).reply(answer, bench.read)
        found = connector(bench).find(answer, began)
        assert isinstance(found, Found)
        assert found.published.remote_id == f"dm:{fake.events[-1]['event']['id']}"
        assert isinstance(connector(bench).find(answer, began, {found.published.remote_id}), Absent)
        assert not connector(bench).may_resend(began, began, is_private=True)

    def test_it_may_be_long(self) -> None:
        private_one = outgoing("ж" * 10_000, visibility=Visibility.DIRECT, conversation="1-2", recipient="2")
        assert X.check(private_one, X.limits({})) == []
        longer = replace(private_one, text="ж" * 10_001)
        assert [one.code for one in X.check(longer, X.limits({}))] == ["text_too_long"]
