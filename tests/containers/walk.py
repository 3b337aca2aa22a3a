"""The compose file as an administrator uses it: built, started, set up in a browser, and a post published with it.

    python -m tests.containers.walk [--required]

Where no container engine can be used it says so and ends with 0; with `--required` with 1. Images that no registry
gives are replaced by stand-ins (`tests.containers.stand_ins`).
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import re
import secrets
import socketserver
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from launcher import browser, ports
from tests.containers import stand_ins
from tests.containers.engine import NoEngine, Project, megabytes, run, running

HOST = "dobosar.example"
MOST_MEGABYTES = 450
PASSWORD = "kisa lampa sedam brod"
PROJECT, OVERRIDE = "dobosar-walk", "tests/containers/practice.yml"
PATIENCE = 60_000  # milliseconds
SERVICES = {"web", "publisher", "worker", "errands", "postgres", "valkey"}


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


def one_time_code(secret: str) -> str:
    """RFC 6238 with the usual 30 seconds and six digits."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1)
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF) % 1_000_000:06}"


def set_up(page: Any, link: str, mails: list[str]) -> None:
    """The first set-up, as the administrator of a new installation goes through it."""
    from playwright.sync_api import expect

    page.goto(link)
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("E-mail address").fill("ada@opstine.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password once more").fill(PASSWORD)
    page.get_by_role("button", name="Make the account and go on").click()
    page.get_by_role("link", name="Authenticator app on a phone").click()
    secret = page.locator("#authenticator_secret, [name=secret]").first.input_value()
    page.locator("[name=code]").fill(one_time_code(secret))
    page.locator("main button.button-primary").click()
    page.get_by_role("link", name="Go on with the set-up").click()
    page.get_by_label("Name of the portal").fill("Glasnik")
    page.get_by_label("Who is responsible").fill("Institut")
    page.get_by_label("Postal address").fill("Ulica 1")
    page.get_by_label("Public e-mail address").fill("info@opstine.example")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_text("You opened this page at that address.")).to_be_visible()
    page.get_by_role("button", name="Go on", exact=True).click()
    page.get_by_role("button", name="Send the test mail").click()
    expect(page.get_by_text("The mail has left")).to_be_visible(timeout=PATIENCE)
    assert any("ada@opstine.example" in mail for mail in mails), mails
    page.get_by_role("button", name="It arrived, go on").click()
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name of the programme").fill("Swiss PRO")
    page.get_by_role("button", name="Start the programme and finish").click()
    expect(page.get_by_text("The portal is set up.")).to_be_visible()


def publish(page: Any, portal: str, practice: str) -> None:
    """Write a post as an officer of the demo, have it approved, publish it, and read it as a citizen."""
    from playwright.sync_api import expect

    text = f"Гараже код пијаце се уклањају у уторак, број {secrets.randbelow(10**7)}."
    sign_in(page, portal, "officer@mali-zvornik.example")
    page.goto(f"{portal}/m/mali-zvornik/posts/new/")
    page.locator("#text-sr-Cyrl").fill(text)
    page.locator("#title").fill(text)
    page.wait_for_url("**/edit/")
    page.locator(".composer-foot").get_by_role("button", name="Пошаљи на одобрење").click()
    expect(page.get_by_text("Послато. Они који одобравају").first).to_be_visible()
    address = page.url.removesuffix("edit/")
    page.context.clear_cookies()
    sign_in(page, portal, "approver@mali-zvornik.example")
    page.goto(address)
    page.get_by_role("button", name="Одобри", exact=True).click()
    page.get_by_role("button", name="Објави одмах", exact=True).click()
    page.locator("#confirm").get_by_role("button", name="Објави одмах", exact=True).click()
    citizen = page.context.browser.new_page()
    ends = time.monotonic() + 90
    while True:
        citizen.goto(f"{practice}/")
        if citizen.locator(".status", has_text=text).count() == 1:
            return
        assert time.monotonic() < ends, "the post did not become public"
        time.sleep(1)


def sign_in(page: Any, portal: str, who: str) -> None:
    page.goto(f"{portal}/accounts/login/")
    page.locator("[name=login]").fill(who)
    page.locator("[name=password]").fill("dobosar-demo")
    page.locator("main form button.button-primary").click()
    page.wait_for_url(re.compile(r"/(m/[^/]+/)?$"))


def readiness(port: int, host: str) -> dict[str, Any]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/readyz", headers={"Host": host})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return dict(json.load(answer))


@contextmanager
def chromium(*switches: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = browser.find()
        started = playwright.chromium.launch(executable_path=path, args=[*browser.ARGUMENTS, *switches])
        yield started
        started.close()


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
    port, practice = ports.choose(), ports.choose()
    portal = f"http://127.0.0.1:{port}"
    chosen = variables(
        PUBLIC_BASE_URL=portal, ALLOWED_HOSTS="127.0.0.1,practice.localhost", DEMO="true", PORT=str(port),
        PRACTICE_PORT=str(practice),
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as name, Project.of(Path(name), PROJECT, chosen, OVERRIDE) as project:
        project.compose("up", "--detach", "--wait", "postgres", "valkey")
        project.compose("run", "--rm", "migrate")
        project.compose("run", "--rm", "--no-deps", "web", "python", "manage.py", "seed_demo")
        project.up()
        report("demo filled in")
        with chromium() as started:
            page = started.new_page(locale="sr-RS")
            page.set_default_timeout(PATIENCE)
            publish(page, portal, f"http://practice.localhost:{practice}")
        report("a post published on the practice network, in Chromium")


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
    began = time.monotonic()

    def report(step: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {step}", flush=True)

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
