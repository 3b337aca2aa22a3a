"""Addresses that a network names for an upload. Pure."""

import re
from urllib.parse import urlsplit

from platforms.errors import NotReached


def checked(url: str, hosts: re.Pattern[str], server: str, problem: str) -> str:
    """`url`, if it leads to one of the network's own `hosts` by HTTPS, or to `server`, an address without a path.

    An answer may name any address, and what is sent there includes the file and sometimes the token. Raises
    `NotReached` with `problem` for all others.
    """
    parts = urlsplit(url)
    if parts.scheme == "https" and hosts.fullmatch(parts.netloc):
        return url
    if (parts.scheme, parts.netloc) == urlsplit(server)[:2]:
        return url
    raise NotReached(problem)
