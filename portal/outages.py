"""One line of the log for an outage of PostgreSQL, of Valkey or of the disk, instead of a traceback for each call.

While a server is away everything that needs it fails, several times a second, always for the same reason. So a record
about such an error becomes one sentence without its traceback, and each process repeats it once a minute at most. All
other errors keep their tracebacks. Which exceptions count is decided narrowly: a deadlock, a wrong password or a
constraint is no outage.
"""

from __future__ import annotations

import logging
import math
import re
import time
from collections.abc import Iterator

import kombu.exceptions
import psycopg2
import redis.exceptions
from celery.beat import SchedulingError

from django.db.utils import DatabaseError, InterfaceError

from portal.disk import FULL_ERRORS

REPEAT_SECONDS = 60.0
DATABASE_ERRORS = (DatabaseError, InterfaceError, psycopg2.Error)
BROKER_ERRORS = (redis.exceptions.RedisError, kombu.exceptions.OperationalError, SchedulingError)
# By their texts: an exception that came from another process of a worker has lost its code. libpq's are in English, as
# the programs of `make run` set no locale for it; PostgreSQL's own depend on its lc_messages, which is C there.
DATABASE_AWAY = re.compile(
    r"connection to server at .{0,300}(refused|timed out|timeout|closed|reset|no route|unreachable)|connection refused"
    r"|server closed the connection|connection already closed|connection not open|connection to server was lost"
    r"|the database system is (starting up|shutting down|in recovery mode|not yet accepting)"
    r"|terminating connection (due to|because of)|could not (receive data from|send data to) server"
    r"|ssl (syscall|connection).{0,300}(eof|closed|reset)|no connection to the server",
    re.DOTALL | re.IGNORECASE,
)
BROKER_AWAY = (
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
    redis.exceptions.BusyLoadingError,
    kombu.exceptions.OperationalError,
)
NOT_AWAY = (redis.exceptions.AuthenticationError, redis.exceptions.MaxConnectionsError)
SENTENCES = {
    "disk": "The disk is full",
    "postgres": "PostgreSQL does not answer",
    "valkey": "Valkey does not answer",
    "valkey-disk": "Valkey stores nothing",
}
MOST_CHARACTERS = 200


class Outages(logging.Filter):
    """Shortens records about an outage, and drops those that repeat one within `seconds`."""

    def __init__(self, seconds: float = REPEAT_SECONDS) -> None:
        super().__init__()
        self.seconds = seconds
        self._written_at: dict[str, float] = {}
        self._dropped: dict[str, int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        for problem in _exceptions(record):
            if outage := outage_of(problem):
                return self._shorten(record, outage, problem)
        return True

    def _shorten(self, record: logging.LogRecord, outage: str, problem: BaseException) -> bool:
        # Without a lock, which a process could inherit locked: two threads at once write the line twice, no more.
        now = time.monotonic()
        if now - self._written_at.get(outage, -math.inf) < self.seconds:
            self._dropped[outage] = self._dropped.get(outage, 0) + 1
            return False
        self._written_at[outage] = now
        dropped = self._dropped.pop(outage, 0)
        since = f" ({dropped} more errors since the last line about it)" if dropped else ""
        record.msg, record.args = f"{SENTENCES[outage]}: {_one_line(problem)}{since}", ()
        record.exc_info = record.exc_text = record.stack_info = None
        record.outage = outage  # for other handlers, which see no exception any more
        return True


def outage_of(problem: BaseException) -> str | None:
    """The outage that caused an error, as a key of `SENTENCES`; None for any other error."""
    if isinstance(problem, OSError) and problem.errno in FULL_ERRORS:
        return "disk"
    if not isinstance(problem, DATABASE_ERRORS + BROKER_ERRORS):
        return None
    return next((outage for cause in _chain(problem) if (outage := _outage(cause))), None)


def _outage(cause: BaseException) -> str | None:
    text, is_of_broker = str(cause), isinstance(cause, BROKER_ERRORS)
    if isinstance(cause, DATABASE_ERRORS + BROKER_ERRORS) and "No space left on device" in text:
        return "disk"
    if isinstance(cause, DATABASE_ERRORS):
        return "postgres" if DATABASE_AWAY.search(text) else None
    if is_of_broker and "MISCONF" in text:
        return "valkey-disk"
    return "valkey" if isinstance(cause, BROKER_AWAY) and not isinstance(cause, NOT_AWAY) else None


def _chain(problem: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    link: BaseException | None = problem
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _exceptions(record: logging.LogRecord) -> Iterator[BaseException]:
    """Celery reports a lost broker without a traceback: there the exception is among the arguments."""
    if record.exc_info and record.exc_info[1] is not None:
        yield record.exc_info[1]
    arguments = record.args.values() if isinstance(record.args, dict) else record.args or ()
    yield from (argument for argument in arguments if isinstance(argument, BaseException))


def _one_line(problem: BaseException) -> str:
    first = str(problem).strip().partition("\n")[0]
    return first[:MOST_CHARACTERS].rstrip(".") or type(problem).__name__
