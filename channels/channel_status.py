"""The status of a channel in plain language: one state, one sentence, one action. Pure.

The worst state comes first; what a person has to do comes before what resolves by itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.utils.translation import gettext as _

from channels import rules
from channels.enums import ChannelState
from channels.models import Channel
from channels.pauses import Paused
from channels.rate_limits import Traffic, app_of
from common.dates import clock, date_time, short_date
from platforms.registry import PLATFORMS

Act = Literal["", "reconnect", "resume_channel", "resume", "wide"]


@dataclass(frozen=True)
class ChannelStatus:
    """The status of a channel: `state` is one of `common.states`, with `word` beside its icon. `act` is the button, if
    any."""

    state: str
    word: str
    says: str
    act: Act = ""


def channel_status(
    channel: Channel, paused: Paused | None, ends: datetime | None, traffic: Traffic, *, refused: bool = False
) -> ChannelStatus:
    """`paused`: the widest pause that runs here. `ends`: when a person has to consent anew, as far as it is known.
    `refused`: the last post did not go out, or not certainly."""
    checks = (
        _connection(channel),
        _pause(paused),
        _access(channel, ends, traffic.now),
        _network(channel, traffic),
        _problem(channel),
        _refused(refused=refused),
        _events(channel),
    )
    return next(
        (check for check in checks if check), ChannelStatus("connected", _("Works"), _("There is nothing to do."))
    )


def _connection(channel: Channel) -> ChannelStatus | None:
    if channel.state == ChannelState.DISCONNECTED:
        says = (
            _("Nothing is published here. Connect it again if it is needed.")
            if channel.takes_posts
            else _("Messages no longer arrive from here. Connect it again if it is needed.")
        )
        return ChannelStatus("disconnected", _("Disconnected"), says, "reconnect")
    if channel.state == ChannelState.NEEDS_CONSENT:
        why = _(channel.problem) if channel.problem else _("The network no longer accepts the portal.")
        what = (
            _("Connect it again; what is scheduled waits and is not lost.")
            if channel.takes_posts
            else _("Connect it again; answers that were written wait and are not lost.")
        )
        return ChannelStatus("needs_consent", _("Needs reconnecting"), f"{why} {what}", "reconnect")
    return None


def _pause(paused: Paused | None) -> ChannelStatus | None:
    if paused is None:
        return None
    if paused.kind == "restore":
        says = _("The portal was restored from a backup. An administrator checks what was published since.")
        return ChannelStatus("paused", _("Paused"), says, "wide")
    facts = {"by": paused.by, "reason": paused.reason, "programme": paused.programme}
    says = {
        "channel": _("%(by)s paused this channel: %(reason)s."),
        "municipality": _("%(by)s paused all publishing: %(reason)s."),
        "programme": _("%(by)s paused all municipalities of the programme %(programme)s: %(reason)s."),
        "everybody": _("%(by)s paused all municipalities: %(reason)s."),
    }[paused.kind] % {**facts, "reason": paused.reason.rstrip(".")}
    word = _("Paused until %(time)s") % {"time": date_time(paused.ends_at)} if paused.ends_at else _("Paused")
    act: Act = "resume_channel" if paused.kind == "channel" else "resume" if paused.kind == "municipality" else "wide"
    return ChannelStatus("paused", word, says, act)


def _access(channel: Channel, ends: datetime | None, now: datetime) -> ChannelStatus | None:
    """Access that a person has to renew, because it runs out or because its giver has left."""
    if ends and ends <= now + timedelta(days=rules.WARNINGS[0]):
        says = _("Connect it again before that day: it takes a minute, and nothing that is scheduled is lost.")
        return ChannelStatus("late", _("Access ends on %(day)s") % {"day": short_date(ends)}, says, "reconnect")
    if channel.leaver_notified_at:
        says = _(
            "%(person)s connected it and is no longer with the municipality. A current colleague should reconnect it "
            "before the network ends the access."
        ) % {"person": channel.connected_by}
        return ChannelStatus("late", _("Hand it over"), says, "reconnect")
    return None


def _network(channel: Channel, traffic: Traffic) -> ChannelStatus | None:
    """States that resolve by themselves."""
    if traffic.circuit(channel.server) != "closed":
        says = _(
            "The network has not answered recently. The portal tries again automatically; posts wait in the meantime."
        )
        return ChannelStatus("unreachable", _("Network does not answer"), says)
    if until := traffic.limited_until(channel.pk, app_of(channel.platform, channel.server)):
        says = _(
            "The network accepts no more posts from the portal for now. They wait and are then published automatically."
        )
        return ChannelStatus("waiting", _("Limited until %(time)s") % {"time": clock(until)}, says)
    return None


def _refused(*, refused: bool) -> ChannelStatus | None:
    if not refused:
        return None
    says = _("The connection works, but the last post did not go out as it should. Open it to see why and what to do.")
    return ChannelStatus("late", _("Last post not published"), says)


def receives_no_events(channel: Channel) -> bool:
    """Whether its network has events and refused to send them. Before the first try the answer is no."""
    tried = channel.connected_at is not None and channel.subscribe_at is None
    return tried and not channel.is_subscribed and bool(PLATFORMS[channel.platform].signed_by)


def _events(channel: Channel) -> ChannelStatus | None:
    if not receives_no_events(channel):
        return None
    if not channel.takes_posts:
        says = _("The network does not notify the portal, so no messages arrive. Connect it again.")
        return ChannelStatus("late", _("Receives nothing"), says, "reconnect")
    says = _(
        "The network does not notify the portal, so mentions and comments on older posts may not arrive. Connect it "
        "again and leave everything switched on."
    )
    return ChannelStatus("connected", _("Works"), says, "reconnect")


def _problem(channel: Channel) -> ChannelStatus | None:
    return ChannelStatus("unreachable", _("Not checked"), _(channel.problem)) if channel.problem else None
