"""How many posts a network takes in a time. Pure.

A connector lists those of an account in `Limits.budgets`, from its `options`, which have their sources and dates. They
are counted from our own deliveries, so what an account publishes without the portal is not in them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from platforms.translation import gettext_noop

NEAR = 0.8
"""The share of a budget from which people are told."""
FARTHEST = 60
"""Periods after which nobody looks for room any more."""


class Period(StrEnum):
    ROLLING = "rolling"
    """The time before each post: `Budget.span`."""
    DAY = "day"
    """From midnight to midnight in the network's time zone."""
    MONTH = "month"


@dataclass(frozen=True)
class Budget:
    """`most` of a unit in each period. `label` is an English msgid that completes "3 of 25: …".

    `costs`: what a post uses, by its part: "post" itself, "captions", "cover". `counts_answers`: whether first
    comments and answers use it, too. `is_shared`: the network counts all channels of our application together.
    """

    name: str
    label: str
    most: int
    period: Period = Period.ROLLING
    span: timedelta = timedelta(hours=24)
    zone: str = "UTC"
    costs: Mapping[str, int] = field(default_factory=lambda: {"post": 1})
    counts_answers: bool = False
    is_shared: bool = False

    def bounds(self, at: datetime) -> tuple[datetime, datetime]:
        """The first moment of the period of `at`, and the first after it. A day can have 23 or 25 hours. Of a rolling
        budget: the time before `at`, which is the last moment of it."""
        if self.period == Period.ROLLING:
            return at - self.span, at
        local = at.astimezone(ZoneInfo(self.zone))
        first = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        if self.period == Period.DAY:
            return first, (first + timedelta(days=1)).replace(fold=0)
        first = first.replace(day=1)
        return first, (first + timedelta(days=32)).replace(day=1)


IN_A_DAY = gettext_noop("posts in 24 hours")
IN_A_MONTH = gettext_noop("posts in one month")
UPLOADS = gettext_noop("videos a day, counted from midnight in California")
UNITS = gettext_noop("units a day of YouTube's interface, counted from midnight in California")


@dataclass(frozen=True)
class Use:
    """One post, sent or planned, and how much it uses."""

    at: datetime
    amount: int = 1


@dataclass(frozen=True)
class Room:
    """What of a budget is used around a moment, without the post that is asked about. `free_at`: when there is room for
    it, which is that moment where there is room; None where there is none for long."""

    used: int
    free_at: datetime | None


def used(budget: Budget, uses: Sequence[Use], at: datetime) -> int:
    """The fullest period that a post at `at` would belong to, without it."""
    if budget.period != Period.ROLLING:
        since, until = budget.bounds(at)
        return sum(use.amount for use in uses if since <= use.at < until)
    # A post belongs to every period that ends within the span after it; those with another post at their end count.
    ends = [at, *(use.at for use in uses if at < use.at < at + budget.span)]
    return max(sum(use.amount for use in uses if end - budget.span < use.at <= end) for end in ends)


def room(budget: Budget, uses: Sequence[Use], at: datetime, amount: int = 1) -> Room:
    """For a post that uses `amount` at `at`."""
    now = used(budget, uses, at)
    candidates = [at, *_later(budget, uses, at)]
    free = (one for one in candidates if used(budget, uses, one) + amount <= budget.most)
    return Room(now, next(free, None))


def _later(budget: Budget, uses: Sequence[Use], at: datetime) -> list[datetime]:
    """The moments at which something ends that was full."""
    if budget.period == Period.ROLLING:
        return sorted(use.at + budget.span for use in uses if use.at + budget.span > at)
    moments, until = [], budget.bounds(at)[1]
    for _ in range(FARTHEST):
        moments.append(until)
        until = budget.bounds(until)[1]
    return moments


def exceeded(budget: Budget, uses: Sequence[Use]) -> list[datetime]:
    """The moments of those posts that are more than the budget, in order."""
    over = []
    for use in sorted(uses, key=lambda one: one.at):
        since, _until = budget.bounds(use.at)
        is_rolling = budget.period == Period.ROLLING
        before = [
            one.amount for one in uses if one.at <= use.at and (since < one.at if is_rolling else since <= one.at)
        ]
        if sum(before) > budget.most:
            over.append(use.at)
    return over
