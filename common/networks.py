"""Name resolution with a timeout, and the check that an address is on the public internet (against SSRF)."""

import ipaddress
import socket
import threading
from typing import Any


class Unknown(Exception):
    """The name leads nowhere, or did not in time."""


# IPv6 gives out addresses of the open internet from here alone (RFC 4291, 2.4; the registry of IANA).
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
# What `ipaddress` takes for global and is not, or not for us:
INSIDE = [
    ipaddress.ip_network(network)
    for network in (
        "168.63.129.16/32",  # the host that serves a virtual machine at Azure, with its metadata
        "192.0.0.0/24",  # protocol assignments; the metadata of Oracle's machines
        "192.88.99.0/24",  # relays of 6to4, withdrawn (RFC 7526)
        "3fff::/20",  # examples (RFC 9637)
    )
]


def is_public(address: str) -> bool:
    """Whether an IP address is on the open internet. IPv4 hidden in IPv6 is judged as the IPv4 it reaches.

    An address with a zone is one of this machine's own links. Raises `ValueError` for what is no address.
    """
    bare, mark, _zone = address.partition("%")
    ip = ipaddress.ip_address(bare)
    if isinstance(ip, ipaddress.IPv6Address) and (hidden := _hidden(ip)):
        return not mark and all(is_public(str(inner)) for inner in hidden)
    if mark or (ip.version == 6 and ip not in GLOBAL_UNICAST) or any(ip in network for network in INSIDE):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _hidden(ip: ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """The IPv4 addresses that it leads to: mapped, 6to4, Teredo (its server and its client), NAT64."""
    candidates = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ()), _nat64(ip)]
    return [address for address in candidates if address is not None]


def _nat64(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    # RFC 6052: a NAT64 gateway turns these into plain IPv4, private ranges included.
    if ip in ipaddress.ip_network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


def resolve(host: str, port: int, seconds: float) -> list[tuple[int, str]]:
    """(family, address) pairs. Raises `Unknown`."""
    # getaddrinfo knows no time-out, so it gets a thread that we stop waiting for.
    box: list[Any] = []

    def query() -> None:
        try:
            box.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as problem:
            box.append(problem)

    thread = threading.Thread(target=query, daemon=True)
    thread.start()
    thread.join(max(seconds, 0.01))
    if not box or isinstance(box[0], Exception):
        raise Unknown(host)
    return list(dict.fromkeys((family, str(place[0])) for family, _, _, _, place in box[0]))


def network_of(address: str) -> str:
    """The part of an IP address that identifies a subscriber: IPv6 is assigned by the /64."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{ip}/64", strict=False)) if ip.version == 6 else str(ip)
