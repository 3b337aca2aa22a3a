"""What Valkey may keep, and what nobody misses much without it: where it does not answer, nothing is kept or known."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache import cache

log = logging.getLogger(__name__)
Value = TypeVar("Value")


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


def get_or_make(key: str, make: Callable[[], Value], seconds: int) -> Value:
    """What `make` returned within so many seconds, in whichever process. None is not kept."""
    known: Value | None = read(key)
    if known is None:
        known = make()
        write(key, known, seconds)
    return known
