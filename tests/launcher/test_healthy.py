"""The health check of the containers, against the product's own address."""

import subprocess
import sys
import urllib.request
from pathlib import Path

from launcher import ports
from tests import patience

ROOT = Path(__file__).resolve().parents[2]


def check(*addresses):
    return subprocess.run([sys.executable, "-m", "launcher.healthy", *addresses], cwd=ROOT).returncode


def test_a_portal_that_answers_is_healthy(live_server):
    # The check waits for a few seconds; the very first answer of a server may take longer on a slow machine.
    urllib.request.urlopen(f"{live_server.url}/healthz", timeout=patience.SECONDS).close()
    assert check(f"{live_server.url}/healthz") == 0


def test_a_portal_that_is_not_ready_or_not_there_is_not_healthy(live_server):
    assert check(f"{live_server.url}/readyz") == 1  # no worker and no beat here
    assert check(f"{live_server.url}/healthz", f"http://127.0.0.1:{ports.choose()}/healthz") == 1
