"""Health checks. `/healthz`: this process answers. `/readyz`: everything that publishing a post needs is up.

`/readyz` answers within two seconds whatever hangs. Each store is asked in a thread with connections of its own
(`Probe`), health checks have threads of their own in the web process (`launcher.gunicorn`), and nothing else of a
request asks a store (`HealthMiddleware`).
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import redis

from django.conf import settings
from django.core.cache.backends.redis import RedisCache
from django.db import Error as DatabaseError
from django.db import connection, connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from analytics import partitions
from common import clock, identity
from delivery.heartbeat import HEARTBEAT_KEY
from municipalities.access import public
from municipalities.models import Municipality
from portal import disk, queues
from portal.tasks import BEAT_KEY, key_of

# What is not known by then does not answer. Clients wait two seconds.
ANSWER_SECONDS = 1.5
VALKEY_SECONDS = 1
# libpq's own limits, so that no thread of ours outlives a server that is gone by more than some seconds.
LIBPQ = {
    "connect_timeout": 2,
    "tcp_user_timeout": 2000,
    "keepalives_idle": 1,
    "keepalives_interval": 1,
    "keepalives_count": 2,
}
HEARTBEATS = {
    "publisher": (HEARTBEAT_KEY,),
    "worker": tuple(map(key_of, queues.QUICK)),
    "errands": tuple(map(key_of, queues.SLOW)),
    "beat": (BEAT_KEY,),
}
PARTS = (
    "database", "valkey", "disk", "clock", "installation", "publisher", "worker", "errands", "beat", "partitions",
)  # fmt: skip
Part = tuple[str, bool]


class Probe:
    """Asks one store in a thread of its own. While that hangs there is no second one."""

    def __init__(self, ask: Callable[[], Iterator[Part]]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._known: dict[str, bool] = {}
        self._ends_at = 0.0

    def begin(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._known = {}
                self._ends_at = time.monotonic() + ANSWER_SECONDS
                self._thread = threading.Thread(target=self._run, args=[self._known], name="readiness", daemon=True)
                self._thread.start()

    def known(self) -> dict[str, bool]:
        """What the store has answered, at the latest `ANSWER_SECONDS` after it was asked. Call `begin` first."""
        with self._lock:
            thread, known, ends_at = self._thread, self._known, self._ends_at
        if thread is not None:
            thread.join(max(0.0, ends_at - time.monotonic()))
        return dict(known)

    def _run(self, known: dict[str, bool]) -> None:
        # An outage is an answer: what was not learnt before it is unknown.
        with suppress(DatabaseError, redis.RedisError, OSError):
            for name, works in self._ask():
                known[name] = works


def _ask_database() -> Iterator[Part]:
    # A connection of this thread alone, which `connections` makes with these settings.
    own = connection.settings_dict
    connections["default"].settings_dict = {**own, "OPTIONS": {**own.get("OPTIONS", {}), **LIBPQ}}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            yield "database", True
            yield "clock", not clock.is_wrong(clock.seconds_ahead())
            yield "partitions", partitions.healthy()
            if settings.DEMO:
                # Filled in by one transaction, so whoever finds one of its municipalities may sign in.
                yield "demo", Municipality.objects.filter(is_demo=True).exists()
            yield "installation", not identity.mismatch(cursor, settings.TOKEN_KEYS, settings.MEDIA_ROOT)
    finally:
        connection.close()


def _ask_valkey() -> Iterator[Part]:
    patience = {"socket_timeout": VALKEY_SECONDS, "socket_connect_timeout": VALKEY_SECONDS}
    with redis.Redis.from_url(settings.REDIS_URL, **patience) as valkey:
        valkey.ping()  # unlike a read, it is refused where nothing can be written any more, as on a full disk
    cache = RedisCache(settings.REDIS_URL, {**settings.CACHES["default"], "OPTIONS": patience})
    try:
        beating = cache.get_many([key for keys in HEARTBEATS.values() for key in keys])
    finally:
        cache.close()
    yield "valkey", True
    yield from ((name, beating.keys() >= set(keys)) for name, keys in HEARTBEATS.items())


def _ask_disk() -> Iterator[Part]:
    yield "disk", not disk.is_full(settings.DATA_DIR)


PROBES = (Probe(_ask_database), Probe(_ask_valkey), Probe(_ask_disk))


def title(part: str) -> str:
    """What people read for a name of `state`, in the language that is active."""
    return {
        "database": _("Database"),
        "publisher": _("Publisher"),
        "valkey": "Valkey",
        "disk": _("Space on the disk"),
        "clock": _("Clock of this computer"),
        "installation": _("Keys and media of this database"),
        "worker": _("Workers for interactive tasks"),
        "errands": _("Workers for errands"),
        "beat": _("Periodic tasks"),
        "partitions": _("Tables of the coming months"),
        "demo": _("Demo"),
    }[part]


def state() -> dict[str, bool | None]:
    """Whether each of `PARTS` works; None where nobody knows, as the store that would know does not answer. Where the
    demo runs, also whether it is filled in. Takes `ANSWER_SECONDS` at most.
    """
    for probe in PROBES:
        probe.begin()
    known: dict[str, bool] = {"database": False, "valkey": False}
    for probe in PROBES:
        known |= probe.known()
    return {name: known.get(name) for name in (*PARTS, *(["demo"] if settings.DEMO else []))}


class HealthMiddleware:
    """Health checks know nobody: without cookies, no store is asked for a session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in ("/healthz", "/readyz"):
            request.COOKIES = {}
        return self.get_response(request)


@public
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"ok": True})


@public
def readyz(request: HttpRequest) -> JsonResponse:
    """A full disk and a foreign database have a sentence as well, since one value is no help with them. Strangers read
    it: it names no path.
    """
    parts = state()
    answer: dict[str, Any] = dict(parts)
    free = disk.free_megabytes(settings.DATA_DIR) if parts["disk"] is False else None
    if parts["installation"] is False:
        answer["message"] = identity.PUBLIC_SENTENCE
    elif free is not None:
        stores = parts["database"] is True
        answer["message"] = disk.sentence(free, "where the portal keeps its data", stores=stores)
    return JsonResponse(answer, status=200 if all(parts.values()) else 503)
