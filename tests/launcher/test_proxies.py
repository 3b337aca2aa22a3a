"""The configurations of nginx and Caddy in docs/operations/deploy.md, in the real programs where they are installed."""

from __future__ import annotations

import contextlib
import http.server
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from django.conf import settings
from django.urls import reverse

from common import live_streams
from launcher import package, ports
from participation.views.public_form import MOST_BODY
from tests import patience
from tests.architecture.test_secret_addresses import PLAIN, SECRET, SECRET_ADDRESSES, SECRET_NAMES

ROOT = Path(__file__).resolve().parents[2]
HOST = "dobosar.example"
TEXTS = package.proxies((ROOT / "docs/operations/deploy.md").read_text())
PATHS = [
    reverse(address.name, kwargs={name: SECRET if name in SECRET_NAMES else PLAIN[name] for name in names})
    for address in SECRET_ADDRESSES
    for names in [{*address.kwargs, *re.findall(r"\?P<(\w+)>", address.route)}]
]
ATTEMPTS = 3
REFUSALS = ("HTTP/1.1 413 ", "HTTP/1.1 502 ")
STREAM, STREAM_SECONDS = "/m/cuprija/inbox/live/", 3.0
NEEDED = {"nginx.conf": ("nginx", "openssl"), "Caddyfile": ("caddy",)}


class Portal(http.server.BaseHTTPRequestHandler):
    """Stands for the portal: remembers the headers with which requests arrive."""

    arrived: list[dict[str, str]]

    def do_GET(self) -> None:
        if self.path == STREAM:
            self.stream()
            return
        self.arrived.append({name.lower(): value for name, value in self.headers.items()})
        self.send_response(302)
        self.send_header("Location", f"/setup/open/{SECRET}/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def stream(self) -> None:
        """An event, and for a while no other."""
        self.send_response(200)
        for name, value in {"Content-Type": "text/event-stream", **live_streams.HEADERS}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"event: changed\n\n")
        self.wfile.flush()
        time.sleep(STREAM_SECONDS)

    def do_POST(self) -> None:
        if len(self.rfile.read(int(self.headers["Content-Length"]))) == int(self.headers["Content-Length"]):
            self.do_GET()

    def log_message(self, *arguments: object) -> None:
        pass


@dataclass
class Proxy:
    port: int
    upstream: int
    directory: Path
    arrived: list[dict[str, str]] = field(default_factory=list)

    def request(self, path: str, body: int | None = None, **headers: str) -> str:
        """The status and the headers of the answer. `body`: size of what is posted."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        lines = [f"{'GET' if body is None else 'POST'} {path} HTTP/1.1", f"Host: {HOST}", "Connection: close"]
        lines += [] if body is None else [f"Content-Length: {body}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        with (
            socket.create_connection(("127.0.0.1", self.port), timeout=patience.SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=HOST) as secure,
        ):
            secure.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            with contextlib.suppress(OSError):  # whoever refuses need not read it
                secure.sendall(b"0" * (body or 0))
            return secure.makefile("rb").read().decode(errors="replace")

    def first(self, path: str, words: bytes) -> float:
        """Seconds until `words` have arrived, while the answer goes on."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        began, received = time.monotonic(), b""
        with (
            socket.create_connection(("127.0.0.1", self.port), timeout=patience.SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=HOST) as secure,
        ):
            secure.sendall(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAccept-Encoding: gzip\r\n\r\n".encode())
            while words not in received:
                chunk = secure.recv(65536)
                assert chunk, received
                received += chunk
        return time.monotonic() - began

    def logs(self) -> str:
        return "".join(path.read_text(errors="replace") for path in self.directory.glob("*.log"))

    @contextmanager
    def portal(self) -> Iterator[None]:
        handler = type("Handler", (Portal,), {"arrived": self.arrived})
        with http.server.ThreadingHTTPServer(("127.0.0.1", self.upstream), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield
            server.shutdown()


def replaced(text: str, pairs: dict[str, str]) -> str:
    for old, new in pairs.items():
        assert old in text, f"deploy.md has no {old!r} in it any more"
        text = text.replace(old, new)
    return text


def nginx(text: str, proxy: Proxy) -> list[str]:
    directory = proxy.directory
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOST}",
         "-keyout", str(directory / "privkey.pem"), "-out", str(directory / "fullchain.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    text = replaced(text, {
        "listen 443 ssl": f"listen 127.0.0.1:{proxy.port} ssl", "listen 80": f"listen 127.0.0.1:{ports.choose()}",
        "fullchain.pem": str(directory / "fullchain.pem"), "privkey.pem": str(directory / "privkey.pem"),
        "127.0.0.1:8000": f"127.0.0.1:{proxy.upstream}", "/var/log/nginx": str(directory),
        "1100m": "2m", "40m": "1m",
    })  # fmt: skip
    names = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{name}_temp_path {directory}/{name};" for name in names)
    user = "user root;" if os.geteuid() == 0 else ""  # its workers could not enter the directory of the test
    main = f"{user} daemon off; pid {directory}/nginx.pid; error_log {directory}/main.log crit;"
    whole = f"{main} events {{}} http {{ {paths} {text} }}"
    (directory / "nginx.conf").write_text(whole)
    return ["nginx", "-p", str(directory), "-c", str(directory / "nginx.conf")]


def caddy(text: str, proxy: Proxy) -> list[str]:
    directory = proxy.directory
    alone = f"admin off\n\tskip_install_trust\n\thttps_port {proxy.port}\n\thttp_port {ports.choose()}"
    text = replaced(text, {
        "{\n\t# Of errors": f"{{\n\t{alone}\n\t# Of errors", "1100MiB": "2MiB", "40MiB": "1MiB",
        f"{HOST} {{\n": f"{HOST} {{\n\tbind 127.0.0.1\n\ttls internal\n",
        "127.0.0.1:8000": f"127.0.0.1:{proxy.upstream}", "/var/log/caddy": str(directory),
    })  # fmt: skip
    (directory / "Caddyfile").write_text(text)
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(directory / "Caddyfile")]


@pytest.fixture(params=sorted(NEEDED))
def proxy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Proxy]:
    if missing := [program for program in NEEDED[request.param] if shutil.which(program) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    tmp_path.chmod(0o755)
    write = {"nginx.conf": nginx, "Caddyfile": caddy}[request.param]
    environ = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    for attempt in range(ATTEMPTS):
        candidate = Proxy(ports.choose(), ports.choose(), tmp_path)
        command = write(TEXTS[request.param], candidate)
        with (
            (tmp_path / "standard-error.log").open("w") as log,
            subprocess.Popen(command, env=environ, stderr=log) as process,
        ):
            try:
                if answers(candidate, process):
                    yield candidate
                    return
                # Another program of the machine may have taken the port between its choice and its use.
                assert "address already in use" in candidate.logs().lower(), candidate.logs()
                assert attempt < ATTEMPTS - 1, candidate.logs()
            finally:
                process.terminate()


def answers(proxy: Proxy, process: subprocess.Popen[bytes]) -> bool:
    """Wait until it answers; False when it has ended instead."""
    ends = time.monotonic() + patience.SECONDS
    while True:
        try:
            proxy.request("/")  # Caddy makes its certificate after it listens
            return True
        except OSError:
            if process.poll() is not None:
                return False
            assert time.monotonic() < ends, proxy.logs()
            time.sleep(0.05)


def test_what_a_visitor_claims_of_itself_is_replaced(proxy: Proxy) -> None:
    with proxy.portal():
        proxy.request("/", X_Forwarded_For="192.0.2.7", X_Forwarded_Proto="http", X_Request_ID="invented")
    (headers,) = proxy.arrived
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-forwarded-proto"] == "https"
    assert headers["host"] == HOST
    assert re.fullmatch(r"[A-Za-z0-9._-]{16,64}", headers["x-request-id"])
    assert headers["x-request-id"] != "invented"


def test_events_are_passed_on_at_once(proxy: Proxy) -> None:
    with proxy.portal():
        assert proxy.first(STREAM, b"event: changed") < STREAM_SECONDS - 1


def test_what_is_larger_than_the_largest_video_or_proposal_is_refused(proxy: Proxy) -> None:
    """The limits of the configurations are much larger."""
    assert settings.VIDEO_MOST_BYTES < 1100 * 1024**2
    assert MOST_BODY < 40 * 1024**2
    with proxy.portal():
        assert proxy.request("/", body=2**19).startswith("HTTP/1.1 302 ")
        assert proxy.request("/", body=3 * 2**19).startswith(REFUSALS)
        assert proxy.request("/m/cuprija/media/", body=3 * 2**19).startswith("HTTP/1.1 302 ")
        assert proxy.request("/m/cuprija/media/", body=3 * 2**20).startswith(REFUSALS)


def test_files_that_may_be_large_are_added_where_the_proxies_take_them() -> None:
    large = [reverse(name, args=["cuprija"]) for name in ("media_upload", "library_upload", "post_new")]
    assert [path for path in large if not path.startswith("/m/")] == []


def test_no_log_has_an_address_that_is_a_permission(proxy: Proxy) -> None:
    assert len(PATHS) > 7
    for path in PATHS:  # first while the portal is restarted, then as usual
        assert " 502 " in proxy.request(path, Referer=f"https://{HOST}{path}").splitlines()[0]
    with proxy.portal():
        for path in PATHS:
            assert " 302 " in proxy.request(path, Referer=f"https://{HOST}{path}").splitlines()[0]
        proxy.request("/about/", Referer=f"https://{HOST}{PATHS[0]}")
    ends = time.monotonic() + patience.SECONDS
    while "/about/" not in proxy.logs():
        assert time.monotonic() < ends, proxy.logs()
        time.sleep(0.05)
    assert SECRET not in proxy.logs()


@pytest.mark.skipif(shutil.which("caddy") is None, reason="Caddy is not installed")
def test_caddy_takes_the_configuration_for_valid(tmp_path: Path) -> None:
    (tmp_path / "Caddyfile").write_text(TEXTS["Caddyfile"].replace("/var/log/caddy", str(tmp_path)))
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(tmp_path / "Caddyfile")]
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, env=environ)
    assert done.returncode == 0, done.stderr
    assert '"warn"' not in done.stderr, done.stderr
