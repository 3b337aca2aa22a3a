"""Metrics. Likes and comments are counted at once; views, reach, clicks and shares are statistics for administrators.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/share-statistics
https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/social-metadata-api
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from platforms.errors import NeedsConsent, NotReached, Rejected
from platforms.linkedin import polls
from platforms.linkedin.calls import Calls, encoded, listed
from platforms.translation import gettext_noop
from platforms.types import Gone, MetricValues, PollCount, PostMetrics

BATCH = 20
STATISTICS = {"views": "impressionCount", "reach": "uniqueImpressionsCount", "clicks": "clickCount"}
STATISTICS |= {"reposts": "shareCount"}
KINDS = {"urn:li:share:": "shares", "urn:li:ugcPost:": "ugcPosts"}


class Insights:
    measures: ClassVar[frozenset[str]] = frozenset({"likes", "reposts", "replies", "views", "reach", "clicks"})
    account_measures: ClassVar[frozenset[str]] = frozenset({"followers"})
    own_names: ClassVar[Mapping[str, str]] = {
        "likes": "reactionSummaries", "replies": "commentSummary", **STATISTICS, "followers": "firstDegreeSize",
    }  # fmt: skip
    remarks: ClassVar[Mapping[str, str]] = {
        "likes": gettext_noop("Reactions of every kind."),
        "views": gettext_noop(
            "Without advertisements, for twelve months, and reported to administrators of the page only."
        ),
        "reach": gettext_noop(
            "Without advertisements, for twelve months, and reported to administrators of the page only."
        ),
    }
    metrics_batch_size: ClassVar[int] = BATCH

    calls: Calls
    author: str

    def fetch_metrics(self, remote_ids: Sequence[str]) -> list[PostMetrics | Gone]:
        metrics: list[PostMetrics | Gone] = []
        for start in range(0, len(remote_ids), BATCH):
            batch = list(remote_ids[start : start + BATCH])
            known = self._metadata(batch)
            there = batch if known is None else [one for one in batch if one in known]
            statistics = self._statistics(there, complete=known is not None)
            for one in batch:
                now = datetime.now(UTC)
                if known is None:
                    if one in statistics:
                        metrics.append(PostMetrics(one, statistics[one], now))
                elif one in known:
                    metrics.append(PostMetrics(one, statistics.get(one, {}) | counters(known[one]), now))
                elif self._is_gone(one):
                    metrics.append(Gone(one, now))
        return metrics

    def _metadata(self, batch: Sequence[str]) -> Mapping[str, Any] | None:
        """Likes and comments by id; None where they may not be read. What the statistics count stays readable then."""
        try:
            return self.calls.get("/socialMetadata", f"ids={listed(batch)}", method="BATCH_GET").get("results") or {}
        except NeedsConsent as refused:
            if not refused.is_permission:
                raise
        # The development tier is said to have no batches, with the answer of a missing permission.
        try:
            return {one: metadata for one in batch if (metadata := self._one_metadata(one))}
        except NeedsConsent as refused:
            if not refused.is_permission:
                raise
            return None

    def _one_metadata(self, remote_id: str) -> dict[str, Any]:
        try:
            return self.calls.get(f"/socialMetadata/{encoded(remote_id)}")
        except Rejected as refused:
            if refused.code != "404":
                raise
            return {}

    def _is_gone(self, remote_id: str) -> bool:
        try:
            self.calls.get(f"/posts/{encoded(remote_id)}")
        except Rejected as refused:
            return refused.code == "404"
        return False

    def _statistics(self, ids: Sequence[str], *, complete: bool) -> dict[str, dict[str, int]]:
        """By id. A post without any activity is left out by the network, which means 0 of everything, if the posts are
        known to be there (`complete`)."""
        statistics: dict[str, dict[str, int]] = {}
        for beginning, name in KINDS.items():
            if batch := [one for one in ids if one.startswith(beginning)]:
                statistics |= self._asked(name, batch, complete=complete)
        return statistics

    def _asked(self, name: str, ids: Sequence[str], *, complete: bool) -> dict[str, dict[str, int]]:
        query = f"q=organizationalEntity&organizationalEntity={encoded(self.author)}&{name}={listed(ids)}"
        try:
            page = self.calls.get("/organizationalEntityShareStatistics", query, method="FINDER")
        except (NeedsConsent, NotReached, Rejected):
            # Only an administrator of the page may ask: no statistics, and the rest stays valid.
            return {}
        statistics = {one: dict.fromkeys(STATISTICS, 0) for one in ids} if complete else {}
        for element in page.get("elements") or ():
            one = str(element.get(name.removesuffix("s")) or "")
            if one in ids:
                statistics[one] = _numbers(element.get("totalShareStatistics") or {})
        return statistics

    fetches_polls: ClassVar[bool] = True

    def fetch_polls(self, remote_ids: Sequence[str]) -> dict[str, PollCount]:
        """One call for each: only posts are asked that have a poll."""
        counts = {}
        for one in remote_ids:
            try:
                counted = polls.count(self.calls.get(f"/posts/{encoded(one)}"))
            except (NeedsConsent, NotReached, Rejected):
                # The metrics of the post stay valid.
                continue
            if counted:
                counts[one] = counted
        return counts

    def fetch_account_metrics(self) -> MetricValues:
        followers = self.followers()
        return {} if followers is None else {"followers": followers}

    def followers(self) -> int | None:
        query = "edgeType=COMPANY_FOLLOWED_BY_MEMBER"
        return number(self.calls.get(f"/networkSizes/{encoded(self.author)}", query).get("firstDegreeSize"))


def _numbers(totals: Mapping[str, Any]) -> dict[str, int]:
    values = {metric: number(totals.get(name)) for metric, name in STATISTICS.items()}
    return {metric: value for metric, value in values.items() if value is not None}


def counters(metadata: Mapping[str, Any]) -> dict[str, int]:
    """Reactions of all kinds are likes."""
    reactions = metadata.get("reactionSummaries") or {}
    likes = [number(one.get("count")) or 0 for one in reactions.values() if isinstance(one, Mapping)]
    replies = number((metadata.get("commentSummary") or {}).get("count"))
    return {"likes": sum(likes)} | ({} if replies is None else {"replies": replies})


def number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
