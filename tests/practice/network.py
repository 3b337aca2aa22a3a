"""The practice network as in production: gunicorn in a process of its own, on the test's database."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from tests.practice.authority import Authority

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def serving(media: Path, authority: Authority | None = None, **more: str) -> Iterator[str]:
    """Yields its address, of https with a certificate of `authority`. `more` goes into its environment."""
    # It gets a listening socket: a free port that is only named may be taken before it starts.
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        port, handed = listener.getsockname()[1], listener.fileno()
        address = f"{'https' if authority else 'http'}://127.0.0.1:{port}"
        environ = {**os.environ, **_variables(address, media), **more}
        application = "django.core.wsgi:get_wsgi_application()"
        bind = ["--bind", f"fd://{handed}", "--threads", "8", "--worker-class", "gthread", "--log-level", "warning"]
        if authority:
            bind += ["--certfile", str(authority.certificate), "--keyfile", str(authority.key)]
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *bind, "--config", "python:launcher.gunicorn", application],
            cwd=ROOT, env={**environ, "WEB_CONCURRENCY": "1"}, pass_fds=[handed],
        )  # fmt: skip
    try:
        _wait(process, address, authority)
        yield address
    finally:
        process.send_signal(signal.SIGQUIT)  # Gunicorn's quick end, which waits for no open connection
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def _variables(address: str, media: Path) -> dict[str, str]:
    server, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    return {
        "DJANGO_SETTINGS_MODULE": "tests.practice.settings",
        "DATABASE_URL": f"{server}/{connection.settings_dict['NAME']}",
        "CONN_MAX_AGE": "0",
        "PRACTICE_ENABLED": "true",
        "PRACTICE_URL": address,
        "MEDIA_ROOT": str(media),
    }


def _wait(process: subprocess.Popen, address: str, authority: Authority | None) -> None:
    context = ssl.create_default_context(cafile=authority.root) if authority else None
    ends = time.monotonic() + 90
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise RuntimeError("The practice network did not start.")
        try:
            with urllib.request.urlopen(f"{address}/robots.txt", timeout=10, context=context):
                return
        except urllib.error.HTTPError:
            return  # switched off, but it answers
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The practice network does not answer.")
