"""A programme over whole months, one entry for each municipality that agreed to be compared."""

from dataclasses import dataclass
from datetime import date

from analytics.periods import Period
from analytics.queries.comparison import comparison
from municipalities.models import Municipality, Programme


@dataclass(frozen=True)
class Place:
    """One municipality. None: not told, or not entered. `counted` posts stand behind `per_followers`."""

    municipality: Municipality
    posts: int
    posts_before: int
    interactions: int | None
    interactions_before: int | None
    followers: int | None
    per_inhabitants: float | None
    per_followers: float | None
    counted: int


@dataclass(frozen=True)
class Compared:
    places: list[Place]
    withheld: int


def compared(programme: Programme, first: date, last: date) -> Compared:
    found = comparison([programme], Period(first, last))
    return Compared(
        [
            Place(
                row.municipality, row.posts, row.posts_before, row.interactions, row.interactions_before, row.followers,
                row.per_inhabitants, row.per_followers, row.counted,
            )
            for row in found.rows
        ],
        found.withheld,
    )  # fmt: skip
