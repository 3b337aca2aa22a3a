"""Attempts to connect a channel: how they start, what they encrypt, how they end."""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from channels import messages
from channels.connector_factory import built, http
from channels.domain import credentials
from channels.enums import ChannelState, ConnectStep
from channels.models import Channel, ConnectAttempt
from channels.rules import base_is_public, is_practice, mail_server, server_address
from common import audit, crypto, ratelimit
from common.errors import ActionNotAllowed
from platforms.registry import PLATFORMS

LIFE = timedelta(minutes=10)
PURPOSE = "connect"
PER_HOUR = 20
RUNNING = tuple(step for step in ConnectStep if step not in (ConnectStep.DONE, ConnectStep.FAILED))


def start(municipality: Any, platform: str, typed: str, *, by: User, channel: Channel | None = None) -> ConnectAttempt:
    """Start an attempt at a network that asks for consent in the browser. `channel`: the one to be connected again.

    Raises `ActionNotAllowed` for a server that may not be called, for practice beside real channels, after too many
    attempts in an hour, and without the administrator's keys.
    """
    if PLATFORMS[platform].keys_from == "administrator" and credentials.entered(platform) is None:
        raise ActionNotAllowed(messages.KEYS_NOT_ENTERED)
    _count(by)
    server = server_address(platform, typed)
    state = secrets.token_urlsafe(32)
    inside = {"state": state, "verifier": secrets.token_urlsafe(64)}
    return _begin(
        municipality, platform, server, ConnectStep.REGISTERING, by=by, channel=channel, state=state, inside=inside
    )


def sign_in(
    municipality: Any,
    platform: str,
    typed: str,
    *,
    secret: Mapping[str, str],
    by: User,
    channel: Channel | None = None,
) -> ConnectAttempt:
    """Start an attempt at a network that takes an app password or a token: `secret` holds the form's fields without the
    server. A worker exchanges it and it is wiped.

    Raises as `start`, and where the network needs to call us and cannot.
    """
    if PLATFORMS[platform].calls_first and not base_is_public():
        raise ActionNotAllowed(messages.NEEDS_PUBLIC_BASE)
    _count(by)
    server = server_address(platform, typed)
    inside = dict(secret)
    if "smtp" in PLATFORMS[platform].asks and inside.get("smtp"):
        inside["smtp"] = mail_server(inside["smtp"], "smtp", "smtp")
    state = secrets.token_urlsafe(32)
    return _begin(
        municipality, platform, server, ConnectStep.SIGNING_IN, by=by, channel=channel, state=state, inside=inside
    )


def _count(by: User) -> None:
    if ratelimit.hit("channels-connect", by.pk, limit=PER_HOUR, seconds=3600).is_exceeded:
        raise ActionNotAllowed(messages.TOO_OFTEN)


def _begin(
    municipality: Any,
    platform: str,
    server: str,
    step: ConnectStep,
    *,
    by: User,
    channel: Channel | None,
    state: str,
    inside: dict[str, Any],
) -> ConnectAttempt:
    refuse_mixture(municipality, server)
    with transaction.atomic():
        attempt = ConnectAttempt.objects.create(
            municipality=municipality,
            platform=platform,
            server=server,
            by=by,
            step=step,
            state_hash=hashed(state),
            channel=channel,
            expires_at=timezone.now() + LIFE,
        )
        put_away(attempt, inside)
        attempt.save(update_fields=["ciphertext"])
        audit.record("channel.connect_start", by=by, target=attempt, label=server)
    return attempt


def refuse_mixture(municipality: Any, server: str) -> None:
    """Raise `ActionNotAllowed` when a channel on this server would put practice beside real ones; ended ones do not
    count.
    """
    practice = is_practice(server)
    if municipality.is_practice and not practice:
        raise ActionNotAllowed(messages.PRACTICE_ONLY)
    others = Channel.objects.filter(is_practice=not practice).exclude(state=ChannelState.DISCONNECTED)
    if others.exists():
        raise ActionNotAllowed(messages.PRACTICE_BESIDE_REAL if practice else messages.REAL_BESIDE_PRACTICE)


def authorize_url(attempt: ConnectAttempt) -> str:
    """Where the browser goes to consent. Raises `ActionNotAllowed` when the attempt does not wait for that (any
    more).
    """
    if attempt.step != ConnectStep.AUTHORISING or attempt.expires_at <= timezone.now():
        raise ActionNotAllowed(messages.EXPIRED)
    inside = taken_out(attempt)
    keys = credentials.keys(attempt.platform, attempt.server)
    # Built without a call: the consent page follows from the server's address and its stored facts.
    asking = built(attempt.platform, http(), server=attempt.server, keys=keys, facts=inside["facts"])
    return asking.authorize_url(redirect_uri(), inside["state"], challenge(inside["verifier"]))


def redirect_uri() -> str:
    return settings.PUBLIC_BASE_URL.rstrip("/") + reverse("channel_callback")


def challenge(verifier: str) -> str:
    """S256 of RFC 7636."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def hashed(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def put_away(attempt: ConnectAttempt, inside: dict[str, Any]) -> None:
    """Encrypt the state of the attempt; the caller saves."""
    attempt.ciphertext = crypto.seal(PURPOSE, json.dumps(inside), attempt.pk)


def taken_out(attempt: ConnectAttempt) -> dict[str, Any]:
    inside: dict[str, Any] = json.loads(crypto.open_(PURPOSE, attempt.ciphertext, attempt.pk))
    return inside


def move(attempt: ConnectAttempt, step: ConnectStep, inside: dict[str, Any]) -> None:
    put_away(attempt, inside)
    attempt.step, attempt.problem = step, ""
    attempt.save(update_fields=["step", "ciphertext", "problem"])


def fail(attempt: ConnectAttempt, problem: str) -> None:
    """End it without a channel; its secrets are wiped. `problem` is one of `channels.messages`."""
    attempt.step, attempt.problem, attempt.ciphertext = ConnectStep.FAILED, problem, ""
    attempt.save(update_fields=["step", "problem", "ciphertext"])


def expire(attempt_id: int) -> None:
    """End an attempt whose ten minutes have passed, unless a worker holds it."""
    with transaction.atomic():
        overdue = ConnectAttempt.objects.select_for_update(skip_locked=True, of=("self",))
        attempt = overdue.filter(pk=attempt_id, step__in=RUNNING, expires_at__lte=timezone.now()).first()
        if attempt:
            fail(attempt, attempt.problem or messages.EXPIRED)
