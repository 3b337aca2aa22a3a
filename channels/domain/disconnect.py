"""Disconnecting a channel: at once in the portal, and at the network as soon as a worker has revoked the access."""

import logging

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from channels import queries
from channels.connector_factory import opened
from channels.enums import ChannelState
from channels.models import Channel, Credential
from common import audit
from municipalities.tenancy import everywhere
from platforms.errors import PlatformError

log = logging.getLogger(__name__)

DEADLINE_SECONDS = 20


def disconnect(channel: Channel, *, by: User) -> None:
    """Stop publishing through this channel; what is scheduled on it waits. A second call changes nothing."""
    with transaction.atomic():
        running = Channel.objects.filter(pk=channel.pk).exclude(state=ChannelState.DISCONNECTED)
        if not running.update(state=ChannelState.DISCONNECTED, disconnected_at=timezone.now(), problem=""):
            return
        channel.refresh_from_db()
        audit.record("channel.disconnect", by=by, target=channel)


def _is_shared(channel: Channel) -> bool:
    """Whether another channel, maybe another municipality's, lives from the same person's consent."""
    mine = Credential.objects.filter(channel=channel).first()
    others = queries.of_grantor(channel.platform, mine.grantor) if mine and mine.grantor else []
    return any(one.channel_id != channel.pk and one.channel.state != ChannelState.DISCONNECTED for one in others)


def give_back(channel_id: int) -> None:
    """Revoke the access at the network, and delete the credential whatever the outcome.

    The row is locked meanwhile: if the same account is connected again, its new token must not be revoked.
    """
    with transaction.atomic():
        ended = Channel.objects.select_for_update(skip_locked=True, of=("self",))
        channel = ended.filter(pk=channel_id, state=ChannelState.DISCONNECTED).first()
        if channel is None:
            return
        try:
            opened(channel, deadline=DEADLINE_SECONDS).revoke(shared=_is_shared(channel))
        except PlatformError as problem:
            log.warning("%s was not told that channel %s ended: %s", channel.server, channel.pk, problem.message)
        _have_others_called(channel)
        Credential.objects.filter(channel=channel).delete()


def _have_others_called(channel: Channel) -> None:
    """The network may call one address for all channels of a bot, and that was perhaps this one's: ask it anew."""
    others = [one.pk for one in queries.beside(channel) if one.pk != channel.pk]
    if others:
        with everywhere("one bot may serve channels of several municipalities"):
            Channel.objects.filter(pk__in=others, is_subscribed=True).update(subscription_url="")
