"""Keys of what sessions keep in Valkey: a session's own key is a credential, so only its hash is written there."""

import hashlib


def hashed(key: str, prefix: str, version: int) -> str:
    """`KEY_FUNCTION` of the cache "sessions"."""
    return f"{prefix}:{version}:session:{hashlib.sha256(key.encode()).hexdigest()}"
