"""Polling intervals: when metrics are fetched again, and the backoff after a fetch that failed.

Recent posts are polled often, old ones seldom, none after ninety days; a channel four times a day.

A post beyond the fetch schedule is fetched again when something happens: its network sends an event, or the last fetch
found new reactions.
"""

from datetime import datetime, timedelta

# (age of the post up to, interval until the next fetch)
FETCH_SCHEDULE = (
    (timedelta(hours=1), timedelta(minutes=10)),
    (timedelta(hours=6), timedelta(minutes=30)),
    (timedelta(days=1), timedelta(hours=2)),
    (timedelta(days=3), timedelta(hours=6)),
    (timedelta(days=30), timedelta(days=1)),
    (timedelta(days=90), timedelta(days=7)),
)
# Beyond the schedule: for as long as every fetch finds new reactions.
ACTIVE_INTERVAL = timedelta(days=7)
# Events that come in a burst cause one fetch, and they bring the next fetch of a post forward at most this often.
EVENT_DEBOUNCE = timedelta(minutes=5)
EVENT_INTERVAL = timedelta(hours=1)
# A fetch counts as missed when it comes so late that the following one is due as well, by half an hour at least.
LATE = timedelta(minutes=30)
CHANNEL_INTERVAL = timedelta(hours=6)
# In its first seconds a post has no metrics yet, and the following fetch is minutes away.
FIRST_DELAY = timedelta(seconds=30)
# Exponential backoff for a network that cannot be reached or refuses; it is polled at least once a day.
MISS_BACKOFF = timedelta(minutes=15)
MAX_MISS_BACKOFF = timedelta(days=1)
# A post that a network does not find is checked once more before it is reported as gone.
GONE_CHECK_INTERVAL = timedelta(minutes=10)
# A server ends a poll by its own clock and receives the last votes from other servers a little later.
AFTER_A_POLL = timedelta(minutes=2)
# The last fetch of what its network removes by itself.
BEFORE_THE_END = timedelta(minutes=10)


def first_fetch(published_at: datetime, now: datetime) -> datetime | None:
    """Time of the first fetch of a post; None: it is too old."""
    return max(now, published_at + FIRST_DELAY) if next_fetch(published_at, now) else None


def next_fetch(published_at: datetime | None, now: datetime, *, grew: bool = False) -> datetime | None:
    """Time of the next fetch of a post (of a channel when `published_at` is None); None: no more fetches.

    `grew`: this fetch found new reactions, so a post that is older than the schedule is still polled.
    """
    if published_at is None:
        return now + CHANNEL_INTERVAL
    age = now - published_at
    after = ACTIVE_INTERVAL if grew else None
    interval = next((interval for limit, interval in FETCH_SCHEDULE if age < limit), after)
    return now + interval if interval else None


def was_late(published_at: datetime | None, due: datetime, fetched_at: datetime) -> bool:
    """Whether a fetch that was due at `due` and made at `made` counts as missed."""
    following = next_fetch(published_at, due, grew=True)
    assert following is not None  # a growing post is always polled
    return fetched_at > max(following, due + LATE)


def after_miss(misses: int, now: datetime) -> datetime:
    """Time of the next fetch after `misses` failed fetches in a row."""
    return now + min(MISS_BACKOFF * 2 ** min(misses, 10), MAX_MISS_BACKOFF)
