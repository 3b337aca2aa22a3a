"""Numbers. https://developers.facebook.com/docs/graph-api/reference/insights

Counters are fields of a post and never went out of use. Views, reach and clicks are insights: asked for one by one,
since one name that is no longer known fails the whole call; a page under a hundred likes has none.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from platforms.errors import NeedsConsent, NotReached, Rejected
from platforms.meta import reading
from platforms.meta.calls import Calls
from platforms.types import Gone, Reading, Readings

COUNTERS = "shares,comments.limit(0).summary(true),reactions.limit(0).summary(true)"
BATCH = 50


class Insights:
    measures: ClassVar[frozenset[str]] = frozenset({"likes", "reposts", "replies", "views", "reach", "clicks"})
    account_measures: ClassVar[frozenset[str]] = frozenset({"followers"})
    reads_back: ClassVar[bool] = True
    readings_at_once: ClassVar[int] = 10  # each has insights of its own

    calls: Calls
    set: Mapping[str, Any]

    def readings(self, remote_ids: Sequence[str]) -> list[Readings | Gone]:
        told: list[Readings | Gone] = []
        for start in range(0, len(remote_ids), BATCH):
            batch = list(remote_ids[start : start + BATCH])
            for remote_id, post in reading.several(self.calls, batch, f"message,{COUNTERS}").items():
                now = datetime.now(UTC)
                if post is None:
                    told.append(Gone(remote_id, now))
                else:
                    values = counters(post) | self._insights(remote_id)
                    told.append(Readings(remote_id, values, now, str(post.get("message") or "")))
        return told

    def _insights(self, remote_id: str) -> dict[str, int]:
        found = {}
        for ours, theirs in self.set["post_metrics"].items():
            value = self._insight(remote_id, theirs)
            if value is not None and ours in self.measures:
                found[ours] = value
        return found

    def _insight(self, remote_id: str, metric: str) -> int | None:
        try:
            told = self.calls.get(f"/{remote_id}/insights", metric=metric, period="lifetime")
        except (Rejected, NeedsConsent, NotReached):
            # A name that is gone, a permission that was not given, an hour of trouble: no reading, and the rest stands.
            return None
        return reading.measured(told).get(metric)

    def account_readings(self) -> Reading:
        followers = reading.number(self.calls.get("/me", fields="followers_count").get("followers_count"))
        return {} if followers is None else {"followers": followers}


def counters(post: Mapping[str, Any]) -> dict[str, int]:
    """What the network counts in plain fields. Nobody has shared a post without `shares`."""
    told = {
        "likes": reading.number(((post.get("reactions") or {}).get("summary") or {}).get("total_count")),
        "replies": reading.number(((post.get("comments") or {}).get("summary") or {}).get("total_count")),
        "reposts": reading.number((post.get("shares") or {"count": 0}).get("count")),
    }
    return {name: value for name, value in told.items() if value is not None}
