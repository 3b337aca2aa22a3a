"""The HTTP client for every outgoing request, over `requests`; hosts may be user input.

Every request has a total deadline and a maximum response size. Only a read whose reused connection turns out to be
closed is retried, on a new connection (RFC 9110, 9.2.2). A name is resolved once, every address is checked against
SSRF, and the connection goes to the checked address, so DNS rebinding has no effect. `NotReached` means that no
byte of the request was sent, `NoAnswer` that it may have been. Workers may keep a connection alive for requests that
follow at once (`reuse`), writes only where the server has shown that it keeps connections open; all other callers open
a connection per request.
"""

import contextlib
import heapq
import logging
import os
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin, urlsplit

import certifi
import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from common import networks, untrusted_json

log = logging.getLogger(__name__)
# At DEBUG it writes whole addresses, and some networks have tokens in theirs.
logging.getLogger("urllib3").setLevel(logging.INFO)

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
USER_AGENT = "Dobosar/0.1"
CONNECT_SECONDS = 5.0
DEADLINE_SECONDS = 30.0
MAX_BYTES = 8 * 1024 * 1024
MAX_REDIRECTS = 3
# A kept connection is used again within this time only. Servers close idle ones after two seconds at the earliest
# (gunicorn; Node and Apache five), and a request that meets the closing counts as sent, with an unknown outcome.
REUSE_SECONDS = 1.0
MAX_IDLE_CONNECTIONS = 4
SENSITIVE = re.compile(
    r"(?i)((?:access_?token|refresh_?token|accessjwt|refreshjwt|client_secret|code|password|bearer|code_verifier)"
    r"[\"']?\s*[=:\s]\s*[\"']?)[^\s\"'&,}]+"
)

# Loading the roots takes about 20 ms; all connections share this.
_tls = ssl.create_default_context(cafile=certifi.where())


class HttpError(Exception):
    """Base. The message names method, host and reason: never a query string, a header or a body."""


class NotReached(HttpError):
    """No byte of the request was sent: DNS, connection refused, connect timeout, TLS."""


class Refused(NotReached):
    """Blocked before connecting: the address is private or the scheme is not allowed."""


class NoAnswer(HttpError):
    """The request may have arrived, and no usable answer came: deadline, reset, answer too large."""


class TooLarge(NoAnswer):
    """The answer has more than `max_bytes`; no more than that was read."""


@dataclass(frozen=True)
class Answer:
    """What came back, with the body read completely."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    url: str

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """The parsed body. Raises `ValueError` when it is not JSON, or nested deeper than anybody nests it."""
        return untrusted_json.loads(self.content)


def redact(text: str, secrets: Collection[str] = ()) -> str:
    """`text` without the given secrets and anything that resembles a token or a password."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "…")
    return SENSITIVE.sub(r"\1…", text)


class _Stale(Exception):
    """A reused connection was closed before any byte of the answer arrived."""


class Http:
    """Sends requests. Safe to share between calls, not between threads.

    `allow`: "host:port" strings that may be private and may be plain http (the practice network, tests).
    `before_send`: called right before the one request of an operation that cannot be taken back (`commits=True`);
    what it raises comes out unchanged and nothing is sent.
    `reuse`: keep the connection for the next request of this thread to the same place, if it comes within
    `reuse_seconds`.
    `on_answer`: called after each request with what came back (None: no answer) and whether it was the committing one.
    """

    def __init__(
        self,
        *,
        allow: Collection[str] = (),
        before_send: Callable[[], None] | None = None,
        on_answer: Callable[[Answer | None, bool], None] | None = None,
        deadline: float = DEADLINE_SECONDS,
        connect_timeout: float = CONNECT_SECONDS,
        max_bytes: int = MAX_BYTES,
        reuse: bool = False,
        reuse_seconds: float = REUSE_SECONDS,
    ) -> None:
        self.allow = frozenset(allow)
        self.before_send = before_send
        self.on_answer = on_answer or (lambda answer, commits: None)
        self.deadline = deadline
        self.connect_timeout = connect_timeout
        self.max_bytes = max_bytes
        self.reuse = reuse
        self.reuse_seconds = reuse_seconds

    def get(self, url: str, **more: Any) -> Answer:
        return self.request("GET", url, **more)

    def post(self, url: str, **more: Any) -> Answer:
        return self.request("POST", url, **more)

    def request(
        self, method: str, url: str, *, commits: bool = False, deadline: float | None = None, **more: Any
    ) -> Answer:
        """One request. `more`: params, data, json, files, headers as in `requests`.

        Reads follow up to three redirects, and lose their Authorization on the way to another host; a write's redirect
        is returned as it is. Raises `Refused`, `NotReached` or `NoAnswer`.
        """
        ends_at = time.monotonic() + (self.deadline if deadline is None else deadline)
        if commits and self.before_send:
            self._check_url(url)
            self.before_send()
        for _ in range(MAX_REDIRECTS + 1):
            try:
                answer = self._once(method, url, ends_at, more)
            except Refused:
                raise
            except HttpError:
                self.on_answer(None, commits)
                raise
            self.on_answer(answer, commits)
            target = answer.headers.get("location")
            if method in WRITES or answer.status not in (301, 302, 303, 307, 308) or not target:
                return answer
            url, more = _follow(url, urljoin(url, target), more)
        raise NotReached(f"{method} {_where(url)}: too many redirects")

    def _once(self, method: str, url: str, ends_at: float, more: Mapping[str, Any]) -> Answer:
        self._check_url(url)
        try:
            return self._sent(method, url, ends_at, more)
        except _Stale:
            # The server closes without saying so (snac2 does). Nothing of an answer came, and a read may be repeated.
            return self._sent(method, url, ends_at, more)

    def _sent(self, method: str, url: str, ends_at: float, more: Mapping[str, Any]) -> Answer:
        started = time.monotonic()
        connection = self._connection(method, url)
        exchange = _Exchange(self, ends_at, connection)
        try:
            answer = exchange.send(method, url, more)
        except HttpError as problem:
            if exchange.is_stale and not exchange.overdue:
                _closing_origins().add(self._origin(url))
                if method not in WRITES:
                    raise _Stale from None
            log.warning("%s", problem)
            raise
        finally:
            if exchange.end() and self.reuse and self._origin(url) not in _closing_origins():
                _keep_alive(self._origin(url), connection)
            else:
                connection.close()
        log.info("%s %s %s in %d ms", method, _where(url), answer.status, (time.monotonic() - started) * 1000)
        return answer

    def _connection(self, method: str, url: str) -> "_Connection":
        connection = _idle_connections().pop(self._origin(url), None) if self.reuse else None
        if connection is None:
            return _Connection()
        idle = time.monotonic() - connection.idle_since
        # A write that meets a closing connection is a post with an unknown outcome.
        if idle > self.reuse_seconds or (method in WRITES and not connection.is_trusted):
            connection.close()
            return _Connection()
        return connection

    def _origin(self, url: str) -> "_Origin":
        # Who may call more places must not hand a connection to one who may call fewer.
        parts = urlsplit(url)
        return parts.scheme, parts.netloc, self.allow

    def _check_url(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme == "https" and parts.hostname and not parts.username:
            return
        if parts.scheme == "http" and self.allows(parts.hostname or "", parts.port or 80) and not parts.username:
            return
        raise Refused(f"{_where(url)}: only https addresses without a user name are called")

    def allows(self, host: str, port: int) -> bool:
        return f"{host}:{port}" in self.allow

    def connect(self, host: str, port: int, seconds: float) -> socket.socket:
        """A connection to the first checked address that answers. For other protocols, too (`cut_off_at`).

        Raises `Refused` or `NotReached` for the name, and the last address's `OSError` where none of them answers.
        """
        ends_at = time.monotonic() + seconds
        problem: OSError = OSError("no address")
        for family, address in self.addresses(host, port, min(self.connect_timeout, seconds)):
            channel = socket.socket(family, socket.SOCK_STREAM)
            channel.settimeout(max(min(self.connect_timeout, ends_at - time.monotonic()), 0.01))
            try:
                channel.connect((address, port))
            except OSError as refused:
                channel.close()
                problem = refused
                continue
            channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return channel
        raise problem

    def addresses(self, host: str, port: int, seconds: float) -> list[tuple[int, str]]:
        """(family, address) pairs of `host`, resolved once. Raises `Refused` if one of them is not public."""
        try:
            resolved = networks.resolve(host, port, seconds)
        except networks.Unknown:
            raise NotReached(f"{host}: the name could not be resolved") from None
        if not self.allows(host, port):
            for _, address in resolved:
                if not networks.is_public(address):
                    raise Refused(f"{host}:{port}: is not a public address")
        return resolved


def tls_context() -> ssl.SSLContext:
    """The one that verifies certificates against the usual authorities, with the server's name."""
    return _tls


@contextlib.contextmanager
def cut_off_at(ends_at: float, channel: socket.socket) -> Iterator[None]:
    """Shut `channel` down at `ends_at` (monotonic), so that a server which sends a byte now and then ends as well."""
    handle = channel.dup()  # TLS takes the first one away
    timer = _watchdog.watch(ends_at, lambda: handle.shutdown(socket.SHUT_RDWR))
    try:
        yield
    finally:
        _watchdog.cancel(timer)
        handle.close()


def _where(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else f"{parts.hostname}"


def _follow(old: str, new: str, more: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    arguments = {key: value for key, value in more.items() if key != "params"}
    if (urlsplit(old).scheme, urlsplit(old).netloc) != (urlsplit(new).scheme, urlsplit(new).netloc):
        headers = {k: v for k, v in (arguments.get("headers") or {}).items() if k.lower() != "authorization"}
        arguments["headers"] = headers
    return new, arguments


_Origin = tuple[str, str, frozenset[str]]
_threads = threading.local()


def _idle_connections() -> "dict[_Origin, _Connection]":
    """Connections of this thread that are kept alive, by origin."""
    connections: dict[_Origin, _Connection] = _threads.__dict__.setdefault("connections", {})
    return connections


def _closing_origins() -> set[_Origin]:
    """Origins that closed a connection which should have been kept alive: this thread keeps none to them any more."""
    origins: set[_Origin] = _threads.__dict__.setdefault("closing_origins", set())
    return origins


def _keep_alive(origin: _Origin, connection: "_Connection") -> None:
    idle = _idle_connections()
    connection.idle_since = time.monotonic()
    idle[origin] = connection
    while len(idle) > MAX_IDLE_CONNECTIONS:
        idle.pop(next(iter(idle))).close()


class _Connection:
    """A connection to one origin for consecutive requests; opened again when the server has closed it."""

    def __init__(self) -> None:
        self.exchange: _Exchange | None = None
        self.socket: socket.socket | None = None
        self.idle_since = 0.0
        self.is_trusted = False  # the server announced keep-alive, or has kept it open once
        self.session = requests.Session()
        # No proxies, no .netrc, no certificate bundles from the environment; and no cookies, since the next request may
        # be another account's.
        self.session.trust_env = False
        self.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = _Adapter(self)
        self.session.mount("https://", adapter)
        self.session.mount("http://", adapter)

    def connect(self, host: str, port: int) -> socket.socket:
        """Open a socket for the current exchange. A failure before it is established has reached no server."""
        assert self.exchange is not None
        self.exchange.reached = self.exchange.is_stale = self.is_trusted = False
        self._close_socket()
        channel = self.exchange.connect(host, port)
        # A second handle on the same connection: TLS takes the first one away, and shutting down either ends both.
        self.socket = channel.dup()
        return channel

    def close(self) -> None:
        self.session.close()
        self._close_socket()

    def _close_socket(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None


class _Watchdog:
    """Calls `on_timeout` of every exchange that has not ended by its deadline.

    One thread serves all of them: a thread per request costs more than the rest of the request.
    """

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """A forked process has neither the thread nor the holder of the lock."""
        self._changed = threading.Condition()
        self._timers: list[_Timer] = []  # a heap; a cancelled timer stays until its time, without a callback
        self._thread: threading.Thread | None = None

    def watch(self, ends_at: float, on_timeout: Callable[[], None]) -> "_Timer":
        timer = _Timer(ends_at, on_timeout)
        with self._changed:
            heapq.heappush(self._timers, timer)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
                self._thread.start()
            elif self._timers[0] is timer:
                self._changed.notify()
        return timer

    def cancel(self, timer: "_Timer | None") -> None:
        if timer is not None:
            timer.on_timeout = None

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._timers or (wait := self._timers[0].at - time.monotonic()) > 0:
                    self._changed.wait(wait if self._timers else None)
                on_timeout = heapq.heappop(self._timers).on_timeout
            if on_timeout is not None:
                with contextlib.suppress(Exception):  # it must outlive whatever one exchange does
                    on_timeout()


@dataclass(slots=True, order=True)
class _Timer:
    at: float
    on_timeout: Callable[[], None] | None = field(compare=False)


_watchdog = _Watchdog()
os.register_at_fork(after_in_child=_watchdog.restart)


class _Exchange:
    """One request on a connection, cut off by the watchdog at its deadline whatever the server does."""

    def __init__(self, http: Http, ends_at: float, connection: _Connection) -> None:
        self.http = http
        self.ends_at = ends_at
        self.connection = connection
        connection.exchange = self
        # On a reused connection, the first byte reaches the server.
        # What breaks there before anything of the answer has come, may have broken because it was closed.
        self.reached = self.is_stale = connection.socket is not None
        self.complete = self.over = self.overdue = False
        self.timer: _Timer | None = None
        self._ending = threading.Lock()

    def remaining(self) -> float:
        return self.ends_at - time.monotonic()

    def send(self, method: str, url: str, more: Mapping[str, Any]) -> Answer:
        headers = {"User-Agent": USER_AGENT, **(more.get("headers") or {})}
        arguments = {**more, "headers": headers, "stream": True, "allow_redirects": False}
        self.timer = _watchdog.watch(time.monotonic() + max(self.remaining(), 0.01), self._give_up)
        try:
            timeout = (self.http.connect_timeout, max(self.remaining(), 0.01))
            response = self.connection.session.request(method, url, timeout=timeout, **arguments)
            self.connection.is_trusted = self.is_stale or _is_kept_alive(response)
            self.is_stale = False
            content = self._body(method, url, response)
        except (requests.RequestException, OSError, ValueError) as problem:
            raise self._classified(method, url, problem) from None
        if self.overdue:
            # A connection cut by the watchdog can look like a body that simply ended.
            raise NoAnswer(f"{method} {_where(url)}: no complete answer in time")
        self.complete = True
        return Answer(response.status_code, CaseInsensitiveDict(response.headers), content, url)

    def _body(self, method: str, url: str, response: requests.Response) -> bytes:
        content = bytearray()
        for chunk in response.iter_content(64 * 1024):
            content += chunk
            if len(content) > self.http.max_bytes:
                raise TooLarge(f"{method} {_where(url)}: the answer is larger than {self.http.max_bytes} bytes")
        return bytes(content)

    def _classified(self, method: str, url: str, problem: Exception) -> HttpError:
        # The exception's own text may hold the full URL; its class says enough.
        reason = "no answer in time" if self.overdue else type(problem).__name__
        kind = NoAnswer if self.reached else NotReached
        return kind(f"{method} {_where(url)}: {reason}")

    def connect(self, host: str, port: int) -> socket.socket:
        return self.http.connect(host, port, self.remaining())

    def _give_up(self) -> None:
        with self._ending:
            if self.over:
                return  # the connection may be another request's by now
            self.overdue = True
            if self.connection.socket is not None:
                # Closed already is what we want.
                with contextlib.suppress(OSError):
                    self.connection.socket.shutdown(socket.SHUT_RDWR)

    def end(self) -> bool:
        """Whether the connection can be used again."""
        _watchdog.cancel(self.timer)
        with self._ending:
            self.over = True
        return self.complete and not self.overdue


class _Adapter(HTTPAdapter):
    """Opens connections through a `_Connection`, so that addresses are checked and reaching the server is noticed."""

    def __init__(self, connection: _Connection) -> None:
        self.connection = connection
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, ssl_context=_tls, **more)
        self.poolmanager.pool_classes_by_scheme = _pools(self.connection)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """The shared context verifies already; `requests` would load the roots into it again at every call."""


def _is_kept_alive(response: requests.Response) -> bool:
    """Whether the server announces that it keeps the connection alive."""
    return "keep-alive" in response.headers.get("connection", "").lower() or "keep-alive" in response.headers


def _reached(connection: _Connection) -> None:
    if connection.exchange is not None:
        connection.exchange.reached = True


def _pools(connection: _Connection) -> dict[str, type]:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return connection.connect(self.host, self.port or 80)

        def connect(self) -> None:
            super().connect()
            _reached(connection)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return connection.connect(self.host, self.port or 443)

        def connect(self) -> None:
            super().connect()
            _reached(connection)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}
