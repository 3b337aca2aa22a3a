"""Metrics. https://developers.facebook.com/docs/graph-api/reference/insights

Counters are fields of a post and were never deprecated. Views, reach and clicks are insights: they are requested one by
one, since one unknown name fails the whole call; a page with fewer than a hundred likes has none. Views come in two
parts, paid and organic; where they do not, their sum is requested.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from platforms.errors import NeedsConsent, NotReached, Rejected
from platforms.facebook import stories
from platforms.meta import reading
from platforms.meta.calls import Calls
from platforms.translation import gettext_noop
from platforms.types import Gone, MetricChange, MetricValues, PostMetrics

COUNTERS = "shares,comments.limit(0).summary(true),reactions.limit(0).summary(true)"
BATCH = 50
FROM_ADS = "1"

OWN_NAMES = {
    "likes": "reactions", "reposts": "shares", "replies": "comments", "views": "post_media_view",
    "paid_views": "post_media_view, is_from_ads", "reach": "post_total_media_view_unique", "clicks": "post_clicks",
    "followers": "followers_count",
}  # fmt: skip
LATE = gettext_noop("Up to a day late, and not reported for a page with fewer than a hundred likes.")
REMARKS = {
    "likes": gettext_noop("Reactions of every kind."),
    "views": gettext_noop("Includes paid ones. Up to a day late, not reported for a page with fewer than 100 likes."),
    "paid_views": gettext_noop("Reported only for posts that were advertised."),
    "reach": LATE,
    "clicks": LATE,
}
CHANGES = (
    MetricChange(
        "views", "2025-11-15",
        gettext_noop("Impressions (post_impressions) ended; views are counted in their place, and by another rule."),
        "https://developers.facebook.com/docs/pages-api/changelog",
    ),
    MetricChange(
        "followers", "2025-11-15",
        gettext_noop("The number of people who like a page (page_fans) was discontinued; followers replace it."),
        "https://developers.facebook.com/docs/pages-api/changelog",
    ),
    MetricChange(
        "paid_views", "2025-11-15",
        gettext_noop(
            "Paid impressions were discontinued; views are distinguished by whether they come from advertisements."
        ),
        "https://developers.facebook.com/docs/pages-api/changelog",
    ),
    MetricChange(
        "reach", "2026-06-15",
        gettext_noop("The old reach (post_impressions_unique) was discontinued; people who saw the post are counted "
        "differently now."),
        "https://developers.facebook.com/documentation/pages-api/platforminsights/page/deprecated-metrics",
    ),
)  # fmt: skip


class Insights:
    measures: ClassVar[frozenset[str]] = frozenset(
        {"likes", "reposts", "replies", "views", "paid_views", "reach", "clicks"}
    )
    account_measures: ClassVar[frozenset[str]] = frozenset({"followers"})
    own_names: ClassVar[Mapping[str, str]] = OWN_NAMES
    remarks: ClassVar[Mapping[str, str]] = REMARKS
    changes: ClassVar[tuple[MetricChange, ...]] = CHANGES
    reads_back: ClassVar[bool] = True
    metrics_batch_size: ClassVar[int] = 10  # each has insights of its own

    calls: Calls
    account_id: str
    set: Mapping[str, Any]

    def fetch_metrics(self, remote_ids: Sequence[str]) -> list[PostMetrics | Gone]:
        metrics = self._of_stories([one for one in remote_ids if stories.is_story(one)])
        ordinary = [one for one in remote_ids if not stories.is_story(one)]
        for start in range(0, len(ordinary), BATCH):
            batch = ordinary[start : start + BATCH]
            for remote_id, post in reading.several(self.calls, batch, f"message,{COUNTERS}").items():
                now = datetime.now(UTC)
                if post is None:
                    metrics.append(Gone(remote_id, now))
                else:
                    values = counters(post) | self._insights(remote_id)
                    metrics.append(PostMetrics(remote_id, values, now, str(post.get("message") or "")))
        return metrics

    def _of_stories(self, remote_ids: Sequence[str]) -> list[PostMetrics | Gone]:
        """The list tells which of them are there; a story has no text that could be read back."""
        there = {one.published.remote_id for one in stories.live(self.calls, self.account_id)} if remote_ids else set()
        now = datetime.now(UTC)
        return [
            PostMetrics(one, self._story(stories.post_id(one)), now) if one in there else Gone(one, now)
            for one in remote_ids
        ]

    def _story(self, post_id: str) -> dict[str, int]:
        values: dict[str, int] = {}
        for metric, name in self.set["story_metrics"].items():
            value = reading.measured(self._read_insight(post_id, metric=name)).get(name)
            if value is not None and metric in self.measures:
                values[metric] = value
        return values

    def _insights(self, remote_id: str) -> dict[str, int]:
        values: dict[str, int] = {}
        for metric, name in self.set["post_metrics"].items():
            parts = self._views(remote_id, name) if metric == "views" else {}
            value = None if parts else reading.measured(self._insight(remote_id, name)).get(name)
            if value is not None and metric in self.measures:
                parts = {metric: value}
            values |= parts
        return values

    def _views(self, remote_id: str, metric: str) -> dict[str, int]:
        """Total and paid views. Empty where the network does not separate them."""
        name = self.set["paid_breakdown"]
        parts = reading.split(self._insight(remote_id, metric, breakdown=name), metric, name) if name else {}
        if not parts:
            return {}
        paid = {"paid_views": parts[FROM_ADS]} if FROM_ADS in parts else {}
        return {"views": sum(parts.values()), **paid}

    def _insight(self, remote_id: str, metric: str, **more: str) -> dict[str, Any]:
        return self._read_insight(remote_id, metric=metric, period="lifetime", **more)

    def _read_insight(self, remote_id: str, **params: str) -> dict[str, Any]:
        try:
            return self.calls.get(f"/{remote_id}/insights", **params)
        except (Rejected, NeedsConsent, NotReached):
            # A removed name, a missing permission, a temporary failure: no value, and the rest stays
            # valid.
            return {}

    def fetch_account_metrics(self) -> MetricValues:
        followers = reading.number(self.calls.get("/me", fields="followers_count").get("followers_count"))
        return {} if followers is None else {"followers": followers}


def counters(post: Mapping[str, Any]) -> dict[str, int]:
    """Counters in plain fields. A post without `shares` was never shared."""
    counts = {
        "likes": reading.number(((post.get("reactions") or {}).get("summary") or {}).get("total_count")),
        "replies": reading.number(((post.get("comments") or {}).get("summary") or {}).get("total_count")),
        "reposts": reading.number((post.get("shares") or {"count": 0}).get("count")),
    }
    return {name: value for name, value in counts.items() if value is not None}
