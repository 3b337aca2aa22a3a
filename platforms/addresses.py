"""Server addresses as people type them."""

import re
from urllib.parse import urlsplit

from platforms.errors import Rejected

HOST = re.compile(r"(?i)^(?=.{1,253}(?::\d+)?$)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$")


def address(typed: str) -> str:
    """`https://host` from "host", "@user@host" or an address of a page there. Raises `Rejected(field="server")`."""
    text = typed.strip()
    if "://" not in text:
        text = "https://" + text.rsplit("@", 1)[-1]
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not HOST.match(parts.netloc):
        raise Rejected("This is not the address of a server.", field="server", code="bad_address")
    return f"{parts.scheme}://{parts.netloc.lower()}"
