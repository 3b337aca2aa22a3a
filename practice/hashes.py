"""Secrets are stored as SHA-256. They are random and long, so a slow hash would only slow the calls down."""

import hashlib


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
