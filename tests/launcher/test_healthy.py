"""The health check of the containers, against the product's own address."""

import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from launcher import ports
from portal.tasks import worker_heartbeat
from tests import patience

ROOT = Path(__file__).resolve().parents[2]


def check(*targets):
    return subprocess.run([sys.executable, "-m", "launcher.healthy", *targets], cwd=ROOT).returncode


def test_a_portal_that_answers_is_healthy(live_server):
    # The check waits for a few seconds; the very first answer of a server may take longer on a slow machine.
    urllib.request.urlopen(f"{live_server.url}/healthz", timeout=patience.SECONDS).close()
    assert check(f"{live_server.url}/healthz") == 0


def test_a_portal_that_is_not_ready_or_not_there_is_not_healthy(live_server):
    assert check(f"{live_server.url}/readyz") == 1  # no worker here
    assert check(f"{live_server.url}/healthz", f"http://127.0.0.1:{ports.choose()}/healthz") == 1


def test_a_worker_is_healthy_while_it_touches_its_file(tmp_path, settings):
    settings.HEARTBEAT_FILE = str(tmp_path / "heartbeat")
    assert check(settings.HEARTBEAT_FILE) == 1
    worker_heartbeat()
    assert check(settings.HEARTBEAT_FILE) == 0
    a_minute_ago = time.time() - 61
    os.utime(settings.HEARTBEAT_FILE, (a_minute_ago, a_minute_ago))
    assert check(settings.HEARTBEAT_FILE) == 1


def test_the_check_of_a_container_imports_nothing_of_the_product():
    """It runs in four containers, four times a minute."""
    program = "import sys; from launcher import healthy; print([m for m in sys.modules if m in ('django', 'celery')])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
