"""`python -m launcher.run` as a person meets it: plain words when it cannot start.

Start, second start and end of the whole product are in tests/journeys/test_start.py.
"""

import os
import re
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from django.db import connection

from launcher import ports, run
from launcher import site as sites
from launcher.errors import LauncherError
from portal import adoption
from tests import patience

ROOT = Path(__file__).resolve().parents[2]
GIVEN = (
    "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "TOKEN_KEYS", "DJANGO_SETTINGS_MODULE",
    "PRACTICE_ENABLED", "DEMO",
)  # fmt: skip


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
    output, _ = process.communicate(timeout=patience.SECONDS)
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


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("demo", ["true", "false"])
def test_a_second_start_on_the_database_with_other_keys_ends_with_a_sentence(place, settings, demo):
    assert adoption.check() is None
    url = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
    output = fails(
        DATA_DIR=str(place), PORT=str(ports.choose()), DATABASE_URL=url, REDIS_URL=settings.REDIS_URL, DEMO=demo
    )
    assert "The database belongs to another installation" in output
    assert "Set TOKEN_KEYS" in output
    assert "Nothing was started." in output
    assert "Starting Dobošar" not in output


@pytest.mark.parametrize("port", ["eight", "0", "70000", "80.5", "-1", "٣"])
def test_a_port_that_is_none_is_refused(place, port):
    output = fails(DATA_DIR=str(place), PORT=port)
    assert "a port is a number from 1 to 65535" in output


def test_a_directory_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "a-file").touch()
    output = fails(DATA_DIR=str(tmp_path / "a-file" / "data"), PORT=str(ports.choose()))
    assert f"Cannot write to {tmp_path / 'a-file' / 'data'}" in output
    assert "DATA_DIR=" in output


def test_the_demo_is_filled_in_once_for_each_database(place):
    site = sites.read({"DATA_DIR": str(place)})
    now = {"seeded": "postgres://one", "practice": "http://127.0.0.1:8001"}
    assert run.seeding(site, {}, now) == []
    assert run.seeding(site, now, now) is None
    assert run.seeding(site, {**now, "seeded": "postgres://other"}, now) == []


@pytest.mark.parametrize("practice", ["http://127.0.0.1:8001", None])  # None: seeded before the address was kept
def test_channels_follow_a_practice_network_on_another_port(place, practice):
    site = sites.read({"DATA_DIR": str(place), "PRACTICE_PORT": "9001"})
    now = {"seeded": "postgres://one", "practice": sites.practice_address(site, {})}
    assert now["practice"] == "http://127.0.0.1:9001"
    stamps = {"seeded": "postgres://one"} | ({"practice": practice} if practice else {})
    assert run.seeding(site, stamps, now) == ["--address"]
    seed = next(program for program in run.programs(site, seed=["--address"]) if program.name == "seed")
    assert seed.command[-2:] == ["seed_demo", "--address"]


def test_nothing_is_filled_in_outside_the_demo_nor_moved_without_a_practice_network(place):
    now = {"seeded": "postgres://one", "practice": "http://127.0.0.1:9001"}
    assert run.seeding(sites.read({"DEMO": "false"}), {}, now) is None
    without = sites.read({"DEMO": "true", "PRACTICE_ENABLED": "false"})
    assert run.seeding(without, {"seeded": "postgres://one"}, now) is None


@pytest.mark.parametrize(
    ("variables", "has_year"),
    [({}, True), ({"DEMO_YEAR": "false"}, False), ({"DEMO": "false", "DEMO_YEAR": "true"}, False)],
)
def test_the_year_of_the_demo_is_filled_in_behind_the_start(variables, has_year):
    programs = {program.name: program for program in run.programs(sites.read(variables), seed=None)}
    assert ("year" in programs) == has_year
    if has_year:
        assert not programs["year"].is_awaited


def test_an_address_that_is_named_goes_before_the_port(place):
    site = sites.read({"PRACTICE_PORT": "9001"})
    assert sites.practice_address(site, {"PRACTICE_URL": "https://vezba.example"}) == "https://vezba.example"


def test_a_nearly_full_disk_is_named(tmp_path):
    with pytest.raises(LauncherError, match=r"nearly full: \d+ MB free, Dobošar needs 1000000000 MB"):
        sites.require_room(tmp_path, megabytes=10**9)


def test_a_full_disk_is_explained(tmp_path):
    explanation = sites.explain(OSError(28, "No space left on device"), tmp_path)
    assert explanation.startswith("The disk is full")


def test_damaged_keys_are_not_replaced_by_new_ones(place):
    sites.make_directory(place)
    (place / "secrets.json").write_text('{"SECRET_KEY": "cut o')
    output = fails(DATA_DIR=str(place), PORT=str(ports.choose()))
    assert "is damaged" in output
    assert (place / "secrets.json").read_text() == '{"SECRET_KEY": "cut o'


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (503, b'{"database": true, "demo": false}', "the demo is being filled in."),
        (503, b'{"database": true, "beat": false, "demo": false}', "not there yet: beat, demo."),
        (503, b'{"database": true, "valkey": false, "worker": null}', "not there yet: valkey."),
        (502, b"<html>", "the portal answers 502."),
        (200, b"{}", "everything runs, and a program that has to end first has not ended yet."),
    ],
)
def test_a_slow_start_says_what_is_missing(status, body, words):
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words):
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        assert run.missing(f"http://127.0.0.1:{server.server_port}/readyz") == words


def test_a_portal_that_does_not_answer_yet_is_missing():
    assert "does not answer yet" in run.missing(f"http://127.0.0.1:{ports.choose()}/readyz")


def opened(tmp_path, **variables):
    """The address that the person's browser was given, once it has it; empty where none was opened."""
    browser, page = tmp_path / "browser", tmp_path / "page"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > "{page}"\n')
    browser.chmod(0o755)
    environ = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    program = "from launcher import run; print(run.open_page('http://127.0.0.1:8000'))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={**environ, "BROWSER": str(browser), **variables},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(page.exists())
    return page.read_text() if page.exists() else ""


@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac always has a screen")
def test_the_page_is_opened_in_the_browser_of_a_person_with_a_screen(tmp_path):
    assert opened(tmp_path, DISPLAY=":0") == "http://127.0.0.1:8000"


@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac always has a screen")
def test_without_a_screen_no_browser_takes_the_terminal(tmp_path):
    assert opened(tmp_path) == ""


def test_no_page_is_opened_unless_that_was_set():
    assert not sites.read({}).opens
    assert sites.read({"OPEN": "1"}).opens
