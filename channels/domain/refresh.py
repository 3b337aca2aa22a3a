"""Renews sessions before they expire, so that no publication has to wait for it."""

from django.db import transaction

from channels.connector_factory import open_channel
from channels.domain import credentials
from channels.domain.consent import mark_needs_consent
from channels.enums import ChannelState
from channels.models import Channel, Credential
from channels.queries import ends_soon
from platforms.errors import NeedsConsent

DEADLINE_SECONDS = 20


def refresh(channel_id: int) -> bool:
    """Renew the session of a channel if it ends soon. Returns whether it was renewed.

    The credential's row is locked during the call: it uses up the old refresh token, so a second worker must not send
    it again. Raises `NotReached` or `RateLimited`; then the next tick retries.
    """
    try:
        with transaction.atomic():
            free = Credential.objects.select_for_update(skip_locked=True, of=("self",))
            row = free.filter(ends_soon(), channel_id=channel_id, channel__state=ChannelState.CONNECTED).first()
            if row is None:
                return False
            channel = Channel.objects.get(pk=channel_id)
            credentials.keep(channel, open_channel(channel, deadline=DEADLINE_SECONDS).refresh())
            return True
    except NeedsConsent:
        mark_needs_consent(channel)
        return False
