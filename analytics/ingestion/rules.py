"""Polling intervals: when to look again, and the backoff after a look that brought nothing.

Fresh posts are polled often, old ones seldom, none after ninety days; a channel four times a day.

A post that has left the ladder is looked at again when something happens: its network tells of it, or its last look
found that people still react.
"""

from datetime import datetime, timedelta

# (age of the post up to, pause until the next look)
FETCH_SCHEDULE = (
    (timedelta(hours=1), timedelta(minutes=10)),
    (timedelta(hours=6), timedelta(minutes=30)),
    (timedelta(days=1), timedelta(hours=2)),
    (timedelta(days=3), timedelta(hours=6)),
    (timedelta(days=30), timedelta(days=1)),
    (timedelta(days=90), timedelta(days=7)),
)
# After the ladder: as long as every look finds new reactions.
ACTIVE_INTERVAL = timedelta(days=7)
# What happens in a burst is one look, and events bring a post's next look forward at most this often.
EVENT_PAUSE = timedelta(minutes=5)
EVENT_QUIET = timedelta(hours=1)
# A look counts as missed when it comes so late that the one after it was due as well, by half an hour at least.
LATE = timedelta(minutes=30)
CHANNEL_PAUSE = timedelta(hours=6)
# In its first seconds a post has no numbers yet, and after that look the next one is minutes away.
FIRST_DELAY = timedelta(seconds=30)
# A network that cannot be reached or refuses is asked later and later, at most once a day.
MISS_BACKOFF = timedelta(minutes=15)
MAX_MISS_BACKOFF = timedelta(days=1)
# A post that a network does not find is looked for once more before anybody is told that it is gone.
GONE_AGAIN = timedelta(minutes=10)
# A server ends a poll by its own clock, and hears of the last votes from others a little later.
AFTER_A_POLL = timedelta(minutes=2)


def first_look(published_at: datetime, now: datetime) -> datetime | None:
    """Time of the first look at a post; None: it is too old to be looked at."""
    return max(now, published_at + FIRST_DELAY) if next_fetch(published_at, now) else None


def next_fetch(published_at: datetime | None, now: datetime, *, grew: bool = False) -> datetime | None:
    """Time of the next look at a post (at a channel when `published_at` is None); None: no more looks.

    `grew`: this look found new reactions, which keeps a post that is older than the ladder in sight.
    """
    if published_at is None:
        return now + CHANNEL_PAUSE
    age = now - published_at
    after = ACTIVE_INTERVAL if grew else None
    pause = next((pause for limit, pause in FETCH_SCHEDULE if age < limit), after)
    return now + pause if pause else None


def was_late(published_at: datetime | None, due: datetime, made: datetime) -> bool:
    """Whether a look that was due at `due` and made at `made` counts as missed."""
    following = next_fetch(published_at, due, grew=True)
    assert following is not None  # what grows is looked at
    return made > max(following, due + LATE)


def after_miss(misses: int, now: datetime) -> datetime:
    """Time of the next look after `misses` looks in a row that brought nothing."""
    return now + min(MISS_BACKOFF * 2 ** min(misses, 10), MAX_MISS_BACKOFF)
