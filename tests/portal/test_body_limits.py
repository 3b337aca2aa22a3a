"""A stranger's body that is too large, or has no length, is refused unread: at every address, in the real servers."""

from __future__ import annotations

import contextlib
import re
import socket
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from django.test import RequestFactory, override_settings
from django.test.client import ClientHandler
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.urls.resolvers import RoutePattern

from common import identity
from portal import practice_settings
from tests import emptying, patience
from tests.inbox.live_processes import running
from tests.people import Cast
from tests.practice import network

LARGE = 5 * 1024 * 1024
KIND = "multipart/form-data; boundary=x"
SAMPLES = ("cuprija", "1", str(uuid.UUID(int=1)))
PRACTICE = {"ROOT_URLCONF": practice_settings.ROOT_URLCONF, "MIDDLEWARE": practice_settings.MIDDLEWARE}
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
pytestmark = pytest.mark.django_db


class Body:
    """Has no end, and counts what was read of it."""

    taken = 0

    def read(self, size: int = 65536) -> bytes:
        self.taken += size
        return b"x" * size

    readline = read


def paths(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, Callable]]:
    """Every address of a URLconf with its view."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from paths(pattern.url_patterns, prefix + sample(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield f"/{prefix}{sample(pattern.pattern)}", pattern.callback


def sample(pattern: Any) -> str:
    if isinstance(pattern, RoutePattern):
        fitting = {
            name: next(one for one in SAMPLES if re.fullmatch(converter.regex, one))
            for name, converter in pattern.converters.items()
        }
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: fitting[found[1]], str(pattern))
    return re.sub(r"\(\?P<\w+>[^)]*\)", "1", str(pattern)).strip("^$")


def refusals(**headers: str) -> Iterator[tuple[str, int, int]]:
    """What every address answers to a stranger: its path, the status, and how many bytes it read."""
    handler, factory = ClientHandler(), RequestFactory()
    for path, view in paths(get_resolver().url_patterns):
        assert resolve(path)
        size = max(LARGE, view.body_limit.most + 1 if hasattr(view, "body_limit") else 0)
        body = Body()
        extra: dict[str, Any] = headers or {"CONTENT_LENGTH": str(size)}
        environ = factory.generic("POST", path, CONTENT_TYPE=KIND, **extra).environ | {"wsgi.input": body}
        yield path, handler(environ).status_code, body.taken


@pytest.mark.parametrize("site", [{}, PRACTICE], ids=["portal", "practice"])
def test_every_address_refuses_a_large_body_of_a_stranger_unread(site: dict[str, Any], cast: Cast) -> None:
    with override_settings(**site):
        answers = list(refusals())
    assert len(answers) > 60
    assert [one for one in answers if not 400 <= one[1] < 500 or one[2]] == []


@pytest.mark.parametrize("site", [{}, PRACTICE], ids=["portal", "practice"])
def test_every_address_refuses_a_body_without_a_length_unread(site: dict[str, Any], cast: Cast) -> None:
    with override_settings(**site):
        answers = list(refusals(HTTP_TRANSFER_ENCODING="chunked"))
    assert {(status, taken) for _path, status, taken in answers} == {(411, 0)}


# ---- gunicorn, as it is run: it reads no body before the application does


@dataclass(frozen=True)
class Server:
    """`media`: where it would store what it reads."""

    port: int
    media: Path
    paths: tuple[str, ...]

    def answer(self, path: str, head: str, body: bytes = b"") -> bytes:
        """The first line after an interim one. More of the body never comes, and the connection stays open."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=patience.SECONDS) as connection:
            lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Type: {KIND}", *head.split("|")]
            connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            with contextlib.suppress(ConnectionError):  # whoever refuses need not take it
                connection.sendall(body)
            received = b""
            with contextlib.suppress(ConnectionError):
                while not received.removeprefix(CONTINUE).partition(b"\r\n")[1]:
                    chunk = connection.recv(65536)
                    assert chunk, "closed without an answer"
                    received += chunk
            return received.removeprefix(CONTINUE).partition(b"\r\n")[0]

    def stored(self) -> list[Path]:
        """But the file by which an installation knows its media, which the first start writes."""
        return [path for path in self.media.rglob("*") if path.is_file() and path.name != identity.FILE]


@pytest.fixture(scope="module", params=["portal", "practice"])
def server(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: Any,
) -> Iterator[Server]:
    place = tmp_path_factory.mktemp(request.param)
    with django_db_blocker.unblock():
        if request.param == "portal":
            with running(place) as processes:
                paths = ("/consultations/cuprija/receipt/", "/accounts/login/", "/m/cuprija/media/", "/l/a", "/none")
                yield Server(processes.port, place, paths)
            emptying.empty()  # what the first start wrote
        else:
            with network.serving(place) as address:
                port = int(address.rpartition(":")[2])
                yield Server(port, place, ("/door", "/language", "/messages/1", "/api/v1/apps", "/none"))


FORM = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'


REFUSED = {
    "announced": ("Content-Length: 60000000", b"", b"413"),
    "slow": ("Content-Length: 60000000", FORM + b"x" * 100_000, b"413"),
    "sent": ("Content-Length: 60000000", FORM + b"x" * LARGE, b"413"),
    "waiting": ("Content-Length: 60000000|Expect: 100-continue", b"", b"413"),
    "chunked": ("Transfer-Encoding: chunked", b"", b"411"),
    "slow chunk": ("Transfer-Encoding: chunked", b"500000\r\n" + FORM, b"411"),
    "chunked whole": ("Transfer-Encoding: chunked", b"500000\r\n" + b"x" * LARGE + b"\r\n0\r\n\r\n", b"411"),
    "chunked waiting": ("Transfer-Encoding: chunked|Expect: 100-continue", b"", b"411"),
    "both": ("Transfer-Encoding: chunked|Content-Length: 60000000", FORM, b"400"),
}


def test_a_real_server_refuses_before_the_body_has_come(server: Server, subtests: pytest.Subtests) -> None:
    for name, (head, body, status) in REFUSED.items():
        for path in server.paths:
            with subtests.test(name, path=path):
                assert server.answer(path, head, body).split()[1] == status
                assert server.stored() == []
