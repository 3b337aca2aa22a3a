"""System checks of settings that would break or endanger an installation. Ids are `portal.E…`.

Web and worker run them at their start (`require`), with the one that searches the database for demo accounts; by hand
it is `manage.py check --database default`.
"""

import importlib.util
import logging
import re
import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from common import crypto, missing_key
from portal import adoption

log = logging.getLogger(__name__)

START = "start"
SECRET_LENGTH = 50
LOOPBACK = ("127.0.0.1", "localhost", "::1")
LEASE_AT_LEAST = 5
ORDERED = (
    (("CALL_DEADLINE_SECONDS", "CELERY_TASK_TIME_LIMIT", "TASK_LEASE_SECONDS"), "60, 150 and 240"),
    (("VIDEO_CALL_DEADLINE_SECONDS", "VIDEO_TASK_TIME_LIMIT"), "600 and 900"),
)
FETCHED_MONTHS = 4
RECONNECT_SECONDS = 1.0
DELAY_HOURS = (1, 24 * 14)
HOST_AND_PORT = re.compile(r"(?:(?<![A-Za-z0-9.-])[A-Za-z0-9.-]++|\[[0-9A-Fa-f:]++\]):\d{1,5}")
KEYS_HINT = "A new key: python -c \"import base64, os; print('first:' + base64.b64encode(os.urandom(32)).decode())\""


def _relaxed() -> bool:
    """The demo and a developer's computer may be less strict."""
    return settings.DEMO or settings.DEBUG


@register(Tags.security, START)
def secret_key(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """E001: the key that signs sessions and links."""
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:  # Django's own word for an empty one; ours says what to do
        key = ""
    weak = not key or "insecure" in key or len(key) < SECRET_LENGTH or len(set(key)) < 5
    if not weak or _relaxed():
        return []
    return [
        Error(
            "SECRET_KEY is missing, too short or the demo's own: anybody could forge a session.",
            hint='Set it to a long random text: python -c "import secrets; print(secrets.token_urlsafe(50))"',
            id="portal.E001",
        )
    ]


@register(Tags.security, START)
def token_keys(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """E002: the keyring of the networks' tokens and the second factors. The demo's commands may run without one."""
    try:
        crypto.keyring()
    except crypto.BadKeyring as bad:
        hint = f"Write TOKEN_KEYS as id:base64 of 32 bytes, newest first. {KEYS_HINT} (docs/operations/keys.md)"
        if _relaxed() and not settings.TOKEN_KEYS:
            return [Warning(str(bad), hint=hint, id="portal.W002")]
        return [Error(str(bad), hint=hint, id="portal.E002")]
    return []


@register(Tags.security, START)
def public_address(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """E004: everything that is public goes over https. W004: an installation that only this computer can reach."""
    if settings.HTTPS or _relaxed():
        return []
    if urlsplit(settings.PUBLIC_BASE_URL).hostname in LOOPBACK:
        return [
            Warning(
                f"PUBLIC_BASE_URL is {settings.PUBLIC_BASE_URL}: links in mails and the way back from the networks "
                "lead to this computer only.",
                hint="Set PUBLIC_BASE_URL to the https address at which people reach the portal.",
                id="portal.W004",
            )
        ]
    return [
        Error(
            f"PUBLIC_BASE_URL is {settings.PUBLIC_BASE_URL}: passwords and permissions would travel unencrypted.",
            hint="Put the portal behind https and set PUBLIC_BASE_URL to that address.",
            id="portal.E004",
        )
    ]


@register(START)
def deadlines(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """E005: a call ends before its task, and a task before its claim; so for what carries a video."""
    problems: list[CheckMessage] = []
    for names, defaults in ORDERED:
        times = [getattr(settings, name) for name in names]
        if not times[0] > 0 or any(later <= earlier for earlier, later in pairwise(times)):
            order = " < ".join(f"{name} ({seconds})" for name, seconds in zip(names, times, strict=True))
            problems.append(
                Error(
                    f"{order} must hold: otherwise two workers could publish the same post.",
                    hint=f"Leave all of them out to take the defaults {defaults}.",
                    id="portal.E005",
                )
            )
    if settings.LEASE_SECONDS < LEASE_AT_LEAST:
        problems.append(
            Error(
                f"LEASE_SECONDS is {settings.LEASE_SECONDS}: a publisher that pauses for a moment would lose the calls "
                "that it has under way.",
                hint=f"Set it to {LEASE_AT_LEAST} or more, or leave it out to take the default 20.",
                id="portal.E005",
            )
        )
    return problems


@register(Tags.security, START)
def private_hosts(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """E006: exceptions from the wall around private networks name one host and one port each."""
    bad = [entry for entry in settings.PRIVATE_HOSTS_ALLOWED if not HOST_AND_PORT.fullmatch(entry)]
    if not bad:
        return []
    return [
        Error(
            f"PRIVATE_HOSTS_ALLOWED holds {', '.join(map(repr, bad))}, which is not a host and a port.",
            hint="Write each entry as host:port, for example 10.0.0.7:3000, separated by commas.",
            id="portal.E006",
        )
    ]


@register(START)
def network_options(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """E007: what is set differently for a network is something that its connector knows."""
    from channels import validation

    bad = validation.unknown_options()
    if not bad:
        return []
    return [
        Error(
            f"NETWORK_OPTIONS holds {', '.join(map(repr, bad))}, which no network has.",
            hint='Write JSON, for example {"facebook": {"version": "v27.0"}}; docs/platforms names the options.',
            id="portal.E007",
        )
    ]


@register(START)
def snapshots_kept(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """E008: metrics of a post are fetched for three months, and its growth is computed from them."""
    if settings.SNAPSHOTS_KEEP_MONTHS == 0 or settings.SNAPSHOTS_KEEP_MONTHS >= FETCHED_MONTHS:
        return []
    return [
        Error(
            f"SNAPSHOTS_KEEP_MONTHS is {settings.SNAPSHOTS_KEEP_MONTHS}: metrics are fetched for three months.",
            hint=f"Set it to {FETCHED_MONTHS} at least (the default is 25), or to 0 to keep everything.",
            id="portal.E008",
        )
    ]


@register(START)
def relaxation_delay(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """E010: without a delay one person alone could switch the approval of posts off."""
    least, most = DELAY_HOURS
    if least <= settings.RULE_RELAXATION_HOURS <= most:
        return []
    return [
        Error(
            f"RULE_RELAXATION_HOURS is {settings.RULE_RELAXATION_HOURS}: other approvers need time to object.",
            hint=f"Set it to {least} at least and {most} at most (the default is 24).",
            id="portal.E010",
        )
    ]


@register(START)
def iati_identifiers(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """E013: what identifies organisation and activities to donors is of the form that their standard demands."""
    from reports.files import iati

    bad = iati.malformed()
    if not bad:
        return []
    return [
        Error(
            f"IATI's standard does not allow {', '.join(map(repr, bad))}.",
            hint="An identifier has no spaces and none of / & | ?; that of an activity begins with the organisation's "
            "and a hyphen; type, role and sector are numbers. docs/how-to/publish-iati.md has examples.",
            id="portal.E013",
        )
    ]


@register(START)
def error_reports(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """E011: errors that should be reported can be."""
    if not settings.SENTRY_DSN or can_report(settings.SENTRY_DSN):
        return []
    return [
        Error(
            "SENTRY_DSN is set, but no error can be reported: sentry-sdk is not installed, or it is no address.",
            hint="Install requirements-sentry.txt; an address looks like https://key@host/number.",
            id="portal.E011",
        )
    ]


def can_report(dsn: str) -> bool:
    """Whether the optional package is there and `dsn` is an address that it takes."""
    if importlib.util.find_spec("sentry_sdk") is None:
        return False
    try:
        parts = urlsplit(dsn)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname and parts.username and parts.path.strip("/"))


@register(START)
def traces(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """E012: spans that should be sent can be."""
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT or can_trace(settings.OTEL_EXPORTER_OTLP_ENDPOINT):
        return []
    return [
        Error(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but no span can be sent: its packages are not installed, or it is no "
            "address.",
            hint="Install requirements-tracing.txt; an address looks like http://collector:4318.",
            id="portal.E012",
        )
    ]


def can_trace(endpoint: str) -> bool:
    """Whether the optional packages are there and `endpoint` is an address that they take."""
    try:
        if importlib.util.find_spec("opentelemetry.sdk.trace.export") is None:
            return False
        parts = urlsplit(endpoint)
    except (ModuleNotFoundError, ValueError):
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query


@register(Tags.database, START)
def demo_accounts(app_configs: Any = None, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """E003: accounts with the password from the README. Runs with `check --database default`."""
    if settings.DEMO or not databases:
        return []
    from accounts.models import User

    try:
        count = User.objects.filter(is_demo=True, is_active=True).count()
    except DatabaseError:
        return []  # There are no tables yet, and so no accounts.
    if not count:
        return []
    return [
        Error(
            f"{count} demo accounts can sign in, and everybody knows their password.",
            hint="Start with an empty database, or set DEMO=true if this is a demonstration.",
            id="portal.E003",
        )
    ]


@register(Tags.database, START)
def identity_of_database(
    app_configs: Any = None, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """E014: keys and media are those of the installation that made the database."""
    if not databases:
        return []
    try:
        return adoption.messages()
    except DatabaseError:
        return []


def await_database() -> None:
    """For a worker, which does nothing without it: until then, `require` could not read what it needs."""
    is_reported = False
    while True:
        try:
            connection.ensure_connection()
        except DatabaseError as problem:
            if not is_reported:
                log.warning("The database does not answer; waiting for it: %s", problem)
            is_reported = True
            time.sleep(RECONNECT_SECONDS)
        else:
            return


def require() -> None:
    """Exit with the reasons if a check fails. For the start of web and worker. Without a database, a web process
    compares its identity later.
    """
    try:
        connection.ensure_connection()
    except DatabaseError:
        missing_key.check_later()
    problems = run_checks(tags=[START], databases=["default"])
    errors = [message for message in problems if message.is_serious()]
    if errors:
        raise SystemExit("Dobošar does not start:\n" + "\n".join(map(str, errors)))
