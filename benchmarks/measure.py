"""Serve the filled database with gunicorn and time its pages, one request at a time and warmed up.

Queries are counted in this process with Django's test client; times and sizes are taken over HTTP.
"""

import gzip
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import requests

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User

WORKERS, THREADS = 2, 4
ROUNDS = 60
WARM = 6


@dataclass(frozen=True)
class Figures:
    """One page. Times in milliseconds, sizes in bytes."""

    page: str
    queries: int
    p50: float
    p95: float
    plain: int
    compressed: int

    def json(self) -> dict[str, Any]:
        return asdict(self)


@contextmanager
def started(
    environment: dict[str, str], *, directory: Path | None = None, workers: int = WORKERS, threads: int = THREADS
) -> Iterator[tuple[str, int]]:
    """gunicorn on a free port, stopped at the end: its address and process id. `directory`: another working tree that
    it serves."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "gunicorn", "portal.wsgi:application", "--workers", str(workers),
        "--threads", str(threads), "--bind", f"127.0.0.1:{port}", "--log-level", "warning",
    ]  # fmt: skip
    server = subprocess.Popen(command, cwd=directory, env={**os.environ, **environment})
    try:
        base = f"http://127.0.0.1:{port}"
        _await(f"{base}/healthz")
        yield base, server.pid
    finally:
        server.terminate()
        server.wait(30)


@contextmanager
def served(environment: dict[str, str]) -> Iterator[str]:
    """The address of gunicorn with workers and threads as in operation."""
    with started(environment) as (base, _pid):
        yield base


def _await(address: str) -> None:
    for _ in range(200):
        try:
            if requests.get(address, timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(0.1)
    raise RuntimeError("gunicorn did not answer")


def entered(user: User) -> Client:
    """A client of Django's with `user` signed in."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def measured(pages: dict[str, str], user: User, base: str) -> list[Figures]:
    """Figures of each page (name to path) as `user` sees it; one session serves both ways of asking."""
    client = entered(user)
    session = requests.Session()
    session.cookies.set(settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value)
    return [_figures(name, path, client, session, base) for name, path in pages.items()]


def _figures(name: str, path: str, client: Client, session: requests.Session, base: str) -> Figures:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    times = []
    for number in range(WARM + ROUNDS):
        began = time.perf_counter()
        over_http = session.get(base + path, timeout=60)
        over_http.raise_for_status()
        if number >= WARM:
            times.append((time.perf_counter() - began) * 1000)
    return Figures(
        name,
        len(captured),
        round(statistics.median(times), 1),
        round(statistics.quantiles(times, n=20)[-1], 1),
        len(answer.content),
        len(gzip.compress(answer.content, 6)),
    )
