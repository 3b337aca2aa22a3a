"""A month of 10,000 conversations with Meta's rules on the other side: not one answer is refused for the reply window.

The stand-in of the network decides by its own clock and its own rules; the product decides when an answer is written,
again before the call, and chooses the tag of the request. Between the three moments time passes.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from platforms import reply_windows
from platforms.meta import messaging
from platforms.reply_windows import MARGIN
from tests.platforms.fakes.meta_messaging import AGENT_WINDOW, WINDOW, Messaging

CONVERSATIONS = 10_000
BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
ACCOUNT = "100"


class Refused(Exception):
    pass


def network(platform: str, *, human_agent: bool) -> Messaging:
    """The stand-in's own rules, with a clock in the test's hand."""
    clock = SimpleNamespace(at=BEGIN)
    clock.now = lambda: clock.at
    world = SimpleNamespace(clock=clock, options={"messaging_human_agent": human_agent}, url="")
    return Messaging(SimpleNamespace(world=world, refusal=lambda *args: Refused(*args)), platform)


def delays(dice: random.Random) -> timedelta:
    """From the citizen's last message to the officer's attempt; a third of them within a minute of a limit."""
    edge = dice.choice([WINDOW, AGENT_WINDOW, WINDOW - MARGIN, AGENT_WINDOW - MARGIN])
    kinds = [
        timedelta(minutes=dice.expovariate(1 / 90)), timedelta(hours=dice.uniform(0, 24 * 9)),
        max(edge + timedelta(seconds=dice.uniform(-60, 60)), timedelta()),
    ]  # fmt: skip
    return dice.choice(kinds)


@pytest.mark.parametrize("platform", ["facebook", "instagram"])
@pytest.mark.parametrize("human_agent", [False, True], ids=["a day", "a week"])
def test_in_a_month_of_ten_thousand_conversations_no_answer_is_refused(platform: str, human_agent: bool) -> None:
    dice, there = random.Random(22), network(platform, human_agent=human_agent)
    scopes = (messaging.HUMAN_AGENT,) if human_agent else ()
    windows = reply_windows.granted(messaging.WINDOWS, scopes)
    clock: Any = there.fake.world.clock
    sent = kept_back = 0
    for number in range(CONVERSATIONS):
        clock.at = BEGIN + timedelta(days=dice.uniform(0, 30))
        there.messages.clear()
        person = f"p{number}"
        for _ in range(dice.randint(1, 4)):
            clock.at += timedelta(minutes=dice.expovariate(1 / 30))
            there._add(ACCOUNT, person, person, "Питање")
        received_at = clock.at
        clock.at += delays(dice)
        if not reply_windows.is_open(windows, received_at, clock.at):
            kept_back += 1
            longest = AGENT_WINDOW if human_agent else WINDOW
            assert received_at + longest - clock.at <= MARGIN, "what the network would take is kept back"
            continue
        clock.at += timedelta(seconds=dice.uniform(0, 45))  # it waits for a worker
        if not reply_windows.is_open(windows, received_at, clock.at):
            kept_back += 1
            continue
        window = reply_windows.at(windows, received_at, clock.at)
        assert window is not None
        clock.at += timedelta(seconds=dice.uniform(0, 30))  # the request is under way
        there._refuse_closed(messaging._reason(window), ACCOUNT, person)
        sent += 1
    assert sent + kept_back == CONVERSATIONS
    assert sent > CONVERSATIONS / 3
    assert kept_back > CONVERSATIONS / 20


def test_the_stand_in_refuses_what_comes_too_late() -> None:
    there = network("facebook", human_agent=False)
    there._add(ACCOUNT, "p", "p", "Питање")
    clock: Any = there.fake.world.clock
    clock.at += WINDOW + timedelta(seconds=1)
    with pytest.raises(Refused):
        there._refuse_closed({"messaging_type": "RESPONSE"}, ACCOUNT, "p")
