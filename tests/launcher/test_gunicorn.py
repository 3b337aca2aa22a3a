"""The web server of `make run` and the container."""

import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from launcher import ports
from tests import patience

ROOT = Path(__file__).resolve().parents[2]


def reads_the_body(environ, start_response):
    """A WSGI application whose thread waits until the body is there."""
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"ok"]


def answer(port, path, timeout):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


def test_health_checks_are_answered_while_all_other_threads_wait():
    port = ports.choose()
    command = [sys.executable, "-m", "gunicorn", "--config", "python:launcher.gunicorn", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "1", "--threads", "1", "tests.launcher.test_gunicorn:reads_the_body"]
    server = subprocess.Popen(command, cwd=ROOT, env=os.environ)
    try:
        ends = time.monotonic() + patience.SECONDS
        while True:
            try:
                assert answer(port, "/", patience.SECONDS) == b"ok"
                break
            except ConnectionRefusedError:
                assert time.monotonic() < ends
                time.sleep(0.05)
        with socket.create_connection(("127.0.0.1", port)) as waiting:
            waiting.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n")
            for path in ("/readyz", "/healthz", "/readyz"):
                assert answer(port, path, patience.SECONDS) == b"ok"
            waiting.sendall(b"ab")
            assert waiting.recv(100).startswith(b"HTTP/1.1 200 OK")
    finally:
        server.terminate()
        server.wait(patience.SECONDS)
