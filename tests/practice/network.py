"""The practice network as it runs: gunicorn in a process of its own, on the test's database."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def serving(media: Path, **more: str) -> Iterator[str]:
    """Yields its address. `more` goes into its environment."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    environ = {**os.environ, **_variables(port, media), **more}
    application = "django.core.wsgi:get_wsgi_application()"
    bind = ["--bind", f"127.0.0.1:{port}", "--threads", "8", "--worker-class", "gthread", "--log-level", "warning"]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *bind, "--config", "python:portal.launch.gunicorn", application],
        cwd=ROOT, env={**environ, "WEB_CONCURRENCY": "1"},
    )  # fmt: skip
    try:
        _wait(process, address)
        yield address
    finally:
        process.terminate()
        process.wait(15)


def _variables(port: int, media: Path) -> dict[str, str]:
    server, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    return {
        "DJANGO_SETTINGS_MODULE": "tests.practice.settings",
        "DATABASE_URL": f"{server}/{connection.settings_dict['NAME']}",
        "CONN_MAX_AGE": "0",
        "PRACTICE_ENABLED": "true",
        "PRACTICE_URL": f"http://127.0.0.1:{port}",
        "MEDIA_ROOT": str(media),
    }


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait(process: subprocess.Popen, address: str) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("The practice network did not start.")
        try:
            with urllib.request.urlopen(f"{address}/robots.txt", timeout=1):
                return
        except urllib.error.HTTPError:
            return  # switched off, but it answers
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The practice network does not answer.")
