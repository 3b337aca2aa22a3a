"""The time of the next possible post, where a network limits posts in 24 hours and has refused one."""

from datetime import UTC, datetime, timedelta

from platforms.errors import PlatformError
from platforms.meta import codes, reading
from platforms.meta.calls import Calls

LISTED = 50
PAGES = 20


def freed(calls: Calls, limit: str, config: str, posts: str, allowed: int) -> datetime:
    """A day after the oldest of as many posts as are allowed.

    `limit` and `posts`: paths of the network's count and of the list; `allowed`: the default number. A quarter of an
    hour where the network returns nothing.
    """
    later = datetime.now(UTC) + codes.WAIT
    try:
        quota = ([*reading.data(calls.get(limit, fields=config)), {}])[0].get(config) or {}
        most = int(quota.get("quota_total") or allowed)
        span = timedelta(seconds=int(quota.get("quota_duration") or 86_400))
        listed = calls.listed(posts, PAGES, fields="id,timestamp", limit=LISTED)
        moments = sorted((reading.when(one) for _n, one in zip(range(most), listed, strict=False)), reverse=True)
    except (PlatformError, ValueError):
        return later
    return max(later, moments[most - 1] + span) if 0 < most <= len(moments) else later
