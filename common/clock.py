"""Whether the clock of this machine agrees with the database's.

Due times, leases and commit windows are written by one machine and read by another. A machine whose clock is wrong
would publish early, settle calls of living publishers, and end a commit window before it is over.
"""

from django.conf import settings
from django.db import connection
from django.utils import timezone


def seconds_ahead() -> float:
    """By how many seconds this machine's clock is ahead of the database's; negative where it is behind.

    What the query itself may explain does not count.
    """
    before = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at_database = cursor.fetchone()[0]
    after = timezone.now()
    nearest = min(max(at_database, before), after)
    return float((nearest - at_database).total_seconds())


def is_wrong(ahead: float) -> bool:
    """Whether `ahead` seconds are too many to publish with. A `CLOCK_TOLERANCE_SECONDS` of 0 accepts any clock."""
    return 0 < settings.CLOCK_TOLERANCE_SECONDS < abs(ahead)


def sentence(ahead: float) -> str:
    """For the log."""
    side = "ahead of" if ahead > 0 else "behind"
    return (
        f"The clock of this machine is {abs(ahead):.0f} s {side} the database's. "
        "Nothing is published or searched for from here until it is right"
    )
