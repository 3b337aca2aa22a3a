"""Metrics. https://developers.facebook.com/docs/threads/insights

One call returns all metrics of a post. An unknown name fails it; then each metric is requested by itself.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from platforms.errors import NeedsConsent, Rejected
from platforms.meta import codes, reading
from platforms.meta.calls import Calls
from platforms.threads import polls
from platforms.types import Gone, MetricValues, PostMetrics


class Insights:
    measures: ClassVar[frozenset[str]] = frozenset({"views", "likes", "replies", "reposts", "quotes"})
    account_measures: ClassVar[frozenset[str]] = frozenset({"followers"})
    own_names: ClassVar[Mapping[str, str]] = {
        "views": "views", "likes": "likes", "replies": "replies", "reposts": "reposts", "quotes": "quotes",
        "followers": "followers_count",
    }  # fmt: skip
    reads_back: ClassVar[bool] = True
    counts_polls: ClassVar[bool] = True
    calculates_votes: ClassVar[bool] = True

    calls: Calls
    account_id: str
    set: Mapping[str, Any]

    def fetch_metrics(self, remote_ids: Sequence[str]) -> list[PostMetrics | Gone]:
        metrics: list[PostMetrics | Gone] = []
        for remote_id in remote_ids:
            now = datetime.now(UTC)
            post = reading.single(self.calls, remote_id, f"id,text,{polls.FIELD}")
            if post is None:
                metrics.append(Gone(remote_id, now))
            elif values := self._numbers(f"/{remote_id}/insights"):
                metrics.append(PostMetrics(remote_id, values, now, str(post.get("text") or ""), polls.count(post)))
        return metrics

    def _numbers(self, path: str) -> dict[str, int]:
        names = {metric: name for metric, name in self.set["post_metrics"].items() if metric in self.measures}
        try:
            values = self._values(path, list(names.values()))
        except Rejected:
            values = {}
            for name in names.values():
                values |= self._alone(path, name)
        return {metric: values[name] for metric, name in names.items() if name in values}

    def _alone(self, path: str, metric: str) -> dict[str, int]:
        try:
            return self._values(path, [metric])
        except Rejected:
            return {}

    def _values(self, path: str, metrics: Sequence[str]) -> dict[str, int]:
        try:
            return reading.measured(self.calls.get(path, metric=",".join(metrics)))
        except NeedsConsent as refused:
            if refused.evidence.get("code") in codes.PERMISSION:
                # An optional permission: no value, and the channel works.
                return {}
            raise

    def fetch_account_metrics(self) -> MetricValues:
        values = self._values(f"/{self.account_id}/threads_insights", ["followers_count"])
        return {"followers": values["followers_count"]} if "followers_count" in values else {}
