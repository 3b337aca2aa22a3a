"""The OAuth callback: exchanges the code. The only network call that a request makes."""

import hmac
import logging
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import User
from channels import messages
from channels.connector_factory import built, http
from channels.domain import credentials
from channels.domain.connect import attempts
from channels.enums import ConnectStep
from channels.models import ConnectAttempt
from municipalities import queries
from municipalities.rules import Verb
from municipalities.tenancy import everywhere, scope
from platforms.errors import NeedsConsent, PlatformError
from platforms.types import Credential

log = logging.getLogger(__name__)

# A person waits for the page; what takes longer is started again.
DEADLINE_SECONDS = 8


class UnknownState(Exception):
    """The answer belongs to no attempt that this person has open: forged, replayed, or another person's."""


def callback(answer: Mapping[str, str], *, by: User) -> ConnectAttempt:
    """Handle the network's answer (`state` and `code`, or `error`); the attempt stores the outcome.

    A state works once, for the person who started, for ten minutes, and only while they may still connect channels.
    Raises `UnknownState` or `PermissionDenied`.
    """
    attempt = _attempt(answer.get("state", ""), by)
    if not queries.access(by, attempt.municipality).may(Verb.CHANNEL_CONNECT):
        raise PermissionDenied
    with scope(attempt.municipality):
        if not _claim(attempt):
            raise UnknownState
        problem = _settle(attempt, answer)
        if problem:
            attempts.fail(attempt, problem)
    return attempt


def _attempt(state: str, by: User) -> ConnectAttempt:
    wanted = attempts.hashed(state)
    with everywhere("a network's answer names its attempt by the state alone"):
        attempt = ConnectAttempt.objects.filter(state_hash=wanted).select_related("municipality").first()
    if attempt is None or attempt.by_id != by.pk or not hmac.compare_digest(attempt.state_hash, wanted):
        raise UnknownState
    return attempt


def _claim(attempt: ConnectAttempt) -> bool:
    """Of two answers with one state, one wins. The secrets stay in memory only until the exchange is through."""
    waiting = ConnectAttempt.objects.filter(pk=attempt.pk, step=ConnectStep.AUTHORISING, expires_at__gt=timezone.now())
    return bool(waiting.update(step=ConnectStep.READING, ciphertext=""))


def _settle(attempt: ConnectAttempt, answer: Mapping[str, str]) -> str:
    """The problem, or "" when the attempt goes on to reading the account."""
    inside = attempts.taken_out(attempt)
    if answer.get("error"):
        return messages.DENIED
    if not answer.get("code"):
        return messages.NO_CODE
    try:
        credential = _exchange(attempt, inside, answer["code"])
    except NeedsConsent:
        return messages.NOT_EXCHANGED
    except PlatformError as error:
        return messages.problem_text(error)
    except Exception:
        log.exception("The exchange with %s failed", attempt.server)
        return messages.NOT_CLEAR
    attempts.move(attempt, ConnectStep.READING, {"credential": credential.to_json(), "facts": inside["facts"]})
    return ""


def _exchange(attempt: ConnectAttempt, inside: Mapping[str, Any], code: str) -> Credential:
    asking = built(
        attempt.platform,
        http(deadline=DEADLINE_SECONDS),
        server=attempt.server,
        keys=credentials.keys(attempt.platform, attempt.server),
        facts=inside["facts"],
    )
    redirect_uri = attempts.redirect_uri()
    return asking.exchange({"code": code, "redirect_uri": redirect_uri, "verifier": inside["verifier"]})
