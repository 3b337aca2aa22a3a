"""What everybody may read: the house rules, and how much was hidden and why in each month.

The counts know no message and no name, so a small number in them tells of nobody.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth

from inbox.models import HouseRules, Moderation
from inbox.reasons import Act, Decision, Reason
from municipalities.holidays import BELGRADE
from municipalities.models import Municipality
from municipalities.tenancy import scope


def house_rules() -> HouseRules | None:
    return HouseRules.objects.select_related("municipality").first()


def shown(slug: str) -> tuple[Municipality, HouseRules] | None:
    """The municipality with this word in its address and its rules, if everybody may read them."""
    place = Municipality.objects.filter(slug=slug, joined_on__isnull=False).first()
    if place is None:
        return None
    with scope(place):
        rules = HouseRules.objects.filter(municipality=place, is_on=True).first()
    return (place, rules) if rules else None


@dataclass(frozen=True)
class MonthCounts:
    """What was done in one month: (reason, hidden, removed) where there was any, and what became of it."""

    month: date
    reasons: list[tuple[Reason, int, int]]
    shown_again: int
    objections: int
    granted: int
    stands: int

    @property
    def waits(self) -> int:
        return self.objections - self.granted - self.stands


def months(municipality: Municipality, today: date) -> list[MonthCounts]:
    """The months of one year back in which something was done, newest first. Three queries, in a scope of their own.

    An act counts in the month in which it was done, also if it was taken back later; an objection in the month in
    which it came in.
    """
    since = date(today.year - 1, today.month, 1)
    with scope(municipality):
        acts = _by_month(_public(municipality, since, "done_at"), "done_at", "reason", "act")
        again = _by_month(_public(municipality, since, "undone_at").filter(done_at__isnull=False), "undone_at")
        objections = Moderation.objects.filter(message__channel__is_practice__in=_channels(), appealed_on__gte=since)
        asked = _by_month(objections.filter(municipality=municipality), "appealed_on", "decision")
    found = sorted({key[0] for each in (acts, again, asked) for key in each}, reverse=True)
    return [_month(month, acts, again, asked) for month in found]


def _month(month: date, acts: Mapping[Any, int], again: Mapping[Any, int], asked: Mapping[Any, int]) -> MonthCounts:
    told = [(each, acts.get((month, each, Act.HIDE), 0), acts.get((month, each, Act.REMOVE), 0)) for each in Reason]
    decided = {decision: asked.get((month, decision), 0) for decision in ("", *Decision.values)}
    return MonthCounts(
        month=month,
        reasons=[row for row in told if row[1] or row[2]],
        shown_again=again.get((month,), 0),
        objections=sum(decided.values()),
        granted=decided[Decision.GRANTED],
        stands=decided[Decision.STANDS],
    )


def _public(municipality: Municipality, since: date, moment: str) -> QuerySet[Moderation]:
    first = datetime.combine(since, time(), BELGRADE)
    rows = Moderation.objects.filter(municipality=municipality, **{f"{moment}__gte": first})
    return rows.filter(message__channel__is_practice__in=_channels())


def _channels() -> list[bool]:
    """What is said on the practice network is nothing of a citizen's, but in the demo there is nothing else."""
    return [True, False] if settings.DEMO else [False]


def _by_month(rows: QuerySet[Moderation], moment: str, *more: str) -> dict[Any, int]:
    month: Any = TruncMonth(moment, tzinfo=None if moment == "appealed_on" else BELGRADE)
    found: dict[Any, int] = defaultdict(int)
    for row in rows.order_by().annotate(month=month).values("month", *more).annotate(count=Count("pk")):
        first = row["month"].date() if isinstance(row["month"], datetime) else row["month"]
        found[first, *(row[name] for name in more)] += row["count"]
    return found
