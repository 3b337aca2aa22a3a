"""Webhook events: accepted only with a valid signature, stored once, answered at once.

The only event that is acted upon here is the end of a consent. Other packages read their events (comments, publication
results) from `channels.models.Event`.
"""

import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from channels import messages, queries
from channels.domain import credentials, unread_events
from channels.domain.consent import mark_needs_consent
from channels.models import Channel, Credential, Deletion, Event
from common import audit
from municipalities.tenancy import scope
from platforms.registry import PLATFORMS, connector
from platforms.types import RawEvent

log = logging.getLogger(__name__)

# Networks send up to a thousand changes at once; what is beyond is not theirs to send.
MOST = 1000
KEPT = timedelta(days=30)
# A request to delete is sent at once. What is older was recorded by somebody; clocks differ by a little.
OLDEST_REQUEST, AHEAD = timedelta(days=1), timedelta(minutes=5)


class Forged(Exception):
    """Not signed by who should have signed it."""


def answer_challenge(platform: str, query: Mapping[str, str], channel: Channel | None = None) -> str:
    """The answer to a network that checks our address. Raises `Forged`."""
    answer = connector(platform).answer_challenge(
        query, _secret(platform, channel), verify_token(PLATFORMS[platform].keys_of or platform)
    )
    if answer is None:
        raise Forged
    return answer


def store_events(
    platform: str, raw: bytes, headers: Mapping[str, str], payload: Callable[[], Any], channel: Channel | None = None
) -> int:
    """Store the new events of a signed body, of accounts that are connected here. Returns their number. Raises
    `Forged`.

    `payload` parses the body: it is called once the signature is verified, so that a stranger's body is never parsed.
    """
    kind = connector(platform)
    if not kind.verify(raw, headers, _secret(platform, channel)):
        raise Forged
    raw_events = kind.events(payload())
    if len(raw_events) > MOST:
        log.warning("%s told %s things at once; %s are kept", platform, len(raw_events), MOST)
    for event in raw_events[:MOST]:
        # Networks without a notice of their own say it among the events.
        if event.kind == "deauthorised" and event.grantor:
            _end(platform, event, messages.TAKEN_BACK)
    return _keep(platform, raw_events[:MOST], channel)


def _keep(platform: str, raw_events: Sequence[RawEvent], channel: Channel | None) -> int:
    whose = _routes(platform, raw_events, channel)
    rows = {
        event.key[:100]: Event(
            platform=platform,
            key=event.key[:100],
            account_id=account,
            kind=event.kind,
            payload=dict(event.payload),
            at=event.at,
        )
        for event in raw_events
        if (account := whose(event))
    }
    before = set(Event.objects.filter(platform=platform, key__in=rows).values_list("key", flat=True))
    Event.objects.bulk_create([row for key, row in rows.items() if key not in before], ignore_conflicts=True)
    return len(rows.keys() - before)


def _routes(platform: str, raw_events: Sequence[RawEvent], channel: Channel | None) -> Callable[[RawEvent], str]:
    """The account to which an event belongs, if a channel here is connected to it, else "".

    A network that calls channels' own addresses calls only one of them for all channels of a bot, so the address is
    weaker evidence than the account or the place in the event. An event that may belong to several channels belongs to
    none.
    """
    if channel is None:
        ours = queries.accounts_here(platform, {event.account_id for event in raw_events if event.account_id})
        return lambda event: event.account_id if event.account_id in ours else ""
    here = queries.beside(channel)
    accounts = {one.remote_id for one in here}
    places = {str(one.facts["group"]): one.remote_id for one in here if one.facts.get("group")}
    alone = channel.remote_id if len(here) == 1 else ""
    # A private message is for the access, whose channels may all be of one municipality. If they are not, nobody knows
    # for which it is, and none may read it.
    is_shared = any(one.municipality_id != channel.municipality_id for one in here)
    private = "" if is_shared else channel.remote_id

    def whose(event: RawEvent) -> str:
        if event.account_id:
            return event.account_id if event.account_id in accounts else ""
        if event.kind == "private":
            return private
        return places.get(event.place, alone)

    return whose


def deauthorise(platform: str, raw: bytes) -> int:
    """A person took their consent back at the network: their channels ask to be connected again. How many they were.

    An old notice that is sent once more does nothing to a channel that was connected after it. Raises `Forged`.
    """
    raw_event = _deauthorisation(platform, raw)
    return _end(platform, raw_event, messages.TAKEN_BACK)


@transaction.atomic
def delete_person(platform: str, raw: bytes) -> Deletion:
    """As `deauthorise`, and what we hold of the person is deleted. Raises `Forged`, also for a request that is old.

    Of who connected channels we hold their id on the network and their token, both in the credentials, which are
    deleted at once. A worker erases what citizens wrote (`inbox.domain.deletion_requests`). The same request once more
    gets the same answer, and nothing is done twice.
    """
    raw_event = _deauthorisation(platform, raw)
    digest = _request_digest(platform, raw_event)
    known = Deletion.objects.filter(platform=platform, digest=digest).first()
    if known is not None:
        return known
    now = timezone.now()
    if raw_event.at is None or not now - OLDEST_REQUEST <= raw_event.at <= now + AHEAD:
        raise Forged
    number = _end(platform, raw_event, messages.TAKEN_BACK, wipe=True)
    row, _is_new = Deletion.objects.get_or_create(
        platform=platform, digest=digest,
        defaults={"code": secrets.token_hex(16), "person": raw_event.grantor[:300], "channels": number},
    )  # fmt: skip
    return row


def _request_digest(platform: str, raw_event: RawEvent) -> str:
    """The same for the same person and moment, and without our key nobody can tell whose it is."""
    request = f"deletion {platform} {raw_event.grantor} {raw_event.at and raw_event.at.isoformat()}"
    return hmac.new(settings.SECRET_KEY.encode(), request.encode(), hashlib.sha256).hexdigest()


def _deauthorisation(platform: str, raw: bytes) -> RawEvent:
    raw_event = connector(platform).deauthorisation(raw, _secret(platform, None))
    if raw_event is None or not raw_event.grantor:
        raise Forged
    return raw_event


def _end(platform: str, raw_event: RawEvent, problem: str, *, wipe: bool = False) -> int:
    held = queries.of_grantor(platform, raw_event.grantor)
    rows = [row for row in held if raw_event.at is None or row.channel.connected_at <= raw_event.at]
    for row in rows:
        with scope(row.municipality_id):
            mark_needs_consent(row.channel, problem)
            if wipe:
                Credential.objects.filter(pk=row.pk).delete()
                audit.record("channel.forget_person", by=None, target=row.channel)
    return len(rows)


def purge_expired() -> int:
    """Delete old events. Citizens' messages are kept until they were read, twice as long at most."""
    now = timezone.now()
    old = Event.objects.filter(received_at__lt=now - KEPT)
    unread = Q(read_at__isnull=True, kind__in=unread_events.KINDS, received_at__gte=now - 2 * KEPT)
    return old.exclude(unread).delete()[0]


# ---- who signs with what


def _secret(platform: str, channel: Channel | None) -> str:
    if PLATFORMS[platform].signed_by == "app":
        return credentials.keys(platform, "").client_secret
    if channel is None:
        raise Forged
    return signing_secret(channel)


def signing_secret(channel: Channel) -> str:
    """The secret that signs the events of one channel: its token, a random secret of ours, or "" where our
    application's secret signs them."""
    signed_by = PLATFORMS[channel.platform].signed_by
    if signed_by == "token":
        return credentials.read(channel).access_token
    return _ours(f"events of {channel.pk} since {channel.connected_at.isoformat()}") if signed_by == "ours" else ""


def verify_token(platform: str) -> str:
    """The word that an administrator enters at the network, so that it knows our address as ours."""
    return _ours(f"greeting of {platform}")


def _ours(purpose: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), purpose.encode(), hashlib.sha256).hexdigest()[:40]


def address(channel: Channel) -> str:
    """The webhook address of this channel."""
    if PLATFORMS[channel.platform].signed_by == "app":
        return callback_url("webhook", channel.platform)
    return callback_url("webhook_channel", channel.platform, channel.pk)


def callback_url(name: str, *args: Any) -> str:
    return settings.PUBLIC_BASE_URL.rstrip("/") + reverse(name, args=args)
