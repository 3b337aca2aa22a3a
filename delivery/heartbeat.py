"""Whether a publisher is alive, by a key in Valkey that it renews."""

import logging
from collections.abc import Callable

from django.core.cache import cache

log = logging.getLogger(__name__)

HEARTBEAT_KEY = "heartbeat:publisher"
HEARTBEAT_SECONDS = 15


def send_heartbeat() -> None:
    """For `/readyz` and pages. Publishing itself does not need Valkey."""
    _with_valkey(lambda: cache.set(HEARTBEAT_KEY, 1, HEARTBEAT_SECONDS))


def clear_heartbeat() -> None:
    _with_valkey(lambda: cache.delete(HEARTBEAT_KEY))


def _with_valkey(command: Callable[[], object]) -> None:
    try:
        command()
    except Exception as problem:
        log.warning("Valkey does not answer: %s", problem)


def is_publisher_alive() -> bool:
    """True also where Valkey does not answer: then nobody knows, and publishing does not need it."""
    try:
        return bool(cache.get(HEARTBEAT_KEY))
    except Exception:
        return True
