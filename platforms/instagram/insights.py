"""Metrics. https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights

Likes and comments are fields of a post. Views, reach and shares are insights: up to 48 hours late, empty where the
network has none, and one unknown name fails the whole call.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from platforms.errors import NeedsConsent, NotReached, Rejected
from platforms.meta import reading
from platforms.meta.calls import Calls
from platforms.translation import gettext_noop
from platforms.types import Gone, MetricChange, MetricValues, PostMetrics

COUNTERS = {"likes": "like_count", "replies": "comments_count"}
ACCOUNT_COUNTERS = {"followers": "followers_count", "following": "follows_count", "posts": "media_count"}
BATCH = 50
STORY = "STORY"
LATE = gettext_noop("Up to 48 hours late.")
CHANGES = (
    MetricChange(
        "views", "2025-04-21",
        gettext_noop("Impressions, plays and video views ended; views are counted in their place."),
        "https://developers.facebook.com/documentation/instagram-platform/reference/instagram-media/insights",
    ),
)  # fmt: skip


class Insights:
    measures: ClassVar[frozenset[str]] = frozenset({"likes", "replies", "reposts", "views", "reach"})
    account_measures: ClassVar[frozenset[str]] = frozenset(ACCOUNT_COUNTERS)
    own_names: ClassVar[Mapping[str, str]] = (
        COUNTERS | ACCOUNT_COUNTERS | {"views": "views", "reach": "reach", "reposts": "shares"}
    )
    remarks: ClassVar[Mapping[str, str]] = {"views": LATE, "reach": LATE, "reposts": LATE}
    changes: ClassVar[tuple[MetricChange, ...]] = CHANGES
    reads_back: ClassVar[bool] = True
    metrics_batch_size: ClassVar[int] = 10  # each has insights of its own

    calls: Calls
    account_id: str
    set: Mapping[str, Any]

    def fetch_metrics(self, remote_ids: Sequence[str]) -> list[PostMetrics | Gone]:
        metrics: list[PostMetrics | Gone] = []
        for start in range(0, len(remote_ids), BATCH):
            fields = ",".join(["caption", "media_product_type", *COUNTERS.values()])
            objects = reading.several(self.calls, remote_ids[start : start + BATCH], fields)
            for remote_id, media in objects.items():
                now = datetime.now(UTC)
                if media is None:
                    metrics.append(Gone(remote_id, now))
                elif media.get("media_product_type") == STORY:
                    metrics.append(PostMetrics(remote_id, self._of_story(remote_id, media), now))
                else:
                    values = reading.counted(media, COUNTERS) | self._insights(remote_id, self.set["post_metrics"])
                    metrics.append(PostMetrics(remote_id, values, now, str(media.get("caption") or "")))
        return metrics

    def _of_story(self, remote_id: str, media: Mapping[str, Any]) -> dict[str, int]:
        """Nobody comments on a story: answers to it are counted by an insight. It has no text to read back."""
        likes = {metric: name for metric, name in COUNTERS.items() if metric == "likes"}
        return reading.counted(media, likes) | self._insights(remote_id, self.set["story_metrics"])

    def _insights(self, remote_id: str, known: Mapping[str, str]) -> dict[str, int]:
        names = {metric: name for metric, name in known.items() if metric in self.measures}
        try:
            values = self._insight(remote_id, list(names.values()))
        except Rejected:
            values = {}
            for name in names.values():
                values |= self._alone(remote_id, name)
        return {metric: values[name] for metric, name in names.items() if name in values}

    def _alone(self, remote_id: str, metric: str) -> dict[str, int]:
        try:
            return self._insight(remote_id, [metric])
        except Rejected:
            return {}

    def _insight(self, remote_id: str, metrics: Sequence[str]) -> dict[str, int]:
        try:
            return reading.measured(self.calls.get(f"/{remote_id}/insights", metric=",".join(metrics)))
        except (NeedsConsent, NotReached):
            # A missing permission, too few viewers (code 10), a temporary failure: no value.
            return {}

    def fetch_account_metrics(self) -> MetricValues:
        account = self.calls.get(f"/{self.account_id}", fields=",".join(ACCOUNT_COUNTERS.values()))
        return reading.counted(account, ACCOUNT_COUNTERS)
