"""Municipalities of a programme side by side. Opens the scope of exactly those that are enrolled and agreed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Sum

from analytics.enums import Basis
from analytics.models import DailyFact
from analytics.periods import Period
from analytics.queries.dashboard import countable
from common.numbers import per_thousand
from municipalities.models import Enrolment, Municipality, Programme
from municipalities.queries import today
from municipalities.tenancy import scope

# Below this many posts a median says little; the table marks it.
FEW_POSTS = 5

FOLLOWERS = """
SELECT municipality_id, sum(followers) FROM (
    SELECT DISTINCT ON (d.channel_id) d.municipality_id, d.followers
    FROM analytics_channelday d JOIN channels_channel c ON c.id = d.channel_id
    WHERE d.municipality_id = ANY(%s) AND d.day <= %s AND d.day > %s AND d.followers IS NOT NULL
      AND c.state <> 'disconnected' AND (%s OR NOT c.is_practice)
    ORDER BY d.channel_id, d.day DESC
) latest GROUP BY municipality_id
"""

# Followers now: of the channel on its latest day up to the period's end.
MEDIAN = """
WITH now_ AS (
    SELECT DISTINCT ON (d.channel_id) d.channel_id, d.followers
    FROM analytics_channelday d JOIN channels_channel c ON c.id = d.channel_id
    WHERE d.municipality_id = ANY(%(ids)s) AND d.day <= %(last)s AND d.day > %(oldest)s AND d.followers IS NOT NULL
      AND (%(practice)s OR NOT c.is_practice)
    ORDER BY d.channel_id, d.day DESC
)
SELECT s.municipality_id, count(*),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY s.interactions * 1000.0 / now_.followers)
FROM analytics_subject s JOIN now_ ON now_.channel_id = s.channel_id AND now_.followers > 0
WHERE s.municipality_id = ANY(%(ids)s) AND s.kind = 'publication' AND s.interactions IS NOT NULL
  AND s.published_on BETWEEN %(first)s AND %(last)s
GROUP BY s.municipality_id
"""
# Followers older than this are no longer "now".
STALE = timedelta(days=14)


@dataclass
class Row:
    """One municipality in the table. None: not told, or not entered."""

    municipality: Municipality
    posts: int = 0
    posts_before: int = 0
    interactions: int | None = None
    interactions_before: int | None = None
    followers: int | None = None
    per_followers: float | None = None
    counted: int = 0
    weeks: list[int | None] = field(default_factory=list)

    @property
    def per_inhabitants(self) -> float | None:
        return per_thousand(self.interactions, self.municipality.population)

    @property
    def change(self) -> float | None:
        """Difference of interactions against the period before, in per cent."""
        if self.interactions is None or not self.interactions_before:
            return None
        return (self.interactions - self.interactions_before) * 100 / self.interactions_before

    @property
    def few(self) -> bool:
        return self.posts < FEW_POSTS


@dataclass(frozen=True)
class Comparison:
    rows: list[Row]
    withheld: int  # enrolled, but did not agree to comparison


def comparison(programmes: Sequence[Programme], period: Period) -> Comparison:
    """Rows of all municipalities enrolled today that agreed; in no order."""
    enrolments = list(
        Enrolment.objects.on(today())
        .filter(cohort__programme__in=programmes, municipality__joined_on__isnull=False)
        .select_related("municipality")
    )
    agreed = {e.municipality_id: e.municipality for e in enrolments if e.compares}
    withheld = {e.municipality_id for e in enrolments} - set(agreed)
    rows = {pk: Row(municipality) for pk, municipality in agreed.items()}
    if rows:
        with scope(*rows):
            _fill_sums(rows, period)
            _fill_weeks(rows, period)
            _fill_followers(rows, period)
            _fill_medians(rows, period)
    return Comparison(list(rows.values()), len(withheld))


def _fill_sums(rows: dict[int, Row], period: Period) -> None:
    facts = DailyFact.objects.filter(countable(), basis=Basis.PUBLICATION)
    for days, suffix in ((period, ""), (period.before, "_before")):
        found = (
            facts.filter(day__gte=days.first, day__lte=days.last)
            .values("municipality_id")
            .annotate(p=Sum("posts"), i=Sum("interactions"))
        )
        for each in found:
            row = rows[each["municipality_id"]]
            setattr(row, f"posts{suffix}", each["p"])
            setattr(row, f"interactions{suffix}", each["i"])


def _fill_weeks(rows: dict[int, Row], period: Period) -> None:
    """Interactions by stretch of seven days of activity, the last one ending with the period."""
    sums: dict[tuple[int, int], int] = defaultdict(int)
    facts = DailyFact.objects.filter(
        countable(), basis=Basis.ACTIVITY, day__gte=period.first, day__lte=period.last, interactions__isnull=False
    )
    for pk, day, total in facts.values_list("municipality_id", "day").annotate(t=Sum("interactions")):
        sums[pk, (period.last - day).days // step(period)] += total
    count = -(-period.days // step(period))
    for pk, row in rows.items():
        row.weeks = [sums.get((pk, n)) for n in reversed(range(count))]


def step(period: Period) -> int:
    """Days in one stretch of the little line: one up to four weeks, else seven."""
    return 1 if period.days <= 28 else 7


def _run(sql: str, params: Any) -> Iterable[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def _oldest(period: Period) -> date:
    return period.last - STALE


def _fill_followers(rows: dict[int, Row], period: Period) -> None:
    for pk, followers in _run(FOLLOWERS, [list(rows), period.last, _oldest(period), settings.DEMO]):
        rows[pk].followers = followers


def _fill_medians(rows: dict[int, Row], period: Period) -> None:
    params = {
        "ids": list(rows),
        "first": period.first,
        "last": period.last,
        "oldest": _oldest(period),
        "practice": settings.DEMO,
    }
    for pk, counted, median in _run(MEDIAN, params):
        rows[pk].counted, rows[pk].per_followers = counted, median
