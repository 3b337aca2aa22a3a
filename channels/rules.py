"""What may be connected, decided without a query or a call. A server address that a person types is hostile input."""

import re
import unicodedata
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import idna

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from channels import messages
from common.errors import ActionNotAllowed
from common.languages import once_per_language
from municipalities.enums import Script, TextLanguage
from platforms.errors import Rejected
from platforms.registry import PLATFORMS, connector

LONGEST = 200
HTTPS = 443
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# The practice network speaks the Mastodon client API.
PRACTICE_PLATFORM = "mastodon"
# Names that never belong to a server on the open internet: RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476.
PRIVATE_NAMES = ("localhost", "local", "internal", "lan", "intranet", "onion", "arpa", "alt", "home", "corp")
# Both scripts are official for these; the others are written in one.
BOTH_SCRIPTS = (TextLanguage.SERBIAN, TextLanguage.MONTENEGRIN)
CYRILLIC_ONLY = (TextLanguage.MACEDONIAN, TextLanguage.BULGARIAN, TextLanguage.RUSYN)


def server_address(platform: str, typed: str) -> str:
    """The base address that a person meant: "https://host", with a path where the network's sites may have one.

    Raises `ActionNotAllowed` with one of `channels.messages`.

    Only names on the open internet at the usual port, except the addresses in `PRIVATE_HOSTS_ALLOWED`. Whether a name
    leads to a private address is decided by `common.http` at every call, since it may change its mind.
    """
    if "server" not in PLATFORMS[platform].asks:
        return home(platform)
    if PLATFORMS[platform].connect_by == "mailbox":
        return mail_server(typed, "imap", "server")
    text = unicodedata.normalize("NFKC", typed).strip() or PLATFORMS[platform].default_server
    if not text:
        raise _bad(messages.SERVER_MISSING)
    scheme, authority = _split(text)
    if authority in settings.PRIVATE_HOSTS_ALLOWED:
        return _private(scheme, authority) + _path(platform, authority, text)
    host, _colon, port = authority.partition(":")
    if port and port != str(HTTPS):
        raise _bad(messages.SERVER_PORT)
    host = _ascii(host.rstrip("."))
    path = _path(platform, host, text)
    if not all(LABEL.fullmatch(label) for label in host.split(".")):
        raise _bad(messages.SERVER_BAD)
    _refuse_private(host)
    return f"https://{host}{path}"


MAIL_PORTS = {"imap": {993: "imaps", 143: "imap"}, "smtp": {465: "smtps", 587: "smtp"}}
"""Protocol → port → how a connection there is encrypted: from the beginning ("…s"), or by STARTTLS."""


def mail_server(typed: str, protocol: str, field: str) -> str:
    """The address of a mail server that a person meant, as `platforms.mail.connections` has it: "imaps://host:993".

    `protocol`: "imap" or "smtp", whose usual ports alone are called. Raises `ActionNotAllowed` for `field`.
    """
    text = unicodedata.normalize("NFKC", typed).strip()
    if not text:
        raise ActionNotAllowed(messages.MAIL_SERVER_MISSING, field)
    ports = MAIL_PORTS[protocol]
    schemes = {scheme: port for port, scheme in ports.items()}
    scheme, separator, rest = text.lower().partition("://")
    authority = rest if separator else text.lower()
    if (separator and scheme not in schemes) or len(text) > LONGEST:
        raise ActionNotAllowed(messages.MAIL_SERVER_BAD, field)
    host, _colon, number = authority.rstrip("/").partition(":")
    usual = schemes[scheme] if separator else next(iter(ports)) if protocol == "imap" else schemes["smtp"]
    if number and not (number.isascii() and number.isdigit() and 0 < int(number[:6]) < 65536):
        raise ActionNotAllowed(messages.MAIL_SERVER_BAD, field)
    port = int(number[:6]) if number else usual
    if f"{host}:{port}" in settings.PRIVATE_HOSTS_ALLOWED:
        return f"{scheme if separator else ports.get(port, protocol)}://{host}:{port}"
    if port not in ports:
        raise ActionNotAllowed(messages.MAIL_PORT, field)
    return f"{ports[port]}://{_mail_host(host, field)}:{port}"


def _mail_host(typed: str, field: str) -> str:
    try:
        host = _ascii(typed.rstrip("."))
        _refuse_private(host)
    except ActionNotAllowed as refused:
        raise ActionNotAllowed(refused.message, field) from None
    if not all(LABEL.fullmatch(label) for label in host.split(".")):
        raise ActionNotAllowed(messages.MAIL_SERVER_BAD, field)
    return host


def _path(platform: str, host: str, typed: str) -> str:
    """The part of an address behind the host that belongs to it on this network, or ""."""
    try:
        path = urlsplit(typed if "://" in typed else f"https://{typed}").path
        return urlsplit(connector(platform).address(f"https://{host}{path}")).path
    except (Rejected, ValueError):
        raise _bad(messages.SERVER_BAD) from None


def home(platform: str) -> str:
    """The one address of a network that has no others; an installation may name another (a stand-in for trials)."""
    return str(settings.NETWORK_OPTIONS.get(platform, {}).get("server") or PLATFORMS[platform].default_server)


def renew_at(expires_at: datetime, now: datetime) -> datetime:
    """When a session is renewed: twenty minutes before a short one ends, a third of a long life before that ends."""
    life = expires_at - now
    return expires_at - (life / 3 if life > timedelta(days=1) else timedelta(minutes=20))


# Days before access ends on which people are notified that a new consent is needed.
WARNINGS = (14, 7, 1)


def warning(until: datetime, last: int | None, now: datetime) -> int | None:
    """The warning that is due, in days; None when none is, or it was given."""
    reached = [days for days in WARNINGS if until - now <= timedelta(days=days)]
    return reached[-1] if reached and (last is None or reached[-1] < last) else None


def _bad(message: str) -> ActionNotAllowed:
    return ActionNotAllowed(message, "server")


def _split(text: str) -> tuple[str, str]:
    """(scheme or "", host and port). A page's path is dropped; a user name in an address is refused."""
    if len(text) > LONGEST or any(c.isspace() or c == "\\" or not c.isprintable() for c in text):
        raise _bad(messages.SERVER_BAD)
    scheme, separator, rest = text.partition("://")
    if not separator:
        # "@opstina@mastodon.social", as people know their handle
        scheme, rest = "", text.rsplit("@", 1)[-1]
    authority = rest.replace("?", "/").replace("#", "/").split("/", 1)[0].lower()
    if "@" in authority or scheme.lower() not in ("", "http", "https"):
        raise _bad(messages.SERVER_BAD)
    return scheme.lower(), authority


def _private(scheme: str, authority: str) -> str:
    practice = settings.PRACTICE_URL.rstrip("/")
    if authority == urlsplit(practice).netloc and not scheme:
        return practice
    return f"{scheme or 'https'}://{authority}"


def _ascii(host: str) -> str:
    """општина.срб → xn--…; what is ASCII already stays as it is."""
    try:
        return host if host.isascii() else idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        raise _bad(messages.SERVER_BAD) from None


def _refuse_private(host: str) -> None:
    if is_number(host):
        raise _bad(messages.SERVER_NUMBER)
    if is_private_name(host):
        raise _bad(messages.SERVER_PRIVATE)


def is_number(host: str) -> bool:
    """https://url.spec.whatwg.org/#ends-in-a-number-checker: 2130706433, 0177.1 and 0x7f.1 are addresses, not names."""
    last = host.rsplit(".", 1)[-1]
    return last.isdigit() or last.startswith("0x")


def is_private_name(host: str) -> bool:
    """Whether a name, by its form alone, cannot belong to a server on the open internet."""
    return "." not in host or host.rsplit(".", 1)[-1] in PRIVATE_NAMES


def base_is_public() -> bool:
    """Whether a network could fetch a file from here: https and a public host name. Makes no query."""
    parts = urlsplit(settings.PUBLIC_BASE_URL)
    if parts.netloc in settings.PRIVATE_HOSTS_ALLOWED:
        return True  # named on purpose: a network on this very machine fetches from here
    host = parts.hostname or ""
    return parts.scheme == "https" and not is_private_name(host) and not is_number(host) and ":" not in host


def is_practice(server: str) -> bool:
    """Whether this server is the practice network of the installation."""
    return server.rstrip("/") == settings.PRACTICE_URL.rstrip("/")


@once_per_language
def languages() -> tuple[tuple[str, str], ...]:
    """(tag, name) of each language and script a post can be written in: ("sr-Cyrl", "Serbian, Cyrillic")."""
    return tuple(
        (
            f"{language}-{script}",
            str(_("%(language)s, %(script)s") % {"language": language.label, "script": script.label}),
        )
        for language in TextLanguage
        for script in _scripts(language)
    )


def _scripts(language: TextLanguage) -> tuple[Script, ...]:
    if language in BOTH_SCRIPTS:
        return (Script.CYRILLIC, Script.LATIN)
    return (Script.CYRILLIC,) if language in CYRILLIC_ONLY else (Script.LATIN,)
