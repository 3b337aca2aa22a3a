"""Refused requests on the console, through the handler that is really configured."""

from __future__ import annotations

import io
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from django.test import Client
from django.urls import reverse

from portal.logs import WithoutSecrets
from tests.people import Cast, sign_in


@pytest.fixture
def console() -> Iterator[io.StringIO]:
    handlers = [
        candidate
        for candidate in logging.getLogger().handlers
        if isinstance(candidate, logging.StreamHandler)
        and any(isinstance(one, WithoutSecrets) for one in candidate.filters)
    ]
    (handler,) = handlers
    stream = io.StringIO()
    before = handler.setStream(stream)
    yield stream
    handler.setStream(before)


def lines(console: io.StringIO) -> list[str]:
    return [line for line in console.getvalue().splitlines() if " django." in line or "Traceback" in line]


def test_a_403_is_one_line_with_who_what_and_which_permission(cast: Cast, console: io.StringIO) -> None:
    url = reverse("settings_rules_save", args=["cuprija"])
    answer = sign_in(cast.officer).post(url + "?token=geheim")
    assert answer.status_code == 403
    (line,) = console.getvalue().splitlines()
    assert line.endswith(f"django.request 403 POST {url} (user {cast.officer.pk}, needs {asked(answer)})")


def asked(answer: object) -> str:
    return str(answer.resolver_match.func.permission.verb)  # type: ignore[attr-defined]


def test_a_404_and_a_secret_in_an_address_are_one_line_without_it(cast: Cast, console: io.StringIO) -> None:
    assert Client().get("/invitation/tajna-rec/").status_code in (404, 410)
    assert Client().get("/nema-ovde/%0Adrugi-red/").status_code == 404
    shown = lines(console)
    assert shown
    assert all("(nobody signed in)" in line for line in shown)
    assert "tajna-rec" not in console.getvalue()
    assert len(console.getvalue().splitlines()) == len(shown)
    assert "nema-ovde/\\ndrugi-red" in shown[-1]


def test_an_unknown_host_is_one_line(console: io.StringIO, settings: object) -> None:
    settings.ALLOWED_HOSTS = ["portal.example"]  # type: ignore[attr-defined]
    assert Client().get("/", headers={"host": "evil.example"}).status_code == 400
    (line,) = console.getvalue().splitlines()
    assert "DisallowedHost 400 GET / (nobody signed in): Invalid HTTP_HOST header" in line


@pytest.mark.filterwarnings("ignore")
def test_an_error_of_ours_keeps_its_traceback(console: io.StringIO) -> None:
    try:
        raise RuntimeError("broken")
    except RuntimeError as problem:
        extra = {"status_code": 500, "request": None}
        logging.getLogger("django.request").error("Internal Server Error: /", exc_info=problem, extra=extra)
    assert "Traceback" in console.getvalue()


def test_times_are_in_utc(console: io.StringIO) -> None:
    with time_machine.travel(datetime(2026, 7, 1, 12, 0, 5, 250_000, tzinfo=UTC), tick=False):
        logging.getLogger("portal.test").warning("Noon in Greenwich")
    assert console.getvalue() == "2026-07-01T12:00:05.250Z WARNING portal.test Noon in Greenwich\n"


def test_a_worker_writes_the_same_lines_without_secrets() -> None:
    program = (
        "import logging\n"
        "from portal.celery import app\n"
        "app.log.setup(loglevel=logging.INFO)\n"
        "logging.getLogger('portal.test').warning('GET /accounts/invitation/tajna-rec/')\n"
    )
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "DEMO": "true"}
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)
    assert re.fullmatch(
        r"20[\d-]{8}T[\d:]{8}\.\d{3}Z WARNING portal\.test GET /accounts/invitation/…/\n", done.stderr
    ), done.stderr
