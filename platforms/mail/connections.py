"""Connections to a mail server: IMAP and SMTP, encrypted and verified, within a deadline and a number of bytes.

They go through `common.http`, so that private addresses are refused and names are resolved once. Servers are written
"imaps://host:993" (TLS from the beginning) or "imap://host:143" (STARTTLS); for SMTP "smtps" and "smtp". Without
encryption only "host:port" in `Http.allow` are used.
"""

import base64
import contextlib
import imaplib
import logging
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from common import http
from common.http import Http
from platforms.errors import NeedsConsent, NotReached, Rejected
from platforms.mail import texts

log = logging.getLogger(__name__)

PORTS = {"imaps": 993, "imap": 143, "smtps": 465, "smtp": 587}
# Of everything that a server sends in one session.
MOST_BYTES = 64 * 1024 * 1024
MOST_REPLY_BYTES = 256 * 1024
MOST_LINE = 1024 * 1024
# Nothing that we ask for is longer.
MOST_LITERAL = 2 * 1024 * 1024
# RFC 5530: a refused sign-in that says nothing about the password.
PASSING = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "[CONTACTADMIN]")
BROKEN = (OSError, imaplib.IMAP4.error, smtplib.SMTPException, http.HttpError, ValueError, UnicodeError)


@dataclass(frozen=True)
class Server:
    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, address: str) -> "Server":
        """From "imaps://host:993". Raises `ValueError`."""
        parts = urlsplit(address)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError(address)
        return cls(parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme])

    @property
    def is_tls(self) -> bool:
        return self.scheme.endswith("s")


class TooMuch(OSError):
    """The server sends more than it was asked for."""


class CappedFile:
    """What a server sends, up to a number of bytes."""

    def __init__(self, file: Any, most: int) -> None:
        self.file, self.left = file, most

    def readline(self, size: int = -1) -> bytes:
        return self._counted(self.file.readline(min(size, self.left + 1) if size >= 0 else self.left + 1))

    def read(self, size: int = -1) -> bytes:
        return self._counted(self.file.read(min(size, self.left + 1) if size >= 0 else self.left + 1))

    def close(self) -> None:
        self.file.close()

    def _counted(self, content: bytes) -> bytes:
        self.left -= len(content)
        if self.left < 0:
            raise TooMuch("the server sends too much")
        return content


class Connection:
    """A socket to one server, until a deadline."""

    def __init__(self, way: Http, server: Server, seconds: float) -> None:
        self.way, self.server = way, server
        self.ends_at = time.monotonic() + seconds
        self._cutting = contextlib.ExitStack()

    def open(self) -> socket.socket:
        channel = self.way.connect(self.server.host, self.server.port, self.remaining())
        self._cutting.enter_context(http.cut_off_at(self.ends_at, channel))
        channel.settimeout(self.remaining())
        if not self.server.is_tls:
            return channel
        return http.tls_context().wrap_socket(channel, server_hostname=self.server.host)

    def remaining(self) -> float:
        return max(self.ends_at - time.monotonic(), 0.01)

    def may_be_plain(self) -> bool:
        return self.way.allows(self.server.host, self.server.port)

    def close(self) -> None:
        self._cutting.close()


class Imap(imaplib.IMAP4):
    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        super().__init__(connection.server.host, connection.server.port)

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        self.host, self.port = host, port
        self.sock = self.connection.open()
        self._cap()

    def _cap(self) -> None:
        # Not `self.file`, which the versions of the library hold under different names.
        self.stream = CappedFile(self.sock.makefile("rb"), MOST_BYTES)

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> Any:
        """As the library's, but what was read before encryption is forgotten before anything else is read."""
        answer = self._simple_command("STARTTLS")
        if answer[0] != "OK":
            raise self.error("STARTTLS was refused")
        context = ssl_context or http.tls_context()
        self.sock = context.wrap_socket(self.sock, server_hostname=self.host)
        self._cap()
        self._refresh_capabilities()
        return answer

    def readline(self) -> bytes:
        line = self.stream.readline(MOST_LINE + 1)
        if len(line) > MOST_LINE:
            raise TooMuch("the server sends a line without an end")
        return line

    def read(self, size: int) -> bytes:
        if size > MOST_LITERAL:
            raise TooMuch("the server announces too much")
        return self.stream.read(size)

    def shutdown(self) -> None:
        with contextlib.suppress(OSError):
            self.stream.close()
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def sign_in(self, user: str, password: str) -> None:
        if not self.connection.server.is_tls:
            if "STARTTLS" in self.capabilities:
                self.starttls()
            elif not self.connection.may_be_plain():
                raise NotReached(texts.NOT_TLS, {"server": self.connection.server.host})
        try:
            if "AUTH=PLAIN" in self.capabilities or not f"{user}{password}".isascii():
                self.authenticate("PLAIN", lambda _challenge: f"\0{user}\0{password}".encode())
            else:
                self.login(quoted(user), password)
        except (imaplib.IMAP4.abort, imaplib.IMAP4.readonly):
            raise
        except imaplib.IMAP4.error as refused:
            # The server's sentence may hold anything, so only its code is looked at.
            if any(code in str(refused).upper() for code in PASSING):
                raise
            raise NeedsConsent(texts.SIGN_IN, {"server": self.connection.server.host}) from None
        self._refresh_capabilities()

    def _refresh_capabilities(self) -> None:
        """Servers announce more once they know who it is."""
        kind, data = self.capability()
        if kind == "OK" and data and isinstance(data[-1], bytes):
            self.capabilities = tuple(data[-1].decode("ascii", "replace").upper().split())

    def asked(self, *command: str) -> list[Any]:
        """The data of a UID command, for example `asked("SEARCH", "ALL")`. Raises `imaplib.IMAP4.error`."""
        # Earlier untagged answers of the same kind would be returned with these.
        self.untagged_responses.clear()
        kind, data = self.uid(*command)
        if kind != "OK":
            raise self.error(f"{command[0]} was refused")
        return [one for one in data if one is not None]


def quoted(text: str) -> str:
    """An IMAP quoted string. Raises `ValueError` for characters that it cannot hold."""
    if not text.isascii() or not text.isprintable():
        raise ValueError("not for a quoted string")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@contextlib.contextmanager
def imap(way: Http, address: str, user: str, password: str, seconds: float) -> Iterator[Imap]:
    """A signed-in session. Raises `NotReached`, also for what breaks within, and `NeedsConsent`."""
    with _reached():
        server = Server.of(address)
        connection = Connection(way, server, seconds)
        with contextlib.closing(connection):
            session = Imap(connection)
            try:
                session.sign_in(user, password)
                yield session
                with contextlib.suppress(*BROKEN):
                    session.logout()
            finally:
                with contextlib.suppress(*BROKEN):
                    session.shutdown()


def greeting(way: Http, address: str, seconds: float) -> None:
    """Whether a mail server answers there. Raises `NotReached`."""
    with _reached(), contextlib.closing(Connection(way, Server.of(address), seconds)) as connection:
        session = Imap(connection)
        with contextlib.suppress(*BROKEN):
            session.shutdown()


@contextlib.contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except BROKEN as problem:
        # Its text may hold what the server sent, or what we sent: the class says enough.
        raise NotReached(texts.UNREACHED, {"problem": type(problem).__name__}) from problem


class Smtp(smtplib.SMTP):
    def __init__(self, connection: Connection, name: str) -> None:
        self.connection = connection
        super().__init__(local_hostname=name, timeout=connection.remaining())
        # What certificates are compared with.
        self._host = connection.server.host
        code, _ = self.connect(connection.server.host, connection.server.port)
        if code != 220:
            self.close()
            raise smtplib.SMTPConnectError(code, b"")

    def _get_socket(self, _host: str, _port: int, _timeout: float) -> socket.socket:
        return self.connection.open()

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = CappedFile(self.sock.makefile("rb"), MOST_REPLY_BYTES)
        return super().getreply()

    def sign_in(self, user: str, password: str) -> None:
        self.ehlo_or_helo_if_needed()
        if not self.connection.server.is_tls:
            if self.has_extn("starttls"):
                self.starttls(context=http.tls_context())
                self.ehlo_or_helo_if_needed()
            elif not self.connection.may_be_plain():
                raise NotReached(texts.NOT_TLS, {"server": self.connection.server.host})
        code = self._authenticated(user, password)
        if code == 535:
            raise NeedsConsent(texts.SIGN_IN_SENDING, {"server": self.connection.server.host, "code": code})
        if code not in (235, 503):
            raise smtplib.SMTPAuthenticationError(code, b"")

    def _authenticated(self, user: str, password: str) -> int:
        methods = self.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in methods or "LOGIN" not in methods:
            return self.docmd("AUTH", "PLAIN " + _encoded(f"\0{user}\0{password}"))[0]
        code, _ = self.docmd("AUTH", f"LOGIN {_encoded(user)}")
        return self.docmd(_encoded(password))[0] if code == 334 else code


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@contextlib.contextmanager
def smtp(way: Http, address: str, user: str, password: str, *, name: str, seconds: float) -> Iterator[Smtp]:
    """A signed-in session. Raises `NotReached` for what breaks, unless the caller has caught it, and `NeedsConsent`.

    `name`: how we call ourselves, a host name.
    """
    with _reached(), contextlib.closing(Connection(way, Server.of(address), seconds)) as connection:
        session = Smtp(connection, name)
        try:
            session.sign_in(user, password)
            yield session
            with contextlib.suppress(*BROKEN):
                session.docmd("QUIT")
        finally:
            with contextlib.suppress(*BROKEN):
                session.close()


def verified(way: Http, address: str, user: str, password: str, *, name: str, seconds: float) -> None:
    """Whether outgoing mail is accepted from us. Raises `Rejected`, `NotReached`."""
    try:
        with smtp(way, address, user, password, name=name, seconds=seconds):
            return
    except NeedsConsent as refused:
        raise Rejected(refused.message, field="password", code="mail_sign_in", evidence=refused.evidence) from None
