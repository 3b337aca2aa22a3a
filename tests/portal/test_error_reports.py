"""What leaves the installation when something breaks: where, and nothing of what it broke with."""

from __future__ import annotations

import gzip
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import brotli
import pytest
from sentry_sdk.utils import event_from_exception

from portal import error_reports
from tests.portal.telemetry import CLIENT, SECRETS, Received, receiving, run

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = (
    """
import json, logging, os, shutil
import django; django.setup()
import sentry_sdk
from django.db import OperationalError
"""
    + CLIENT
    + """
broken = client.post(f"/broken/{secret['TOKEN']}/?q={secret['QUERY']}", sent, headers={"Authorization": secret["MAIL"]})
logged = client.post("/logged/", sent)
assert Client(HTTP_HOST="zq.example").get("/").status_code == 400
failing.apply(args=(), kwargs={}, headers={})
try:
    raise OperationalError("connection to server at 127.0.0.1 failed: Connection refused")
except OperationalError:
    logging.getLogger("portal").exception("The database is away")
sentry_sdk.flush(30)
shutil.rmtree(settings.SUITE_ROOT)
print(json.dumps([broken.status_code, logged.status_code, broken["X-Request-ID"]]))
"""
)
DECODERS: dict[str | None, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    None: bytes,
}


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[Received]]]:
    """A server of Sentry's protocol: its address, and what it was sent."""
    with receiving(b"{}") as (port, requests):
        yield f"http://key@127.0.0.1:{port}/1", requests


def read(requests: list[Received]) -> list[str]:
    return [
        f"{request.path} {request.headers} {DECODERS[request.headers.get('Content-Encoding')](request.body).decode()}"
        for request in requests
    ]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_report_says_where_it_broke_and_nothing_of_what_it_broke_with(
    receiver: tuple[str, list[Received]], tmp_path: Path
) -> None:
    dsn, requests = receiver
    done = run(tmp_path, PROGRAM, SENTRY_DSN=dsn)
    assert done.returncode == 0, done.stderr
    status, logged, request_id = json.loads(done.stdout)
    assert (status, logged) == (500, 200)
    for secret in SECRETS.values():
        assert secret not in "".join(read(requests))
    assert "zq" not in "".join(read(requests)).lower()
    reports = [json.loads(body.splitlines()[-1]) for body in read(requests)]
    (page,) = [report for report in reports if report["logger"] == "django.request"]
    assert page["tags"] == {"request_id": request_id, "route": "broken/<str:token>/"}
    types = [exception["type"] for exception in page["exception"]["values"]]
    assert types[-1] == "RuntimeError"
    assert "InvalidTextRepresentation" in types
    assert {"type", "module", "stacktrace"} == set().union(*page["exception"]["values"])
    assert not any("vars" in frame for value in page["exception"]["values"] for frame in value["stacktrace"]["frames"])
    assert page["exception"]["values"][-1]["stacktrace"]["frames"][-1]["function"] == "broken"
    messages = [report["message"] for report in reports if "message" in report]
    assert len(messages) == 2
    assert all(message.startswith("tests.portal.report_urls, report_urls.logged, line ") for message in messages)
    (task,) = [report for report in reports if report["logger"] == "celery.app.trace"]
    assert task["exception"]["values"][-1]["stacktrace"]["frames"][-1]["function"] == "failing"
    assert len(reports) == 4, "neither an outage, nor a refusal, nor a warning is reported"
    # The operator finds the text in the log.
    assert "zqreci gradjana" in done.stderr


def test_of_an_event_only_what_is_listed_is_left(rf: Any) -> None:
    request = rf.post("/accounts/invitation/zqtajna/?q=zqupit", {"text": "zqreci"}, REMOTE_ADDR="203.0.113.77")
    record = logging.LogRecord("portal.test", logging.ERROR, "zq.py", 1, "zq %s", ("zqreci",), None)
    record.request = request
    try:
        zqreci = int("zqreci")
        raise AssertionError(zqreci)
    except ValueError:
        event, hint = event_from_exception(sys.exc_info())
    everything = {**event, "request": {"url": "zq"}, "user": {"email": "zq"}, "extra": {"a": "zq"}, "new field": "zq"}
    report = error_reports.scrub({**everything, "logger": "portal.test"}, {**hint, "log_record": record})
    assert report is not None
    assert report["tags"] == {"route": "accounts/invitation/<str:token>/"}
    assert report["logger"] == "portal.test"
    (exception,) = report["exception"]["values"]
    (frame,) = exception.pop("stacktrace")["frames"]
    assert exception == {"type": "ValueError", "module": None}
    # Our source is public, and this test's holds the words.
    assert frame.pop("context_line").strip() == 'zqreci = int("zqreci")'
    del frame["pre_context"], frame["post_context"]
    assert "zq" not in json.dumps([report["tags"], exception, frame])
    assert "203.0.113.77" not in json.dumps(report)


def test_without_an_address_the_library_is_not_imported() -> None:
    program = "import django, sys; django.setup(); sys.exit('sentry_sdk' in sys.modules)"
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "SENTRY_DSN": ""}
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environ, check=True)
