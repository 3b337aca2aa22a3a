"""Upkeep of channels: access that expires, people who leave, missing webhook subscriptions."""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from channels import messages, rules
from channels.connector_factory import open_channel
from channels.domain import inbound
from channels.domain.consent import mark_needs_consent, notify_people
from channels.enums import ChannelState
from channels.models import Channel, Credential
from common import audit
from platforms.errors import NotReached, PlatformError, RateLimited
from platforms.registry import PLATFORMS
from platforms.types import Action

log = logging.getLogger(__name__)

DEADLINE_SECONDS = 20
AGAIN = timedelta(minutes=15)
SOON = timedelta(minutes=1)
SUBJECT_ENDING = gettext_noop("%(municipality)s: renew the access to “%(channel)s” by %(day)s")
ENDING = gettext_noop(
    "On %(day)s the network's permission runs out. Open the channel and press “Connect again”; it takes a minute and "
    "nothing that is scheduled is lost."
)
SUBJECT_LEFT = gettext_noop("%(municipality)s: connect “%(channel)s” with another person's account")
LEFT = gettext_noop(
    "%(person)s connected this channel and is no longer with the municipality. When they lose their role on the "
    "network, publishing stops. A current colleague should reconnect it now, before that happens."
)


def warn(channel_id: int) -> None:
    """Notify a channel's people that its consent expires: two weeks, one week and a day ahead, each once."""
    with transaction.atomic():
        free = Credential.objects.select_for_update(skip_locked=True, of=("self",)).select_related("channel")
        row = free.filter(channel_id=channel_id, channel__state=ChannelState.CONNECTED).first()
        if row is None or row.consent_until is None:
            return
        days = rules.warning(row.consent_until, row.warned_days, timezone.now())
        if days is None:
            return
        Credential.objects.filter(pk=row.pk).update(warned_days=days)
        audit.record("channel.ending", by=None, target=row.channel, until=row.consent_until.isoformat())
        day = f"{timezone.localtime(row.consent_until):%d. %m. %Y.}"
        notify_people(row.channel, SUBJECT_ENDING, ENDING, day=day)


def hand_over(channel_id: int) -> None:
    """Notify a channel's people, once, that whoever connected it has left."""
    with transaction.atomic():
        channel = (
            Channel.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(pk=channel_id, leaver_notified_at=None)
            .first()
        )
        if channel is None:
            return
        Channel.objects.filter(pk=channel.pk).update(leaver_notified_at=timezone.now())
        audit.record("channel.left_behind", by=None, target=channel)
        notify_people(channel, SUBJECT_LEFT, LEFT, person=str(channel.connected_by))


def follow(channel_id: int) -> None:
    """Subscribe again after the portal's public address has changed."""
    Channel.objects.filter(pk=channel_id, is_subscribed=True, subscribe_at=None).update(subscribe_at=timezone.now())


def subscribe(channel_id: int) -> None:
    """Subscribe to the network's events of this account.

    A network that refuses is not asked again until the channel is connected anew; the channel says so
    (`channels.channel_status`). Where it takes no posts without a
    subscription, the channel asks to be connected again.
    """
    channel = Channel.objects.filter(pk=channel_id, state=ChannelState.CONNECTED, subscribe_at__isnull=False).first()
    if channel is None or not rules.base_is_public():
        return
    later = timezone.now() + (SOON if PLATFORMS[channel.platform].calls_first else AGAIN)
    if not Channel.objects.filter(pk=channel.pk, subscribe_at=channel.subscribe_at).update(subscribe_at=later):
        return
    address = inbound.address(channel)
    try:
        asking = open_channel(channel, deadline=DEADLINE_SECONDS)
        with asking.acting(Action.EVENTS):
            asking.subscribe(address, inbound.signing_secret(channel))
    except (NotReached, RateLimited):
        return
    except PlatformError as refused:
        log.warning("Channel %s hears of no events: %s", channel.pk, refused.message)
        Channel.objects.filter(pk=channel.pk).update(subscribe_at=None, is_subscribed=False)
        if PLATFORMS[channel.platform].calls_first:
            mark_needs_consent(channel, messages.problem_text(refused))
        return
    Channel.objects.filter(pk=channel.pk).update(subscribe_at=None, is_subscribed=True, subscription_url=address)
