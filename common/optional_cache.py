"""What Valkey may keep, and what nobody misses much without it: where it does not answer, nothing is kept or known."""

import logging
from typing import Any

from django.core.cache import cache

log = logging.getLogger(__name__)


def read(key: str) -> Any:
    """The value; None: nothing is known of it."""
    try:
        return cache.get(key)
    except Exception as problem:
        log.warning("Valkey does not answer: %s", problem)
        return None


def write(key: str, value: Any, seconds: int) -> None:
    try:
        cache.set(key, value, seconds)
    except Exception as problem:
        log.warning("Valkey does not answer: %s", problem)
