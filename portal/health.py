"""Health checks. `/healthz`: this process answers. `/readyz`: everything that publishing a post needs is up."""

from collections.abc import Callable

import redis

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from analytics import partitions
from common import clock
from delivery.heartbeat import HEARTBEAT_KEY
from municipalities.access import public
from municipalities.models import Municipality
from portal import disk, queues
from portal.tasks import BEAT_KEY, key_of

# Clients of health checks wait ten seconds at most.
PATIENCE_SECONDS = 2


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _valkey() -> bool:
    patience = {"socket_timeout": PATIENCE_SECONDS, "socket_connect_timeout": PATIENCE_SECONDS}
    try:
        with redis.Redis.from_url(settings.REDIS_URL, **patience) as valkey:
            return bool(valkey.ping())
    except (redis.RedisError, OSError):
        return False


def _disk() -> bool:
    return not disk.is_full(settings.DATA_DIR)


def _clock() -> bool:
    try:
        return not clock.is_wrong(clock.seconds_ahead())
    except DatabaseError:
        return True  # nobody knows, and `database` is false then


def _heartbeats(*keys: str) -> Callable[[], bool]:
    """Whether all of these have sent a heartbeat of late; False without Valkey."""

    def check() -> bool:
        try:
            return len(cache.get_many(keys)) == len(keys)
        except (redis.RedisError, OSError):
            return False

    return check


def _partitions() -> bool:
    try:
        return partitions.healthy()
    except DatabaseError:
        return False


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database,
    "valkey": _valkey,
    "disk": _disk,
    "clock": _clock,
    "publisher": _heartbeats(HEARTBEAT_KEY),
    "worker": _heartbeats(*map(key_of, queues.QUICK)),
    "errands": _heartbeats(*map(key_of, queues.SLOW)),
    "beat": _heartbeats(BEAT_KEY),
    "partitions": _partitions,
}


def _demo() -> bool:
    """The demo is filled in by one transaction, so whoever finds one of its municipalities may sign in."""
    try:
        return Municipality.objects.filter(is_demo=True).exists()
    except DatabaseError:
        return False


def title(part: str) -> str:
    """What people read for a name of `state`, in the language that is active."""
    return {
        "database": _("Database"),
        "publisher": _("Publisher"),
        "valkey": "Valkey",
        "disk": _("Space on the disk"),
        "clock": _("Clock of this computer"),
        "worker": _("Workers for interactive tasks"),
        "errands": _("Workers for errands"),
        "beat": _("Periodic tasks"),
        "partitions": _("Tables of the coming months"),
        "demo": _("Demo"),
    }[part]


def state() -> dict[str, bool]:
    """Whether each part works, by its name in `CHECKS`; where the demo runs, also whether it is filled in."""
    checks = {**CHECKS, "demo": _demo} if settings.DEMO else CHECKS
    return {name: check() for name, check in checks.items()}


@public
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"ok": True})


@public
def readyz(request: HttpRequest) -> JsonResponse:
    """A full disk has a sentence as well, since one value is no help with it. Strangers read it: it names no path."""
    parts = state()
    status = 200 if all(parts.values()) else 503
    free = disk.free_megabytes(settings.DATA_DIR)
    if parts["disk"] or free is None:
        return JsonResponse(parts, status=status)
    message = disk.sentence(free, "where the portal keeps its data", stores=parts["database"])
    return JsonResponse({**parts, "message": message}, status=status)
