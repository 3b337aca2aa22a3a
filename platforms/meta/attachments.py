"""Reads what people attached to private messages, from Meta's own hosts.

The addresses are signed and end after a time; nobody's token is sent with them.
"""

from urllib.parse import urlsplit

from common.http import Http
from platforms import attachment_content
from platforms.meta.login import GRAPH

# As events contain them: scontent.….fbcdn.net, scontent.cdninstagram.com, lookaside.fbsbx.com, cdn.fbsbx.com.
HOSTS = ("fbcdn.net", "cdninstagram.com", "fbsbx.com")


def content(client: Http, source: str, most: int, server: str) -> bytes:
    """At most `most` bytes. `server`: a stand-in of the network gives attachments out itself."""
    if not is_ours(source, server):
        raise attachment_content.expired()
    return attachment_content.fetch(client, source, most)


def is_ours(address: str, server: str) -> bool:
    """Whether it is one of Meta's hosts for content, without a port, a name or a password in it."""
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    if server != GRAPH and (parts.scheme, parts.netloc) == urlsplit(server)[:2]:
        return True
    is_known = any(host == known or host.endswith(f".{known}") for known in HOSTS)
    return parts.scheme == "https" and is_known and port in (None, 443) and "@" not in parts.netloc
