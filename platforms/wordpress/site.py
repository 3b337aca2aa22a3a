"""Where a site's REST API is, and what the site says about itself.

https://developer.wordpress.org/rest-api/using-the-rest-api/discovery/
"""

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from common.http import Answer, Http
from platforms import addresses, answers
from platforms.errors import NotReached, Rejected
from platforms.translation import gettext_noop

NO_ADDRESS = gettext_noop("This is not the address of a site.")
NOT_WORDPRESS = gettext_noop("No WordPress site answers at this address.")
CLOSED = gettext_noop("The REST API of this site is closed.")
NO_PASSWORDS = gettext_noop("The site has no application passwords.")
LINK = re.compile(r'<([^<>]{1,500})>\s*;\s*rel="?https://api\.w\.org/"?')
# What a person copies from the browser may lead into the site's own pages.
OWN_PAGES = re.compile(r"/(?:wp-admin|wp-json|wp-login\.php|index\.php)(?:/.*)?$")
PATH = re.compile(r"(?:/[\w%~.-]+)*")
INDEX = {"_fields": "name,home,namespaces,authentication,site_icon_url"}


def address(typed: str) -> str:
    """`https://host/path` of a site, which may lie in a directory. Raises `Rejected(field="server")`."""
    text = typed.strip()
    path = urlsplit(text if "://" in text else f"https://{text}").path
    path = OWN_PAGES.sub("", path).rstrip("/")
    if not PATH.fullmatch(path) or ".." in path:
        raise Rejected(NO_ADDRESS, field="server", code="bad_address")
    return addresses.address(text.split("/", 1)[0] if "://" not in text else text) + path


def facts(http: Http, server: str) -> dict[str, Any]:
    """The address of the API and what its index tells. Raises `NotReached`, or `Rejected(field="server")`."""
    front = answers.read(lambda: http.get(f"{server}/"))
    blocked = False
    for root in _roots(front, server):
        index = answers.read(lambda root=root: http.get(root, params=INDEX))  # type: ignore[misc]
        body = _object(index)
        if index.ok and "wp/v2" in (body.get("namespaces") or ()):
            return _facts(root, body)
        if index.status >= 500 or index.status == 429:
            raise NotReached("The server does not answer properly at the moment.", {"status": index.status})
        blocked |= index.status in (401, 403)
    if blocked or LINK.search(front.headers.get("link", "")):
        raise Rejected(CLOSED, field="server", code="rest_blocked")
    raise Rejected(NOT_WORDPRESS, field="server", code="not_wordpress")


def _roots(front: Answer, server: str) -> list[str]:
    """Where the API may be: where the site says, of the host that answered, or at one of the two usual places."""
    home = urlsplit(front.url)
    named = [urlsplit(link)._replace(scheme=home.scheme) for link in LINK.findall(front.headers.get("link", ""))]
    base = f"{home.scheme}://{home.netloc}{urlsplit(server).path}"
    own = [link.geturl() for link in named if link.netloc.lower() == home.netloc.lower()]
    return list(dict.fromkeys([*own[:1], f"{base}/wp-json/", f"{base}/?rest_route=/"]))


def _facts(root: str, body: dict[str, Any]) -> dict[str, Any]:
    ways = body.get("authentication")
    if not isinstance(ways, dict) or "application-passwords" not in ways:
        raise Rejected(NO_PASSWORDS, field="server", code="no_app_passwords")
    texts = {name: unescape(str(body.get(name) or ""))[:500] for name in ("name", "home", "site_icon_url")}
    return {"api": root, **texts}


def _object(answer: Answer) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
