"""The worker's part of connecting a channel: register at the server, sign in, read the account.

The attempt's row stays locked meanwhile, so a duplicate task does nothing. If a worker dies, the attempt keeps its
step and the next tick resumes it.
"""

import json
import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from channels import messages
from channels.connector_factory import built, http
from channels.domain import credentials
from channels.domain.connect import attempts
from channels.enums import ChannelState, ConnectStep
from channels.models import AppRegistration, Channel, ConnectAttempt
from channels.rules import is_practice
from channels.validation import known
from common import audit, crypto
from common.errors import ActionNotAllowed
from municipalities.models import Municipality
from municipalities.queries import still_may
from municipalities.rules import Verb
from municipalities.tenancy import everywhere
from platforms.errors import NotReached, PlatformError
from platforms.imitation import imitated
from platforms.registry import PLATFORMS, connector
from platforms.scopes import missing
from platforms.types import Account, Credential, Keys, Profile

log = logging.getLogger(__name__)

DEADLINE_SECONDS = 20
# Mastodon removes applications without tokens after a day (its ApplicationsVacuum), so an unused one is not trusted.
TRUSTED = timedelta(hours=12)


def proceed(attempt_id: int) -> None:
    """Do the next step of an attempt, inside its municipality's scope. Does nothing when it is being done already."""
    with transaction.atomic():
        free = ConnectAttempt.objects.select_for_update(skip_locked=True, of=("self",)).select_related(
            "by", "channel", "municipality"
        )
        due = free.filter(pk=attempt_id, step__in=STEPS, expires_at__gt=timezone.now()).exclude(ciphertext="")
        attempt = due.first()
        if attempt:
            _step(attempt)


def _step(attempt: ConnectAttempt) -> None:
    if not still_may(attempt.by, attempt.municipality, Verb.CHANNEL_CONNECT):
        attempts.fail(attempt, messages.MAY_NOT_ANY_MORE)
        return
    try:
        STEPS[ConnectStep(attempt.step)](attempt)
    except ActionNotAllowed as refused:
        attempts.fail(attempt, refused.message)
    except NotReached as error:
        if attempt.step != ConnectStep.READING:
            attempts.fail(attempt, messages.problem_text(error))
            return
        # Consent was given already: worth trying until the attempt expires.
        attempt.problem = messages.problem_text(error)
        attempt.save(update_fields=["problem"])
    except PlatformError as error:
        attempts.fail(attempt, messages.problem_text(error))
    except Exception:
        # What a connector did not classify is not repeated; the person sees it at once and may start again.
        log.exception("Connecting to %s failed", attempt.server)
        attempts.fail(attempt, messages.NOT_CLEAR)


def register(attempt: ConnectAttempt) -> None:
    """Identify the server and register our application there; then the person is asked for consent."""
    asking = built(attempt.platform, http(deadline=DEADLINE_SECONDS), server=attempt.server)
    inside = {**attempts.taken_out(attempt), "facts": asking.fetch_facts()}
    if PLATFORMS[attempt.platform].keys_from == "server" and not _registered(attempt):
        _remember(attempt, asking.prepare(attempts.redirect_uri()))
    attempts.move(attempt, ConnectStep.AUTHORISING, inside)


def _registered(attempt: ConnectAttempt) -> bool:
    app_registration = AppRegistration.objects.filter(
        platform=attempt.platform, server=attempt.server, redirect_uri=attempts.redirect_uri()
    ).first()
    if app_registration is None:
        return False
    if timezone.now() - app_registration.created_at < TRUSTED:
        return True
    with everywhere("a registration lives as long as one municipality's channel uses it"):
        here = Channel.objects.filter(platform=attempt.platform, server=attempt.server)
        return here.filter(state=ChannelState.CONNECTED).exists()


def _remember(attempt: ConnectAttempt, keys: Keys) -> None:
    place = {"platform": attempt.platform, "server": attempt.server, "redirect_uri": attempts.redirect_uri()}
    text = json.dumps({"client_id": keys.client_id, "client_secret": keys.client_secret})
    sealed = crypto.seal(credentials.KEYS_PURPOSE, text, credentials.bound(**place))
    AppRegistration.objects.filter(**place).delete()
    AppRegistration.objects.create(**place, ciphertext=sealed)


def sign_in(attempt: ConnectAttempt) -> None:
    """Exchange handle and app password for a session; the password is gone from the row with that."""
    asking = built(attempt.platform, http(deadline=DEADLINE_SECONDS), server=attempt.server)
    facts = asking.fetch_facts()
    credential = asking.exchange(attempts.taken_out(attempt))
    attempts.move(attempt, ConnectStep.READING, {"credential": credential.to_json(), "facts": facts})


def read(attempt: ConnectAttempt) -> None:
    """Read the account and make it a channel of this municipality, let the person choose one, or refuse."""
    inside = attempts.taken_out(attempt)
    accounts = [Account.from_json(inside["account"])] if "account" in inside else _accounts(attempt, inside)
    if attempt.channel:
        accounts = _the_same(accounts, attempt.channel.remote_id)
    if not accounts:
        raise ActionNotAllowed(messages.NO_ACCOUNTS)
    if len(accounts) > 1 or accounts[0].problem:
        _ask(attempt, accounts, inside["facts"])
        return
    _refuse_without(attempt, accounts[0].credential)
    # A refused account's token is not given back: Mastodon hands out one token per account and application, so that
    # would cut off the municipality that holds the account.
    attempt.channel = _settle(attempt, accounts[0].credential, accounts[0].profile, inside["facts"])
    attempt.step, attempt.ciphertext, attempt.problem = ConnectStep.DONE, "", ""
    attempt.save(update_fields=["channel", "step", "ciphertext", "problem", "missing"])


def _accounts(attempt: ConnectAttempt, inside: dict[str, Any]) -> list[Account]:
    """The accounts for which the credential can act, with the newest credential of each."""
    held = [Credential.from_json(inside["credential"])]
    # Without a permission the network may not even return the account.
    _refuse_without(attempt, held[0])
    asking = built(
        attempt.platform,
        http(deadline=DEADLINE_SECONDS),
        server=attempt.server,
        keys=credentials.keys(attempt.platform, attempt.server),
        credential=held[0],
        facts=inside["facts"],
        keep=held.append,
    )
    if PLATFORMS[attempt.platform].picks_account:
        return asking.accounts()
    profile = asking.profile()
    return [Account(profile, replace(held[-1], account_id=profile.remote_id))]


def _the_same(accounts: list[Account], remote_id: str) -> list[Account]:
    """The account of the channel that is connected again. Raises `ActionNotAllowed`."""
    same = [account for account in accounts if account.profile.remote_id == remote_id]
    if not same:
        raise ActionNotAllowed(messages.OTHER_ACCOUNT)
    if same[0].problem:
        raise ActionNotAllowed(same[0].problem)
    return same


def _ask(attempt: ConnectAttempt, accounts: list[Account], facts: dict) -> None:
    """The person chooses; that may take longer than the consent did."""
    attempt.expires_at = timezone.now() + attempts.LIFE
    attempt.save(update_fields=["expires_at"])
    inside = {"accounts": [account.to_json() for account in accounts], "facts": facts}
    attempts.move(attempt, ConnectStep.CHOOSING, inside)


def _refuse_without(attempt: ConnectAttempt, credential: Credential) -> None:
    """Raise `ActionNotAllowed` without the permissions that publishing needs; the attempt lists the missing ones."""
    if not credential.scopes:
        return
    absent = missing(connector(attempt.platform).requested(known(attempt.platform, None)), credential.scopes)
    attempt.missing = [scope.name for scope in absent]
    if any(scope.needed for scope in absent):
        attempt.save(update_fields=["missing"])
        raise ActionNotAllowed(messages.SCOPES_MISSING)


def _settle(attempt: ConnectAttempt, credential: Credential, profile: Profile, facts: dict) -> Channel:
    server = (credential.service or attempt.server).rstrip("/")
    # One connection at a time per municipality, so that practice and real cannot slip in side by side.
    municipality = Municipality.objects.select_for_update(no_key=True).get(pk=attempt.municipality_id)
    attempts.refuse_mixture(municipality, server)
    channel = _channel(attempt, server, profile.remote_id)
    _fill(channel, attempt, profile, facts)
    channel.granted = list(credential.scopes)
    try:
        with transaction.atomic():
            channel.save()
    except IntegrityError:
        raise ActionNotAllowed(messages.TAKEN) from None
    credentials.store(channel, credential)
    audit.record("channel.connect", by=attempt.by, target=channel, platform=channel.platform, server=channel.server)
    return channel


def _channel(attempt: ConnectAttempt, server: str, remote_id: str) -> Channel:
    """The municipality's row for this account (locked), or a new one. Whether another one holds it, the table knows."""
    place = {"platform": attempt.platform, "server": server, "remote_id": remote_id}
    known = Channel.objects.select_for_update(of=("self",)).filter(**place)
    rows = sorted(known, key=lambda row: (row.state != ChannelState.DISCONNECTED, row.pk))
    fresh = Channel(municipality_id=attempt.municipality_id, is_practice=is_practice(server), **place)
    return rows[-1] if rows else fresh


def _fill(channel: Channel, attempt: ConnectAttempt, profile: Profile, facts: dict) -> None:
    now = timezone.now()
    channel.handle, channel.name = profile.handle[:200], (profile.name or profile.handle)[:200]
    channel.url, channel.avatar_url = web(profile.url), web(profile.avatar_url)
    channel.imitates = imitates(profile, is_practice=channel.is_practice)
    # Where facts need a token, the server is asked again soon, now that there is one.
    channel.facts, channel.facts_at, channel.checked_at = facts, now if facts else None, now
    channel.state, channel.problem, channel.disconnected_at = ChannelState.CONNECTED, "", None
    channel.connected_by, channel.connected_at = attempt.by, now
    channel.leaver_notified_at, channel.is_subscribed = None, False
    channel.subscribe_at = now if PLATFORMS[attempt.platform].signed_by else None


def imitates(profile: Profile, *, is_practice: bool) -> str:
    """The network that an account of the installation's practice network imitates. No other server is believed."""
    return imitated(profile.imitates) if is_practice else ""


def web(url: str) -> str:
    """A network's link, if it is one that a page may show."""
    return url if url.startswith(("https://", "http://")) and len(url) <= 500 else ""


STEPS = {
    ConnectStep.REGISTERING: register,
    ConnectStep.SIGNING_IN: sign_in,
    ConnectStep.READING: read,
}
