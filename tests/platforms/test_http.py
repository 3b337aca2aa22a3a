"""The HTTP client: what it refuses, what counts as sent, and its deadlines."""

import http.server
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from common.http import Http, NoAnswer, NotReached, Refused, redact
from common.networks import is_public
from tests.crash.workers import wait_for

Talk = Callable[[socket.socket], None]


class Server:
    """Accepts connections and passes each to `talk`."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.connections = self.ended = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            self.talk(connection)
        self.ended += 1

    def client(self, **more: object) -> Http:
        # On a slow machine more than the usual moment may lie between two requests of a test.
        return Http(**{"allow": {f"127.0.0.1:{self.port}"}, "reuse_seconds": 60.0, **more})  # type: ignore[arg-type]


@pytest.fixture
def serve() -> Iterator[Callable[[Talk], Server]]:
    made: list[Server] = []

    def make(talk: Talk) -> Server:
        made.append(Server(talk))
        return made[-1]

    yield make
    for server in made:
        server.listener.close()


def says(*lines: str) -> Talk:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall("\r\n".join(lines).encode())

    return talk


OK = ("HTTP/1.1 200 OK", "Content-Length: 2", "", "{}")


def test_an_address_inside_is_not_public(subtests: pytest.Subtests) -> None:
    for address in [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "::1", "::", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::",
        "192.0.2.1", "198.18.0.1", "240.0.0.1", "255.255.255.255", "ff02::1", "fe80::1%eth0",
    ]:  # fmt: skip
        with subtests.test(address=address):
            assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_an_address_outside_is_public(address: str) -> None:
    assert is_public(address)


def test_addresses_that_lead_inside_are_refused_before_anything_is_sent(subtests: pytest.Subtests) -> None:
    for url in [
        "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://0/",
        "https://2130706433/", "https://0x7f.1/", "http://93.184.216.34/", "ftp://93.184.216.34/", "file:///etc/passwd",
        "https://user@93.184.216.34/", "https:///x",
    ]:  # fmt: skip
        with subtests.test(url=url), pytest.raises(Refused):
            Http(deadline=3).get(url)


def test_an_allowed_place_is_allowed_on_its_port_only(serve: Callable[[Talk], Server]) -> None:
    server, other = serve(says(*OK)), serve(says(*OK))
    assert server.client().get(server.url).json() == {}
    with pytest.raises(Refused):
        server.client().get(other.url)
    assert other.connections == 0


def test_a_redirect_inside_is_refused(serve: Callable[[Talk], Server]) -> None:
    inside = serve(says(*OK))
    server = serve(says("HTTP/1.1 302 Found", f"Location: {inside.url}/secret", "Content-Length: 0", "", ""))
    with pytest.raises(Refused):
        server.client().get(server.url)
    assert inside.connections == 0


def test_a_read_follows_a_redirect_without_its_token_and_a_write_does_not(serve: Callable[[Talk], Server]) -> None:
    heard: list[bytes] = []

    def listen(connection: socket.socket) -> None:
        heard.append(connection.recv(65536))
        connection.sendall("\r\n".join(OK).encode())

    target = serve(listen)
    server = serve(says("HTTP/1.1 302 Found", f"Location: {target.url}/", "Content-Length: 0", "", ""))
    client = Http(allow={f"127.0.0.1:{server.port}", f"127.0.0.1:{target.port}"})
    headers = {"Authorization": "Bearer tajna"}
    assert client.get(server.url, headers=headers).ok
    assert b"tajna" not in heard[0]
    assert client.post(server.url, headers=headers).status == 302
    assert len(heard) == 1


def test_a_refused_connection_was_not_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NotReached):
        Http(allow={f"127.0.0.1:{port}"}).post(f"http://127.0.0.1:{port}/")


def test_a_name_that_does_not_exist_was_not_reached() -> None:
    with pytest.raises(NotReached):
        Http(deadline=8).get("https://nema-ga.invalid/")


def test_a_server_with_a_foreign_certificate_was_not_reached(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    port = server.server_address[1]
    try:
        with pytest.raises(NotReached):
            Http(allow={f"127.0.0.1:{port}"}).post(f"https://127.0.0.1:{port}/")
    finally:
        server.shutdown()
        server.server_close()


def test_a_silent_server_is_left_at_the_deadline_and_may_have_acted(serve: Callable[[Talk], Server]) -> None:
    server = serve(lambda connection: time.sleep(60))
    began = time.monotonic()
    with pytest.raises(NoAnswer):
        server.client(deadline=0.4).post(server.url)
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("start", ["", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"])
def test_a_server_that_drips_is_cut_at_the_deadline(serve: Callable[[Talk], Server], start: str) -> None:
    def drip(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(start.encode() or b"HTTP/1.1 200 OK\r\nX-Long: ")
        for _ in range(1200):
            connection.sendall(b"a")
            time.sleep(0.05)

    server = serve(drip)
    began = time.monotonic()
    with pytest.raises(NoAnswer):
        server.client(deadline=0.5).get(server.url)
    assert time.monotonic() - began < 30


def test_an_endless_answer_is_cut_at_the_largest_size(serve: Callable[[Talk], Server]) -> None:
    def flood(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"a" * 65536)

    server = serve(flood)
    with pytest.raises(NoAnswer, match="larger"):
        server.client(max_bytes=200_000).get(server.url)


def test_a_body_that_ends_early_is_no_answer(serve: Callable[[Talk], Server]) -> None:
    server = serve(says("HTTP/1.1 200 OK", "Content-Length: 100", "", "{}"))
    with pytest.raises(NoAnswer):
        server.client().post(server.url)


def test_a_server_that_closes_without_saying_so_is_no_trouble(serve: Callable[[Talk], Server]) -> None:
    server = serve(says(*OK))
    client = server.client()
    for _ in range(20):
        assert client.post(server.url).ok
    assert server.connections == 20


def test_proxies_of_the_environment_are_not_used(
    serve: Callable[[Talk], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, server = serve(says(*OK)), serve(says(*OK))
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("http_proxy", proxy.url)
    server.client().get(server.url)
    assert (proxy.connections, server.connections) == (0, 1)


def test_the_hook_runs_only_before_what_cannot_be_taken_back(serve: Callable[[Talk], Server]) -> None:
    server = serve(says(*OK))
    connections: list[int] = []
    client = server.client(before_send=lambda: connections.append(server.connections))
    client.post(server.url)
    client.post(server.url, commits=True)
    assert connections == [1]


def test_errors_and_logs_name_no_path_query_or_token(
    serve: Callable[[Talk], Server], caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(lambda connection: None)
    with caplog.at_level("DEBUG"), pytest.raises(NoAnswer) as problem:
        server.client().get(f"{server.url}/bot123:tajna", params={"code": "tajna"})
    assert "tajna" not in str(problem.value) + caplog.text


@pytest.mark.parametrize(
    "text",
    [
        '{"access_token":"tajna"}',
        "password=tajna&x=1",
        "Authorization: Bearer tajna",
        '"refreshJwt": "tajna"',
        "a tajna b",
    ],
)
def test_secrets_are_cut_out(text: str) -> None:
    assert "tajna" not in redact(text, ("tajna",) if text == "a tajna b" else ())


def self_signed(folder: Path) -> tuple[Path, Path]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256())
    (folder / "c.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "k.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "c.pem", folder / "k.pem"


# ---- a connection that is kept

KEEPS = "Connection: keep-alive"


def closed(server: Server) -> None:
    """Until all connections so far were closed by the server, and that has arrived."""
    wait_for(lambda: server.ended == server.connections)
    time.sleep(0.05)


def talkative(answers: int, *more: str) -> Talk:
    """So many answers on one connection, then it is closed without a word."""

    def talk(connection: socket.socket) -> None:
        for _ in range(answers):
            if not connection.recv(65536):
                return
            lines = ("HTTP/1.1 200 OK", "Content-Length: 2", *more, "", "ok")
            connection.sendall("\r\n".join(lines).encode())

    return talk


def test_requests_that_follow_at_once_share_a_connection(serve: Callable[[Talk], Server]) -> None:
    server = serve(talkative(9))
    for _ in range(3):  # a client of its own each, as each delivery has
        assert server.client(reuse=True).get(server.url).ok
    assert server.connections == 1


def test_without_reuse_every_request_has_its_own(serve: Callable[[Talk], Server]) -> None:
    server = serve(talkative(9))
    for _ in range(2):
        server.client().get(server.url)
    assert server.connections == 2


def test_a_connection_that_was_idle_is_not_used_again(serve: Callable[[Talk], Server]) -> None:
    server = serve(talkative(9))
    server.client(reuse=True, reuse_seconds=0.1).get(server.url)
    time.sleep(0.2)
    server.client(reuse=True, reuse_seconds=0.1).get(server.url)
    assert server.connections == 2


def test_one_that_the_server_has_closed_is_opened_anew(serve: Callable[[Talk], Server]) -> None:
    server = serve(talkative(1))
    for _ in range(2):
        assert server.client(reuse=True).post(server.url).ok
        closed(server)
    assert server.connections == 2


def test_a_kept_connection_that_breaks_may_have_carried_the_request(serve: Callable[[Talk], Server]) -> None:
    def talk(connection: socket.socket) -> None:
        talkative(1, KEEPS)(connection)
        connection.recv(65536)  # the second request is read, and the connection ends without an answer

    server = serve(talk)
    server.client(reuse=True).get(server.url)
    with pytest.raises(NoAnswer):
        server.client(reuse=True).post(server.url)
    assert server.connections == 1


def test_a_read_that_meets_a_closed_connection_goes_out_again_once(serve: Callable[[Talk], Server]) -> None:
    def talk(connection: socket.socket) -> None:
        talkative(1)(connection)
        connection.recv(65536)  # read, and closed without an answer: what a late request meets

    server = serve(talk)
    for _ in range(4):
        assert server.client(reuse=True).get(server.url).ok
    # The second was repeated; from then on nothing is kept here.
    assert server.connections == 4


def test_a_read_that_is_never_answered_is_not_repeated_for_ever(serve: Callable[[Talk], Server]) -> None:
    served: list[int] = []

    def talk(connection: socket.socket) -> None:
        served.append(1)
        if len(served) == 1:
            talkative(1)(connection)
        connection.recv(65536)

    server = serve(talk)
    server.client(reuse=True).get(server.url)
    with pytest.raises(NoAnswer):
        server.client(reuse=True).get(server.url)
    assert server.connections == 2


@pytest.mark.parametrize(("says", "connections"), [((), 2), ((KEEPS,), 1), (("Keep-Alive: timeout=5",), 1)])
def test_a_write_uses_a_kept_connection_only_where_the_server_says_that_it_keeps_it(
    serve: Callable[[Talk], Server], says: tuple[str, ...], connections: int
) -> None:
    server = serve(talkative(9, *says))
    server.client(reuse=True).get(server.url)
    assert server.client(reuse=True).post(server.url).ok
    assert server.connections == connections


def test_a_write_uses_a_connection_that_was_kept_before(serve: Callable[[Talk], Server]) -> None:
    server = serve(talkative(9))
    for _ in range(2):
        server.client(reuse=True).get(server.url)
    assert server.client(reuse=True).post(server.url).ok
    assert server.connections == 1


def test_a_server_that_is_gone_by_the_second_request_was_not_reached(serve: Callable[[Talk], Server]) -> None:
    server = serve(talkative(1))
    server.client(reuse=True).get(server.url)
    server.listener.shutdown(socket.SHUT_RDWR)
    server.listener.close()
    closed(server)
    with pytest.raises(NotReached):
        server.client(reuse=True).post(server.url)


def test_the_deadline_holds_on_a_kept_connection(serve: Callable[[Talk], Server]) -> None:
    def talk(connection: socket.socket) -> None:
        talkative(1, KEEPS)(connection)
        connection.recv(65536)
        time.sleep(60)

    server = serve(talk)
    server.client(reuse=True).get(server.url)
    began = time.monotonic()
    with pytest.raises(NoAnswer):
        server.client(reuse=True).post(server.url, deadline=0.3)
    assert time.monotonic() - began < 30


def test_who_may_call_fewer_places_gets_no_connection_of_one_who_may_call_more(serve: Callable[[Talk], Server]) -> None:
    server = serve(talkative(9))
    server.client(reuse=True).get(server.url)
    with pytest.raises(Refused):
        Http(reuse=True).get(server.url)


def test_cookies_do_not_travel_to_the_next_request(serve: Callable[[Talk], Server]) -> None:
    seen: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        for _ in range(2):
            seen.append(connection.recv(65536))
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: who=me; Path=/\r\n\r\nok")

    server = serve(talk)
    for _ in range(2):
        server.client(reuse=True).get(server.url)
    assert len(seen) == 2
    assert b"cookie" not in seen[1].lower()
