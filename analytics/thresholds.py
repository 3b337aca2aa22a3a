"""Thresholds for judging figures: how many posts a conclusion takes, which base a per cent takes, and which period is
too thin to compare with. Pure, and the only place, so that pages, reports, Home and indicators judge in the same way.

A post is compared with the *usual* result of its channel: the median interactions of a post there. Only that makes
posts of two networks comparable, and one post with a million reactions moves a median by one place. Boosted posts are
left out, because paid reach does not show what people liked.
"""

from datetime import timedelta
from enum import StrEnum

# Most reactions come within this time; a younger post would always look weak.
SETTLED_AFTER = timedelta(days=3)
# A channel with fewer posts has nothing that could be called usual.
ENOUGH_ON_A_CHANNEL = 10
# A kind of posts with fewer than these is shown, and nothing is concluded from it.
ENOUGH_OF_A_KIND = 5
# With fewer posts than these altogether nothing is said of times; a single time needs as many as a kind.
ENOUGH_FOR_A_TIME = 20
# What a single post is compared with: the posts of its channel in the days before the end of the period.
USUAL_DAYS = 90
# A per cent of less than this many, or one above this, says less than the two numbers themselves.
SMALLEST_BASE, LARGEST_PER_CENT = 20, 200
# A period with metrics for fewer of its days than this share was hardly measured.
SMALLEST_SHARE_OF_DAYS = 0.5
# Above and below, something is worth telling; in between it is as usual.
BETTER, WORSE = 1.15, 0.87

# Hours of the day put together; each band ends where the next begins. People sleep through the first.
BANDS = (0, 6, 9, 12, 15, 18, 21)


def hours_of(band: int) -> tuple[int, int]:
    """First hour of a band, and the hour at which it ends."""
    return BANDS[band], (*BANDS[1:], 24)[band]


def change(now: float | None, before: float | None) -> float | None:
    """Growth in per cent; None where a value is missing or the earlier one is 0."""
    return None if now is None or not before else (now - before) * 100 / before


def is_fit_for_per_cent(now: float, before: float, counted: float | None = None) -> bool:
    """Whether a change is said in per cent: 600 after 24 would be 2,400. `counted`: what an average was taken of."""
    difference = change(now, before)
    base = before if counted is None else counted
    return difference is not None and base >= SMALLEST_BASE and difference <= LARGEST_PER_CENT


class Thin(StrEnum):
    """Why a period is too thin to compare another one with."""

    POSTS = "posts"
    DAYS = "days"


def thin(posts: int, known_days: int, days: int) -> Thin | None:
    """Of a period: how many posts it has, and for how many of its days anything can be known. None: it will do."""
    if known_days < days * SMALLEST_SHARE_OF_DAYS:
        return Thin.DAYS
    return Thin.POSTS if posts < ENOUGH_OF_A_KIND else None


def ratio_per_post(total: int | None, posts: int) -> float | None:
    """Per post."""
    return total / posts if total is not None and posts else None
