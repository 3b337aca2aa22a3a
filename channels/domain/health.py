"""Health of channels: whether the network still accepts our access, and what the server accepts."""

from django.utils import timezone

from channels import messages
from channels.connector_factory import open_channel
from channels.domain.connect.work import imitates, web
from channels.domain.consent import mark_needs_consent
from channels.enums import ChannelState
from channels.models import Channel
from common import crypto
from platforms.errors import NeedsConsent, NotReached, PlatformError
from platforms.types import Profile

DEADLINE_SECONDS = 20


def check(channel_id: int) -> None:
    """Read the account once: update name and handle, or store the channel's problem."""
    channel = _claim(channel_id, "checked_at")
    if channel is None:
        return
    try:
        profile = open_channel(channel, deadline=DEADLINE_SECONDS).profile()
    except NeedsConsent:
        mark_needs_consent(channel)
    except NotReached as error:
        locked_out = isinstance(error.__cause__, crypto.CryptoError)
        _note(channel, messages.KEY_MISSING if locked_out else messages.SERVER_SILENT)
    except PlatformError:
        _note(channel, messages.SERVER_SILENT)
    else:
        _renew(channel, profile)


def refresh_facts(channel_id: int) -> None:
    """Fetch what the server accepts (lengths, pictures, software); without an answer the old facts stay."""
    channel = _claim(channel_id, "facts_at")
    if channel is None:
        return
    try:
        facts = open_channel(channel, deadline=DEADLINE_SECONDS).fetch_facts()
    except PlatformError:
        return
    Channel.objects.filter(pk=channel.pk).update(facts=facts)


def _claim(channel_id: int, stamp: str) -> Channel | None:
    """The channel, with its time stamp moved on; None when another worker was quicker or it is not connected."""
    channel = Channel.objects.filter(pk=channel_id, state=ChannelState.CONNECTED).first()
    if channel is None:
        return None
    mine = Channel.objects.filter(pk=channel.pk, **{stamp: getattr(channel, stamp)}).update(**{stamp: timezone.now()})
    return channel if mine else None


def _note(channel: Channel, problem: str) -> None:
    Channel.objects.filter(pk=channel.pk, state=ChannelState.CONNECTED).update(problem=problem)


def _renew(channel: Channel, profile: Profile) -> None:
    fresh = {
        "handle": profile.handle[:200],
        "name": (profile.name or profile.handle)[:200],
        "url": web(profile.url),
        "avatar_url": web(profile.avatar_url),
        "imitates": imitates(profile, is_practice=channel.is_practice),
        "problem": "",
    }
    Channel.objects.filter(pk=channel.pk, state=ChannelState.CONNECTED).update(**fresh)
