"""Heartbeats: how `/readyz` knows that beat rings and a worker answers."""

from celery import shared_task
from celery.signals import heartbeat_sent, worker_ready, worker_shutdown

from django.core.cache import cache

WORKER_KEY, BEAT_KEY = "heartbeat:worker", "heartbeat:beat"
ALIVE_SECONDS = 60


@shared_task(name="portal.tasks.beat_heartbeat")
def beat_heartbeat() -> None:
    """Sent by beat, run by a worker: when it arrives, both are alive."""
    cache.set(BEAT_KEY, 1, ALIVE_SECONDS)
    cache.set(WORKER_KEY, 1, ALIVE_SECONDS)


@shared_task(name="portal.tasks.send_notices")
def send_notices() -> None:
    from portal import notices

    notices.send()


@worker_ready.connect
@heartbeat_sent.connect
def worker_heartbeat(**_: object) -> None:
    cache.set(WORKER_KEY, 1, ALIVE_SECONDS)


@worker_shutdown.connect
def worker_stops(**_: object) -> None:
    # A start right after must not take these heartbeats for its own. Other workers set theirs again in seconds.
    # Not `worker_shutting_down`: that one runs inside the signal handler, where a lock of Valkey's client may be held.
    cache.delete_many([WORKER_KEY, BEAT_KEY])
