"""Rate limits in the answers of networks."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from platforms.rate_limits import ROLLS, RateLimit, RateLimits, read

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SOON = NOW + timedelta(minutes=5)


def test_headers_of_an_answer(subtests: pytest.Subtests) -> None:
    for headers, expected in [
        # Mastodon: an ISO time
        (
            {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "7", "X-RateLimit-Reset": "2026-11-25T12:05:00.000Z"},
            RateLimit(7, 300, SOON),
        ),
        # Bluesky: epoch seconds, and its window behind the limit
        (
            {
                "RateLimit-Limit": "5000;w=3600",
                "RateLimit-Remaining": "4999",
                "RateLimit-Reset": str(int(SOON.timestamp())),
            },
            RateLimit(4999, 5000, SOON),
        ),
        # the IETF draft: seconds from now
        (
            {"RateLimit-Limit": "100", "RateLimit-Remaining": "0", "RateLimit-Reset": "300"},
            RateLimit(0, 100, SOON),
        ),
        ({"RateLimit-Remaining": "3", "RateLimit-Reset": "300"}, RateLimit(3, 3, SOON)),
        # half of it, nonsense, the past, a year: not believed
        ({"X-RateLimit-Remaining": "3"}, None),
        ({"X-RateLimit-Remaining": "few", "X-RateLimit-Reset": "300"}, None),
        ({"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "soon"}, None),
        ({"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "2020-01-01T00:00:00Z"}, None),
        ({"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "31536000"}, None),
        ({"Retry-After": "300"}, None),
        ({}, None),
    ]:
        with subtests.test(headers=headers, expected=expected):
            assert read(200, headers, NOW) == RateLimits(expected)


def test_a_refusal_with_retry_after_leaves_nothing() -> None:
    assert read(429, {"retry-after": "300", "x-ratelimit-remaining": "9"}, NOW) == RateLimits(RateLimit(0, 0, SOON))
    assert read(503, {"retry-after": "Wed, 25 Nov 2026 12:05:00 GMT"}, NOW) == RateLimits(RateLimit(0, 0, SOON))


# ---- X


def x(family: str, left: int, of: int, until: datetime = SOON) -> dict[str, str]:
    stamp = str(int(until.timestamp()))
    return {f"{family}-limit": str(of), f"{family}-remaining": str(left), f"{family}-reset": stamp}


def test_of_xs_limits_the_scarcest_counts() -> None:
    evening = NOW + timedelta(hours=9)
    quarter, day = x("x-rate-limit", 80, 100), x("x-user-limit-24hour", 2, 100, evening)
    assert read(201, {**quarter, **day}, NOW).account == RateLimit(2, 100, evening)
    assert read(201, {**x("x-rate-limit", 0, 100), **day}, NOW).account == RateLimit(0, 100, SOON)


def test_of_two_that_are_spent_the_one_that_lasts_longer_counts() -> None:
    evening = NOW + timedelta(hours=9)
    spent = {**x("x-rate-limit", 0, 100), **x("x-user-limit-24hour", 0, 100, evening)}
    assert read(429, spent, NOW).account == RateLimit(0, 100, evening)


def test_xs_limit_of_the_application_is_shared_by_all_accounts() -> None:
    limits = read(201, x("x-app-limit-24hour", 40, 10_000), NOW)
    assert limits == RateLimits(None, RateLimit(40, 10_000, SOON))


# ---- Meta


def usage(share: Any, **more: Any) -> dict[str, Any]:
    return {"call_count": share, "total_time": 3, "total_cputime": 5, **more}


def test_metas_per_cent_of_the_application_and_of_a_page() -> None:
    headers = {
        "X-App-Usage": json.dumps(usage(28)),
        "X-Page-Usage": json.dumps(usage(12.5)),
        "X-Business-Use-Case-Usage": json.dumps({"1": [{"type": "pages", **usage(91)}], "2": [usage(4)]}),
    }
    assert read(200, headers, NOW) == RateLimits(RateLimit(9, 100, NOW + ROLLS), RateLimit(72, 100, NOW + ROLLS))


def test_meta_says_when_calls_are_answered_again() -> None:
    use = {"1": [usage(100, estimated_time_to_regain_access=20)]}
    limits = read(400, {"X-Business-Use-Case-Usage": json.dumps(use)}, NOW)
    assert limits == RateLimits(RateLimit(0, 100, NOW + timedelta(minutes=20)))


def test_more_than_all_of_it_is_all_of_it() -> None:
    assert read(400, {"X-App-Usage": json.dumps(usage(140))}, NOW).app == RateLimit(0, 100, NOW + ROLLS)


def test_a_usage_that_is_none_says_nothing(subtests: pytest.Subtests) -> None:
    for hostile in [
        "", "28", "[]", "null", "{", '{"call_count": "28"}', '{"call_count": true}', '{"call_count": NaN}',
        '{"call_count": -1e999}', '{"call_count": [28]}', "[" * 5000, '{"a":' * 5000, "{" + " " * 20_000 + "}",
        '{"call_count": 1' + "0" * 500 + "}",
    ]:  # fmt: skip
        with subtests.test(hostile=hostile):
            names = ("X-App-Usage", "X-Page-Usage", "X-Business-Use-Case-Usage")
            assert read(200, dict.fromkeys(names, hostile), NOW) == RateLimits()


@pytest.mark.parametrize("hostile", ["7", '{"1": 7}', '{"1": [7, null, []]}', '{"1": {"call_count": 9}}'])
def test_a_use_case_of_another_form_says_nothing(hostile: str) -> None:
    assert read(200, {"X-Business-Use-Case-Usage": hostile}, NOW) == RateLimits()


def test_a_wait_without_end_is_not_believed(subtests: pytest.Subtests) -> None:
    for minutes in [-5, 0, 10**6, 10**400, 1e300, "20", True, None, float("nan")]:
        with subtests.test(minutes=minutes):
            use = {"1": [usage(80, estimated_time_to_regain_access=minutes)]}
            limits = read(200, {"X-Business-Use-Case-Usage": json.dumps(use)}, NOW)
            assert limits == RateLimits(RateLimit(20, 100, NOW + ROLLS))


@pytest.mark.parametrize("value", ["²", "9" * 5000, "-1", "1e3", "99999999999999999", "9" * 18])
def test_a_number_that_is_none_says_nothing(value: str) -> None:
    headers = {"x-rate-limit-remaining": "3", "x-rate-limit-reset": value}
    assert read(200, headers, NOW) == RateLimits()
    assert read(200, {"x-rate-limit-remaining": value, "x-rate-limit-reset": "soon"}, NOW) == RateLimits()
