"""Private messages on Mastodon: direct statuses between the municipality and one person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from platforms import registry
from platforms.errors import OutcomeUnknown, Rejected
from platforms.mastodon import statuses
from platforms.reply_windows import closes_at
from platforms.types import Absent, AttachmentKind, Found, Inconclusive, Message, Outgoing
from platforms.visibility import Visibility
from tests.platforms.bench import Bench, outgoing, png
from tests.platforms.conformance import start
from tests.platforms.fakes import FakeServer
from tests.platforms.faults import bench_for

QUESTION = "@opstina Могу ли да дођем сутра?"


@pytest.fixture
def bench(fakes: FakeServer) -> Bench:
    return bench_for(fakes, "mastodon")


def account_id(fakes: FakeServer, name: str) -> str:
    return str(fakes.world.mastodon._account(name)["id"])


def asked(bench: Bench, fakes: FakeServer, text: str = QUESTION, **more: Any) -> Message:
    before = bench.connector().messages().cursor or "0"
    fakes.world.mastodon.write("gradjanka", text, **more)
    (message,) = bench.connector().messages(before).items
    return message


def answer_to(message: Message, text: str = "Да, од 7 до 15 часова.", **more: Any) -> Outgoing:
    opening = registry.connector("mastodon").opening(message)
    sent = outgoing(opening + text, reply_to=message.remote_id, visibility=Visibility.DIRECT)
    return replace(sent, conversation=message.conversation, recipient=message.author_id, **more)


class TestReading:
    def test_a_direct_status_to_us_alone_is_a_private_message(self, bench: Bench, fakes: FakeServer) -> None:
        message = asked(bench, fakes)
        assert (message.kind, message.visibility) == ("private", Visibility.DIRECT)
        assert message.conversation == message.author_id == account_id(fakes, "gradjanka")
        assert not message.is_ours

    @pytest.mark.parametrize("visibility", ["public", "unlisted", "private"])
    def test_what_others_may_read_as_well_is_none(self, bench: Bench, fakes: FakeServer, visibility: str) -> None:
        message = asked(bench, fakes, visibility=visibility)
        assert (message.kind, message.conversation) == ("mention", "")

    def test_one_with_a_third_person_belongs_to_no_conversation(self, bench: Bench, fakes: FakeServer) -> None:
        account_id(fakes, "treci")
        message = asked(bench, fakes, f"{QUESTION} @treci")
        assert (message.kind, message.conversation, message.visibility) == ("mention", "", Visibility.DIRECT)

    def test_one_below_our_post_is_private_by_whichever_way_it_comes(self, bench: Bench, fakes: FakeServer) -> None:
        post = bench.connector().publish(outgoing("Вест"), bench.read).remote_id
        message = asked(bench, fakes, parent=post)
        (below,) = bench.connector().replies(post).items
        assert message == replace(below, root=None)
        assert (message.kind, message.in_reply_to) == ("private", post)

    def test_its_picture_is_fetched_from_our_server_without_the_access(self, bench: Bench, fakes: FakeServer) -> None:
        message, body = asked(bench, fakes, picture=png()), png()
        (attachment,) = message.attachments
        assert attachment.kind == AttachmentKind.PICTURE
        connector = bench.connector()
        assert connector.attachment(attachment.source, len(body)) == body
        with pytest.raises(Rejected) as refused:
            connector.attachment(attachment.source, len(body) - 1)
        assert refused.value.code == "too_big"
        for gone in (f"{message.remote_id}/1", "1/1", "", "../../oauth/1"):
            with pytest.raises(Rejected) as refused:
                connector.attachment(gone, len(body))
            assert refused.value.code == "expired"

    def test_what_was_written_in_another_program_is_ours(self, bench: Bench, fakes: FakeServer) -> None:
        connector = bench.connector()
        question = asked(bench, fakes)
        written = fakes.world.mastodon.write("opstina", "@gradjanka Јавићемо се.", parent=question.remote_id)
        cursor = connector.messages("0").cursor
        (ours,) = connector.messages(cursor).items
        assert ours.is_ours
        assert ours.remote_id == written["id"]
        assert (ours.conversation, ours.author_id) == (question.conversation, question.author_id)
        assert (ours.author_handle, ours.text) == ("gradjanka", "Јавићемо се.")

    def test_ours_to_several_or_to_nobody_are_left_out(self, bench: Bench, fakes: FakeServer) -> None:
        account_id(fakes, "gradjanka"), account_id(fakes, "treci")
        fakes.world.mastodon.write("opstina", "@gradjanka @treci Састанак")
        fakes.world.mastodon.write("opstina", "Белешка за мене")
        assert bench.connector().messages("0").items == ()

    def test_an_edited_one_comes_again_and_an_unedited_one_does_not(self, bench: Bench, fakes: FakeServer) -> None:
        question = asked(bench, fakes)
        connector = bench.connector()
        cursor = connector.messages("0").cursor
        assert connector.messages(cursor).items == ()
        fakes.world.mastodon.rewrite(question.remote_id, "@opstina Могу ли прекосутра?")
        (edited,) = connector.messages(cursor).items
        assert edited == replace(question, text="Могу ли прекосутра?")

    def test_a_server_without_conversations_is_no_problem(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(software="pleroma")
        assert bench.connector().messages("0").items == ()

    @pytest.mark.parametrize("mentions", [None, "opstina", [], [None, 7, {}], [{"id": ["1"]}], [{"id": "2"}]])
    def test_strange_mentions_make_no_conversation(self, mentions: Any) -> None:
        status = {"id": "9", "visibility": "direct", "account": {"id": "5"}, "mentions": mentions, "content": "<p>a"}
        assert statuses.message(status, "1").conversation == ""


class TestAnswering:
    def test_it_goes_to_its_author_alone(self, bench: Bench, fakes: FakeServer) -> None:
        message = asked(bench, fakes)
        published = bench.connector().reply(answer_to(message), bench.read)
        (sent,) = bench.public()
        assert (sent["visibility"], sent["reply_to"]) == ("direct", message.remote_id)
        status = fakes.world.mastodon.statuses[published.remote_id]
        assert fakes.world.mastodon._mentioned(status) == {message.author_id}

    def test_never_to_another_person(self, bench: Bench, fakes: FakeServer) -> None:
        message, other = asked(bench, fakes), account_id(fakes, "treci")
        connector, right = bench.connector(), answer_to(message)
        for wrong in (
            replace(right, text="Без помињања"),
            replace(right, text="@treci За другог"),
            replace(right, text=f"{right.text} @treci"),
            replace(right, recipient=other),
            replace(right, conversation=other),
            replace(right, conversation=other, recipient=other),
            replace(right, visibility=Visibility.FOLLOWERS),
            replace(right, visibility=Visibility.PUBLIC),
        ):
            with pytest.raises(Rejected) as refused:
                connector.reply(wrong, bench.read)
            assert refused.value.code in ("recipient", "visibility")
        assert bench.public() == []

    def test_one_that_the_server_sent_to_somebody_else_is_taken_back(
        self, bench: Bench, fakes: FakeServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        message, other = asked(bench, fakes), account_id(fakes, "treci")
        fake = fakes.world.mastodon
        known = fake._mentioned
        monkeypatch.setattr(fake, "_mentioned", lambda status: known(status) | {other})
        with pytest.raises(Rejected) as refused:
            bench.connector().reply(answer_to(message), bench.read)
        assert refused.value.code in ("recipient", "visibility")
        assert bench.public() == []

    def test_to_a_message_that_is_gone_nothing_is_sent(self, bench: Bench, fakes: FakeServer) -> None:
        message = asked(bench, fakes)
        fakes.react("mastodon", message.remote_id, "delete")
        with pytest.raises(Rejected):
            bench.connector().reply(answer_to(message), bench.read)
        assert bench.public() == []

    def test_a_lost_one_is_found_and_one_never_sent_is_absent(self, bench: Bench, fakes: FakeServer) -> None:
        message, connector, began = asked(bench, fakes), bench.connector(), start()
        sent = answer_to(message)
        assert isinstance(connector.find(sent, began), Absent)
        fakes.plan("commit_then_drop", "/api/v1/statuses$", method="POST")
        with pytest.raises(OutcomeUnknown):
            connector.reply(sent, bench.read)
        found = connector.find(sent, began)
        assert isinstance(found, Found)
        assert found.published.remote_id == bench.public()[0]["id"]

    def test_elsewhere_it_is_looked_for_below_the_question(
        self, bench: Bench, fakes: FakeServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        message, began = asked(bench, fakes), start()
        fakes.options(software="pleroma")
        connector, sent = bench.connector(), answer_to(message)
        monkeypatch.setattr(connector, "_own_statuses", lambda since: ([], True))
        assert isinstance(connector.find(sent, began), Inconclusive)
        published = connector.reply(sent, bench.read)
        found = connector.find(sent, began)
        assert isinstance(found, Found)
        assert found.published.remote_id == published.remote_id

    def test_there_is_no_window(self) -> None:
        connector = registry.connector("mastodon")
        assert closes_at(connector.reply_windows, start()) is None
        private = outgoing("@a Да", visibility=Visibility.DIRECT, conversation="5")
        assert connector.check(private, connector.limits({})) == []
