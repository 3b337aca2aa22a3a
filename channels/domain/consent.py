"""A network has stopped accepting us: the channel asks a person to connect it again, and what is scheduled waits."""

from channels import messages
from channels.enums import ChannelState
from channels.models import Channel
from common import audit


def mark_needs_consent(channel: Channel, problem: str = messages.CONSENT_LOST) -> bool:
    """Note on `channel` that its account has to be connected again. Whether this changed anything.

    `channel` is the row as it was when the refused call began: one that a person has connected anew since then is left
    alone, because the refusal was for the token before.
    """
    connected = Channel.objects.filter(pk=channel.pk, state=ChannelState.CONNECTED, connected_at=channel.connected_at)
    if not connected.update(state=ChannelState.NEEDS_CONSENT, problem=problem):
        return False
    channel.state, channel.problem = ChannelState.NEEDS_CONSENT, problem
    audit.record("channel.needs_consent", by=None, target=channel)
    return True
