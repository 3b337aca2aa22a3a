"""What networks say about how much more they take."""

from datetime import UTC, datetime, timedelta

import pytest

from platforms.budgets import Budget, read

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SOON = NOW + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        # Mastodon: an ISO time
        (
            {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "7", "X-RateLimit-Reset": "2026-11-25T12:05:00.000Z"},
            Budget(7, 300, SOON),
        ),
        # Bluesky: epoch seconds, and its window behind the limit
        (
            {
                "RateLimit-Limit": "5000;w=3600",
                "RateLimit-Remaining": "4999",
                "RateLimit-Reset": str(int(SOON.timestamp())),
            },
            Budget(4999, 5000, SOON),
        ),
        # the IETF draft: seconds from now
        (
            {"RateLimit-Limit": "100", "RateLimit-Remaining": "0", "RateLimit-Reset": "300"},
            Budget(0, 100, SOON),
        ),
        ({"RateLimit-Remaining": "3", "RateLimit-Reset": "300"}, Budget(3, 3, SOON)),
        # half of it, nonsense, the past, a year: not believed
        ({"X-RateLimit-Remaining": "3"}, None),
        ({"X-RateLimit-Remaining": "few", "X-RateLimit-Reset": "300"}, None),
        ({"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "soon"}, None),
        ({"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "2020-01-01T00:00:00Z"}, None),
        ({"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "31536000"}, None),
        ({"Retry-After": "300"}, None),
        ({}, None),
    ],
)
def test_headers_of_an_answer(headers: dict[str, str], expected: Budget | None) -> None:
    assert read(200, headers, NOW) == expected


def test_a_refusal_with_retry_after_leaves_nothing() -> None:
    assert read(429, {"retry-after": "300", "x-ratelimit-remaining": "9"}, NOW) == Budget(0, 0, SOON)
    assert read(503, {"retry-after": "Wed, 25 Nov 2026 12:05:00 GMT"}, NOW) == Budget(0, 0, SOON)
