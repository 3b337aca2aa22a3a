"""`dobosar setup`: the database, the settings and the first start of an installation from the Debian package."""

from __future__ import annotations

import base64
import re
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

from launcher import debian_database, environment_file, installed, ports
from launcher.errors import LauncherError
from launcher.installed import Installation

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST = re.compile(rf"{LABEL}(?:\.{LABEL})+", re.ASCII)
SMTP_SCHEMES = ("smtp", "smtp+tls", "smtp+ssl")
LOCAL_SMTP = "smtp://127.0.0.1:25"
HOST_QUESTION = "Host name of the portal (dobosar.example)"
SMTP_QUESTION = f"Mail server (smtp+tls://user:password@host:587; Enter: {LOCAL_SMTP})"
APPLICATION = "dobosar_app_login"
VALKEY = "redis://127.0.0.1:6379/0"
PORT = 8000


class UsageError(LauncherError):
    """An option that cannot be right. Exit code 2."""


@dataclass(frozen=True)
class Answers:
    """`host`: the name under which people reach the portal. `smtp`: URL of the mail server."""

    host: str
    smtp: str
    sender: str


def checked_host(text: str) -> str:
    """In small letters. Raises `UsageError`."""
    host = text.strip().lower()
    if "://" in host or "/" in host or ":" in host:
        raise UsageError(f"{text!r} is an address; only the host name is needed, for example dobosar.example")
    if len(host) > 253 or not HOST.fullmatch(host) or host.split(".")[-1].isdigit():
        raise UsageError(
            f"{text!r} is no host name. It has letters of English, digits, hyphens and at least one dot, for example "
            "dobosar.example. A name in Cyrillic is written as it is registered, beginning with xn--."
        )
    return host


def checked_smtp(text: str) -> str:
    """Raises `UsageError`, which does not repeat the text: it may hold a password."""
    url = text.strip()
    example = "For example smtp+tls://user:password@mail.example:587, smtp+ssl://…:465 or smtp://127.0.0.1:25."
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UsageError(
            "The address of the mail server cannot be read. In user and password write special characters "
            f"percent-encoded: / as %2F, @ as %40, : as %3A, # as %23, % as %25. {example}"
        ) from None
    if parts.scheme not in SMTP_SCHEMES:
        raise UsageError(f"The address of the mail server begins with {', '.join(SMTP_SCHEMES)}, then ://. {example}")
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise UsageError(
            "The address of the mail server has a user, a password, a host and a port, nothing else; special "
            f"characters are percent-encoded. {example}"
        )
    if port is None:
        raise UsageError(f"The address of the mail server has no port. {example}")
    if not url.isprintable() or " " in unquote(parts.hostname):
        raise UsageError(f"The address of the mail server cannot be read. {example}")
    return url


def checked_sender(text: str) -> str:
    """`name@host` or `Name <name@host>`. Raises `UsageError`."""
    sender = text.strip()
    _, address = parseaddr(sender)
    if not (sender.isprintable() and _is_address(address) and (sender == address or sender.endswith(f"<{address}>"))):
        raise UsageError(f"{text!r} is no sender of mail. For example: Dobošar <dobosar@dobosar.example>")
    return sender


def _is_address(text: str) -> bool:
    name, _, domain = text.rpartition("@")
    labels = domain.split(".")
    has_bad_characters = any(character.isspace() or character in "<>" for character in text)
    return bool(name) and "@" not in name and len(labels) > 1 and all(labels) and not has_bad_characters


def answers(
    installation: Installation, host: str | None, smtp: str | None, sender: str | None, *, terminal: bool | None = None
) -> Answers:
    """From the options, else from an earlier set-up, else asked for. Raises `UsageError` where nobody can be asked."""
    stored = installation.variables()
    can_ask = sys.stdin.isatty() if terminal is None else terminal
    earlier = urlsplit(stored.get("PUBLIC_BASE_URL", "")).hostname if host is None else host
    chosen = checked_host(earlier) if earlier is not None else _asked("--host", HOST_QUESTION, checked_host, can_ask)
    url = stored.get("EMAIL_URL") if smtp is None else smtp
    mail = checked_smtp(url) if url is not None else _asked("--smtp", SMTP_QUESTION, checked_smtp, can_ask, LOCAL_SMTP)
    return Answers(
        chosen, mail, checked_sender(sender or stored.get("DEFAULT_FROM_EMAIL") or f"Dobošar <dobosar@{chosen}>")
    )


def _asked(option: str, question: str, check: Callable[[str], str], can_ask: bool, default: str = "") -> str:
    """What the person at the terminal answers, until `check` takes it."""
    if not can_ask:
        raise UsageError(f"{option} is needed, as there is no terminal to ask on: dobosar setup --help")
    while True:
        try:
            return check(input(f"{question}: ").strip() or default)
        except UsageError as error:
            print(error)


def variables(installation: Installation, given: Answers) -> tuple[dict[str, str], dict[str, str]]:
    """What /etc/dobosar/env and owner.env are going to hold. Keys and passwords of an earlier set-up stay."""
    stored = installation.variables()
    name = debian_database.NAME
    env = {
        "SECRET_KEY": stored.get("SECRET_KEY") or secrets.token_urlsafe(50),
        "TOKEN_KEYS": stored.get("TOKEN_KEYS") or f"first:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "PUBLIC_BASE_URL": f"https://{given.host}",
        "ALLOWED_HOSTS": given.host,
        "EMAIL_URL": given.smtp,
        "DEFAULT_FROM_EMAIL": given.sender,
        "DATABASE_URL": stored.get("DATABASE_URL")
        or f"postgresql://{APPLICATION}:{secrets.token_hex(16)}@127.0.0.1:5432/{name}",
        "REDIS_URL": stored.get("REDIS_URL") or VALKEY,
    }
    if given.host in stored.get("ALLOWED_HOSTS", "").split(","):
        env["ALLOWED_HOSTS"] = stored["ALLOWED_HOSTS"]  # with more names, which somebody added
    owner = {
        "DATABASE_OWNER_URL": stored.get("DATABASE_OWNER_URL")
        or f"postgresql://{name}:{secrets.token_hex(16)}@127.0.0.1:5432/{name}"
    }
    return env, owner


def require_usable_database(installation: Installation, state: debian_database.State) -> None:
    """Before anything is written. Raises `LauncherError`."""
    if not debian_database.VERSIONS[0] <= state.version <= debian_database.VERSIONS[1]:
        raise LauncherError(f"PostgreSQL of this machine has version {state.version}; Dobošar needs 17 or 18.")
    if state.locale is not None and state.locale != debian_database.LOCALE:
        raise LauncherError(
            f"There is a database {debian_database.NAME} with another locale, in which searches would not match "
            f"Serbian letters ({_spoken(state.locale)}). Rename or drop it, then try again."
        )
    if state.has_tables and not installation.variables().get("TOKEN_KEYS"):
        raise LauncherError(
            f"The database {debian_database.NAME} has tables, but there are no TOKEN_KEYS in {installation.env}, which "
            "decrypt what is stored: put the file back from your copy. If the database is not needed, drop it:\n"
            f"  runuser -u postgres -- dropdb {debian_database.NAME}"
        )


def require_servers(installation: Installation, redis_url: str) -> None:
    """Valkey answers, and the portal's port is free or its own. Raises `LauncherError`."""
    if problem := installed.valkey_problem(redis_url):
        raise LauncherError(f"{problem}\nStart it (systemctl start valkey-server), then try again.")
    if not installed.readiness(installation) and not ports.is_free(PORT):
        raise LauncherError(f"Another program uses port {PORT}, where the portal listens. Stop it, then try again.")


def _spoken(locale: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in locale.items())


def setup(installation: Installation, given: Answers, *, starts: bool = True) -> None:
    """Raises `LauncherError`. Running it again changes only what `given` has new."""
    env, owner = variables(installation, given)
    is_ours = is_of_this_machine(owner["DATABASE_OWNER_URL"])
    if is_ours:
        require_usable_database(installation, installed.database("examine"))
    require_servers(installation, env["REDIS_URL"])
    installation.configuration.mkdir(mode=0o700, exist_ok=True)
    installation.configuration.chmod(0o700)
    changed = environment_file.update(installation.owner_env, owner)
    changed |= environment_file.update(installation.env, env)
    print(f"{'Written' if changed else 'Unchanged'}: {installation.env} and {installation.owner_env.name}")
    if is_ours:
        installed.database("create", unquote(urlsplit(owner["DATABASE_OWNER_URL"]).password or ""))
        print(f"The database {debian_database.NAME} is there.")
    if not starts:
        print("Not started, as you wished. Later: dobosar setup")
        return
    print("Creating the tables and starting ...", flush=True)
    installed.systemctl("enable", "--quiet", installed.TARGET, installed.TIMER)
    installed.systemctl("start", installed.TIMER)
    installed.start(installation)
    print("Everything works.")
    print(installed.journal(installed.MIGRATE))
    print(f"Next: a proxy with TLS for https://{given.host}: /usr/share/doc/dobosar/examples")
    print(f"Keep a copy of {installation.env} on another machine: without its keys no stored token can be read.")


def is_of_this_machine(owner_url: str) -> bool:
    """Whether the database is the one that this command makes, and not one that somebody configured elsewhere."""
    parts = urlsplit(owner_url)
    return parts.hostname == "127.0.0.1" and parts.username == parts.path.strip("/") == debian_database.NAME
