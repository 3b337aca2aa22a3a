"""Processor time of each page in two versions of the portal, measured in turn on copies of the same data.

A machine is never equally fast for an hour, and a page takes more processor time while others use the same cores. So
the servers of both versions run at the same time, and a page is requested from one and then from the other. The other
version is a directory with its code; this command starts its server and uses nothing else of it. Its database is a copy
without the indexes that it does not define.
"""

import os
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from subprocess import check_output
from typing import Any

import psutil
import requests

from django.apps import apps
from django.conf import settings
from django.db import connection

from accounts.models import User
from benchmarks import database, main_pages, measure, seed

ROUNDS, REQUESTS, WARM = 3, 7, 4
CLIENTS, SECONDS, WARM_SECONDS = 8, 10, 2
CONCURRENT = "Calendar, month"
# What differs from one request to the next.
CHANGING = re.compile(
    rb'name="csrf[\w-]+" (?:value|content)="[^"]*"|nonce="[^"]*"|data-htmx="[^"]*"|name="htmx-config" content="[^"]*"'
)


@dataclass(frozen=True)
class Usage:
    """Milliseconds of processor time for a request, of the web worker and of its database connection; bytes of HTML."""

    web: float
    database: float
    html: int


@dataclass(frozen=True)
class Comparison:
    page: str
    before: Usage
    now: Usage
    is_same: bool  # the HTML, but for tokens

    @property
    def ratio(self) -> float:
        return (self.now.web + self.now.database) / (self.before.web + self.before.database)

    def json(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": round(self.ratio, 3)}


@dataclass(frozen=True)
class Throughput:
    """Requests per second of one page with `CLIENTS` clients at once, one value for each round."""

    before: list[float]
    now: list[float]

    @property
    def ratio(self) -> float:
        return statistics.median(self.now) / statistics.median(self.before)

    def json(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": round(self.ratio, 3)}


class Server:
    """gunicorn with one worker that handles one request at a time, and the connections of its database."""

    def __init__(self, base: str, process: psutil.Process, name: str) -> None:
        self.base, self.name = base, name
        self.worker = process.children()[0]

    def processor_times(self) -> tuple[float, float]:
        """Milliseconds so far: of the worker, and of all connections to its database."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid != pg_backend_pid()", [self.name]
            )
            backends = [pid for (pid,) in cursor.fetchall()]
        return processor_milliseconds(self.worker.pid), sum(map(processor_milliseconds, backends))

    def get(self, session: requests.Session, path: str) -> tuple[Usage, bytes]:
        web, backends = self.processor_times()
        response = session.get(self.base + path, timeout=60)
        response.raise_for_status()
        web_after, backends_after = self.processor_times()
        return Usage(web_after - web, backends_after - backends, len(response.content)), response.content


def processor_milliseconds(pid: int) -> float:
    """Of all threads of a process; the kernel counts nanoseconds here, and only hundredths of a second elsewhere."""
    times = (int(path.read_text().split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat"))
    return sum(times) / 1e6


def compared(
    other: Path, say: Callable[[str], Any], *, pages: list[str] | None = None
) -> tuple[list[Comparison], Throughput]:
    """Every page, or those of these names, in the working tree `other` and in this one."""
    with database.temporary() as address:
        named = main_pages.by_person(seed.fill())
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        with database.copied("other", without_indexes=sorted(own_indexes() - indexes_of(other))) as copy:
            versions = [(other, copy), (Path(settings.BASE_DIR), address)]
            say("Filled; measuring ...")
            return _pages(named, versions, say, pages), _throughput(named, versions, say)


def own_indexes() -> set[str]:
    return {index.name for model in apps.get_models() for index in model._meta.indexes}


def indexes_of(other: Path) -> set[str]:
    program = (
        "import django; django.setup(); from django.apps import apps; "
        "print(*(index.name for model in apps.get_models() for index in model._meta.indexes))"
    )
    environment = {**os.environ, "PYTHONPATH": str(other), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    return set(check_output([sys.executable, "-c", program], cwd=other, env=environment, text=True).split())


def _pages(
    named: list[tuple[User, dict[str, str]]],
    versions: list[tuple[Path, str]],
    say: Callable[[str], Any],
    pages: list[str] | None,
) -> list[Comparison]:
    comparisons = []
    with ExitStack() as stack:
        servers = [stack.enter_context(_served(*version)) for version in versions]
        for user, paths in named:
            sessions = [_session(user) for _ in servers]
            for page, path in paths.items():
                if pages is None or page in pages:
                    comparison = _compared(page, path, servers, sessions)
                    say(f"{page}: {comparison.ratio:.2f}{'' if comparison.is_same else ', other HTML'}")
                    comparisons.append(comparison)
    return comparisons


def _compared(page: str, path: str, servers: list[Server], sessions: list[requests.Session]) -> Comparison:
    for server, session in zip(servers, sessions, strict=True):
        for _ in range(WARM):
            server.get(session, path)
    rounds: list[list[Usage]] = [[], []]
    texts: list[bytes] = [b"", b""]
    for _ in range(ROUNDS):
        usages: list[list[Usage]] = [[], []]
        for _ in range(REQUESTS):
            for number, (server, session) in enumerate(zip(servers, sessions, strict=True)):
                usage, texts[number] = server.get(session, path)
                usages[number].append(usage)
        for number in (0, 1):
            rounds[number].append(_median(usages[number]))
    before, now = map(_median, rounds)
    return Comparison(page, before, now, without_tokens(texts[0]) == without_tokens(texts[1]))


def without_tokens(page: bytes) -> bytes:
    return CHANGING.sub(b"", page)


def _median(usages: list[Usage]) -> Usage:
    return Usage(
        statistics.median(usage.web for usage in usages),
        statistics.median(usage.database for usage in usages),
        usages[-1].html,
    )


def _session(user: User) -> requests.Session:
    client = measure.entered(user)
    session = requests.Session()
    session.cookies.set(settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value)
    return session


@contextmanager
def _served(directory: Path, address: str) -> Iterator[Server]:
    with _gunicorn(directory, address, workers=1, threads=1) as (base, pid):
        yield Server(base, psutil.Process(pid), address.rpartition("/")[2])


def _gunicorn(directory: Path, address: str, *, workers: int, threads: int) -> AbstractContextManager[tuple[str, int]]:
    environment = {"DATABASE_URL": address, "PYTHONPATH": str(directory)}
    return measure.started(environment, directory=directory, workers=workers, threads=threads)


def _throughput(
    named: list[tuple[User, dict[str, str]]], versions: list[tuple[Path, str]], say: Callable[[str], Any]
) -> Throughput:
    """gunicorn as in operation; the versions in turn, as both together would share the processors."""
    user, path = next((user, paths[CONCURRENT]) for user, paths in named if CONCURRENT in paths)
    rates: list[list[float]] = [[], []]
    for _ in range(ROUNDS):
        for number, (directory, address) in enumerate(versions):
            with _gunicorn(directory, address, workers=measure.WORKERS, threads=measure.THREADS) as (base, _pid):
                rates[number].append(round(_rate(user, base + path), 1))
    throughput = Throughput(*rates)
    say(f"{CONCURRENT}, {CLIENTS} clients: {throughput.ratio:.2f}")
    return throughput


def _rate(user: User, url: str) -> float:
    """Requests per second of `CLIENTS` clients. A client waits for its response before it requests the page again."""

    def count(session: requests.Session, until: float) -> int:
        done = 0
        while time.monotonic() < until:
            session.get(url, timeout=60).raise_for_status()
            done += 1
        return done

    sessions = [_session(user) for _ in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(count, sessions, [time.monotonic() + WARM_SECONDS] * CLIENTS))
        began = time.monotonic()
        done = sum(clients.map(count, sessions, [began + SECONDS] * CLIENTS))
        return done / (time.monotonic() - began)
