"""Names that change between the check of their address and the call: the call goes to the address that was checked.

The resolver answers as a hostile DNS server would: something public first, something inside from then on.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from itertools import chain, repeat
from typing import Any

import pytest

from common import networks
from common.http import Http, HttpError, Refused
from tests import security_figures

PUBLIC = "198.41.0.4"  # it is not reached: the connection is refused before it leaves this machine
INSIDE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.5", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200",
    "168.63.129.16", "::1", "::", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1",
    "2002:7f00:1::", "fd00:ec2::254", "fe80::1", "fe80::1%lo", "fec0::1",
]  # fmt: skip


@pytest.fixture(autouse=True)
def connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses to which connections were opened."""
    addresses: list[str] = []
    connect = socket.socket.connect

    def recorded(self: socket.socket, address: Any) -> None:
        addresses.append(str(address[0]))
        if address[0] != "127.0.0.1":
            raise ConnectionRefusedError
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", recorded)
    return addresses


def answer(*addresses: str) -> list[tuple[Any, ...]]:
    return [
        (socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0))
        for address in addresses
    ]


@pytest.fixture
def rebinding(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """`rebinding(first, then)`: what `rebind.example` leads to at first, and from then on. Returns the questions."""
    honest = socket.getaddrinfo

    def install(first: tuple[str, ...], then: tuple[str, ...]) -> list[str]:
        answers, questions = chain([first], repeat(then)), []

        def resolve(host: str, *rest: Any, **more: Any) -> Any:
            if host.rstrip(".").endswith("rebind.example"):
                questions.append(host)
                return answer(*next(answers))
            return honest(host, *rest, **more)

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        return questions

    return install


@pytest.mark.security_figures
@pytest.mark.parametrize("inside", INSIDE)
def test_a_name_that_leads_inside_from_its_second_answer_on_is_not_followed(
    rebinding: Callable[..., list[str]], connected: list[str], inside: str
) -> None:
    questions = rebinding((PUBLIC,), (inside,))
    with pytest.raises(HttpError):
        Http(deadline=3).get("https://rebind.example/")
    assert (questions, connected) == (["rebind.example"], [PUBLIC])
    # The next request asks anew, is told the truth, and nothing leaves.
    with pytest.raises(Refused, match="is not a public address"):
        Http(deadline=3).get("https://rebind.example/")
    assert connected == [PUBLIC]
    security_figures.record("Files and words: names that change", {"addresses inside": len(INSIDE)})


@pytest.mark.parametrize("inside", INSIDE)
def test_one_address_inside_among_public_ones_is_enough_to_refuse(
    rebinding: Callable[..., list[str]], connected: list[str], inside: str
) -> None:
    for addresses in ((PUBLIC, inside), (inside, PUBLIC), (PUBLIC, PUBLIC, inside)):
        rebinding(addresses, addresses)
        with pytest.raises(Refused):
            Http(deadline=3).post("https://rebind.example/", json={})
    assert connected == []


@pytest.mark.parametrize("host", ["rebind.example.", "REBIND.example", "a.rebind.example"])
def test_another_spelling_of_a_name_is_asked_for_as_often(
    rebinding: Callable[..., list[str]], connected: list[str], host: str
) -> None:
    questions = rebinding((PUBLIC,), ("127.0.0.1",))
    with pytest.raises(HttpError):
        Http(deadline=3).get(f"https://{host}/")
    assert (len(questions), connected) == (1, [PUBLIC])


@pytest.mark.parametrize("inside", ["127.0.0.1", "::1", "169.254.169.254"])
def test_a_check_that_forgets_the_address_would_be_led_inside(
    rebinding: Callable[..., list[str]], connected: list[str], inside: str
) -> None:
    """That the tests above can fail: a client that checks a name, and then connects to the name."""
    rebinding((PUBLIC,), (inside,))
    assert all(networks.is_public(address) for _family, address in networks.resolve("rebind.example", 443, 3))
    with pytest.raises(OSError):
        socket.create_connection(("rebind.example", 1), timeout=0.2)
    assert connected == [inside]


class _Redirecting:
    """A server of this machine that sends whoever asks to `target`."""

    def __init__(self, target: str) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lines = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        connection, _ = self.listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(self.lines.encode("utf-8"))


@pytest.mark.parametrize("target", [
    "http://127.0.0.1:1/", "https://127.0.0.1:1/", "//127.0.0.1:1/", "https://[::1]:1/", "https://[::ffff:7f00:1]:1/",
    "https://2130706433:1/", "https://0x7f000001:1/", "https://0177.0.0.1:1/", "https://127.1:1/", "https://0:1/",
    "https://localhost.:1/", "https://１２７.0.0.1:1/", "https://127。0。0。1:1/", "https://①②⑦.0.0.1:1/",
    "https://ⓛocalhost:1/", "https://rebind.example/", "https://a@127.0.0.1:1/", "https://198.41.0.4@127.0.0.1:1/",
    "https://127.0.0.1\\@198.41.0.4/", "file:///etc/passwd", "ftp://127.0.0.1:1/", "gopher://127.0.0.1:1/_x",
    "data:text/plain,x", "javascript:alert(1)", "unix:///run/docker.sock", "https:127.0.0.1:1", "https:///127.0.0.1:1/",
])  # fmt: skip
def test_no_redirect_leads_inside(rebinding: Callable[..., list[str]], connected: list[str], target: str) -> None:
    rebinding(("127.0.0.1",), ("127.0.0.1",))
    server = _Redirecting(target)
    with pytest.raises(HttpError):
        Http(deadline=3, allow={f"127.0.0.1:{server.port}"}).get(f"http://127.0.0.1:{server.port}/")
    server.listener.close()
    assert connected == ["127.0.0.1"]  # the redirecting server alone
