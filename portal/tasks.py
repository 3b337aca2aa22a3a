"""Heartbeats: how `/readyz` knows that beat rings and a worker answers."""

from celery import shared_task
from celery.signals import beat_init, heartbeat_sent, worker_ready, worker_shutting_down

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


@beat_init.connect
def beat_started(**_: object) -> None:
    # Beat's first regular tick may be ten seconds away.
    beat_heartbeat.apply_async(expires=10)


@worker_shutting_down.connect
def worker_stops(**_: object) -> None:
    # A start right after must not take these heartbeats for its own. Other workers set theirs again in seconds.
    cache.delete_many([WORKER_KEY, BEAT_KEY])
