"""Budgets and circuit breakers: learnt from answers, shared through Valkey, only advisory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from django.utils import timezone

from channels import rate_limits
from common.http import Answer

SERVER = "https://social.example"


@pytest.fixture(autouse=True)
def fresh() -> None:
    rate_limits._reported_at.clear()
    rate_limits._scarce.clear()


def answer(status: int = 200, left: int | None = None, of: int = 300, seconds: int = 60) -> Answer:
    headers = {"x-ratelimit-remaining": str(left), "x-ratelimit-limit": str(of), "x-ratelimit-reset": str(seconds)}
    return Answer(status, headers if left is not None else {}, b"", SERVER)


def hear(*answers: Answer | None) -> None:
    for answer in answers:
        rate_limits.record_answer(7, SERVER, answer, commits=True)


def limited(seconds: float = 0) -> datetime | None:
    return rate_limits.snapshot([7], [], datetime.now(UTC) + timedelta(seconds=seconds)).limited_until(7)


def circuit(seconds: float = 0) -> str:
    return rate_limits.snapshot([], [SERVER], timezone.now() + timedelta(seconds=seconds)).circuit(SERVER)


def test_what_is_left_lets_everything_go() -> None:
    hear(answer(left=200))
    assert limited() is None


def test_a_hundredth_is_kept_back_for_what_is_urgent() -> None:
    hear(answer(left=3))
    until = limited()
    assert until is not None
    assert 50 < (until - datetime.now(UTC)).total_seconds() <= 60
    assert limited(seconds=61) is None


def test_plenty_after_little_is_told() -> None:
    hear(answer(left=0), answer(left=299))
    assert limited() is None


def test_a_read_says_nothing_about_publishing_unless_it_was_refused() -> None:
    rate_limits.record_answer(7, SERVER, answer(left=0), commits=False)
    assert limited() is None
    rate_limits.record_answer(7, SERVER, answer(429, left=0), commits=False)
    assert limited()


def test_five_calls_without_an_answer_open_the_breaker() -> None:
    hear(*[None] * 4)
    assert circuit() == "closed"
    hear(answer(502))
    assert circuit() == "open"
    assert circuit(seconds=16) == "probing"
    assert list(rate_limits.servers().circuits) == [SERVER]


def test_an_answer_in_between_begins_the_count_anew() -> None:
    hear(*[None] * 4, answer(422), *[None] * 4)
    assert circuit() == "closed"


def test_one_that_looks_in_vain_opens_it_for_twice_as_long() -> None:
    hear(*[None] * 6)
    assert (circuit(seconds=16), circuit(seconds=31)) == ("open", "probing")


def test_an_answer_closes_it() -> None:
    hear(*[None] * 5, answer())
    assert circuit() == "closed"
    hear(*[None] * 4)
    assert circuit() == "closed"


def test_without_valkey_everything_may_go(settings: Any) -> None:
    caches = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    settings.CACHES = caches
    hear(*[None] * 9, answer(left=0))
    assert limited() is None
    assert circuit() == "closed"
