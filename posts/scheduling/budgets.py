"""What the networks' budgets leave for a post, counted from our own deliveries. Reads only; one query each.

A network that counts all municipalities together (`Budget.is_shared`) is counted for this one: the others are not
visible here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels import validation
from channels.models import Channel
from common.dates import date_time
from common.templatetags.ui import network_name
from delivery import queries
from delivery.queries import Planned
from platforms import budgets
from platforms.budgets import Budget, Period, Use
from posts import compose
from posts.draft import Draft
from posts.models import Post, Publication
from posts.rules import ZONE

LONGEST = timedelta(days=32)
"""A month, the longest period of a budget."""
TOGETHER = gettext_lazy("The network counts all municipalities of the portal together; only yours are counted here.")


@dataclass(frozen=True)
class Usage:
    """How much of a budget a channel uses now, in the reader's language."""

    label: str
    used: int
    most: int
    is_shared: bool

    @property
    def is_near(self) -> bool:
        return self.used >= self.most * budgets.NEAR


def of_channels(channels: Sequence[Channel]) -> dict[int, tuple[Budget, ...]]:
    """Channel → its budgets; channels without any are left out."""
    known = {channel.pk: validation.limits(channel).budgets for channel in channels}
    return {pk: listed for pk, listed in known.items() if listed}


def notes(channels: Sequence[Channel], at: datetime, post: Post, draft: Draft | None = None) -> list[str]:
    """Warnings about a post on these channels at `at`: a budget that is nearly used up, or is. `post` itself does not
    count; of `draft`, the further posts of a thread count as answers. No network takes offence: what is over waits in
    the outbox until there is room."""
    listed = of_channels(channels)
    if not listed:
        return []
    own = Publication.objects.filter(post=post).values("delivery") if post.pk else ()
    uses = queries.planned(list(listed), at - LONGEST, at + LONGEST, without=own)
    return [
        note
        for channel in channels
        for budget in listed.get(channel.pk, ())
        if (note := _note(channel, budget, _uses(uses, channel.pk, budget), at, _amount_of(draft, channel, budget)))
    ]


def _amount_of(draft: Draft | None, channel: Channel, budget: Budget) -> int:
    further = 0
    if draft and budget.counts_answers:
        further = sum(len(part.thread) for part in compose.parts(draft, channel))
    return budget.costs.get("post", 1) + further


def _note(channel: Channel, budget: Budget, uses: Sequence[Use], at: datetime, amount: int) -> str:
    room = budgets.room(budget, uses, at, amount)
    values: dict[str, Any] = {
        "channel": f"{network_name(channel.network_label)}, {channel.name}",
        "used": room.used + amount,
        "most": budget.most,
        "budget": _(budget.label),
    }
    if room.used + amount > budget.most:
        sentence = _("%(channel)s takes %(most)s %(budget)s, and these are used up.") % values
        if room.free_at:
            sentence += " " + _("There is room again from %(time)s.") % {"time": date_time(room.free_at)}
    elif room.used + amount >= budget.most * budgets.NEAR:
        sentence = _("%(channel)s: with this post %(used)s of %(most)s are used (%(budget)s).") % values
    else:
        return ""
    return f"{sentence} {TOGETHER}" if budget.is_shared else sentence


def usages(channels: Sequence[Channel], now: datetime) -> dict[int, list[Usage]]:
    """What each channel has used of its budgets in the period that runs."""
    listed = of_channels(channels)
    if not listed:
        return {}
    uses = queries.planned(list(listed), now - LONGEST, now + LONGEST)
    return {
        pk: [Usage(_(one.label), _used(one, _uses(uses, pk, one), now), one.most, one.is_shared) for one in known]
        for pk, known in listed.items()
    }


def _used(budget: Budget, uses: Sequence[Use], now: datetime) -> int:
    """Of a rolling period what is over; of a day or a month also what is still planned in it."""
    is_rolling = budget.period == Period.ROLLING
    return budgets.used(budget, [use for use in uses if use.at <= now or not is_rolling], now)


def days_over(channels: Sequence[Channel], since: datetime, until: datetime) -> Mapping[date, list[str]]:
    """Day in Belgrade → sentences about the channels of which more is planned on it than their network takes."""
    listed = of_channels(channels)
    if not listed:
        return {}
    uses = queries.planned(list(listed), since - LONGEST, until)
    over: dict[date, list[str]] = {}
    for channel in channels:
        for budget in listed.get(channel.pk, ()):
            sentence = _("More than %(most)s %(budget)s on %(channel)s") % {
                "most": budget.most, "budget": _(budget.label), "channel": network_name(channel.network_label),
            }  # fmt: skip
            for day in {_day(at) for at in budgets.exceeded(budget, _uses(uses, channel.pk, budget)) if at >= since}:
                over.setdefault(day, []).append(sentence)
    return over


def _day(at: datetime) -> date:
    return at.astimezone(ZoneInfo(ZONE)).date()


def _uses(planned: Collection[Planned], channel: int, budget: Budget) -> list[Use]:
    return [
        Use(one.at, _amount(one, budget.costs))
        for one in planned
        if one.channel_id == channel and (budget.counts_answers or not one.is_answer)
    ]


def _amount(one: Planned, costs: Mapping[str, int]) -> int:
    captions = costs.get("captions", 0) if one.has_captions else 0
    return costs.get("post", 1) + captions + (costs.get("cover", 0) if one.has_cover else 0)
