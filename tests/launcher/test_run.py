"""`python -m launcher.run` as a person meets it: plain words when it cannot start, a clean end when it could."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from launcher import ports
from launcher import site as sites
from launcher.trouble import Trouble

ROOT = Path(__file__).resolve().parents[2]
GIVEN = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "TOKEN_KEYS", "DJANGO_SETTINGS_MODULE", "PRACTICE_ENABLED", "DEMO")


# The suite keeps both cores busy; a quiet machine needs a quarter of it.
START_SECONDS = 400


def environment(**variables):
    """The environment of a person who set nothing but `variables`."""
    return {**{name: value for name, value in os.environ.items() if name not in GIVEN}, **variables}


def start(**variables):
    return subprocess.Popen(
        [sys.executable, "-m", "launcher.run"], cwd=ROOT, env=environment(**variables),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def fails(**variables):
    process = start(**{"PRACTICE_PORT": str(ports.choose()), **variables})
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1, output
    assert "Traceback" not in output
    return output


@pytest.fixture
def place(open_directory):
    """A path with a space and Cyrillic in it: people have such directories."""
    return open_directory / "Моји подаци"


@pytest.fixture
def taken():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_is_named_and_another_suggested(place, taken):
    output = fails(DATA_DIR=str(place), PORT=str(taken))
    assert f"cannot use port {taken}" in output
    assert re.search(r"PORT=\d+ make run", output)


def test_a_taken_practice_port_is_named(place, taken):
    output = fails(DATA_DIR=str(place), PORT=str(ports.choose()), PRACTICE_PORT=str(taken))
    assert f"The practice network cannot use port {taken}" in output
    assert "PRACTICE_PORT=" in output


@pytest.mark.parametrize("port", ["eight", "0", "70000", "80.5", "-1", "٣"])
def test_a_port_that_is_none_is_refused(place, port):
    output = fails(DATA_DIR=str(place), PORT=port)
    assert "a port is a number from 1 to 65535" in output


def test_a_directory_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "a-file").touch()
    output = fails(DATA_DIR=str(tmp_path / "a-file" / "data"), PORT=str(ports.choose()))
    assert f"Cannot write to {tmp_path / 'a-file' / 'data'}" in output
    assert "DATA_DIR=" in output


def test_a_nearly_full_disk_is_named(tmp_path):
    with pytest.raises(Trouble, match=r"nearly full: \d+ MB free, Dobošar needs 1000000000 MB"):
        sites.require_room(tmp_path, megabytes=10**9)


def test_a_full_disk_is_explained(tmp_path):
    words = sites.explain(OSError(28, "No space left on device"), tmp_path)
    assert words.startswith("The disk is full")


def test_damaged_keys_are_not_replaced_by_new_ones(place):
    sites.make_directory(place)
    (place / "secrets.json").write_text('{"SECRET_KEY": "cut o')
    output = fails(DATA_DIR=str(place), PORT=str(ports.choose()))
    assert "is damaged" in output
    assert (place / "secrets.json").read_text() == '{"SECRET_KEY": "cut o'


class Running:
    """A Dobošar started in `place`, read until it says that it is ready."""

    def __init__(self, place, **variables):
        self.port = ports.choose()
        self.variables = {
            "DATA_DIR": str(place), "PORT": str(self.port), "PRACTICE_PORT": str(ports.choose()), **variables,
        }  # fmt: skip
        self.process = start(**self.variables)
        self.lines = []

    def wait_until_ready(self):
        too_long = threading.Timer(START_SECONDS, self.process.terminate)
        too_long.start()
        try:
            return self._read_until_ready()
        finally:
            too_long.cancel()

    def _read_until_ready(self):
        for line in self.process.stdout:
            self.lines.append(line)
            if f"Dobošar is ready at http://127.0.0.1:{self.port}" in line:
                return self
        raise AssertionError("".join(self.lines))

    def family(self):
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self, number=signal.SIGINT):
        self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=60)
        return output


@pytest.fixture
def running():
    started = []

    def begin(place, **variables):
        started.append(Running(place, **variables))
        return started[-1].wait_until_ready()

    yield begin
    for each in started:
        each.process.terminate()
        each.process.communicate(timeout=60)


@pytest.mark.timeout(300)
def test_it_starts_answers_refuses_a_double_and_stops_cleanly(place, running):
    site = running(place)
    with urllib.request.urlopen(f"http://127.0.0.1:{site.port}/readyz", timeout=30) as answer:
        assert answer.status == 200
        assert all(json.load(answer).values())
    second = fails(DATA_DIR=str(place), PORT=str(ports.choose()))
    assert f"already runs on {place}: process {site.process.pid}, at http://127.0.0.1:{site.port}" in second
    family = site.family()
    assert len(family) >= 4
    servers = [int((place / "servers" / "pg" / "postmaster.pid").read_text().splitlines()[0])]
    site.stop()
    assert site.process.returncode == 0
    _, alive = psutil.wait_procs(family, timeout=30)
    assert [each for each in alive if each.status() != psutil.STATUS_ZOMBIE] == []
    assert not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in servers)

    began = time.monotonic()
    again = running(place)
    output = "".join(again.lines)
    assert "filling in the demo" not in output
    assert "Preparing the tables" not in output
    # Under 6 s on a quiet machine; the suite keeps both cores busy meanwhile.
    assert time.monotonic() - began < 30
    again.stop(signal.SIGTERM)
    assert again.process.returncode == 0
