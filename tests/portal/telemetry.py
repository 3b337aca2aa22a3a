"""A server that receives what the portal reports about itself, and requests in which everything is a secret."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

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
# Begins a program after `django.setup()`. The secrets come from the environment, so that no line of source holds them.
CLIENT = """
from django.conf import settings
from django.test import Client
from tests.portal.task_urls import failing
settings.ROOT_URLCONF = "tests.portal.report_urls"
secret = os.environ
heads = {"HTTP_HOST": "localhost", "REMOTE_ADDR": secret["ADDRESS"], "HTTP_USER_AGENT": secret["MAIL"]}
client = Client(raise_request_exception=False, **heads)
client.cookies["sessionid"] = secret["COOKIE"]
sent = {"text": secret["TEXT"]}
"""


@dataclass(frozen=True)
class Received:
    path: str
    headers: Mapping[str, str]
    body: bytes


@contextmanager
def receiving(response: bytes = b"") -> Iterator[tuple[int, list[Received]]]:
    """The port of a server that answers each POST with `response`, and what it was sent so far."""
    requests: list[Received] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            requests.append(Received(self.path, dict(self.headers.items()), body))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(response)

        def log_message(self, format: str, *args: Any) -> None:
            """The tests' console is no access log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port, requests
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def run(tmp_path: Path, program: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A program of its own on the database of the tests, with the secrets in its environment."""
    environ = {**environment(tmp_path, []), "DJANGO_SETTINGS_MODULE": "tests.settings", **SECRETS, **variables}
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environ, capture_output=True, text=True)
