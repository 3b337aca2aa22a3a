"""Metrics. https://docs.x.com/x-api/fundamentals/metrics : a hundred posts in one call; X charges for each post."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from platforms.types import Gone, MetricValues, PollCount, PostMetrics
from platforms.x import polls
from platforms.x.calls import Calls
from platforms.x.posts import text

BATCH = 100
READ = "public_metrics,text,entities,note_tweet,attachments"
# Newer libraries have new names; whichever is there counts.
COUNTED = {
    "likes": ("like_count",),
    "reposts": ("repost_count", "retweet_count"),
    "replies": ("reply_count",),
    "quotes": ("quote_count",),
    "views": ("impression_count",),
}
ACCOUNT = {
    "followers": ("followers_count",),
    "following": ("following_count",),
    "posts": ("post_count", "tweet_count"),
}


class Insights:
    measures: ClassVar[frozenset[str]] = frozenset(COUNTED)
    account_measures: ClassVar[frozenset[str]] = frozenset(ACCOUNT)
    own_names: ClassVar[Mapping[str, str]] = {metric: names[0] for metric, names in (COUNTED | ACCOUNT).items()}
    reads_back: ClassVar[bool] = True
    counts_polls: ClassVar[bool] = True
    metrics_batch_size: ClassVar[int] = BATCH

    calls: Calls
    set: Mapping[str, Any]

    def fetch_metrics(self, remote_ids: Sequence[str]) -> list[PostMetrics | Gone]:
        metrics: list[PostMetrics | Gone] = []
        for start in range(0, len(remote_ids), BATCH):
            batch = remote_ids[start : start + BATCH]
            posts = self.calls.posts("/tweets", READ, ids=",".join(batch), **polls.ASKED)
            now, known = datetime.now(UTC), polls.of_page(posts)
            metrics += [_metrics(one, now, polls.count(one, known)) for one in posts.get("data") or ()]
            metrics += [Gone(one, now) for one in _missing(posts) if one in batch]
        return metrics

    def fetch_account_metrics(self) -> MetricValues:
        me = self.calls.get("/users/me", **{"user.fields": "public_metrics"}).get("data") or {}
        return numbers(me.get("public_metrics"), ACCOUNT)


def _metrics(post: Mapping[str, Any], now: datetime, poll: PollCount | None) -> PostMetrics:
    return PostMetrics(str(post["id"]), numbers(post.get("public_metrics"), COUNTED), now, text(post), poll)


def _missing(posts: Mapping[str, Any]) -> list[str]:
    """Posts that the network reports as missing; for other errors there are no metrics."""
    errors = [one for one in posts.get("errors") or () if isinstance(one, Mapping)]
    missing = [one for one in errors if str(one.get("type") or "").endswith("/resource-not-found")]
    return [str(one.get("resource_id") or one.get("value") or "") for one in missing]


def numbers(public_metrics: Any, names: Mapping[str, Sequence[str]]) -> dict[str, int]:
    metrics = public_metrics if isinstance(public_metrics, Mapping) else {}
    counts = {
        metric: next((metrics[name] for name in aliases if name in metrics), None) for metric, aliases in names.items()
    }
    return {
        metric: value
        for metric, value in counts.items()
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0
    }
