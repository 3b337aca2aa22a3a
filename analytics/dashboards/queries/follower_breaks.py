"""Breaks in a municipality's line of followers, where its set of channels changes. Within its scope.

A page that replaces another one is a channel of its own: posts and followers of the old one stay where they are, and
the sum of all channels jumps on that day, so the chart has to show the reason. One query.
"""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.models import ChannelDay
from channels import validation
from channels.enums import ChannelState
from channels.models import Channel


@dataclass(frozen=True)
class Break:
    """From `day` on the line is of other channels than before. `short` is for a drawing, `reason` a sentence."""

    day: date
    reason: str
    short: str


@dataclass(frozen=True)
class _Life:
    channel: Channel
    first: date
    last: date | None


def breaks(first: date, last: date) -> list[Break]:
    """Breaks after `first` and up to `last`, oldest first."""
    lives = _lives()
    breaks = []
    for life in lives:
        began, ended = first < life.first <= last, life.last is not None and first <= life.last < last
        others = [other for other in lives if other is not life]
        if began and any(other.first < life.first for other in others):
            breaks.append(Break(life.first, *_beginning(life, others)))
        elif ended and not any(_follows(other, life) for other in others):
            assert life.last is not None
            sentence = _("“%(channel)s” was disconnected; its followers no longer count.")
            breaks.append(Break(life.last, sentence % {"channel": life.channel.name}, _("a channel less")))
    return sorted(breaks, key=lambda follower_break: (follower_break.day, follower_break.reason))


def _lives() -> list[_Life]:
    days = ChannelDay.objects.filter(channel=OuterRef("pk"), followers__isnull=False).order_by("day")
    rows = Channel.objects.annotate(first=Subquery(days.values("day")[:1])).filter(first__isnull=False).order_by("pk")
    shown = rows if settings.DEMO else rows.filter(is_practice=False)
    return [_Life(row, row.first, _ended(row)) for row in shown]


def _ended(channel: Channel) -> date | None:
    if channel.state != ChannelState.DISCONNECTED or channel.disconnected_at is None:
        return None
    return timezone.localdate(channel.disconnected_at)


def _follows(new: _Life, old: _Life) -> bool:
    """Whether it took the other's place: the same network, begun when the other ended."""
    return bool(old.last and new.channel.platform == old.channel.platform and 0 <= (new.first - old.last).days <= 31)


def _beginning(life: _Life, others: list[_Life]) -> tuple[str, str]:
    facts = {"channel": life.channel.name, "network": validation.network_title(life.channel)}
    for other in others:
        if _follows(life, other):
            sentence = _("Another page on %(network)s: “%(channel)s” in place of “%(before)s”.")
            return sentence % {**facts, "before": other.channel.name}, _("another page")
    sentence = _("“%(channel)s” on %(network)s was connected; its followers count from here.")
    return sentence % facts, _("a channel more")
