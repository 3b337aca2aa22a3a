"""The visibility of messages and answers, as every connector has to report it."""

from __future__ import annotations

import dataclasses
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from platforms import visibility
from platforms.mastodon import conversation, statuses
from platforms.registry import PLATFORMS, connector
from platforms.telegram import conversation as telegram
from platforms.types import Message, Outgoing
from platforms.visibility import Visibility, is_private, is_wider, of_answer
from platforms.x import posts as x

NOW = datetime(2026, 11, 28, tzinfo=UTC)
# Who can answer some alone, and whom.
PRIVATE = {"mastodon": set(Visibility), "mail": {Visibility.DIRECT}}


def outgoing(text: str = "Одговор", meant: Visibility = Visibility.DIRECT) -> Outgoing:
    return Outgoing(text=text, language="sr", key="a" * 32, created_at=NOW, reply_to="1", visibility=meant)


def test_an_answer_is_never_wider_than_what_it_answers() -> None:
    for answered in (*Visibility, ""):
        assert not is_wider(of_answer(answered), answered)
    assert [of_answer(visibility) for visibility in Visibility] == ["public", "unlisted", "direct", "direct"]


def test_what_is_not_known_is_the_narrowest() -> None:
    assert is_private("")
    assert is_private("local")
    assert of_answer("") == of_answer("local") == Visibility.DIRECT
    assert not is_wider("", "direct")
    for value in ("local", "list:3", "mutuals_only", "limited", "PUBLIC", "", None, 1, ["public"]):
        assert visibility.of(value, statuses.VISIBILITIES) == Visibility.DIRECT


def test_no_connector_can_leave_it_out() -> None:
    (field,) = [declared for declared in dataclasses.fields(Message) if declared.name == "visibility"]
    assert field.default is field.default_factory is dataclasses.MISSING


def test_only_these_answer_privately_and_the_others_say_so_beforehand(subtests: pytest.Subtests) -> None:
    for key in sorted(PLATFORMS):
        with subtests.test(key=key):
            kind = connector(key)
            limits = kind.limits({})
            assert set(limits.visibilities) == PRIVATE.get(key, {Visibility.PUBLIC})
            codes = {problem.code for problem in kind.check(outgoing(), limits)}
            assert ("visibility" in codes) == (key not in PRIVATE)


def test_a_payload_keeps_it_and_an_old_one_was_public() -> None:
    for chosen in Visibility:
        assert Outgoing.from_json(outgoing(meant=chosen).to_json()).visibility == chosen
    stored = outgoing().to_json()
    assert Outgoing.from_json({**stored, "visibility": "local"}).visibility == Visibility.DIRECT
    del stored["visibility"]
    assert Outgoing.from_json(stored).visibility == Visibility.PUBLIC


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("@mara Добар дан", []),
        ("@mara@mastodon.rs Добар дан, @mara@mastodon.rs.", []),
        ("@mara Питајте @pera или @zoran@primer.rs.", ["@pera", "@zoran@primer.rs"]),
        ("@mara пишите на info@cuprija.rs, https://primer.rs/@pera", []),
    ],
)
def test_whom_a_private_answer_would_reach_besides(text: str, others: list[str]) -> None:
    assert conversation.addressed(outgoing(text)) == others
    assert conversation.addressed(outgoing(text, Visibility.PUBLIC)) == []


@pytest.mark.parametrize("text", ["@a" * 50_000, "@" + "a.-" * 33_000, "@a@" * 33_000, "@" * 100_000, "a@" * 50_000])
def test_looking_for_mentions_takes_linear_time(text: str) -> None:
    began = time.process_time()
    conversation.MENTION.findall(text)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "chat", [{"type": "private"}, {"type": "channel"}, {"type": "supergroup", "is_direct_messages": True}]
)
def test_what_is_written_to_a_bot_or_channel_alone_is_no_message_of_telegram(chat: dict[str, Any]) -> None:
    content = {
        "message_id": 2, "date": 1_800_000_000, "text": "Само за вас", "from": {"id": 5, "first_name": "Мара"},
        "reply_to_message": {"message_id": 1, "sender_chat": {"id": -1001}, "is_automatic_forward": True},
    }  # fmt: skip
    assert telegram.message({**content, "chat": {"id": -1002, **chat}}, "-1001") is None
    assert telegram.message({**content, "chat": {"id": -1002, "type": "supergroup"}}, "-1001") is not None


def test_what_a_protected_account_writes_on_x_is_for_its_followers() -> None:
    post = {"id": "1", "author_id": "7", "text": "@opstina Питање", "created_at": "2026-11-28T08:00:00Z"}
    for is_protected, expected in ((True, Visibility.FOLLOWERS), (False, Visibility.PUBLIC)):
        person = {"id": "7", "username": "mara", "name": "Мара", "protected": is_protected}
        assert x.message(post, {"7": person}).visibility == expected
