"""Record keys: a timestamp and a clock id in 13 characters. https://atproto.com/specs/tid"""

import hashlib
from datetime import UTC, datetime, timedelta

ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def tid(microseconds: int, clock: int) -> str:
    number = ((microseconds & ((1 << 53) - 1)) << 10) | (clock & 1023)
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(60, -1, -5))


def record_key(key: str, created_at: datetime) -> str:
    """The same key for the same post at every attempt: that is what makes sending twice harmless."""
    clock = int.from_bytes(hashlib.sha256(key.encode()).digest()[:2], "big")
    return tid((created_at - EPOCH) // timedelta(microseconds=1), clock)
