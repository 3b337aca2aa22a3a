"""A network no longer accepts our access: the channel asks to be connected again, and scheduled posts wait."""

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from channels import messages
from channels.enums import ChannelState
from channels.models import Channel
from common import audit
from municipalities.rules import PUBLISHING_ROLES
from notifications.domain.notify import notify
from notifications.enums import NotificationKind


@transaction.atomic
def mark_needs_consent(channel: Channel, problem: str = messages.CONSENT_LOST) -> bool:
    """Mark `channel` as to be connected again, and notify its people. Returns whether this changed anything.

    `channel` is the row as it was when the refused call began: one that was connected anew since then is left alone,
    because the refusal was for the previous token.
    """
    connected = Channel.objects.filter(pk=channel.pk, state=ChannelState.CONNECTED, connected_at=channel.connected_at)
    if not connected.update(state=ChannelState.NEEDS_CONSENT, problem=problem):
        return False
    channel.state, channel.problem = ChannelState.NEEDS_CONSENT, problem
    audit.record("channel.needs_consent", by=None, target=channel)
    notify_people(channel, SUBJECT_LOST, channel.problem, WAITS)
    return True


SUBJECT_LOST = gettext_noop("%(municipality)s: connect the channel “%(channel)s” again")
WAITS = gettext_noop("Posts scheduled on it wait and are not lost.")


def notify_people(channel: Channel, subject: str, *sentences: str, **facts: Any) -> None:
    """Everybody who publishes here. Texts in English, to be translated for each; `facts` fill both."""
    place = channel.municipality
    members = place.memberships.running().filter(role__in=PUBLISHING_ROLES)
    facts |= {"municipality": place, "channel": channel.name or channel.handle}

    def words() -> tuple[str, str]:
        return _(subject) % facts, "\n".join(_(sentence) % facts for sentence in sentences)

    notify(
        NotificationKind.CHANNEL,
        User.objects.filter(pk__in=members.values("user")),
        municipality=place,
        url=reverse("channel", args=[place.slug, channel.pk]),
        build_text=words,
        about=f"channels.channel:{channel.pk}",
    )
