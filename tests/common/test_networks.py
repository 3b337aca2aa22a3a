"""Which addresses the portal calls: only those that the registries of IANA give out as globally reachable.

https://www.iana.org/assignments/iana-ipv4-special-registry/ and .../iana-ipv6-special-registry/
"""

import ipaddress

import pytest

from common.networks import is_public
from links.rules import target_problem

# (block, an address in it); of each block the first and the last address are tried as well.
SPECIAL = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32", "168.63.129.16/32",
    "::/128", "::1/128", "::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001:2::/48", "2001:db8::/32",
    "2001:10::/28", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "4000::/3", "e000::/4",
]  # fmt: skip
METADATA = ["169.254.169.254", "100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254", "fe80::a9fe:a9fe"]
INSIDE_IPV4 = ["127.0.0.1", "10.0.0.1", "169.254.169.254", "168.63.129.16", "100.64.0.1"]
OUTSIDE = ["1.1.1.1", "8.8.8.8", "147.91.1.1", "2606:4700:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888"]


def test_nothing_of_a_special_block_is_public(subtests: pytest.Subtests) -> None:
    for block in SPECIAL:
        with subtests.test(block=block):
            network = ipaddress.ip_network(block)
            middle = network.network_address + network.num_addresses // 2
            for address in (network.network_address, middle, network.broadcast_address):
                assert not is_public(str(address)), address


@pytest.mark.parametrize("address", METADATA)
def test_the_metadata_of_a_cloud_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("inner", INSIDE_IPV4)
def test_ipv4_hidden_in_ipv6_is_judged_as_what_it_reaches(inner: str) -> None:
    number = int(ipaddress.IPv4Address(inner))
    flipped = number ^ 0xFFFFFFFF
    public = int(ipaddress.IPv4Address("8.8.8.8"))
    hidden = [
        f"::ffff:{inner}",
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80)),  # 6to4
        ipaddress.IPv6Address((0x0064FF9B << 96) | number),  # NAT64
        ipaddress.IPv6Address((0x20010000 << 96) | (public << 64) | flipped),  # Teredo, of the client
        ipaddress.IPv6Address((0x20010000 << 96) | (number << 64) | (public ^ 0xFFFFFFFF)),  # Teredo, of the server
        f"::{inner}",
    ]
    for address in hidden:
        assert not is_public(str(address)), address


@pytest.mark.parametrize("address", [*OUTSIDE, "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", ["fe80::1%eth0", "2606:4700:4700::1111%eth0", "::ffff:8.8.8.8%1"])
def test_an_address_with_a_zone_is_of_this_machine(address: str) -> None:
    assert not is_public(address)


def test_whatever_python_takes_for_not_global_is_not_public() -> None:
    for first in range(256):
        for second in (0, 16, 64, 88, 168, 254):
            address = ipaddress.IPv4Address(f"{first}.{second}.99.1")
            assert not is_public(str(address)) or address.is_global


def test_a_link_leads_to_none_of_them_however_it_is_written(subtests: pytest.Subtests) -> None:
    for host in [
        "[fec0::1]", "168.63.129.16", "168.63.129.16.", "127.1", "0177.0.0.1", "2130706433", "0x7f000001", "0x7f.1",
        "[::ffff:127.0.0.1]", "[64:ff9b:1::1]", "[fe80::1%25eth0]", "localhost.", "metadata.google.internal.",
        "[2002:7f00:1::]", "169.254.169.254.", "[fd00:ec2::254]",
    ]:  # fmt: skip
        with subtests.test(host=host):
            assert target_problem(f"http://{host}/latest/meta-data/", "https://portal.example") in ("private", "shape")
