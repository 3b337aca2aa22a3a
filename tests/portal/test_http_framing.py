"""Contradictory lengths of a request hide no second one behind it (request smuggling), with gunicorn as it is run."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPLICATION = """
def application(environ, start_response):
    body = environ["wsgi.input"].read()
    echoed = b"seen " + environ["PATH_INFO"].encode() + b" " + body
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(echoed)))])
    return [echoed]
"""
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    place = tmp_path_factory.mktemp("framing")
    (place / "framing_application.py").write_text(APPLICATION)
    with tempfile.TemporaryDirectory() as short:  # the name of a socket has a hundred letters at most
        address = f"{short}/socket"
        command = [sys.executable, "-m", "gunicorn", "--config", "python:launcher.gunicorn", "--workers", "1"]
        command += ["--pythonpath", str(place), "--bind", f"unix:{address}", "framing_application"]
        process = subprocess.Popen(command, cwd=ROOT)
        try:
            until = time.monotonic() + 30
            while not Path(address).exists() and time.monotonic() < until:
                time.sleep(0.05)
            yield address
        finally:
            process.terminate()
            process.wait()


def answer(address: str, request: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        connection.connect(address)
        connection.sendall(request)
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except (TimeoutError, ConnectionResetError):
            pass
        return received


def test_two_honest_requests_get_two_answers(server: str) -> None:
    one = b"POST /one HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody"
    received = answer(server, one + HIDDEN)
    assert b"seen /one body" in received
    assert b"seen /hidden" in received, "what the other tests look for can be seen"


@pytest.mark.parametrize(
    "heads",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5",
        b"Content-Length: 5\r\nContent-Length: 50",
        b"Content-Length: 5, 50",
        b"Content-Length: +5",
        b"Content-Length: -5",
        b"Content-Length: 0x5",
        b"Transfer-Encoding: identity, chunked\r\nContent-Length: 5",
        b"Transfer-Encoding: chunked, identity",
        b"Transfer-Encoding: xchunked",
        b"Transfer-Encoding : chunked\r\nContent-Length: 5",
        b"Transfer-Encoding:\x0bchunked",
        b"Transfer_Encoding: chunked\r\nContent-Length: 50, 5",
    ],
)
def test_no_request_hides_behind_contradictory_lengths(server: str, heads: bytes) -> None:
    request = b"POST /one HTTP/1.1\r\nHost: x\r\n" + heads + b"\r\n\r\n0\r\n\r\n" + HIDDEN
    assert b"seen /hidden" not in answer(server, request)
