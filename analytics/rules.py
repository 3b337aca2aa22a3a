"""When to look again. Fresh posts often, old ones seldom, none after ninety days; a channel four times a day."""

from datetime import datetime, timedelta

# (age of the post up to, pause until the next look)
LADDER = (
    (timedelta(hours=1), timedelta(minutes=10)),
    (timedelta(hours=6), timedelta(minutes=30)),
    (timedelta(days=1), timedelta(hours=2)),
    (timedelta(days=3), timedelta(hours=6)),
    (timedelta(days=30), timedelta(days=1)),
    (timedelta(days=90), timedelta(days=7)),
)
CHANNEL_PAUSE = timedelta(hours=6)
# In its first seconds a post has no numbers yet, and after that look the next one is minutes away.
FIRST_PAUSE = timedelta(seconds=30)
# A network that cannot be reached or refuses is asked later and later, at most once a day.
MISS_PAUSE = timedelta(minutes=15)
LONGEST_MISS_PAUSE = timedelta(days=1)
# A post that a network does not find is looked for once more before anybody is told that it is gone.
GONE_AGAIN = timedelta(minutes=10)


def first_look(published_at: datetime, now: datetime) -> datetime | None:
    """Time of the first look at a post; None: it is too old to be looked at."""
    return max(now, published_at + FIRST_PAUSE) if next_look(published_at, now) else None


def next_look(published_at: datetime | None, now: datetime) -> datetime | None:
    """Time of the next look at a post (at a channel when `published_at` is None); None: no more looks."""
    if published_at is None:
        return now + CHANNEL_PAUSE
    age = now - published_at
    return next((now + pause for limit, pause in LADDER if age < limit), None)


def after_miss(misses: int, now: datetime) -> datetime:
    """Time of the next look after `misses` looks in a row that brought nothing."""
    return now + min(MISS_PAUSE * 2 ** min(misses, 10), LONGEST_MISS_PAUSE)
