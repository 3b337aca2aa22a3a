"""Limits, who has earned a certificate, and how one is numbered. Pure."""

from datetime import date

# More than that is no group that people learn in, and no page that anybody reads.
MOST_PARTICIPANTS = 200
MOST_SESSIONS = 80
MOST_MATERIALS = 80
MOST_DAYS = 31
USUAL_DAYS = 2


def percent(present: int, counted: int) -> int | None:
    """Of the sessions that count; None while there is none. Rounded down, so that 100 means all of them."""
    return present * 100 // counted if counted else None


def has_earned(present: int, counted: int, share: int) -> bool:
    """Whether a participant attended at least `share` percent of what counts."""
    return counted > 0 and present * 100 >= share * counted


def certificate_number(issued_on: date, running: int) -> str:
    """Of the year, with a number that grows over all trainings of the installation: "2026-0042"."""
    return f"{issued_on.year}-{running:04d}"
