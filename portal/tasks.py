"""Heartbeats, by which `/readyz` knows that periodic tasks are sent and that every queue has a worker."""

from pathlib import Path
from typing import Any

from celery import current_app, shared_task
from celery.signals import heartbeat_sent, worker_ready, worker_shutdown

from django.conf import settings
from django.core.cache import cache

from portal import queues

BEAT_KEY = "heartbeat:beat"
ALIVE_SECONDS = 60


def key_of(queue: str) -> str:
    """The cache key of the heartbeat of this queue's workers."""
    return f"heartbeat:queue:{queue}"


@shared_task(name="portal.tasks.beat_heartbeat")
def beat_heartbeat() -> None:
    """Periodic: when it runs, one worker sends periodic tasks and one carries them out."""
    cache.set_many({BEAT_KEY: 1, key_of(queues.DEFAULT): 1}, ALIVE_SECONDS)


@shared_task(name="portal.tasks.send_notices")
def send_notices() -> None:
    from portal import delivery_notifications

    delivery_notifications.send()


@shared_task(name="portal.tasks.check_health")
def check_health() -> None:
    from portal import alerts

    alerts.check()


def _served() -> list[str]:
    """The queues of this worker."""
    return [key_of(str(name)) for name in current_app.amqp.queues.consume_from]


@worker_ready.connect
@heartbeat_sent.connect
def worker_heartbeat(**_: Any) -> None:
    # From the worker's own process, not through its queue: a long errand is no death.
    cache.set_many(dict.fromkeys(_served(), 1), ALIVE_SECONDS)
    if settings.HEARTBEAT_FILE:
        Path(settings.HEARTBEAT_FILE).touch()


@worker_shutdown.connect
def worker_stops(**_: Any) -> None:
    # A start right after must not take these heartbeats for its own. Other workers set theirs again in seconds.
    # Not `worker_shutting_down`: that one runs inside the signal handler, where a lock of Valkey's client may be held.
    cache.delete_many([*_served(), BEAT_KEY])
