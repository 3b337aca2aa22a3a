"""Settings that endanger an installation are reported, and web and worker do not start with them."""

from typing import Any

import pytest

from django.core.checks import run_checks

from portal import checks
from tests.people import Cast

GOOD = "k8Zr2" * 12


@pytest.fixture(autouse=True)
def production(settings: Any) -> Any:
    settings.DEMO = settings.DEBUG = False
    settings.SECRET_KEY = GOOD
    settings.PUBLIC_BASE_URL, settings.HTTPS = "https://dobosar.example", True
    settings.PRIVATE_HOSTS_ALLOWED = []
    return settings


def ids(**databases: Any) -> list[str]:
    return [message.id for message in run_checks(tags=[checks.START], **databases)]


def test_a_sound_installation_has_nothing_to_say() -> None:
    assert ids() == []


@pytest.mark.parametrize("key", ["", "insecure-demo-key", "short", "k" * 60])
def test_a_weak_secret_key_is_refused_outside_the_demo(production: Any, key: str) -> None:
    production.SECRET_KEY = key
    assert ids() == ["portal.E001"]
    production.DEMO = True
    assert ids() == []


@pytest.mark.parametrize("keys", [[], ["first"], ["first:c2hvcnQ="]])
def test_a_missing_or_malformed_keyring_is_refused(production: Any, keys: list[str]) -> None:
    production.TOKEN_KEYS = keys
    assert ids() == ["portal.E002"]


def test_plain_http_is_refused_in_production_and_noted_on_ones_own_computer(production: Any) -> None:
    production.PUBLIC_BASE_URL, production.HTTPS = "http://dobosar.example", False
    assert ids() == ["portal.E004"]
    production.PUBLIC_BASE_URL = "http://127.0.0.1:8000"
    assert ids() == ["portal.W004"]


@pytest.mark.parametrize("times", [(150, 150, 240), (60, 240, 240), (60, 300, 240), (0, 150, 240)])
def test_deadlines_out_of_order_are_refused(production: Any, times: tuple[int, int, int]) -> None:
    production.CALL_DEADLINE_SECONDS, production.CELERY_TASK_TIME_LIMIT, production.TASK_LEASE_SECONDS = times
    assert ids() == ["portal.E005"]


@pytest.mark.parametrize(
    ("months", "expected"), [(25, []), (4, []), (0, []), (3, ["portal.E008"]), (-1, ["portal.E008"])]
)
def test_readings_are_kept_as_long_as_posts_are_looked_at(production: Any, months: int, expected: list[str]) -> None:
    production.SNAPSHOTS_KEEP_MONTHS = months
    assert ids() == expected


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(24, []), (1, []), (336, []), (0, ["portal.E010"]), (-1, ["portal.E010"]), (337, ["portal.E010"])],
)
def test_relaxed_rules_wait_long_enough_to_be_stopped(production: Any, hours: int, expected: list[str]) -> None:
    production.RULE_RELAXATION_HOURS = hours
    assert ids() == expected


@pytest.mark.parametrize(
    ("dsn", "expected"),
    [
        ("", []),
        ("https://key@errors.example/7", []),
        ("https://errors.example/7", ["portal.E011"]),
        ("https://key@errors.example/", ["portal.E011"]),
        ("errors.example", ["portal.E011"]),
        ("https://key@[broken/7", ["portal.E011"]),
    ],
)
def test_an_address_for_error_reports_that_cannot_be_used_is_refused(
    production: Any, dsn: str, expected: list[str]
) -> None:
    production.SENTRY_DSN = dsn
    assert ids() == expected


@pytest.mark.parametrize("endpoint", ["collector:4318", "https://", "http://[broken"])
def test_so_is_one_for_traces(production: Any, endpoint: str) -> None:
    production.OTEL_EXPORTER_OTLP_ENDPOINT = endpoint
    assert ids() == ["portal.E012"]


@pytest.mark.parametrize("times", [(900, 900), (600, 599)])
def test_so_are_those_of_videos(production: Any, times: tuple[int, int]) -> None:
    production.VIDEO_CALL_DEADLINE_SECONDS, production.VIDEO_TASK_TIME_LIMIT = times
    assert ids() == ["portal.E005"]


@pytest.mark.parametrize(("seconds", "expected"), [(20, []), (5, []), (4, ["portal.E005"]), (0, ["portal.E005"])])
def test_a_lease_outlasts_renewals_that_are_missed(production: Any, seconds: int, expected: list[str]) -> None:
    production.LEASE_SECONDS = seconds
    assert ids() == expected


@pytest.mark.parametrize("entry", ["10.0.0.7", "http://10.0.0.7:80", "*", "10.0.0.0/8", "host:port"])
def test_an_exception_for_private_hosts_names_host_and_port(production: Any, entry: str) -> None:
    production.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1:8001", entry]
    assert ids() == ["portal.E006"]


def test_demo_accounts_stop_the_start_outside_the_demo(production: Any, cast: Cast) -> None:
    assert ids(databases=["default"]) == []
    checks.require()
    cast.officer.is_demo = True
    cast.officer.save()
    with pytest.raises(SystemExit, match=r"portal\.E003.*demo accounts can sign in"):
        checks.require()
    production.DEMO = True
    checks.require()


def test_every_error_says_what_to_do(production: Any) -> None:
    production.SECRET_KEY, production.TOKEN_KEYS, production.TASK_LEASE_SECONDS = "", [], 1
    production.PUBLIC_BASE_URL, production.HTTPS = "http://dobosar.example", False
    messages = run_checks(tags=[checks.START])
    assert len(messages) == 4
    assert all(message.hint for message in messages)


@pytest.mark.parametrize(
    "options", [{"facebok": {"version": "v27.0"}}, {"facebook": {"versoin": "v27.0"}}, {"facebook": "v27.0"}]
)
def test_an_option_that_no_network_has_is_refused(production: Any, options: dict[str, Any]) -> None:
    production.NETWORK_OPTIONS = options
    assert ids() == ["portal.E007"]


def test_an_option_that_a_network_has_is_taken(production: Any) -> None:
    production.NETWORK_OPTIONS = {"facebook": {"version": "v27.0", "server": "https://stand-in.example"}}
    assert ids() == []
