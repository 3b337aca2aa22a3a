"""Growth curves of posts and channels: plausible, and the same at every start. Pure.

A post gets most of its reactions on its first day. How many depends on its subject, the hour, a picture, the training
(which helps), and luck.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from demo.texts import chance

# Likes per follower, and shares per like: a warning is shared, a ceremony is not.
LIKES = {"service": 0.009, "eservice": 0.0085, "consultation": 0.0125, "culture": 0.015, "ceremony": 0.0085,
         "emergency": 0.016, "other": 0.0085}  # fmt: skip
SHARES = {"service": 0.22, "eservice": 0.2, "consultation": 0.14, "culture": 0.13, "ceremony": 0.04,
          "emergency": 0.7, "other": 0.15}  # fmt: skip
COMMENTS = {"service": 1.5, "eservice": 1.3, "consultation": 3.2, "culture": 1.2, "ceremony": 0.6, "emergency": 2.2,
            "other": 0.8}  # fmt: skip
HOURS_TO_MOST = 9.0
# Small pages are closer to their people: the share of followers that reacts falls as a page grows.
USUAL_FOLLOWERS = 3000


@dataclass(frozen=True)
class Curve:
    """What a post gathers: `likes` and `boosts` in the end, and when."""

    likes: int
    boosts: int
    pace: float

    def at(self, age: timedelta) -> Mapping[str, int]:
        share = self.share(age)
        return {"likes": round(self.likes * share), "reposts": round(self.boosts * share)}

    def share(self, age: timedelta) -> float:
        hours = max(age.total_seconds() / 3600, 0)
        return 1 - math.exp(-((hours / self.pace) ** 0.75))


def curve(key: str, category: str, at: datetime, followers: int, *, picture: bool, trained: float) -> Curve:
    """`trained`: 0 before the training, growing to 1 in the weeks after it. `key` seeds the luck."""
    rng = chance("curve", key)
    size = (USUAL_FOLLOWERS / max(followers, 100)) ** 0.25
    hour = 1.15 if at.hour in (7, 12, 19) else 0.85 if at.hour in (13, 14) else 1.0
    weekend = 1.1 if at.weekday() >= 5 else 1.0
    factor = size * hour * weekend * (1.25 if picture else 1.0) * (1 + 0.4 * trained) * rng.lognormvariate(0, 0.38)
    likes = max(1, round(followers * LIKES[category] * factor))
    boosts = round(likes * SHARES[category] * rng.lognormvariate(0, 0.3))
    return Curve(likes, boosts, HOURS_TO_MOST * rng.uniform(0.7, 1.5))


def comments(key: str, category: str, followers: int, *, trained: float) -> int:
    """How many people write below it."""
    rng = chance("comments", key)
    mean = COMMENTS[category] * min((followers / 2000) ** 0.35, 1.7) * (0.5 + 0.7 * trained)
    count, left = 0, rng.random()
    while left > math.exp(-mean) and count < 7:
        count += 1
        left *= rng.random()
    return count


def trained(day: date, training: date) -> float:
    """How much of the training shows: nothing before it, all of it three weeks later."""
    return min(max((day - training).days / 21, 0.0), 1.0)


def followers(username: str, start: int, training: date, first: date, last: date) -> dict[date, int]:
    """Followers at the end of each day."""
    rng, count, by_day = chance("followers", username), float(start), {}
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        daily = 0.0004 + 0.0026 * trained(day, training)
        count += count * daily * rng.lognormvariate(0, 0.5) - rng.random() * start * 0.0004
        by_day[day] = round(count)
    return by_day
