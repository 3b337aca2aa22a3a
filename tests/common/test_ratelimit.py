"""One limiter for everything that may happen only so often, in the real Valkey."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine

from django.core.cache import cache
from django.utils import timezone

from common import ratelimit


@pytest.fixture
def name() -> str:
    """A limit of this test alone."""
    return f"test-{secrets.token_hex(6)}"


def test_the_hit_after_the_last_allowed_one_exceeds_the_limit(name: str) -> None:
    usages = [ratelimit.hit(name, "ana", limit=2, seconds=300) for _ in range(3)]
    assert [usage.is_exceeded for usage in usages] == [False, False, True]
    assert [usage.is_used_up for usage in usages] == [False, True, True]
    assert [usage.left for usage in usages] == [1, 0, 0]


def test_everybody_and_every_limit_is_counted_apart(name: str) -> None:
    ratelimit.hit(name, "ana", limit=1, seconds=300)
    assert not ratelimit.hit(name, "boris", limit=1, seconds=300).is_exceeded
    assert not ratelimit.hit(f"{name}-other", "ana", limit=1, seconds=300).is_exceeded
    assert ratelimit.hit(name, "ana", limit=1, seconds=300).is_exceeded


def test_usage_counts_nothing(name: str) -> None:
    assert ratelimit.usage(name, "ana", limit=1, seconds=300).count == 0
    ratelimit.hit(name, "ana", limit=1, seconds=300)
    assert [ratelimit.usage(name, "ana", limit=1, seconds=300).count for _ in range(2)] == [1, 1]


def test_the_window_begins_with_the_first_hit_and_ends_as_it_says(name: str) -> None:
    begin = timezone.now()
    with time_machine.travel(begin, tick=False):
        first = ratelimit.hit(name, "ana", limit=1, seconds=300)
        assert first.resets_at == pytest.approx(begin + timedelta(seconds=300), abs=timedelta(milliseconds=1))
    with time_machine.travel(begin + timedelta(seconds=299), tick=False):
        second = ratelimit.hit(name, "ana", limit=1, seconds=300)
        assert (second.is_exceeded, second.retry_after, second.ends_at) == (True, 2, first.ends_at)
    with time_machine.travel(begin + timedelta(seconds=301), tick=False):
        assert ratelimit.hit(name, "ana", limit=1, seconds=300).count == 1


def test_a_clock_that_was_set_back_keeps_nobody_out_for_longer_than_the_window(name: str) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        ratelimit.hit(name, "ana", limit=1, seconds=300)
    usage = ratelimit.hit(name, "ana", limit=1, seconds=300)
    assert (usage.count, usage.is_exceeded) == (1, False)
    assert usage.resets_at <= timezone.now() + timedelta(seconds=300)


def test_a_counter_that_is_gone_begins_anew(name: str) -> None:
    usage = ratelimit.hit(name, "ana", limit=1, seconds=300)
    cache.delete(ratelimit._counter(name, "ana", usage.ends_at))
    assert ratelimit.hit(name, "ana", limit=1, seconds=300).count == 1


def test_anything_can_be_counted(name: str) -> None:
    """Keys of Valkey are short and hold no control characters, whatever came in a header."""
    for who in ("", "\x00\r\n", "ж" * 5000, 7, None, "2001:db8::/64"):
        assert ratelimit.hit(name, who, limit=1, seconds=300).count == 1


def test_hits_at_the_same_time_are_all_counted(name: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        usages = list(pool.map(lambda _: ratelimit.hit(name, "ana", limit=10, seconds=300), range(40)))
    assert sorted(usage.count for usage in usages) == list(range(1, 41))
    assert sum(not usage.is_exceeded for usage in usages) == 10


def test_nothing_outlives_the_window(name: str) -> None:
    """Who came is known by a hash only, and for no longer than it is needed."""
    ratelimit.hit(name, "ana", limit=1, seconds=60)
    client = cache._cache.get_client()  # type: ignore[attr-defined]
    keys = client.keys(f"*{name}*")
    assert len(keys) == 2
    assert all(0 < client.ttl(key) <= 60 for key in keys)
    assert not any(b"ana" in key for key in keys)
