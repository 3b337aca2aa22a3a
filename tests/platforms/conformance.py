"""What every connector has to do, whatever the server. A class per server inherits this and gives a `bench`.

A real server's known departures are named in `bench.deviations`; each of them is asserted, so that one that goes away
is noticed too.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from platforms import registry
from platforms.errors import NeedsConsent, Rejected
from platforms.types import Absent, Credential, Found, Gone, Message, Outgoing, Readings
from tests.platforms.bench import ALTS, Bench, outgoing, picture


def start() -> datetime:
    return datetime.now(UTC)


class Conformance:
    """Runs against fakes always and against real servers in `make test-real`."""

    @pytest.fixture
    def bench(self) -> Bench:
        raise NotImplementedError

    def test_the_registry_tells_what_the_class_measures(self, bench: Bench) -> None:
        entry, kind = registry.PLATFORMS[bench.key], registry.connector(bench.key)
        assert (entry.measures, entry.account_measures, entry.connect_by) == (
            kind.measures,
            kind.account_measures,
            kind.connect_by,
        )

    def test_the_profile_names_the_account_behind_the_credential(self, bench: Bench) -> None:
        profile = bench.connector().profile()
        assert profile.remote_id == bench.credential.account_id
        assert profile.handle.startswith("@")

    def test_a_text_becomes_exactly_one_public_post(self, bench: Bench) -> None:
        text = "Ђурђевдански вашар почиње у 9 часова. 🎉 Добро дошли!"
        published = bench.connector().publish(outgoing(text), bench.read)
        assert published.remote_id
        assert published.permalink.startswith("http")
        assert published.at.utcoffset() == timedelta()
        assert bench.texts().count(text) == 1

    def test_a_link_a_tag_and_several_lines_arrive_as_written(self, bench: Bench) -> None:
        text = "Пријаве до петка.\n\nhttps://cuprija.example/prijava?korak=1&jezik=sr-Cyrl#obrazac\n#Ћуприја 2026."
        sent = outgoing(text)
        began = start()
        connector = bench.connector()
        published = connector.publish(sent, bench.read)
        found = connector.find(sent, began)
        assert isinstance(found, Found)
        assert found.published.remote_id == published.remote_id

    def test_four_pictures_arrive_with_their_descriptions_in_order(self, bench: Bench) -> None:
        sent = outgoing("Четири слике са вашара.", pictures=tuple(picture(n) for n in (1, 2, 3, 4)))
        began = start()
        connector = bench.connector()
        connector.publish(sent, bench.read)
        (post,) = [post for post in bench.public() if post["text"] == sent.text]
        assert tuple(post["alts"]) == ALTS
        found = connector.find(sent, began)
        assert isinstance(found, Found)
        assert found.alts == ALTS

    def test_a_post_that_was_never_sent_is_absent(self, bench: Bench) -> None:
        assert isinstance(bench.connector().find(outgoing("Овога нигде нема."), start()), Absent)

    def test_another_publication_with_the_same_text_is_not_taken_for_this_one(self, bench: Bench) -> None:
        began = start()
        connector = bench.connector()
        first = connector.publish(outgoing("Данас без воде од 9 до 12."), bench.read)
        again = outgoing("Данас без воде од 9 до 12.", created_at=start() + timedelta(seconds=1))
        assert isinstance(connector.find(again, began, bound={first.remote_id}), Absent)

    def test_a_payload_survives_being_stored(self, bench: Bench) -> None:
        sent = outgoing("Слика", pictures=(picture(1),))
        assert Outgoing.from_json(sent.to_json()) == sent

    def test_a_text_at_the_limit_has_no_problem_and_one_more_has(self, bench: Bench) -> None:
        kind = type(connector := bench.connector())
        limits = kind.limits(connector.facts)
        fits = outgoing("ж" * limits.max_characters)
        assert kind.check(fits, limits) == []
        (problem,) = kind.check(outgoing(fits.text + "ж"), limits)
        assert (problem.code, problem.field, problem.params["over"]) == ("text_too_long", "text", 1)

    def test_the_server_takes_a_text_at_the_limit_and_refuses_one_more(self, bench: Bench) -> None:
        connector = bench.connector()
        longest = "ж" * connector.limits(connector.facts).max_characters
        connector.publish(outgoing(longest), bench.read)
        if "takes longer texts than it says" in bench.deviations:
            connector.publish(outgoing(longest + "ш"), bench.read)
            return
        with pytest.raises(Rejected):
            connector.publish(outgoing(longest + "ш"), bench.read)
        assert longest + "ш" not in bench.texts()

    def test_an_empty_post_is_a_problem_and_a_picture_without_description_a_warning(self, bench: Bench) -> None:
        kind = type(connector := bench.connector())
        limits = kind.limits(connector.facts)
        assert [p.code for p in kind.check(outgoing("  "), limits)] == ["empty"]
        bare = outgoing("Слика", pictures=(replace(picture(1), alt=" "),))
        assert [(p.code, p.field, p.severity) for p in kind.check(bare, limits)] == [
            ("alt_missing", "pictures.0", "warning")
        ]

    def test_a_dead_token_needs_consent_and_nothing_is_published(self, bench: Bench) -> None:
        dead = Credential("dead", "dead", None, bench.credential.service, bench.credential.account_id)
        with pytest.raises(NeedsConsent):
            bench.connector(credential=dead).publish(outgoing("Ово не сме да изађе."), bench.read)
        assert "Ово не сме да изађе." not in bench.texts()

    def test_what_citizens_do_comes_back_as_numbers(self, bench: Bench) -> None:
        connector = bench.connector()
        post = connector.publish(outgoing("Гласајте за име парка."), bench.read).remote_id
        bench.settle()
        (before,) = connector.readings([post])
        bench.react(post, "like", "")
        bench.react(post, "repost", "")
        bench.react(post, "reply", "Предлажем „Парк липа”.")
        bench.settle()
        (after,) = connector.readings([post])
        assert isinstance(before, Readings)
        assert isinstance(after, Readings)
        assert {name: before.values[name] for name in ("likes", "reposts", "replies")} == dict.fromkeys(
            ("likes", "reposts", "replies"), 0
        )
        assert {name: after.values[name] for name in ("likes", "reposts", "replies")} == dict.fromkeys(
            ("likes", "reposts", "replies"), 1
        )
        assert set(after.values) <= connector.measures

    def test_the_account_has_numbers(self, bench: Bench) -> None:
        connector = bench.connector()
        told = connector.account_readings()
        assert set(told) <= connector.account_measures
        if "hides the account's numbers" in bench.deviations:
            return
        assert "followers" in told

    def test_a_citizens_answer_is_read_and_answered(self, bench: Bench) -> None:
        connector = bench.connector()
        post = connector.publish(outgoing("Кад ради библиотека? Питајте нас."), bench.read).remote_id
        bench.settle()
        bench.react(post, "reply", "Ради ли суботом?")
        bench.settle()
        (message,) = connector.replies(post).items
        assert (message.text.endswith("Ради ли суботом?"), message.in_reply_to) == (True, post)
        assert message.author_handle
        answer = outgoing(f"{connector.opening(message)}Ради, од 9 до 13.", reply_to=message.remote_id)
        published = connector.reply(answer, bench.read)
        assert published.remote_id != post
        assert any(text.endswith("Ради, од 9 до 13.") for text in bench.texts())

    def test_messages_come_once_and_oldest_first(self, bench: Bench) -> None:
        connector = bench.connector()
        post = connector.publish(outgoing("Пишите нам."), bench.read).remote_id
        bench.settle()
        before = connector.messages()
        bench.react(post, "reply", "Прво питање")
        bench.settle()
        bench.react(post, "reply", "Друго питање")
        bench.settle()
        new = connector.messages(before.cursor)
        assert [said(message) for message in new.items] == ["Прво питање", "Друго питање"]
        again = connector.messages(new.cursor)
        assert (again.items, again.cursor) == ((), new.cursor)

    def test_a_withdrawn_post_is_gone(self, bench: Bench) -> None:
        connector = bench.connector()
        post = connector.publish(outgoing("Повлачимо ову објаву."), bench.read).remote_id
        bench.settle()
        if "cannot delete" in bench.deviations:
            with pytest.raises(Rejected) as refused:
                connector.withdraw(post)
            assert refused.value.code == "unsupported"
            return
        connector.withdraw(post)
        connector.withdraw(post)
        bench.settle()
        (reading,) = connector.readings([post])
        assert isinstance(reading, Gone)
        assert "Повлачимо ову објаву." not in bench.texts()

    def test_after_revoking_nothing_can_be_published(self, bench: Bench) -> None:
        connector = bench.connector(**self.revocable(bench))
        connector.revoke()
        if "access outlives the session" in bench.deviations:
            # The access token is a signed note that holds for two hours; it cannot be renewed any more.
            with pytest.raises(NeedsConsent):
                connector.refresh()
            return
        with pytest.raises(NeedsConsent):
            connector.publish(outgoing("После опозива."), bench.read)

    def revocable(self, bench: Bench) -> dict[str, Any]:
        """Keys and a credential that the next tests do not need."""
        return {}


def said(message: Message) -> str:
    """Without the mention that some networks need at the beginning."""
    return message.text.split(" ", 1)[1] if message.text.startswith("@") else message.text
