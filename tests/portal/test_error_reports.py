"""What leaves the installation when something breaks: where, and nothing of what it broke with."""

from __future__ import annotations

import gzip
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import brotli
import pytest
from sentry_sdk.utils import event_from_exception

from portal import error_reports
from tests.crash.workers import environment

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {
    "TEXT": "zqreci gradjana",
    "TOKEN": "zqtajna-iz-adrese",
    "COOKIE": "zqsesija",
    "ADDRESS": "203.0.113.77",
    "MAIL": "zqosoba@example.org",
    "QUERY": "zqupit",
}
# The secrets come from the environment, so that no line of source holds them.
PROGRAM = """
import json, logging, os, shutil
import django; django.setup()
import sentry_sdk
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from tests.portal.task_urls import failing
settings.ROOT_URLCONF = "tests.portal.report_urls"
secret = os.environ
heads = {"HTTP_HOST": "localhost", "REMOTE_ADDR": secret["ADDRESS"], "HTTP_USER_AGENT": secret["MAIL"]}
client = Client(raise_request_exception=False, **heads)
client.cookies["sessionid"] = secret["COOKIE"]
sent = {"text": secret["TEXT"]}
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
DECODERS: dict[str | None, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    None: bytes,
}


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[str]]]:
    """A server of Sentry's protocol: its address, and the bodies of what it was sent."""
    bodies: list[str] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            opened = DECODERS[self.headers["Content-Encoding"]](body).decode()
            bodies.append(f"{self.path} {self.headers} {opened}")
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: Any) -> None:
            """The tests' console is no access log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://key@127.0.0.1:{server.server_port}/1", bodies
    server.shutdown()
    thread.join()
    server.server_close()


def run(tmp_path: Path, program: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environ = {**environment(tmp_path, []), "DJANGO_SETTINGS_MODULE": "tests.settings", **SECRETS, **variables}
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environ, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_report_says_where_it_broke_and_nothing_of_what_it_broke_with(
    receiver: tuple[str, list[str]], tmp_path: Path
) -> None:
    dsn, bodies = receiver
    done = run(tmp_path, PROGRAM, SENTRY_DSN=dsn)
    assert done.returncode == 0, done.stderr
    status, logged, request_id = json.loads(done.stdout)
    assert (status, logged) == (500, 200)
    for secret in SECRETS.values():
        assert secret not in "".join(bodies)
    assert "zq" not in "".join(bodies).lower()
    reports = [json.loads(body.splitlines()[-1]) for body in bodies]
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
