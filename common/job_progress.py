"""How far a worker is with a long job, for the page that waits for it.

In Valkey, apart from the row of the job: it changes often and is of no use later. Without Valkey the page shows that
the job runs, and no number.
"""

from typing import NamedTuple

from common import optional_cache

SECONDS = 3600


class Progress(NamedTuple):
    done: int
    total: int


def record(job: str, done: int, total: int) -> None:
    """`job` names it among all jobs: `export:12`."""
    optional_cache.write(_key(job), (min(done, total), total), SECONDS)


def read(job: str) -> Progress | None:
    """None: nothing is known of it."""
    stored = optional_cache.read(_key(job))
    return Progress(*stored) if stored else None


def _key(job: str) -> str:
    return f"job-progress:{job}"
