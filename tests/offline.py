"""Tests talk to this computer only. A connection elsewhere fails at once and says who wanted it."""

import ipaddress
import socket
from typing import Any

_connect, _connect_ex = socket.socket.connect, socket.socket.connect_ex


class Offline(OSError):
    """A test tried to reach another computer."""


def _require_local(address: Any) -> None:
    if not isinstance(address, tuple):  # a Unix socket's path
        return
    host = str(address[0]).partition("%")[0]
    if host in ("localhost", ""):
        return
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise Offline(f"A test tried to reach {host}:{address[1]}. Tests talk to this computer only.")


def enforce() -> None:
    def connect(self: socket.socket, address: Any) -> None:
        _require_local(address)
        _connect(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        _require_local(address)
        return _connect_ex(self, address)

    socket.socket.connect = connect  # type: ignore[method-assign]
    socket.socket.connect_ex = connect_ex  # type: ignore[method-assign]
