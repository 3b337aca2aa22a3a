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
        """Wait until what one user did has reached the other: it goes through queues on disk."""
        until = time.monotonic() + 60
        quiet = 0
        while quiet < 2 and time.monotonic() < until:
            time.sleep(0.5)
            waiting = [*self.folder.glob("queue/*.json"), *self.folder.glob("user/*/queue/*.json")]
            # A file is named by the time of its work. What failed is put off by two minutes: not worth waiting for.
            busy = [path for path in waiting if float(path.name.removesuffix(".json")) < time.time() + 10]
            quiet = 0 if busy else quiet + 1

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
    settings |= {"protocol": "http", "disable_email_notifications": True}
    (folder / "server.json").write_text(json.dumps(settings))
    passwords = {name: add_user(program, folder, name) for name in ("urednik", "citalac")}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([program, "httpd", folder], stdout=log, stderr=log)
    try:
        wait_for(port)
        yield Snac(f"http://127.0.0.1:{port}", passwords, program, folder)
    finally:
        process.terminate()
        process.wait(20)


def add_user(program: str, folder: Path, name: str) -> str:
    done = subprocess.run([program, "adduser", folder, name], input="\n", text=True, check=True, capture_output=True)
    found = re.search(r"password is (\S+)", done.stdout + done.stderr)
    assert found, done
    return found[1]


def wait_for(port: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("snac did not start")
