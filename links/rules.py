"""Codes, target addresses and detection of bots. Pure: no tables, no settings, no network.

code(secret, subject, place, target)    the path after /l/: deterministic, so that a page can show a link before it
                                        exists
with_campaign(address, …)               the address with utm_ parameters; existing ones stay untouched
target_problem(address, own)            why a link may not lead there; "" if it may
is_machine(headers)                     whether a program makes the request, not a person
"""

import hashlib
import hmac
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from urllib.parse import parse_qsl, quote, urlencode, urlsplit
from uuid import UUID

from common.networks import is_public

# No characters that are misread on a poster (0 o 1 l i), no vowels, so that no word results, and lower case only.
ALPHABET = "23456789bcdfghjkmnpqrstvwxyz"
LENGTH = 8
PREFIX = "/l/"

_PRIVATE_NAMES = (".local", ".localhost", ".internal", ".intranet", ".lan", ".home", ".corp", ".home.arpa", ".onion")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_ODD = re.compile(r"[\x00-\x20\x7f\\\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")

# Programs that fetch pages for previews, indexes and checks. Most identify themselves as bots; networks whose
# preview fetchers do not are named one by one. Browsers inside apps (FBAN, Instagram, Viber) are people, and so is
# whoever has a phone by Cubot.
_MACHINE = re.compile(
    r"(?<!cu)bot(?:\b|_)|crawl|spider|slurp|archiver|preview|fetch|scan|monitor|check|valid|headless|phantomjs|"
    r"facebookexternalhit|facebookcatalog|meta-external|^viber/|^whatsapp/|skypeuripreview|cardyb|embedly|iframely|"
    r"mastodon/|pleroma|akkoma|misskey|friendica|hubzilla|lemmy|gotosocial|snac/|bridgy|fedi|pixelfed|peertube|"
    r"vkshare|pinterest/|tumblr/|quora link|bitlybot|feed|rss|lighthouse|pagespeed|gtmetrix|"
    r"^curl/|^wget/|^python|aiohttp|httpx|^go-http|^java/|okhttp|^axios|^node|undici|^ruby|^php|guzzle|libwww|"
    r"http\.rb|^perl|^postman|^insomnia|apache-httpclient|^dobosar",
    re.IGNORECASE,
)
_PARTS = re.compile(r"(https?)://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_KEPT = "/#%[]=:;$&()+,!?*@'~"
_AHEAD = ("purpose", "sec-purpose", "x-purpose", "x-moz")


def code(secret: str, subject: UUID, place: int, target: str, turn: int = 0) -> str:
    """`turn` gives another code when the first is taken."""
    key = f"{subject.hex} {place} {turn} {target}".encode()
    number = int.from_bytes(hmac.new(f"links.code {secret}".encode(), key, hashlib.sha256).digest()[:16], "big")
    letters = []
    for _ in range(LENGTH):
        number, at = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[at])
    return "".join(letters)


def is_code(text: str) -> bool:
    return len(text) == LENGTH and set(text) <= set(ALPHABET)


def with_campaign(address: str, *, source: str, campaign: str, medium: str = "social") -> str:
    """The address with `utm_source`, `utm_medium` and `utm_campaign`.

    Everything else stays unchanged: order, encoding, fragment, and existing utm_ parameters.
    """
    front, hash_mark, fragment = address.partition("#")
    path, _question_mark, query = front.partition("?")
    has = {name.lower() for name, _value in parse_qsl(query, keep_blank_values=True)}
    wanted = {"utm_source": source, "utm_medium": medium, "utm_campaign": campaign}
    added = urlencode({name: value for name, value in wanted.items() if name not in has})
    if not urlsplit(path).path:
        path += "/"
    joined = query + ("&" if query and added and not query.endswith("&") else "") + added
    return path + ("?" + joined if joined else "") + hash_mark + fragment


def target_problem(address: str, own: str, allowed: Collection[str] = ()) -> str:
    """Why a link may not lead to `address`: "shape", "scheme", "login", "private", "loop"; "" if it may.

    `own` is the base of our short links: a link to another one, or to itself, is a loop. `allowed` are "host:port" in a
    private network that the installation permits.
    """
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return "shape"
    if parts.scheme not in ("http", "https"):
        return "scheme"
    if _ODD.search(address) or not host or not _is_a_name(host):
        return "shape"
    if parts.username is not None or parts.password is not None:
        return "login"
    if is_own(host, port, own) and parts.path.startswith(PREFIX):
        return "loop"
    place = f"{host}:{port or (443 if parts.scheme == 'https' else 80)}"
    return "" if place in allowed or _is_public(host) else "private"


def _is_a_name(host: str) -> bool:
    try:
        host.encode("idna")
    except UnicodeError:  # a label that is too long or empty
        return host.count(":") > 1
    return True


def is_own(host: str, port: int | None, own: str) -> bool:
    mine = urlsplit(own)
    return host == (mine.hostname or "") and port in (mine.port, None)


def _is_public(host: str) -> bool:
    """Judged by its syntax alone; the name may still resolve to an internal host, which the worker detects."""
    with suppress(ValueError):
        return is_public(host)
    last = host.rpartition(".")[2]
    # Browsers read 127.1, 0177.0.0.1 and 2130706433 as addresses of a network.
    if "." not in host or _NUMBER.fullmatch(last) or "%" in host:
        return False
    return not f".{host}".endswith(_PRIVATE_NAMES)


def as_uri(address: str) -> str:
    """In ASCII, as a `Location` must be: the host in Punycode, the rest percent-encoded, existing encoding kept."""
    match = _PARTS.fullmatch(address)
    if match is None:
        raise ValueError(address)
    scheme, place, rest = match.groups()
    host, colon, port = place.partition(":") if not place.startswith("[") else (place, "", "")
    ascii_host = host if host.isascii() else host.encode("idna").decode("ascii")
    return f"{scheme}://{ascii_host}{colon}{port}{quote(rest, safe=_KEPT)}"


def is_machine(headers: Mapping[str, str]) -> bool:
    """`headers` are those of the request, case-insensitive."""
    agent = (headers.get("user-agent") or "").strip()
    if not agent or _MACHINE.search(agent):
        return True
    return any("prefetch" in value or "preview" in value for value in _header_values(headers))


def _header_values(headers: Mapping[str, str]) -> list[str]:
    return [(headers.get(name) or "").lower() for name in _AHEAD]
