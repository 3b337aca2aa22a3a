"""Private messages of Facebook pages and Instagram accounts: events, lists, answers, windows and attachments."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common import untrusted_json
from platforms import reply_windows, signatures
from platforms.errors import NeedsConsent, NotAllowed, NotReached, OutcomeUnknown, RateLimited, Rejected
from platforms.facebook.connector import Facebook
from platforms.instagram.connector import Instagram
from platforms.meta import attachments, events, messaging, private_messages
from platforms.reply_windows import closes_at, granted
from platforms.types import (
    Absent,
    Action,
    AttachmentKind,
    Found,
    Inconclusive,
    Message,
    MessageChanges,
    Outgoing,
    RawEvent,
)
from platforms.visibility import Visibility
from tests.platforms.bench import Bench
from tests.platforms.consent import consented
from tests.platforms.fakes import FakeServer
from tests.platforms.fakes.facebook import SECRET
from tests.platforms.faults import bench_for

DAY = 24 * 3600
ANA, MARKO = "Ана Анић", "Марко Марковић"
SEND = r"/messages$"


@dataclass
class Inbox:
    """One account on a stand-in, and the people who write to it."""

    bench: Bench
    fakes: FakeServer

    @property
    def account(self) -> str:
        return self.bench.credential.account_id

    @property
    def network(self) -> Any:
        return self.fakes.world.fake(self.bench.key).messaging

    @property
    def kind(self) -> type[Facebook] | type[Instagram]:
        return Facebook if self.bench.key == "facebook" else Instagram

    def connector(self, **more: Any) -> Any:
        return self.bench.connector(**more)

    def with_scopes(self, *without: str, plus: tuple[str, ...] = ()) -> Any:
        scopes = tuple(one for one in self.bench.credential.scopes if one not in without) + plus
        return self.connector(credential=replace(self.bench.credential, scopes=scopes))

    def agent(self, **more: Any) -> Any:
        """A connector of an installation to whose application Meta granted the longer window."""
        self.fakes.options(messaging_human_agent=True)
        return self.connector(facts={**self.connector().facts, "options": {"human_agent": True}}, **more)

    def answer(self, text: str = "Ради, од 9 до 13.", *, name: str = MARKO, **more: Any) -> Outgoing:
        """As the inbox makes it of the person's last message."""
        person = self.network.person(self.account, name)
        last = max(
            (one for one in self.network.messages if one["by"] == person), key=lambda one: one["at"], default=None
        )
        given = {"reply_to": last["id"] if last else "m_x", "received_at": last["at"] if last else None}
        given |= {"visibility": Visibility.DIRECT, "conversation": person, "recipient": person}
        return self.bench.outgoing(text, **{"pictures": ()} | given | more)

    def sent(self, name: str | None = None) -> list[str]:
        """What the account wrote, as people see it."""
        person = self.network.person(self.account, name) if name else None
        return [
            one["text"]
            for one in self.network.messages
            if one["by"] == one["account"] and person in (None, one["person"])
        ]

    def arrived(self, *numbers: int) -> list[MessageChanges | None]:
        """The changes of these of the network's events; all without `numbers`. Each passes the webhook by itself."""
        items = [self.network.events[n] for n in numbers] if numbers else self.network.events
        changes = []
        for item in items:
            body, headers = self.network.event(item)
            lowered = {name.lower(): value for name, value in headers.items()}
            assert self.kind.verify(body, lowered, SECRET)
            changes += [self.kind.message_changes(event) for event in self.kind.events(untrusted_json.loads(body))]
        return changes


@pytest.fixture(params=["facebook", "instagram"])
def inbox(request: pytest.FixtureRequest, fakes: FakeServer) -> Inbox:
    return Inbox(bench_for(fakes, request.param), fakes)


@pytest.fixture
def page(fakes: FakeServer) -> Inbox:
    return Inbox(bench_for(fakes, "facebook"), fakes)


@pytest.fixture
def profile(fakes: FakeServer) -> Inbox:
    return Inbox(bench_for(fakes, "instagram"), fakes)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messaging, "PAUSE", 0)


def new(changes: MessageChanges | None) -> Message:
    assert changes is not None
    (message,) = changes.new
    return message


# ---- never to another person


class TestRecipients:
    def test_an_answer_reaches_the_one_person_of_its_conversation(self, inbox: Inbox) -> None:
        for name in (MARKO, ANA):
            inbox.network.write(inbox.account, "Ради ли библиотека?", name=name)
        published = inbox.connector().reply(inbox.answer(name=ANA), inbox.bench.read)
        assert (inbox.sent(ANA), inbox.sent(MARKO)) == (["Ради, од 9 до 13."], [])
        assert published.remote_id == inbox.network.messages[-1]["id"]
        assert published.permalink == ""
        assert private_messages.is_message_id(published.remote_id)

    def test_a_tap_on_a_quick_reply_arrives_as_an_ordinary_message(self, inbox: Inbox) -> None:
        inbox.network.write(inbox.account, "Ради ли библиотека?")
        inbox.connector().reply(
            replace(inbox.answer("Да ли смо одговорили?"), quick_replies=("Да", "Не")), inbox.bench.read
        )
        assert inbox.sent(MARKO) == ["Да ли смо одговорили?"]
        inbox.network.tap_reply(inbox.account, "Не")
        assert new(inbox.arrived(-1)[0]).text == "Не"

    @pytest.mark.parametrize("wrong", ["", "other", "account"])
    def test_one_whose_recipient_is_not_the_conversations_is_not_sent(self, inbox: Inbox, wrong: str) -> None:
        inbox.network.write(inbox.account, "Питање")
        others = {"other": inbox.network.person(inbox.account, ANA), "account": inbox.account}
        for field in ("recipient", "conversation"):
            sent = replace(inbox.answer(), **{field: others.get(wrong, "")})
            with pytest.raises(Rejected) as refused:
                inbox.connector().reply(sent, inbox.bench.read)
            assert refused.value.code in ("recipient", "visibility")
        sent = replace(inbox.answer(), recipient=others.get(wrong, ""), conversation=others.get(wrong, ""))
        if wrong != "other":
            with pytest.raises(Rejected):
                inbox.connector().reply(sent, inbox.bench.read)
            assert inbox.sent() == []

    def test_a_person_whom_another_account_knows_by_this_id_is_refused_by_the_network(self, inbox: Inbox) -> None:
        inbox.network.write(inbox.account, "Питање")
        stranger = inbox.network.person("another account", ANA)
        sent = replace(inbox.answer(), recipient=stranger, conversation=stranger)
        with pytest.raises(Rejected) as refused:
            inbox.connector().reply(sent, inbox.bench.read)
        assert refused.value.code == "recipient_gone"
        assert inbox.sent() == []

    def test_what_is_meant_for_one_person_never_becomes_a_comment(self, inbox: Inbox) -> None:
        post = inbox.bench.publish(inbox.connector(), inbox.bench.outgoing("Објава")).remote_id
        comment = inbox.fakes.react(inbox.bench.key, post, "reply", "Питање")
        private = inbox.bench.outgoing("Само за Вас", reply_to=comment, visibility=Visibility.DIRECT)
        mid = inbox.network.write(inbox.account, "Питање")
        for sent in (private, inbox.bench.outgoing("Само за Вас", reply_to=mid)):
            with pytest.raises(Rejected) as refused:
                inbox.connector().reply(sent, inbox.bench.read)
            assert refused.value.code == "visibility"
        assert "Само за Вас" not in inbox.bench.texts()
        assert inbox.sent() == []

    def test_it_is_no_comment_either_when_it_is_published_instead_of_answered(self, inbox: Inbox) -> None:
        inbox.network.write(inbox.account, "Питање")
        inbox.connector().publish(inbox.answer("Само Вама"), inbox.bench.read)
        assert inbox.sent() == ["Само Вама"]
        assert "Само Вама" not in inbox.bench.texts()

    def test_a_private_message_counts_as_private_when_it_is_asked_about(self, inbox: Inbox) -> None:
        mid = inbox.network.write(inbox.account, "Питање")
        assert inbox.connector().visibilities([mid, "123_456", "99"]) == {
            mid: Visibility.DIRECT,
            "123_456": Visibility.PUBLIC,
            "99": Visibility.PUBLIC,
        }


# ---- once


class TestUnknownOutcomes:
    @pytest.mark.parametrize("action", ["commit_then_drop", "commit_then_500", "truncate_body"])
    def test_a_lost_answer_is_looked_for_in_the_conversation(self, inbox: Inbox, action: str) -> None:
        inbox.network.write(inbox.account, "Питање")
        sent, began, connector = inbox.answer(), datetime.now(UTC), inbox.connector()
        inbox.fakes.plan(action, SEND, method="POST")
        with pytest.raises(OutcomeUnknown):
            connector.reply(sent, inbox.bench.read)
        result = connector.find(sent, began)
        assert isinstance(result, Found)
        assert result.published.remote_id == inbox.network.messages[-1]["id"]
        assert inbox.sent() == [sent.text]
        assert not connector.may_resend(began, datetime.now(UTC))

    def test_the_echo_is_there_before_the_answer_and_names_the_same_message(self, inbox: Inbox) -> None:
        inbox.network.write(inbox.account, "Питање")
        sent, began = inbox.answer(), datetime.now(UTC)
        inbox.fakes.plan("commit_then_drop", SEND, method="POST")
        with pytest.raises(OutcomeUnknown):
            inbox.connector().reply(sent, inbox.bench.read)
        echo = new(inbox.arrived(-1)[0])
        found = inbox.connector().find(sent, began)
        assert isinstance(found, Found)
        assert (echo.is_ours, echo.remote_id, echo.conversation) == (
            True,
            found.published.remote_id,
            sent.conversation,
        )

    def test_what_was_never_sent_is_absent(self, inbox: Inbox) -> None:
        inbox.network.write(inbox.account, "Питање")
        inbox.fakes.plan("drop_before", SEND, method="POST")
        sent, began = inbox.answer(), datetime.now(UTC)
        with pytest.raises(OutcomeUnknown):
            inbox.connector().reply(sent, inbox.bench.read)
        assert isinstance(inbox.connector().find(sent, began), Absent)

    def test_one_that_is_carried_out_late_is_found_then(self, inbox: Inbox) -> None:
        inbox.network.write(inbox.account, "Питање")
        inbox.fakes.plan("commit_late", SEND, method="POST", seconds=600)
        sent, began, connector = inbox.answer(), datetime.now(UTC), inbox.connector()
        with pytest.raises(OutcomeUnknown):
            connector.reply(sent, inbox.bench.read)
        assert isinstance(connector.find(sent, began), Absent)
        assert connector.commit_window >= timedelta(minutes=15)  # it is not sent again before
        inbox.fakes.carry_out_late()
        assert isinstance(connector.find(sent, began), Found)
        assert inbox.sent() == [sent.text]

    def test_the_same_words_of_the_person_or_to_another_are_not_taken_for_ours(self, inbox: Inbox) -> None:
        inbox.network.write(inbox.account, "Питање", name=ANA)
        connector = inbox.connector()
        connector.reply(inbox.answer(name=ANA), inbox.bench.read)
        inbox.network.write(inbox.account, "Ради, од 9 до 13.")
        assert isinstance(connector.find(inbox.answer(), datetime.now(UTC)), Absent)

    def test_the_same_words_twice_are_a_persons_to_decide(self, inbox: Inbox) -> None:
        inbox.network.write(inbox.account, "Питање")
        connector, began = inbox.connector(), datetime.now(UTC)
        first = connector.reply(inbox.answer(), inbox.bench.read)
        connector.reply(inbox.answer(), inbox.bench.read)
        assert isinstance(connector.find(inbox.answer(), began), Inconclusive)
        assert isinstance(connector.find(inbox.answer(), began, bound={first.remote_id}), Found)

    def test_more_messages_than_are_listed_prove_no_absence(self, inbox: Inbox) -> None:
        inbox.network.write(inbox.account, "Питање")
        began = datetime.now(UTC)
        for number in range(20):
            inbox.network.write(inbox.account, f"И још {number}")
        result = inbox.connector().find(inbox.answer(), began)
        assert isinstance(result, Inconclusive)

    def test_a_conversation_that_is_not_listed_proves_nothing(self, inbox: Inbox) -> None:
        inbox.network.person(inbox.account)
        assert isinstance(inbox.connector().find(inbox.answer(), datetime.now(UTC)), Inconclusive)

    def test_it_is_the_last_moment_before_it_is_sent(self, inbox: Inbox) -> None:
        """What the caller checks there stops it."""

        class Stopped(Exception):
            pass

        def stop() -> None:
            raise Stopped

        inbox.network.write(inbox.account, "Питање")
        connector = inbox.connector(http=inbox.bench.http(before_send=stop), facts=inbox.connector().facts)
        with pytest.raises(Stopped):
            connector.reply(inbox.answer(), inbox.bench.read)
        assert inbox.sent() == []


# ---- the window


class TestWindows:
    def test_they_are_data_with_sources(self, inbox: Inbox) -> None:
        short, long = inbox.kind.reply_windows
        assert (short.lasts, long.lasts) == (timedelta(hours=24), timedelta(days=7))
        assert (short.tag, long.tag, long.by_person) == ("RESPONSE", "HUMAN_AGENT", True)
        assert all(window.source.startswith("https://") for window in (short, long))
        now = datetime.now(UTC)
        scopes = inbox.bench.credential.scopes
        assert closes_at(granted(inbox.kind.reply_windows, scopes), now) == now + timedelta(hours=24) - (
            reply_windows.MARGIN
        )

    @pytest.mark.parametrize(("hours", "goes"), [(1, True), (23.9, True), (24.1, False), (100, False)])
    def test_without_the_feature_it_closes_after_a_day(self, inbox: Inbox, hours: float, goes: bool) -> None:
        inbox.network.write(inbox.account, "Питање", at=inbox.network.now() - timedelta(hours=hours))
        if goes:
            inbox.connector().reply(inbox.answer(), inbox.bench.read)
            assert inbox.sent() == ["Ради, од 9 до 13."]
            return
        with pytest.raises(Rejected) as refused:
            inbox.connector().reply(inbox.answer(), inbox.bench.read)
        assert refused.value.code == "window_closed"
        assert [one for one in inbox.fakes.ledger() if one["path"].endswith("/messages")] == []  # not even asked

    @pytest.mark.parametrize(("hours", "goes"), [(1, True), (24.1, True), (167.9, True), (168.1, False)])
    def test_with_it_a_person_answers_for_seven_days(self, inbox: Inbox, hours: float, goes: bool) -> None:
        inbox.network.write(inbox.account, "Питање", at=inbox.network.now() - timedelta(hours=hours))
        connector = inbox.agent()
        if goes:
            connector.reply(inbox.answer(), inbox.bench.read)
            assert inbox.sent() == ["Ради, од 9 до 13."]
            return
        with pytest.raises(Rejected) as refused:
            connector.reply(inbox.answer(), inbox.bench.read)
        assert refused.value.code == "window_closed"

    def test_it_counts_from_the_last_message_of_the_person(self, inbox: Inbox) -> None:
        inbox.network.write(inbox.account, "Старо питање", at=inbox.network.now() - timedelta(days=3))
        inbox.network.write(inbox.account, "Ново питање")
        inbox.connector().reply(inbox.answer(), inbox.bench.read)
        assert inbox.sent() == ["Ради, од 9 до 13."]

    def test_without_a_time_it_is_not_sent(self, inbox: Inbox) -> None:
        inbox.network.write(inbox.account, "Питање")
        with pytest.raises(Rejected) as refused:
            inbox.connector().reply(inbox.answer(received_at=None), inbox.bench.read)
        assert refused.value.code == "window_closed"

    def test_a_window_that_the_network_counts_otherwise_is_its_to_close(self, inbox: Inbox) -> None:
        inbox.network.write(inbox.account, "Питање")
        sent = inbox.answer()
        inbox.fakes.advance(DAY + 60)  # the network's clock
        with pytest.raises(Rejected) as refused:
            inbox.connector().reply(sent, inbox.bench.read)
        assert refused.value.code == "window_closed"
        assert refused.value.evidence["subcode"] in (2018278, 2534022)
        assert inbox.sent() == []

    def test_an_installation_that_says_so_without_metas_leave_is_told(self, inbox: Inbox) -> None:
        inbox.network.write(inbox.account, "Питање", at=inbox.network.now() - timedelta(hours=30))
        connector = inbox.agent()
        inbox.fakes.options(messaging_human_agent=False)
        with pytest.raises(NotAllowed), connector.acting(Action.CONVERSE):
            connector.reply(inbox.answer(), inbox.bench.read)
        assert inbox.sent() == []

    def test_a_channel_that_is_connected_then_has_the_longer_window(self, inbox: Inbox) -> None:
        facts = {**inbox.connector().facts, "options": {"human_agent": True}}
        person = inbox.connector(credential=None).exchange(consented(inbox.bench))
        plain, *_ = inbox.connector(credential=person).accounts()
        longer, *_ = inbox.connector(credential=person, facts=facts).accounts()
        windows = [len(granted(inbox.kind.reply_windows, one.credential.scopes)) for one in (plain, longer)]
        assert windows == [1, 2]
        assert "human_agent" not in {scope.name for scope in inbox.kind.scopes}  # nobody can be asked for it

    def test_of_ten_thousand_answers_in_a_month_the_network_refuses_none_for_the_window(self) -> None:
        """The margin covers what a call takes on its way: the tag is chosen a moment before the network counts."""
        now = datetime.now(UTC)
        for number in range(10_000):
            received = now - timedelta(seconds=number * 61)
            window = reply_windows.at(messaging.WINDOWS, received, now)
            arrives = now + timedelta(seconds=59)
            if window is None:
                assert now - received > timedelta(days=7) - timedelta(minutes=2)
            else:
                assert window.lasts is not None
                assert arrives - received < window.lasts


# ---- refusals


class TestRefusals:
    def test_who_blocked_the_account_is_gone(self, inbox: Inbox) -> None:
        inbox.network.write(inbox.account, "Питање")
        inbox.network.people[inbox.network.person(inbox.account)]["blocked"] = True
        with pytest.raises(Rejected) as refused:
            inbox.connector().reply(inbox.answer(), inbox.bench.read)
        assert (refused.value.code, refused.value.message) == ("recipient_gone", reply_windows.RECIPIENT_GONE)

    @pytest.mark.parametrize(
        ("code", "subcode", "kind", "own"),
        [
            (10, 2018278, Rejected, "window_closed"),
            (10, 2018065, Rejected, "window_closed"),
            (10, 2534022, Rejected, "window_closed"),
            (551, 0, Rejected, "recipient_gone"),
            (551, 1545041, Rejected, "recipient_gone"),
            (200, 1545041, Rejected, "recipient_gone"),
            (10, 2018108, Rejected, "recipient_gone"),
            (100, 2018001, Rejected, "recipient_gone"),
            (10, 2018300, Rejected, "10/2018300"),
            (10, 0, NeedsConsent, ""),
            (200, 2018028, NeedsConsent, ""),
            (190, 463, NeedsConsent, ""),
            (100, 0, Rejected, "100"),
            (4, 0, RateLimited, ""),
            (613, 0, RateLimited, ""),
            (80006, 0, RateLimited, ""),
            (2, 0, OutcomeUnknown, ""),
            (1200, 0, Rejected, "1200"),
        ],
    )
    def test_every_code_says_what_may_be_done_next(
        self, inbox: Inbox, code: int, subcode: int, kind: type[Exception], own: str
    ) -> None:
        inbox.network.write(inbox.account, "Питање")
        body = {"error": {"code": code, "error_subcode": subcode, "message": "No"}}
        inbox.fakes.plan("status", SEND, method="POST", status=400, body=body)
        with pytest.raises(kind) as refused:
            inbox.connector().reply(inbox.answer(), inbox.bench.read)
        assert getattr(refused.value, "code", None) in (own, None)
        assert inbox.sent() == []

    def test_a_missing_permission_takes_nothing_else_down(self, inbox: Inbox) -> None:
        post = inbox.bench.publish(inbox.connector(), inbox.bench.outgoing("Објава")).remote_id
        inbox.fakes.react(inbox.bench.key, post, "reply", "Јавно питање")
        inbox.network.write(inbox.account, "Питање")
        connector = inbox.with_scopes(inbox.kind.private_scope)
        (message,) = connector.messages().items
        assert message.text == "Јавно питање"
        with pytest.raises(NotAllowed) as refused:
            connector.reply(inbox.answer(), inbox.bench.read)
        assert refused.value.code == "not_granted"
        assert [one for one in inbox.fakes.ledger() if "conversations" in one["path"]] == []

    def test_a_list_that_is_refused_hides_no_comment(self, inbox: Inbox) -> None:
        post = inbox.bench.publish(inbox.connector(), inbox.bench.outgoing("Објава")).remote_id
        inbox.fakes.react(inbox.bench.key, post, "reply", "Јавно питање")
        body = {"error": {"code": 10, "message": "(#10) not reviewed"}}
        inbox.fakes.plan("status", r"/conversations$", status=403, body=body, times=9)
        (message,) = inbox.connector().messages().items
        assert message.text == "Јавно питање"

    def test_the_rate_limit_of_a_list_is_waited_for_and_nothing_is_lost(self, inbox: Inbox) -> None:
        connector = inbox.connector()
        before = connector.messages()
        inbox.network.write(inbox.account, "Питање")
        inbox.fakes.plan("rate_limit", r"/conversations$", seconds=120)
        with pytest.raises(RateLimited):
            connector.messages(before.cursor)
        assert [one.text for one in connector.messages(before.cursor).items] == ["Питање"]


# ---- limits


class TestLimits:
    def test_messenger_takes_two_thousand_characters(self, page: Inbox) -> None:
        page.network.write(page.account, "Питање")
        limits, fits = page.bench.limits(), "ж" * 2000
        assert Facebook.check(page.answer(fits), limits) == []
        (problem,) = Facebook.check(page.answer(fits + "ж"), limits)
        assert (problem.code, problem.params["over"]) == ("text_too_long", 1)
        page.connector().reply(page.answer(fits), page.bench.read)
        with pytest.raises(Rejected):
            page.connector().reply(page.answer(fits + "ж"), page.bench.read)
        assert page.sent() == [fits]

    def test_instagram_takes_a_thousand_bytes(self, profile: Inbox) -> None:
        profile.network.write(profile.account, "Питање")
        limits, fits = profile.bench.limits(), "ж" * 500
        assert Instagram.check(profile.answer(fits), limits) == []
        assert Instagram.check(profile.answer("a" * 1000), limits) == []
        (problem,) = Instagram.check(profile.answer(fits + "ж"), limits)
        assert (problem.code, problem.severity) == ("text_too_many_bytes", "error")
        profile.connector().reply(profile.answer(fits), profile.bench.read)
        with pytest.raises(Rejected):
            profile.connector().reply(profile.answer(fits + "ж"), profile.bench.read)
        assert profile.sent() == [fits]

    def test_an_empty_one_is_a_problem(self, inbox: Inbox) -> None:
        assert [one.code for one in inbox.kind.check(inbox.answer(" "), inbox.bench.limits())] == ["empty"]

    def test_a_longer_comment_is_still_a_comment(self, inbox: Inbox) -> None:
        limits = inbox.bench.limits()
        assert inbox.kind.check(inbox.bench.outgoing("ж" * 2100, reply_to="1_2", pictures=()), limits) == []
        assert Visibility.DIRECT not in limits.visibilities  # a comment is for everybody


# ---- events


class TestEvents:
    def test_a_message_is_the_citizens(self, inbox: Inbox) -> None:
        mid = inbox.network.write(inbox.account, "Где се пријављује квар?")
        message = new(inbox.arrived()[0])
        person = inbox.network.person(inbox.account)
        assert (message.remote_id, message.text, message.kind) == (mid, "Где се пријављује квар?", "private")
        assert (message.visibility, message.is_ours) == (Visibility.DIRECT, False)
        assert (message.conversation, message.author_id) == (person, person)
        assert (message.author_handle, message.author_name, message.url) == ("", "", "")
        assert abs(message.at - datetime.now(UTC)) < timedelta(minutes=1)

    def test_what_the_account_wrote_is_ours_whoever_sent_it(self, inbox: Inbox) -> None:
        inbox.network.write(inbox.account, "Питање")
        inbox.connector().reply(inbox.answer(), inbox.bench.read)
        inbox.network.by_hand(inbox.account, "Одговор из Метиног сандучета")
        _asked, sent, by_hand = [new(one) for one in inbox.arrived()]
        person = inbox.network.person(inbox.account)
        for message in (sent, by_hand):
            assert (message.is_ours, message.author_id, message.conversation) == (True, person, person)

    def test_an_echo_without_its_mark_is_ours_too(self, inbox: Inbox) -> None:
        inbox.network.by_hand(inbox.account, "Одговор")
        inbox.network.events[0]["item"]["message"].pop("is_echo")
        message = new(inbox.arrived()[0])
        assert message.is_ours
        assert message.author_id != inbox.account

    def test_an_edit_an_unsending_and_what_was_seen_are_changes(self, inbox: Inbox) -> None:
        mid = inbox.network.write(inbox.account, "Где је квар?")
        inbox.network.edit(mid, "Где се пријављује квар?")
        inbox.connector().reply(inbox.answer(), inbox.bench.read)
        inbox.network.see(inbox.account)
        inbox.network.unsend(mid)
        _written, edited, _echo, seen, gone = inbox.arrived()
        assert edited is not None
        assert [(one.remote_id, one.text) for one in edited.changed] == [(mid, "Где се пријављује квар?")]
        assert seen is not None
        (until,) = seen.seen
        assert until.conversation == inbox.network.person(inbox.account)
        assert abs(until.until - datetime.now(UTC)) < timedelta(minutes=1)
        assert gone == MessageChanges(deleted=(mid,))

    def test_a_button_that_was_tapped_is_a_message_with_its_words(self, inbox: Inbox) -> None:
        mid = inbox.network.tap(inbox.account, "Радно време")
        message = new(inbox.arrived()[0])
        assert (message.remote_id, message.text, message.attachments) == (mid, "Радно време", ())

    def test_the_key_is_the_same_whenever_and_in_whichever_list_it_comes(self, inbox: Inbox) -> None:
        inbox.network.write(inbox.account, "Питање")
        item = inbox.network.events[0]
        keys = set()
        for field in ("messaging", "standby", "messaging"):
            body, _headers = inbox.network.event(item, field=field)
            (event,) = inbox.kind.events(json.loads(body))
            keys.add((event.key, event.kind, event.account_id))
            inbox.fakes.advance(60)
        assert len(keys) == 1
        assert keys.pop()[1:] == ("private", inbox.account)

    def test_two_messages_with_the_same_words_have_two_keys(self, inbox: Inbox) -> None:
        for _ in range(2):
            inbox.network.write(inbox.account, "Хало?")
        body, _headers = inbox.network.event(*inbox.network.events)
        assert len({event.key for event in inbox.kind.events(json.loads(body))}) == 2

    def test_any_order_and_any_repetition_names_the_same_messages(self, inbox: Inbox) -> None:
        mid = inbox.network.write(inbox.account, "Где је квар?")
        inbox.network.edit(mid, "Где се пријављује квар?")
        gone = inbox.network.write(inbox.account, "Погрешно")
        inbox.network.unsend(gone)
        orders = ([0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 0, 3, 3, 2, 1])
        for order in orders:
            texts: dict[str, str] = {}
            edited: dict[str, str] = {}
            deleted: set[str] = set()
            for changes in inbox.arrived(*order):
                assert changes is not None
                texts |= {one.remote_id: one.text for one in changes.new}
                edited |= {one.remote_id: one.text for one in changes.changed}
                deleted |= set(changes.deleted)
            left = {key: text for key, text in (texts | edited).items() if key not in deleted}
            assert left == {mid: "Где се пријављује квар?"}

    def test_a_changed_byte_or_another_secret_is_refused(self, inbox: Inbox) -> None:
        inbox.network.write(inbox.account, "Ђурђевдан")
        body, headers = inbox.network.event(inbox.network.events[0])
        lowered = {name.lower(): value for name, value in headers.items()}
        assert b"\\u0402" in body  # Meta escapes; the same text written otherwise has another signature
        assert inbox.kind.verify(body, lowered, SECRET)
        for other in (body + b" ", json.dumps(json.loads(body), ensure_ascii=False).encode(), b""):
            assert not inbox.kind.verify(other, lowered, SECRET)
        assert not inbox.kind.verify(body, lowered, "another")
        assert not inbox.kind.verify(body, {"x-hub-signature": "sha1=" + signatures.hex_digest(SECRET, body)}, SECRET)

    def test_one_that_names_a_message_without_its_text_has_to_be_asked_for(self, profile: Inbox) -> None:
        mid = profile.network.write(profile.account, "Питање")
        value = {"timestamp": 1_764_000_000_000, "message_edit": {"mid": mid, "num_edit": 0}}
        payload = {"object": "instagram", "entry": [{"id": profile.account, "messaging": [value]}]}
        (event,) = Instagram.events(payload)
        assert event.kind == "private"
        assert Instagram.message_changes(event) is None

    def test_deliveries_and_reactions_are_kept_and_change_nothing(self, inbox: Inbox) -> None:
        base = {"sender": {"id": "5"}, "recipient": {"id": inbox.account}, "timestamp": 1_764_000_000_000}
        for more in ({"delivery": {"mids": ["m_1"]}}, {"reaction": {"mid": "m_1", "action": "react"}}, {"optin": {}}):
            payload = {"entry": [{"id": inbox.account, "messaging": [{**base, **more}]}]}
            (event,) = inbox.kind.events(payload)
            assert event.kind == "other"

    def test_comments_are_read_as_before(self) -> None:
        value = {"item": "comment", "verb": "add", "post_id": "1_2", "comment_id": "2_3", "message": "Питање"}
        payload = {"entry": [{"id": "1", "changes": [{"field": "feed", "value": value}]}]}
        (event,) = Facebook.events(payload)
        message = new(Facebook.message_changes(event))
        assert (event.kind, message.remote_id, message.conversation) == ("comment", "2_3", "")


# ---- attachments in events


def attached(inbox: Inbox, *parts: dict[str, Any], text: str = "") -> tuple[Any, ...]:
    inbox.network.write(inbox.account, text, attachments=parts)
    return new(inbox.arrived(-1)[0]).attachments


class TestAttachments:
    @pytest.mark.parametrize(
        ("word", "kind"),
        [
            ("image", AttachmentKind.PICTURE),
            ("video", AttachmentKind.VIDEO),
            ("audio", AttachmentKind.VOICE),
            ("file", AttachmentKind.FILE),
        ],
    )
    def test_files_have_a_source(self, inbox: Inbox, word: str, kind: AttachmentKind) -> None:
        url = "https://scontent.xx.fbcdn.net/v/t1.jpg?oh=1"
        (one,) = attached(inbox, {"type": word, "payload": {"url": url}})
        assert (one.kind, one.source, one.url) == (kind, url, "")

    def test_a_place_has_its_degrees(self, inbox: Inbox) -> None:
        place = {"type": "location", "title": "Мост", "payload": {"coordinates": {"lat": 43.93, "long": 21.37}}}
        (one,) = attached(inbox, place)
        assert (one.kind, one.latitude, one.longitude, one.name) == (AttachmentKind.LOCATION, 43.93, 21.37, "Мост")

    @pytest.mark.parametrize("word", ["fallback", "share", "ig_reel", "story_mention", "template"])
    def test_what_was_shared_is_a_link_and_nothing_to_fetch(self, inbox: Inbox, word: str) -> None:
        url = "https://www.instagram.com/p/abc/"
        (one,) = attached(inbox, {"type": word, "payload": {"url": url, "title": "Вест"}})
        assert (one.kind, one.url, one.source, one.name) == (AttachmentKind.LINK, url, "", "Вест")

    def test_a_sticker_is_something_else_and_comes_once(self, inbox: Inbox) -> None:
        picture_of = {"type": "image", "payload": {"url": "https://scontent.xx.fbcdn.net/s.png", "sticker_id": 369}}
        alone = attached(inbox, {"type": "sticker", "payload": {"sticker_id": 369}})
        twice = attached(inbox, {"type": "sticker", "payload": {"sticker_id": 369}}, picture_of)
        before = attached(inbox, picture_of)
        assert [[one.kind for one in parts] for parts in (alone, twice, before)] == [[AttachmentKind.OTHER]] * 3

    def test_a_message_of_which_nothing_can_be_shown_says_so(self, inbox: Inbox) -> None:
        (one,) = attached(inbox)
        assert one.kind == AttachmentKind.OTHER

    def test_an_answer_to_our_story_leads_to_it(self, profile: Inbox) -> None:
        story = {
            "story": {"id": "17900000000000001", "url": "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1"}
        }
        profile.network.write(profile.account, "Браво!", reply_to=story)
        message = new(profile.arrived()[0])
        assert (message.in_reply_to, message.text) == ("17900000000000001", "Браво!")
        assert [one.url for one in message.attachments] == [story["story"]["url"]]


class TestContent:
    def test_the_content_is_read(self, inbox: Inbox) -> None:
        source = inbox.network.attach(b"\xff\xd8 slika", "image/jpeg")
        assert inbox.connector().attachment(source, 100) == b"\xff\xd8 slika"

    def test_no_more_than_allowed_is_read(self, inbox: Inbox) -> None:
        source = inbox.network.attach(b"x" * 5000, "image/jpeg")
        assert len(inbox.connector().attachment(source, 5000)) == 5000
        with pytest.raises(Rejected) as refused:
            inbox.connector().attachment(source, 4999)
        assert refused.value.code == "too_big"

    def test_an_address_that_ended_says_so(self, inbox: Inbox) -> None:
        source = inbox.network.attach(b"x", "image/jpeg")
        inbox.network.files.clear()
        with pytest.raises(Rejected) as refused:
            inbox.connector().attachment(source, 100)
        assert refused.value.code == "expired"

    def test_a_failure_of_the_server_is_tried_again(self, inbox: Inbox) -> None:
        source = inbox.network.attach(b"x", "image/jpeg")
        inbox.fakes.plan("html_error", r"/cdn/")
        with pytest.raises(NotReached):
            inbox.connector().attachment(source, 100)

    def test_the_token_goes_to_no_such_address(self, inbox: Inbox) -> None:
        source = inbox.network.attach(b"x", "image/jpeg")
        connector = inbox.connector()
        inbox.fakes.world.exchanges.clear()
        connector.attachment(source, 100)
        (exchange,) = inbox.fakes.world.exchanges
        assert "authorization" not in exchange.request.headers
        inbox.fakes.world.exchanges.clear()

    @pytest.mark.parametrize(
        ("address", "ours"),
        [
            ("https://scontent.xx.fbcdn.net/v/t1.jpg", True),
            ("https://instagram.fbeg4-1.fna.fbcdn.net/x.jpg", True),
            ("https://scontent.cdninstagram.com/x.jpg", True),
            ("https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1", True),
            ("https://cdn.fbsbx.com/v/t59/file.pdf", True),
            ("https://LOOKASIDE.FBSBX.COM:443/a", True),
            ("http://scontent.xx.fbcdn.net/v/t1.jpg", False),
            ("https://fbcdn.net.napad.rs/x.jpg", False),
            ("https://zlofbcdn.net/x.jpg", False),
            ("https://napad.rs/?fbcdn.net", False),
            ("https://korisnik@scontent.xx.fbcdn.net/x", False),
            ("https://scontent.xx.fbcdn.net:8443/x", False),
            ("https://127.0.0.1/x", False),
            ("https://graph.facebook.com/v27.0/me", False),
            ("https://[::1/x", False),
            ("https://a:b/x", False),
            ("file:///etc/passwd", False),
            ("", False),
        ],
    )
    def test_only_metas_own_hosts_are_asked(self, address: str, ours: bool) -> None:
        assert attachments.is_ours(address, "https://graph.facebook.com") == ours

    def test_another_host_is_not_called_at_all(self, inbox: Inbox) -> None:
        for source in ("https://napad.rs/x.jpg", f"http://localhost:{inbox.fakes.port}/cdn/x", "x"):
            with pytest.raises(Rejected) as refused:
                inbox.connector().attachment(source, 100)
            assert refused.value.code == "expired"
        assert [one for one in inbox.fakes.ledger() if "cdn" in one["path"]] == []


# ---- polling


class TestLists:
    def test_what_no_event_brought_is_read_with_names(self, inbox: Inbox) -> None:
        connector = inbox.connector()
        before = connector.messages()
        mid = inbox.network.write(inbox.account, "Питање", listed={"attachments": {"data": []}})
        page = connector.messages(before.cursor)
        (message,) = page.items
        assert (message.remote_id, message.text, message.kind) == (mid, "Питање", "private")
        assert (message.conversation, message.is_ours) == (inbox.network.person(inbox.account), False)
        assert message.author_name == (MARKO if inbox.bench.key == "facebook" else "korisnik_1")
        assert message.author_handle
        again = connector.messages(page.cursor)
        assert (again.items, again.cursor) == ((), page.cursor)

    def test_a_list_and_an_event_name_the_same_message_and_conversation(self, inbox: Inbox) -> None:
        inbox.network.write(inbox.account, "Питање")
        event = new(inbox.arrived()[0])
        (listed,) = inbox.connector().messages().items
        for field in ("remote_id", "conversation", "author_id", "text", "visibility", "kind", "is_ours"):
            assert getattr(event, field) == getattr(listed, field)

    def test_ours_are_listed_as_ours(self, inbox: Inbox) -> None:
        inbox.network.write(inbox.account, "Питање", at=inbox.network.now() - timedelta(minutes=1))
        inbox.connector().reply(inbox.answer(), inbox.bench.read)
        asked, answered = inbox.connector().messages().items
        assert (asked.is_ours, answered.is_ours) == (False, True)
        assert answered.author_id == asked.author_id == inbox.network.person(inbox.account)

    def test_comments_and_private_messages_have_cursors_of_their_own(self, inbox: Inbox) -> None:
        connector = inbox.connector()
        post = inbox.bench.publish(connector, inbox.bench.outgoing("Објава")).remote_id
        before = connector.messages()
        inbox.network.write(inbox.account, "Приватно")
        first = connector.messages(before.cursor)
        inbox.fakes.react(inbox.bench.key, post, "reply", "Јавно")
        second = connector.messages(first.cursor)
        assert [one.text for one in (*first.items, *second.items)] == ["Приватно", "Јавно"]
        assert len(second.cursor or "") < 2000

    def test_one_that_is_listed_late_is_not_lost(self, inbox: Inbox) -> None:
        connector = inbox.connector()
        inbox.network.write(inbox.account, "Прво")
        page = connector.messages()
        inbox.network.write(inbox.account, "Касни", name=ANA, at=inbox.network.now() - timedelta(seconds=120))
        assert [one.text for one in connector.messages(page.cursor).items] == ["Касни"]

    def test_the_first_list_of_a_channel_that_exists_longer_is_past(self, inbox: Inbox) -> None:
        connector = inbox.with_scopes(inbox.kind.private_scope)
        post = inbox.bench.publish(connector, inbox.bench.outgoing("Објава")).remote_id
        inbox.fakes.react(inbox.bench.key, post, "reply", "Јавно")
        before = connector.messages()
        inbox.network.write(inbox.account, "Од прошле године", at=inbox.network.now() - timedelta(days=300))
        allowed = inbox.connector()
        past = allowed.messages(before.cursor)
        assert ([one.text for one in past.items], past.is_past) == (["Од прошле године"], True)
        inbox.network.write(inbox.account, "Ново")
        now = allowed.messages(past.cursor)
        assert ([one.text for one in now.items], now.is_past) == (["Ново"], False)

    def test_an_hour_with_hundreds_of_conversations_loses_none(self, page: Inbox) -> None:
        connector = page.connector()
        before = connector.messages()
        for number in range(200):
            page.network.write(page.account, f"Немамо струје {number}", name=f"Грађанин {number}")
        texts: list[str] = []
        cursor = before.cursor
        for _ in range(3):
            answer = connector.messages(cursor)
            texts += [one.text for one in answer.items]
            cursor = answer.cursor
            assert len(cursor or "") < 2000
        assert set(texts) == {f"Немамо струје {number}" for number in range(200)}

    def test_a_quiet_account_costs_one_call(self, inbox: Inbox) -> None:
        connector = inbox.connector()
        for number in range(60):
            inbox.network.write(inbox.account, "Питање", name=f"Г{number}", at=inbox.network.now() - timedelta(days=2))
        inbox.network.write(inbox.account, "Питање")
        page = connector.messages()
        before = len(inbox.fakes.ledger())
        connector.messages(page.cursor)
        calls = [one for one in inbox.fakes.ledger()[before:] if one["path"].endswith("/conversations")]
        assert len(calls) == 1

    def test_attachments_of_a_list_are_read(self, inbox: Inbox) -> None:
        url = "https://scontent.xx.fbcdn.net/v/"
        listed = {
            "attachments": {
                "data": [
                    {
                        "id": "1",
                        "mime_type": "image/jpeg",
                        "name": "a.jpg",
                        "size": 9,
                        "image_data": {"url": url + "a"},
                    },
                    {"id": "2", "mime_type": "video/mp4", "video_data": {"url": url + "b"}},
                    {"id": "3", "mime_type": "audio/mp4", "file_url": url + "c"},
                    {"id": "4", "mime_type": "application/pdf", "file_url": url + "d", "name": "racun.pdf"},
                    {"id": "5"},
                ]
            },
            "shares": {"data": [{"link": "https://cuprija.rs", "name": "Вест"}]},
        }
        inbox.network.write(inbox.account, "", listed=listed)
        (message,) = inbox.connector().messages().items
        kinds = [one.kind.value for one in message.attachments]
        assert kinds == ["picture", "video", "voice", "file", "other", "link"]
        first, *_, pdf, _unknown, link = message.attachments
        assert (first.source, first.name, first.mime, first.size) == (url + "a", "a.jpg", "image/jpeg", 9)
        assert (pdf.name, link.url, link.name) == ("racun.pdf", "https://cuprija.rs", "Вест")

    def test_a_story_that_mentions_the_account_is_a_link(self, profile: Inbox) -> None:
        story = {"story": {"mention": {"id": "1", "link": "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1"}}}
        profile.network.write(profile.account, "", listed=story)
        (message,) = profile.connector().messages().items
        assert [(one.kind, one.url) for one in message.attachments] == [
            (AttachmentKind.LINK, story["story"]["mention"]["link"])
        ]

    def test_who_is_not_named_is_nobody(self, inbox: Inbox) -> None:
        """Neither our own message as a citizen's nor one of two people as the other's."""
        mine, theirs = {"id": inbox.account}, {"id": "5001"}
        message = {"id": "m_abc", "created_time": "2026-11-30T08:00:00+0000", "message": "Ко сам?"}
        unclear = {"participants": {"data": [theirs, {"id": "5002"}, mine]}, "messages": {"data": [message]}}
        nameless = {"participants": {"data": [theirs, mine]}, "messages": {"data": [message]}}
        for conversation in (
            unclear,
            nameless,
            {},
            {"participants": {"data": [mine]}, "messages": {"data": [message]}},
        ):
            assert list(private_messages.of_conversation(conversation, inbox.account)) == []


# ---- subscribing


def test_a_page_asks_for_private_messages_only_where_it_may(page: Inbox) -> None:
    held = page.fakes.world.fake("facebook").pages[page.account]
    page.connector().subscribe("https://portal.example/webhooks/facebook/", "")
    assert held["subscribed"] == f"{events.PAGE_FIELDS},{events.PRIVATE_FIELDS}"
    page.with_scopes("pages_messaging").subscribe("https://portal.example/webhooks/facebook/", "")
    assert held["subscribed"] == events.PAGE_FIELDS


def test_an_account_leaves_what_its_page_asked_for(profile: Inbox) -> None:
    held = next(one for one in profile.fakes.world.fake("instagram").pages.values() if one["ig"] == profile.account)
    profile.connector().subscribe("https://portal.example/webhooks/instagram/", "")
    assert held["subscribed"] == events.PAGE_FIELDS
    held["subscribed"] = f"{events.PAGE_FIELDS},{events.PRIVATE_FIELDS}"
    profile.connector().subscribe("https://portal.example/webhooks/instagram/", "")
    assert held["subscribed"] == f"{events.PAGE_FIELDS},{events.PRIVATE_FIELDS}"


# ---- hostile input

ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    10**300,
    "",
    "x" * 100_000,
    "5",
    [],
    [[]],
    {},
    {"id": {}},
    {"id": None},
    "\ud800",
]
GOOD: dict[str, Any] = {
    "sender": {"id": "5001"},
    "recipient": {"id": "1000"},
    "timestamp": 1_764_000_000_000,
    "message": {
        "mid": "m_abc",
        "text": "Питање",
        "attachments": [
            {"type": "image", "title": "a", "payload": {"url": "https://a.fbcdn.net/a", "sticker_id": 1}},
            {"type": "location", "payload": {"coordinates": {"lat": 1.0, "long": 2.0}}},
        ],
        "reply_to": {"story": {"id": "1", "url": "https://a.fbcdn.net/a"}},
        "is_echo": False,
        "is_deleted": False,
    },
    "message_edit": {"mid": "m_abc", "text": "Питање", "num_edit": 1},
    "read": {"watermark": 1_764_000_000_000, "mid": "m_abc"},
    "postback": {"mid": "m_abc", "title": "Питање"},
}
LISTED: dict[str, Any] = {
    "id": "t_1",
    "updated_time": "2026-11-30T08:00:00+0000",
    "participants": {"data": [{"id": "5001", "name": "Ана", "username": "ana"}, {"id": "1000"}]},
    "messages": {
        "data": [
            {
                "id": "m_abc",
                "created_time": "2026-11-30T08:00:00+0000",
                "from": {"id": "5001"},
                "message": "Питање",
                "attachments": {"data": [{"mime_type": "a", "size": 1, "image_data": {"url": "https://a"}}]},
                "shares": {"data": [{"link": "https://a", "name": "a"}]},
                "story": {"mention": {"link": "https://a"}, "reply_to": {"id": "1", "link": "https://a"}},
            }
        ]
    },
}


def mutations(value: Any) -> Iterator[Any]:
    """`value` with each of its parts replaced by each odd one, and with each part left out."""
    yield from ODD
    if isinstance(value, dict):
        for name, member in value.items():
            yield {key: one for key, one in value.items() if key != name}
            yield from ({**value, name: changed} for changed in mutations(member))
    if isinstance(value, list):
        for place, member in enumerate(value):
            yield from ([*value[:place], changed, *value[place + 1 :]] for changed in mutations(member))


@pytest.mark.parametrize("name", ["message", "message_edit", "read", "postback"])
def test_no_event_raises(name: str) -> None:
    shape = {key: value for key, value in GOOD.items() if key in ("sender", "recipient", "timestamp", name)}
    for item in mutations(shape):
        for payload in ({"entry": [{"id": "1000", "messaging": [item]}]}, {"entry": [{"id": "1000", "standby": item}]}):
            for event in Facebook.events(payload):
                for kind in (Facebook, Instagram):
                    changes = kind.message_changes(replace(event, kind="private"))
                    for one in (*changes.new, *changes.changed) if changes else ():
                        assert one.is_ours or one.author_id != "1000"
                        assert one.author_id not in ("", "1000")
                        assert private_messages.is_message_id(one.remote_id)
                        assert all(len(part.source) <= 2000 and len(part.url) <= 2000 for part in one.attachments)
                assert Facebook.about(event.payload) == ""


def test_no_event_of_another_shape_raises() -> None:
    for payload in ODD:
        event = RawEvent("k", "1000", "private", payload if isinstance(payload, dict) else {"value": payload}, None)
        for kind in (Facebook, Instagram):
            changes = kind.message_changes(event)
            assert changes is None or not changes.new


def test_no_list_raises() -> None:
    for conversation in mutations(LISTED):
        given = conversation if isinstance(conversation, dict) else {}
        private_messages.second(given.get("updated_time"))
        for one in private_messages.of_conversation(given, "1000"):
            assert one.author_id not in ("", "1000")
            assert one.at.tzinfo is not None


@pytest.mark.parametrize(
    "value", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "x" * 10_000, "9" * 400, -5, 10**40, True, None]
)
def test_a_time_that_cannot_be_is_no_time(value: Any) -> None:
    assert private_messages.second(value) == 0


def test_a_time_ahead_does_not_hide_what_comes_later(inbox: Inbox) -> None:
    connector = inbox.connector()
    inbox.network.write(inbox.account, "Из будућности", at=inbox.network.now() + timedelta(days=400))
    page = connector.messages()
    inbox.network.write(inbox.account, "Из садашњости", name=ANA)
    assert "Из садашњости" in [one.text for one in connector.messages(page.cursor).items]


def test_what_is_nested_without_end_raises_nothing() -> None:
    deep: Any = {}
    for _ in range(100_000):
        deep = {"message": deep}
    for payload in ({"entry": [{"id": "1", "messaging": [deep]}]}, {"entry": [deep]}, deep):
        for event in Facebook.events(payload):
            Facebook.message_changes(event)
    with pytest.raises(ValueError, match="nested"):
        untrusted_json.loads("[" * 100_000)
    # Python frees it one level after the other.
    while deep:
        deep = deep.pop("message", None)


def test_two_thousand_events_are_read_in_a_moment() -> None:
    items = [{**GOOD, "message": {**GOOD["message"], "mid": f"m_{number}"}} for number in range(2_000)]
    began = time.monotonic()
    found = Facebook.events({"entry": [{"id": "1000", "messaging": items}]})
    messages = [new(Facebook.message_changes(event)) for event in found]
    assert len({one.remote_id for one in messages}) == 2_000
    assert time.monotonic() - began < 3


def test_ids_of_posts_and_comments_are_no_ids_of_messages() -> None:
    for one in ("1", "100_200", "_", "", "1_2_3", "x" * 301):
        assert not private_messages.is_message_id(one)
    for one in ("m_abc", "mid.$cAAJd", "aWdfZAG1faXRlbToxOklHTWVz", "mid.1457764197618:41d102a3e1ae206a38"):
        assert private_messages.is_message_id(one)
