"""Followers of each channel, by stretch and on the last day of a period."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils import timezone

from analytics.dashboards.queries.counted_channels import COUNTED, asked, rows_of
from analytics.enums import FetchOutcome
from analytics.periods import Period, Stretches
from channels.models import Channel

# Followers older than this are no longer those of the day.
STALE = timedelta(days=14)

FOLLOWERS = f"""
SELECT w.n, d.channel_id,
    (array_agg(d.followers ORDER BY d.day DESC) FILTER (WHERE d.followers IS NOT NULL))[1],
    (array_agg(d.gap ORDER BY d.day DESC) FILTER (WHERE d.gap <> ''))[1],
    max(d.day) FILTER (WHERE d.imported AND d.followers IS NOT NULL)
FROM unnest(%(firsts)s::date[], %(lasts)s::date[]) WITH ORDINALITY w(first, last, n)
JOIN analytics_channelday d ON d.day BETWEEN w.first AND w.last
JOIN channels_channel c ON c.id = d.channel_id
WHERE {COUNTED.format(x="d")}
GROUP BY w.n, d.channel_id
"""  # noqa: S608 -- no value of anybody's


@dataclass
class Followers:
    """The last count in each stretch by channel, reasons for missing ones, and the counts at the end of each period.

    `imported_until` is the last day whose count was imported from a file or a network.
    """

    by_stretch: list[dict[int, int]] = field(default_factory=list)
    gaps: list[dict[int, str]] = field(default_factory=list)
    at_end: list[dict[int, int]] = field(default_factory=list)
    imported_until: date | None = None

    def total(self, stretch: int, last: date, channels: list[Channel]) -> int | None:
        """All channels there were by `last`; None unless each of them was read in the stretch."""
        counts = self.by_stretch[stretch]
        wanted = [c.pk for c in channels if self._is_there(c, stretch, last)]
        return sum(counts[pk] for pk in wanted) if wanted and all(pk in counts for pk in wanted) else None

    def _is_there(self, channel: Channel, stretch: int, last: date) -> bool:
        connected = timezone.localdate(channel.connected_at) <= last
        return connected or any(channel.pk in counts for counts in self.by_stretch[: stretch + 1])

    def reason(self, stretch: int) -> str:
        """Why a stretch has no count, where a reason is stored."""
        outcomes = list(self.gaps[stretch].values())
        return str(FetchOutcome(outcomes[-1]).label) if outcomes else ""

    def end(self, period: int, of: set[int] | None = None) -> int | None:
        """All channels together at the end of a period, or of those in `of`; None where nothing was read."""
        counts = self.at_end[period]
        counted = [value for pk, value in counts.items() if of is None or pk in of]
        return sum(counted) if counted else None

    def growth(self, since: int, until: int) -> int | None:
        """By how much those channels grew that were read at both ends."""
        both = set(self.at_end[since]) & set(self.at_end[until])
        if not both:
            return None
        return sum(self.at_end[until][pk] - self.at_end[since][pk] for pk in both)


def followers(stretches: Stretches, ends: list[Period], channel: int | None = None) -> Followers:
    """One query. Of `ends` the last day counts, or up to two weeks before it."""
    firsts = [*stretches.firsts, *(end.last - STALE + timedelta(days=1) for end in ends)]
    lasts = [*stretches.lasts, *(end.last for end in ends)]
    counts: list[dict[int, int]] = [{} for _ in firsts]
    gaps: list[dict[int, str]] = [{} for _ in firsts]
    cut, imported = len(stretches), None
    for n, channel_id, count, gap, brought in rows_of(FOLLOWERS, asked(channel, firsts=firsts, lasts=lasts)):
        if brought is not None and n <= cut:
            imported = max(brought, imported or brought)
        if count is not None:
            counts[n - 1][channel_id] = count
        elif gap:
            gaps[n - 1][channel_id] = gap
    return Followers(counts[:cut], gaps[:cut], counts[cut:], imported)
