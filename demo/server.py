"""Starts the practice network while a day is played, if it is not running already."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings

from common.http import Http, HttpError
from demo.network import server

PATIENCE_SECONDS = 30


class DoesNotAnswer(RuntimeError):
    """The message is a sentence for people."""


@contextmanager
def answering() -> Iterator[None]:
    """Raises `DoesNotAnswer`."""
    if not settings.PRACTICE_ENABLED:
        raise DoesNotAnswer("The practice network is switched off (PRACTICE_ENABLED).")
    if _answers():
        yield
        return
    process = _start()
    try:
        _wait(process)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _answers() -> bool:
    http = Http(allow=settings.PRIVATE_HOSTS_ALLOWED, deadline=2)
    try:
        return http.get(f"{server()}/healthz").status == 200
    except HttpError:
        return False


def _start() -> subprocess.Popen:
    bind = urlsplit(server()).netloc
    if urlsplit(server()).hostname not in ("127.0.0.1", "localhost"):
        raise DoesNotAnswer(f"The practice network at {server()} does not answer. Start it and try again.")
    command = [sys.executable, "-m", "gunicorn", "--config", "python:launcher.gunicorn", "--workers", "1"]
    return subprocess.Popen(
        [*command, "--bind", bind, "portal.practice_wsgi:application"], cwd=settings.BASE_DIR, env=dict(os.environ)
    )


def _wait(process: subprocess.Popen) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise DoesNotAnswer("The practice network could not be started; the lines above say why.")
        if _answers():
            return
        time.sleep(0.2)
    raise DoesNotAnswer(f"The practice network at {server()} did not start in {PATIENCE_SECONDS} seconds.")
