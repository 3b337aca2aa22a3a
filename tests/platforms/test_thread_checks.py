"""Each post of a thread is checked by the rules of its network, and a finding names the post it is about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from channels.account_limits import limits as account_limits
from platforms import counting
from platforms.checks import check
from platforms.registry import PLATFORMS, connector
from platforms.types import Limits, Outgoing
from tests.platforms.bench import outgoing, picture

WITH_THREADS = ("bluesky", "mastodon", "telegram", "threads", "x")
LIMITS = Limits(20, "graphemes", threads=True, max_hashtags=1, max_mentions=1, max_links=1, max_bytes=60)


def problems(limits: Limits, *further: str, **more: Any) -> list[tuple[str, str, Any]]:
    sent = outgoing("Вода", thread=further, **more)
    return [(problem.code, problem.field, problem.params.get("part")) for problem in check(sent, limits)]


def test_these_networks_have_threads() -> None:
    assert tuple(key for key in sorted(PLATFORMS) if account_limits(key, {}, ()).threads) == WITH_THREADS


@pytest.mark.parametrize("platform", WITH_THREADS)
def test_the_third_post_that_is_too_long_is_named_by_its_number(platform: str) -> None:
    limits = account_limits(platform, {}, ())
    fits = "x" * limits.max_characters
    assert counting.count(fits, limits) == limits.max_characters
    kind = connector(platform)
    assert kind.check(outgoing("Вода", thread=(fits, fits)), limits) == []
    (problem,) = kind.check(outgoing("Вода", thread=(fits, fits + "x", fits)), limits)
    assert (problem.code, problem.field, problem.severity) == ("thread_part_too_long", "text", "error")
    assert problem.message_id % problem.params == (
        f"Part 3 of the thread has {len(fits) + 1} characters and {len(fits)} are allowed. Shorten it by 1."
    )


def test_bytes_hashtags_mentions_and_links_of_a_post_are_counted() -> None:
    assert problems(LIMITS, "👨‍👩‍👧‍👦" * 3) == [("thread_part_too_many_bytes", "text", 2)]
    assert problems(LIMITS, "#а #б", "@а @б") == [
        ("thread_part_too_many_hashtags", "text", 2),
        ("thread_part_too_many_mentions", "text", 3),
    ]
    assert problems(replace(LIMITS, max_characters=60), "https://a.rs https://b.rs") == [
        ("thread_part_too_many_links", "text", 2)
    ]


def test_the_shorter_text_beside_pictures_holds_for_the_first_post_alone() -> None:
    limits = replace(account_limits("telegram", {}, ()), alt_characters=0)
    assert problems(limits, "ж" * 2000, pictures=(picture(1),)) == []


def test_a_thread_has_ten_posts_at_most() -> None:
    assert problems(LIMITS, *["а"] * 9) == []
    assert problems(LIMITS, *["а"] * 10) == [("thread_too_long", "text", None)]


def test_a_network_without_threads_refuses_one() -> None:
    assert problems(Limits(20, "graphemes"), "а") == [("thread_not_here", "text", None)]


def test_x_counts_words_with_a_dollar_sign_in_each_post_and_its_links_once() -> None:
    limits = account_limits("x", {}, ())
    found = connector("x").check(outgoing("$A", thread=("$B", "$C $D https://a.rs", "https://b.rs")), limits)
    assert [(problem.code, problem.params.get("part")) for problem in found] == [
        ("thread_part_cashtags", 3),
        ("costly_link", None),
    ]


def test_a_payload_keeps_its_thread_and_an_old_one_has_none() -> None:
    sent = outgoing("Вода", thread=("Трг", "Хвала"))
    stored = sent.to_json()
    assert Outgoing.from_json(stored) == sent
    del stored["thread"]
    assert Outgoing.from_json(stored).thread == ()
