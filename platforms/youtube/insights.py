"""Metrics. They are strings; what a channel hides is left out, which is not 0.

https://developers.google.com/youtube/v3/docs/videos#statistics
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from platforms.translation import gettext_noop
from platforms.types import Gone, MetricValues, PostMetrics
from platforms.youtube import videos
from platforms.youtube.calls import Calls

BATCH = 50
STATISTICS = {"views": "viewCount", "likes": "likeCount", "replies": "commentCount"}
ACCOUNT = {"followers": "subscriberCount", "posts": "videoCount"}


class Insights:
    measures: ClassVar[frozenset[str]] = frozenset(STATISTICS)
    account_measures: ClassVar[frozenset[str]] = frozenset(ACCOUNT)
    own_names: ClassVar[Mapping[str, str]] = STATISTICS | ACCOUNT
    remarks: ClassVar[Mapping[str, str]] = {
        "followers": gettext_noop("Rounded to three digits. A channel may hide them, which is not 0."),
        "likes": gettext_noop("A channel may hide them, which is not 0."),
    }
    reads_back: ClassVar[bool] = True
    metrics_batch_size: ClassVar[int] = BATCH

    calls: Calls

    def fetch_metrics(self, remote_ids: Sequence[str]) -> list[PostMetrics | Gone]:
        """One unit of the day's quota for fifty videos."""
        metrics: list[PostMetrics | Gone] = []
        for start in range(0, len(remote_ids), BATCH):
            batch = remote_ids[start : start + BATCH]
            listed = self.calls.items("/videos", part="snippet,statistics,status", id=",".join(batch), maxResults=BATCH)
            known = {str(one.get("id")): one for one in listed}
            now = datetime.now(UTC)
            for one in batch:
                if one not in known or videos.is_gone(known[one]):
                    metrics.append(Gone(one, now))
                else:
                    metrics.append(_readings(known[one], now))
        return metrics

    def fetch_account_metrics(self) -> MetricValues:
        """Subscribers are rounded to three digits by the network."""
        channels = self.calls.items("/channels", part="statistics", mine="true")
        return account(channels[0].get("statistics")) if channels else {}


def _readings(video: Mapping[str, Any], now: datetime) -> PostMetrics:
    shown = (video.get("snippet") or {}).get("description")
    text = shown if isinstance(shown, str) else None
    return PostMetrics(str(video["id"]), numbers(video.get("statistics"), STATISTICS), now, text)


def account(statistics: Any) -> dict[str, int]:
    values = numbers(statistics, ACCOUNT)
    if isinstance(statistics, Mapping) and statistics.get("hiddenSubscriberCount"):
        values.pop("followers", None)
    return values


def numbers(statistics: Any, names: Mapping[str, str]) -> dict[str, int]:
    values = (
        {metric: str(statistics.get(name)) for metric, name in names.items()} if isinstance(statistics, Mapping) else {}
    )
    return {metric: int(value) for metric, value in values.items() if value.isdigit()}
