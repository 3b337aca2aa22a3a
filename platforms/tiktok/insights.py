"""Metrics. https://developers.tiktok.com/doc/tiktok-api-v2-video-query

A metric that an account hides, or for which a permission is missing, has no value, which is not 0.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from platforms.tiktok import posts
from platforms.tiktok.calls import Calls
from platforms.translation import gettext_noop
from platforms.types import Gone, MetricValues, PostMetrics

BATCH = 20
ACCOUNT = {"followers": "follower_count", "following": "following_count", "posts": "video_count"}


class Insights:
    measures: ClassVar[frozenset[str]] = frozenset({"views", "likes", "replies", "reposts"})
    account_measures: ClassVar[frozenset[str]] = frozenset(ACCOUNT)
    metrics_batch_size: ClassVar[int] = BATCH
    own_names: ClassVar[Mapping[str, str]] = {
        "views": "view_count", "likes": "like_count", "replies": "comment_count", "reposts": "share_count", **ACCOUNT,
    }  # fmt: skip
    remarks: ClassVar[Mapping[str, str]] = {
        "views": gettext_noop("Values that an account hides are not reported, which is not 0."),
    }
    reads_back: ClassVar[bool] = True

    calls: Calls
    set: Mapping[str, Any]

    def fetch_metrics(self, remote_ids: Sequence[str]) -> list[PostMetrics | Gone]:
        """A post that is missing in the answer may be deleted, private, or of a kind that is never returned: it is left
        out, as are those that are not for everybody and have no number."""
        if not self.calls.granted("video.list"):
            return []
        names = {metric: name for metric, name in self.set["post_metrics"].items() if metric in self.measures}
        fields = ",".join(["id", "video_description", *names.values()])
        metrics: list[PostMetrics | Gone] = []
        numbered = [one for one in remote_ids if one.isdecimal()]
        for start in range(0, len(numbered), BATCH):
            batch = numbered[start : start + BATCH]
            videos, now = posts.several(self.calls, batch, fields), datetime.now(UTC)
            metrics += [_read(one, videos[one], names, now) for one in batch if one in videos]
            if self.set["missing_is_gone"]:
                metrics += [Gone(one, now) for one in batch if one not in videos]
        return metrics

    def fetch_account_metrics(self) -> MetricValues:
        if not self.calls.granted("user.info.stats"):
            return {}
        return numbers(self.calls.get("/user/info/", fields=",".join(ACCOUNT.values())).get("user"), ACCOUNT)


def _read(one: str, video: Any, names: Mapping[str, str], at: datetime) -> PostMetrics:
    text = video.get("video_description") if isinstance(video, Mapping) else None
    return PostMetrics(one, numbers(video, names), at, text if isinstance(text, str) else None)


def numbers(video: Any, names: Mapping[str, str]) -> dict[str, int]:
    """Metric → number, of the returned fields."""
    metrics = video if isinstance(video, Mapping) else {}
    counts = {metric: metrics.get(name) for metric, name in names.items()}
    return {
        metric: value
        for metric, value in counts.items()
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0
    }
