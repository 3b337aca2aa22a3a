"""A web process of gunicorn and the process of `portal.live` as in the product, on the database of the tests."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

from django.conf import settings
from django.db import connection
from django.test import override_settings

from common import live_streams
from launcher import ports
from launcher.site import ROOT
from tests import patience
from tests.people import sign_in

# Instead of a minute.
STREAM_SECONDS = 4


def until(holds: Callable[[], bool], seconds: float = patience.SECONDS) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.02)


@dataclass
class LiveProcesses:
    """`port`: of the web process. `path`: of the Unix socket between the two."""

    port: int
    path: Path
    environ: dict[str, str]
    web: subprocess.Popen[bytes] | None = None
    live: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start_web(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "--config", "python:launcher.gunicorn", "--workers", "1"]
        command += ["--bind", f"127.0.0.1:{self.port}", "portal.wsgi:application"]
        self.web = subprocess.Popen(command, cwd=ROOT, env=self.environ)
        until(self._answers)

    def start_live(self) -> None:
        self.live = subprocess.Popen([sys.executable, "-m", "portal.live"], cwd=ROOT, env=self.environ)
        until(self.listens)

    def kill_live(self) -> None:
        assert self.live is not None
        self.live.send_signal(signal.SIGKILL)
        self.live.wait()

    def stop(self) -> None:
        for process in (self.live, self.web):
            if process is not None and process.poll() is None:
                process.terminate()
                assert process.wait(patience.SECONDS) == 0

    def status(self) -> dict[str, Any]:
        with override_settings(LIVE_SOCKET=self.path):
            return live_streams.status() or {}

    def listens(self) -> bool:
        return bool(self.status().get("listens"))

    def _answers(self) -> bool:
        """Not before its worker is up: what that stores when it starts would be there after the test."""
        try:
            with urlopen(f"{self.url}/healthz", timeout=patience.SECONDS) as answer:
                return bool(answer.status == HTTPStatus.OK)
        except OSError:
            return False

    def cookie(self, person: Any) -> str:
        name = settings.SESSION_COOKIE_NAME
        return f"{name}={sign_in(person).cookies[name].value}"

    def open(self, cookie: str, slug: str = "cuprija", seen: str = "", protocol: str = "HTTP/1.1") -> Stream:
        return Stream(self.port, f"/m/{slug}/inbox/live/", cookie, seen, protocol)


@dataclass
class Stream:
    port: int
    path: str
    cookie: str
    seen: str = ""
    protocol: str = "HTTP/1.1"
    received: str = ""
    status: int = field(init=False)
    has_ended: bool = False

    def __post_init__(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=patience.SECONDS)
        lines = [f"GET {self.path} {self.protocol}", f"Host: 127.0.0.1:{self.port}", "Accept: text/event-stream"]
        lines += ["Accept-Encoding: gzip"]
        lines += [f"Cookie: {self.cookie}"] if self.cookie else []
        lines += [f"Last-Event-ID: {self.seen}"] if self.seen else []
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        until(self._has_head)
        self.status = int(self.received.split()[1])

    def _has_head(self) -> bool:
        self._read(0.5)
        return "\r\n\r\n" in self.received

    def _read(self, seconds: float) -> None:
        self.socket.settimeout(seconds)
        try:
            data = self.socket.recv(65536)
        except TimeoutError:
            return
        except OSError:
            data = b""
        self.has_ended = not data
        self.received += data.decode(errors="replace")

    @property
    def events(self) -> list[str]:
        return re.findall(r"^event: (\w+)", self.received, flags=re.MULTILINE)

    @property
    def last_id(self) -> str:
        return re.findall(r"^id: (\S+)", self.received, flags=re.MULTILINE)[-1]

    def wait(self, event: str, count: int = 1, seconds: float = 3.0) -> float:
        """Seconds until it was there; raises after `seconds`."""
        began = time.monotonic()
        while self.events.count(event) < count:
            left = began + seconds - time.monotonic()
            assert left > 0, self.received
            assert not self.has_ended, self.received
            self._read(left)
        return time.monotonic() - began

    def quiet(self, seconds: float) -> list[str]:
        """The events until then."""
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0 and not self.has_ended:
            self._read(left)
        return self.events

    def close(self) -> None:
        self.socket.close()


@contextmanager
def running(place: Path) -> Iterator[LiveProcesses]:
    db = connection.settings_dict
    address = f"postgresql://{db['USER']}:{quote(db['PASSWORD'])}@{db['HOST']}:{db['PORT']}/{db['NAME']}"
    path = place / "live.sock"
    environ = {
        **os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "tests.settings", "LIVE_SOCKET": str(path),
        "DATA_DIR": str(place), "LIVE_STREAM_SECONDS": str(STREAM_SECONDS), "SUITE_ROOT": str(place),
    }  # fmt: skip
    environ.pop("DATABASE_OWNER_URL", None)
    processes = LiveProcesses(ports.choose(), path, environ)
    try:
        processes.start_live()
        processes.start_web()
        yield processes
    finally:
        processes.stop()
