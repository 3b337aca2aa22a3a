"""How far a worker is with a long job, for the page that waits for it.

In Valkey, apart from the row of the job: it changes often and is of no use later. Without Valkey the page shows that
the job runs, and no number.
"""

import logging
from typing import NamedTuple

from django.core.cache import cache

log = logging.getLogger(__name__)
SECONDS = 3600


class Progress(NamedTuple):
    done: int
    total: int


def record(job: str, done: int, total: int) -> None:
    """`job` names it among all jobs: `export:12`."""
    try:
        cache.set(_key(job), (min(done, total), total), SECONDS)
    except Exception:
        log.warning("The progress of %s cannot be kept", job, exc_info=True)


def read(job: str) -> Progress | None:
    """None: nothing is known of it."""
    try:
        stored = cache.get(_key(job))
    except Exception:
        log.warning("The progress of %s cannot be read", job, exc_info=True)
        return None
    return Progress(*stored) if stored else None


def _key(job: str) -> str:
    return f"job-progress:{job}"
