"""Refused requests on the console, through the handler that is really configured."""

from __future__ import annotations

import http.client
import io
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine

from django.test import Client
from django.urls import reverse

from portal.logs import WithoutSecrets
from tests import patience
from tests.crash.workers import wait_for
from tests.people import Cast, sign_in

ROOT = Path(__file__).resolve().parents[2]


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
    assert line.endswith(
        f"django.request {answer['X-Request-ID']} 403 POST {url} (user {cast.officer.pk}, needs {asked(answer)})"
    )


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
    assert "DisallowedHost" in line
    assert " 400 GET / (nobody signed in): Invalid HTTP_HOST header" in line


@pytest.mark.filterwarnings("ignore")
def test_an_error_of_ours_keeps_its_traceback(console: io.StringIO) -> None:
    try:
        raise RuntimeError("broken")
    except RuntimeError as problem:
        extra = {"status_code": 500, "request": None}
        logging.getLogger("django.request").error("Internal Server Error: /", exc_info=problem, extra=extra)
    assert "Traceback" in console.getvalue()


def test_times_are_those_of_the_installation_with_their_offset(console: io.StringIO) -> None:
    for month, hour, offset in ((7, 14, "+02:00"), (12, 13, "+01:00")):
        with time_machine.travel(datetime(2026, month, 1, 12, 0, 5, 250_000, tzinfo=UTC), tick=False):
            logging.getLogger("portal.test").warning("Noon in Greenwich")
        line = console.getvalue().splitlines()[-1]
        assert line == f"2026-{month:02}-01T{hour}:00:05.250{offset} WARNING portal.test - Noon in Greenwich"


HOSTILE = "first\n2026-11-29T05:17:04.123+01:00 ERROR portal - forged\r\x1b[2J\x85\u2028\u2029\x0b\x0c\x1c\u202e end"


def test_a_value_cannot_begin_a_line_or_move_the_cursor(console: io.StringIO) -> None:
    logging.getLogger("portal.test").warning("From outside: %s", HOSTILE)
    (line,) = console.getvalue().splitlines()
    assert line.endswith(
        r"From outside: first\n2026-11-29T05:17:04.123+01:00 ERROR portal - forged\r\x1b[2J\x85"
        r"\u2028\u2029\x0b\x0c\x1c\u202e end"
    )


def test_an_exception_with_a_hostile_text_forges_no_line(console: io.StringIO) -> None:
    try:
        raise RuntimeError(HOSTILE)
    except RuntimeError:
        logging.getLogger("portal.test").exception("It failed", stack_info=True)
    first, *others = console.getvalue().splitlines()
    assert first.endswith("ERROR portal.test - It failed")
    assert any("forged" in line for line in others)
    assert all(line.startswith("    ") for line in others)
    assert "\x1b" not in console.getvalue()


def test_serbian_letters_stay_readable(console: io.StringIO) -> None:
    logging.getLogger("portal.test").warning("Ћуприја, Žitište")
    assert console.getvalue().endswith(" - Ћуприја, Žitište\n")


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
        r"20[\d-]{8}T[\d:]{8}\.\d{3}\+0[12]:00 WARNING portal\.test - GET /accounts/invitation/…/\n", done.stderr
    ), done.stderr


JSON_LINES = """
import logging
import django
django.setup()
from portal import request_ids
request_ids._current.set("a-request")
log = logging.getLogger("portal.test")
hostile = "a\\n\\x1b[2J\\u2028b \\ud800"
log.warning("Од грађана: %s /accounts/invitation/tajna-rec/", hostile, extra={"fields": {"ms": 1.5}})
try:
    raise RuntimeError("broken\\nin two lines")
except RuntimeError:
    log.exception("It failed")
"""


def test_as_json_each_line_is_an_object() -> None:
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "DEMO": "true", "LOG_FORMAT": "json"}
    done = subprocess.run([sys.executable, "-c", JSON_LINES], env=environ, capture_output=True, text=True, check=True)
    first, second = map(json.loads, done.stderr.splitlines())
    assert datetime.fromisoformat(first.pop("time")).utcoffset()
    assert first == {
        "level": "WARNING",
        "logger": "portal.test",
        "request_id": "a-request",
        "message": "Од грађана: a\n\x1b[2J\u2028b \ud800 /accounts/invitation/…/",
        "ms": 1.5,
    }
    assert second["traceback"].endswith("RuntimeError: broken\nin two lines")
    assert all(character.isascii() for character in done.stderr)


def test_another_format_is_refused_with_a_sentence() -> None:
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "DEMO": "true", "LOG_FORMAT": "xml"}
    program = "import django; django.setup()"
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "The variable LOG_FORMAT is 'xml', but has to be one of plain, json." in done.stderr


def test_gunicorn_writes_lines_of_the_same_format(tmp_path: Path) -> None:
    application = 'def application(environ, start_response):\n    start_response("204 No Content", [])\n    return []\n'
    (tmp_path / "plain_application.py").write_text(application)
    command = [sys.executable, "-m", "gunicorn", "--config", "python:launcher.gunicorn", "--workers", "1"]
    command += ["--log-level", "info", "--pythonpath", str(tmp_path), "--bind", "127.0.0.1:0", "plain_application"]
    with (tmp_path / "log").open("wb") as out:
        server = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out)
    try:
        wait_for(lambda: "Listening at" in (tmp_path / "log").read_text(), patience.SECONDS, "gunicorn did not start")
        # Answered by a worker: one that is stopped while it starts writes Python's own lines.
        address = re.search(r"Listening at: http://(\S+) ", (tmp_path / "log").read_text())
        assert address
        connection = http.client.HTTPConnection(address[1], timeout=patience.SECONDS)
        connection.request("GET", "/")
        assert connection.getresponse().status == 204
    finally:
        server.terminate()
        server.wait(patience.SECONDS)
    written = (tmp_path / "log").read_text().splitlines()
    assert written
    assert [line for line in written if not re.match(r"20\S+\+0[12]:00 INFO gunicorn\.error - \S", line)] == []
