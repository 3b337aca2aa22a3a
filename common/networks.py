"""Which addresses are on the open internet, and where a name leads."""

import ipaddress
import socket
import threading
from typing import Any


class Unknown(Exception):
    """The name leads nowhere, or did not in time."""


def is_public(address: str) -> bool:
    """Whether an IP address is on the open internet. IPv4 hidden in IPv6 is judged as the IPv4 it reaches."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or _nat64(ip)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _nat64(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    # RFC 6052: a NAT64 gateway turns these into plain IPv4, private ranges included.
    if ip in ipaddress.ip_network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


def resolve(host: str, port: int, seconds: float) -> list[tuple[int, str]]:
    """(family, address) pairs. Raises `Unknown`."""
    # getaddrinfo knows no time-out, so it gets a thread that we stop waiting for.
    box: list[Any] = []

    def look() -> None:
        try:
            box.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as problem:
            box.append(problem)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join(max(seconds, 0.01))
    if not box or isinstance(box[0], Exception):
        raise Unknown(host)
    return list(dict.fromkeys((family, str(place[0])) for family, _, _, _, place in box[0]))
