"""Advisories: what the database says is printed, and without an answer nothing is said to be fine."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from launcher import advisories, requirements

ROOT = Path(__file__).resolve().parents[2]


class Osv(ThreadingHTTPServer):
    """The two questions of https://google.github.io/osv.dev/api/ that are asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.vulnerable: dict[str, str] = {}
        self.asked: list[dict[str, Any]] = []
        self.is_broken = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Answers(BaseHTTPRequestHandler):
    server: Osv

    def do_POST(self) -> None:
        queries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        self.server.asked += queries
        known = [self.server.vulnerable.get(query["package"]["name"]) for query in queries]
        self._answer({"results": [{"vulns": [{"id": n, "modified": DAY}]} if n else {} for n in known]})

    def do_GET(self) -> None:
        number = self.path.rpartition("/")[2]
        self._answer({"id": number, "modified": DAY, "published": DAY, "summary": "Anybody may do anything"})

    def _answer(self, body: dict[str, Any]) -> None:
        text = b"<p>We are down for maintenance</p>" if self.server.is_broken else json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *args: Any) -> None:
        pass


DAY = "2026-11-01T00:00:00Z"


@pytest.fixture
def osv() -> Iterator[Osv]:
    with Osv() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def command(url: str) -> tuple[int, str]:
    """What `make maintain WHAT=advisories` runs: its exit code and what it prints."""
    environ = {**os.environ, "OSV_URL": url, "NO_PROXY": "127.0.0.1", "UV_HTTP_RETRIES": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "launcher.advisories"], cwd=ROOT, env=environ, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


def test_every_pinned_package_is_asked_about(osv: Osv) -> None:
    code, words = command(osv.url)
    assert (code, words.startswith("Known vulnerabilities: 0, in ")) == (0, True), words
    queried = {(query["package"]["ecosystem"], query["package"]["name"], query["version"]) for query in osv.asked}
    files = [requirements.pinned(ROOT / name) for name in requirements.EXTRAS]
    python = {("PyPI", package.name, package.version) for packages in files for package in packages}
    browser = {("npm", name, version) for name, version in advisories.in_browser()}
    assert queried == python | browser
    assert "htmx.org" in {name for _ecosystem, name, _version in browser}


def test_known_vulnerabilities_are_named_and_have_exit_code_1(osv: Osv) -> None:
    osv.vulnerable = {"django": "GHSA-1111-2222-3333", "htmx.org": "GHSA-4444-5555-6666"}
    code, words = command(osv.url)
    assert code == advisories.FOUND, words
    for package, number in osv.vulnerable.items():
        assert f"{package} " in words
        assert number in words
    assert "Known vulnerabilities: 2, in " in words


def test_without_the_database_it_says_so_and_has_its_own_exit_code() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        code, words = command(f"http://127.0.0.1:{nobody.getsockname()[1]}/")
    assert code == advisories.NOT_ASKED, words
    assert "THE ADVISORIES WERE NOT CHECKED" in words
    assert "Known vulnerabilities" not in words


def test_a_nonsensical_answer_is_no_all_clear(osv: Osv) -> None:
    osv.is_broken = True
    code, words = command(osv.url)
    assert code == advisories.NOT_ASKED, words
    assert "Known vulnerabilities" not in words
