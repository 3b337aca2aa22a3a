"""snac2, a real ActivityPub server of Debian that speaks Mastodon's API, started on a free port."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Upper bound in seconds for a request on a slow machine.
PATIENCE = 60
# What one user does reaches another by requests of the server to itself. Of few threads all may wait for one another,
# and a request that took six seconds was repeated two minutes later: longer than a test waits.
UNHURRIED = {"num_threads": 16, "queue_timeout": 30, "queue_timeout_2": 30, "queue_retry_minutes": 1}
# Upper bound for what reaches another user: one repeated request included.
CONDITION_PATIENCE = 2 * PATIENCE


@dataclass
class Snac:
    url: str
    passwords: dict[str, str]
    program: str
    folder: Path

    @property
    def allow(self) -> frozenset[str]:
        return frozenset({urllib.parse.urlsplit(self.url).netloc})

    def settle(self) -> None:
        """Wait until the server is idle. What one user did reaches another through queues on disk and its threads.

        A test then still waits for its own condition (`Bench.eventually`): a thread takes a job a moment before it says
        that it works.
        """
        deadline, quiet = time.monotonic() + PATIENCE, 0
        while quiet < 3 and time.monotonic() < deadline:
            time.sleep(0.2)
            quiet = 0 if self._has_queued() or self._is_working() else quiet + 1

    def _has_queued(self) -> bool:
        files = [*self.folder.glob("queue/*.json"), *self.folder.glob("user/*/queue/*.json")]
        # A file is named by the time of its work. Failed work is postponed by two minutes, which is not
        # waited for.
        return any(float(file.name.removesuffix(".json")) < time.time() + 10 for file in files)

    def _is_working(self) -> bool:
        """Whether a job waits in memory or a thread is at one."""
        command: list[str | Path] = [self.program, "state", self.folder]
        state = subprocess.run(command, text=True, check=True, capture_output=True).stdout
        threads = re.findall(r"^thread #\d+ state: (.+)$", state, re.MULTILINE)
        assert threads, state
        return "job fifo size (cur): 0\n" not in state or set(threads) != {"waiting"}

    def show(self, user: str, permalink: str) -> None:
        """Put a post into a user's timeline, as following its author would."""
        subprocess.run([self.program, "insert", self.folder, user, permalink], check=True, capture_output=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def serving(folder: Path) -> Iterator[Snac]:
    """A server in `folder`, which must not exist yet, with two people: `urednik` and `citalac`."""
    program = shutil.which("snac")
    assert program, "snac is missing (Debian: apt-get install snac2)"
    port = free_port()
    # Address, port, host name with the port (all its URLs are made of it), prefix, e-mail.
    answers = f"127.0.0.1\n{port}\n127.0.0.1:{port}\n\n\n"
    subprocess.run([program, "init", folder], input=answers, text=True, check=True, capture_output=True)
    settings = json.loads((folder / "server.json").read_text())
    settings |= {"protocol": "http", "disable_email_notifications": True} | UNHURRIED
    (folder / "server.json").write_text(json.dumps(settings))
    passwords = {name: add_user(program, folder, name) for name in ("urednik", "citalac")}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([program, "httpd", folder], stdout=log, stderr=log)
    try:
        wait_for(port)
        yield Snac(f"http://127.0.0.1:{port}", passwords, program, folder)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def add_user(program: str, folder: Path, name: str) -> str:
    done = subprocess.run([program, "adduser", folder, name], input="\n", text=True, check=True, capture_output=True)
    match = re.search(r"password is (\S+)", done.stdout + done.stderr)
    assert match, done
    return match[1]


def wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("snac did not start")
