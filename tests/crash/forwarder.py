"""A network between a machine and a server that can be cut: nothing passes any more, and nothing is refused either."""

from __future__ import annotations

import contextlib
import socket
import threading
from urllib.parse import urlsplit, urlunsplit


class Forwarder:
    """Forwards a free port of this computer to `host:port`. While it is cut nothing passes, and no end hears of it."""

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.whole = threading.Event()
        self.whole.set()
        self.forwarded = 0  # bytes
        self.ends: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    @classmethod
    def to(cls, url: str) -> tuple[Forwarder, str]:
        """A forwarder to the server of this URL, and the URL that leads through it."""
        parts = urlsplit(url)
        forwarder = cls(parts.hostname or "127.0.0.1", parts.port or 0)
        user = parts.netloc.rpartition("@")[0]
        return forwarder, urlunsplit(parts._replace(netloc=f"{user}@127.0.0.1:{forwarder.port}"))

    def cut(self) -> None:
        self.whole.clear()

    def restore(self) -> None:
        """Connections from before are gone; new ones pass."""
        ends, self.ends = self.ends, []
        self.whole.set()
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.close()
        self.restore()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=[near], daemon=True).start()

    def _connect(self, near: socket.socket) -> None:
        self.whole.wait()
        try:
            far = socket.create_connection(self.target)
        except OSError:
            near.close()
            return
        self.ends += [near, far]
        for source, drain in ((near, far), (far, near)):
            threading.Thread(target=self._pump, args=[source, drain], daemon=True).start()

    def _pump(self, source: socket.socket, drain: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self.whole.wait()
                self.forwarded += len(data)
                drain.sendall(data)
        for end in (source, drain):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
