"""`/healthz`: this process answers. `/readyz`: everything a post needs to go out is there."""

from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, JsonResponse

from analytics import partitions
from delivery.dispatch import ALIVE_KEY
from municipalities.access import public
from portal.tasks import BEAT_KEY, WORKER_KEY


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _cached(key: str) -> Callable[[], bool]:
    def look() -> bool:
        try:
            return cache.get(key) is not None
        except OSError:
            return False
        except Exception as error:  # redis-py's errors share no base with OSError
            if type(error).__module__.startswith("redis"):
                return False
            raise

    return look


def _partitions() -> bool:
    try:
        return partitions.healthy()
    except DatabaseError:
        return False


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database,
    "publisher": _cached(ALIVE_KEY),
    "worker": _cached(WORKER_KEY),
    "beat": _cached(BEAT_KEY),
    "partitions": _partitions,
}


@public
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"ok": True})


@public
def readyz(request: HttpRequest) -> JsonResponse:
    found = {name: check() for name, check in CHECKS.items()}
    return JsonResponse(found, status=200 if all(found.values()) else 503)
