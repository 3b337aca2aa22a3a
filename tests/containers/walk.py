"""The compose file as an administrator uses it: built, started and set up in a browser; then with posts published,
backed up, restored in a second installation, and upgraded.

    python -m tests.containers.walk [--required]

Where no container engine can be used it says so and ends with 0; with `--required` with 1. Images that no registry
gives are replaced by stand-ins (`tests.containers.stand_ins`).
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import secrets
import socketserver
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from launcher import ports
from tests.containers import baseline, bill, restored, stand_ins, upgraded
from tests.containers.engine import NoEngine, Project, megabytes, run, running
from tests.containers.pages import PATIENCE, Portal, chromium, set_up
from tests.containers.steps import reporter

HOST = "dobosar.example"
MOST_MEGABYTES = 500
PROJECT, OVERRIDE = "dobosar-walk", "tests/containers/practice.yml"
SERVICES = {"web", "live", "publisher", "worker", "errands", "postgres", "valkey"}


class Mailbox(socketserver.StreamRequestHandler):
    """A mail server that accepts everything."""

    received: list[str] = []

    def handle(self) -> None:
        self._say("220 mail.test")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self._say("354 go on")
                self.received.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
                self._say("250 accepted")
            elif word == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 mail.test" if word == b"EHLO" else "250 ok")

    def _say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())


@contextmanager
def mailbox(port: int) -> Iterator[list[str]]:
    with socketserver.ThreadingTCPServer(("0.0.0.0", port), Mailbox) as server:  # containers come from outside
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Mailbox.received
        server.shutdown()


@contextmanager
def proxy(directory: Path, tls: int, upstream: int) -> Iterator[None]:
    """nginx with the configuration of docs/operations/deploy.md, on free ports and with a certificate of its own."""
    document = (directory / "docs/operations/deploy.md").read_text()
    configuration = re.search(r"```nginx\n(.*?)```", document, flags=re.DOTALL)
    assert configuration, "deploy.md has no configuration for nginx"
    replaced = {
        "listen 443 ssl": f"listen 127.0.0.1:{tls} ssl", "listen 80": f"listen 127.0.0.1:{ports.choose()}",
        "fullchain.pem": str(directory / "fullchain.pem"), "privkey.pem": str(directory / "privkey.pem"),
        "127.0.0.1:8000": f"127.0.0.1:{upstream}", "/var/log/nginx": str(directory),
    }  # fmt: skip
    text = configuration[1]
    for old, new in replaced.items():
        assert old in text, f"deploy.md has no {old!r} in it any more"
        text = text.replace(old, new)
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}",
        "-addext", f"subjectAltName=DNS:{HOST}", "-keyout", str(directory / "privkey.pem"),
        "-out", str(directory / "fullchain.pem"))  # fmt: skip
    whole = f"daemon off; pid {directory}/nginx.pid; error_log {directory}/nginx.log; events {{}} http {{ {text} }}"
    (directory / "nginx.conf").write_text(whole)
    with subprocess.Popen(["nginx", "-p", str(directory), "-c", str(directory / "nginx.conf")]) as nginx:
        try:
            yield
        finally:
            nginx.terminate()


def readiness(port: int, host: str) -> dict[str, Any]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/readyz", headers={"Host": host})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return dict(json.load(answer))


def variables(**more: str) -> dict[str, str]:
    """A `.env` with the first part of .env.example filled in. `more` replaces and adds."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(60),
        "TOKEN_KEYS": f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "POSTGRES_PASSWORD": secrets.token_hex(12),
        "POSTGRES_APP_PASSWORD": secrets.token_hex(12),
        **more,
    }


def production(report: Callable[[str], None]) -> None:
    port, tls, mail, practice = (ports.choose() for _ in range(4))
    chosen = variables(
        PUBLIC_BASE_URL=f"https://{HOST}", ALLOWED_HOSTS=HOST, EMAIL_URL=f"smtp://mail.test:{mail}", PORT=str(port),
        PRACTICE_PORT=str(practice),
    )  # fmt: skip
    with (
        tempfile.TemporaryDirectory() as name,
        mailbox(mail) as mails,
        Project.of(Path(name), PROJECT, chosen, OVERRIDE) as project,
    ):
        project.compose("build")
        size = megabytes("dobosar:latest") - megabytes("python:3.12-slim")
        report(f"image built, {size:.0f} MB above its base")
        assert size <= MOST_MEGABYTES, f"more than {MOST_MEGABYTES} MB"
        report(f"bill of materials: {bill.require_complete('dobosar:latest')}")
        project.up()
        health = project.health()
        assert {service for service, state in health.items() if state == "healthy"} >= SERVICES, health
        parts = readiness(port, HOST)
        assert all(parts.values()), parts
        report(f"all healthy: {', '.join(sorted(parts))}")
        link = re.search(r"https://\S+/setup/open/\S+/", project.compose("logs", "--no-log-prefix", "migrate"))
        assert link, "the log of `migrate` has no link to the set-up"
        switches = f"--host-resolver-rules=MAP {HOST}:443 127.0.0.1:{tls}", "--ignore-certificate-errors"
        with proxy(project.directory, tls, port), chromium(*switches) as started:
            page = started.new_page(locale="en-GB")
            page.set_default_timeout(PATIENCE)
            set_up(page, link[0], mails)
        report("set up in Chromium, behind nginx as deploy.md configures it")


def demo(report: Callable[[str], None]) -> None:
    """A database of an older version, posts, a backup, the backup restored beside it, and an upgrade."""
    port, practice = ports.choose(), ports.choose()
    address, network = f"http://127.0.0.1:{port}", baseline.PRACTICE_URL
    chosen = variables(
        PUBLIC_BASE_URL=address, ALLOWED_HOSTS="127.0.0.1,practice.localhost", DEMO="true", PORT=str(port),
        PRACTICE_PORT=str(practice), TOKEN_KEYS=baseline.TOKEN_KEYS,
    )  # fmt: skip
    number = secrets.randbelow(10**7)
    published, due = f"Гараже код пијаце се уклањају, број {number}.", f"Пијаца ради и недељом, број {number}."
    with (
        tempfile.TemporaryDirectory() as name,
        tempfile.TemporaryDirectory() as backup,
        Project.of(Path(name), PROJECT, chosen, OVERRIDE) as project,
        chromium(f"--host-resolver-rules=MAP {urlsplit(network).netloc} 127.0.0.1:{practice}") as started,
    ):
        project.compose("up", "--detach", "--wait", "postgres", "valkey")
        report(upgraded.fill(project))
        project.up()
        portal = Portal(started, address, network)
        path = portal.write(published, picture=True)
        portal.release(path)
        portal.await_public(published)
        report("a post with a picture published on the practice network, in Chromium")
        waiting = portal.write(due)
        project.compose("stop", "publisher")
        portal.release(waiting)
        restored.save(project, Path(backup))
        assert portal.statuses(due) == 0
        project.compose("start", "publisher")
        portal.await_public(due)
        report("a backup, and a post published since that was due in it")
        with restored.restored(Path(backup)) as elsewhere:
            report("restored in a second installation")
            restored.require_restored(Portal(started, elsewhere, network), path, published, due)
            assert portal.statuses(due) == 1
        report("signed in there: the post, its picture, and the pause, which knows what has gone out since")
        older = portal.find(baseline.TEXT)
        upgraded.upgrade(project)
        portal.release(older)
        portal.await_public(baseline.TEXT)
        report("upgraded to a version with one more migration, and a post written before published")


def images() -> dict[str, str]:
    """Raises `NoEngine` where they cannot be had, or where containers reach no package index: that is the machine's."""
    try:
        provided = stand_ins.provide()
        probe = "import urllib.request as r; r.urlopen('https://pypi.org/simple/gunicorn/', timeout=60)"
        run("docker", "run", "--rm", "python:3.12-slim", "python", "-c", probe)
    except RuntimeError as error:
        raise NoEngine(str(error)) from error
    return provided


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--required", action="store_true", help="fail where no container engine can be used")
    options = parser.parse_args()
    report = reporter()
    try:
        with running():
            report(f"images: {', '.join(f'{image} {how}' for image, how in images().items())}")
            production(report)
            demo(report)
    except NoEngine as reason:
        print(f"\nTHE CONTAINERS WERE NOT TESTED: {reason}.\n", flush=True)
        return 1 if options.required else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
