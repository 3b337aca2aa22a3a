"""Webhook signatures of the networks. Computed over the raw bytes before parsing, compared in constant time. Pure.

Meta may send letters as \\u escapes, so a body that is parsed and serialised again has another signature.
https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads
"""

import base64
import binascii
import hashlib
import hmac
from typing import Any

from common import untrusted_json


def hex_digest(secret: str, raw: bytes) -> str:
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def same(signature: str, expected: str) -> bool:
    """Whether both are equal, in constant time. An empty secret or signature is never equal."""
    return bool(signature) and hmac.compare_digest(signature.encode(), expected.encode())


def hub(raw: bytes, signature: str, secret: str) -> bool:
    """Meta's `X-Hub-Signature-256`."""
    return bool(secret) and same(signature, "sha256=" + hex_digest(secret, raw))


def linkedin(raw: bytes, signature: str, secret: str) -> bool:
    """LinkedIn's `X-LI-Signature`: of the body with a word before it, and without that word in the header."""
    return bool(secret) and same(signature, hex_digest(secret, b"hmacsha256=" + raw))


def hub_greeting(query: Any, token: str) -> str | None:
    """Meta's check of an address: the challenge back, if it knows the word that was agreed on."""
    fits = query.get("hub.mode") == "subscribe" and same(query.get("hub.verify_token", ""), token)
    return str(query.get("hub.challenge", "")) if fits else None


def signed_request(request: str, secret: str) -> dict[str, Any] | None:
    """What Meta's `signed_request` says, or None if it was not signed by them.

    https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback
    """
    signature, _, payload = request.partition(".")
    try:
        given = base64.urlsafe_b64decode(_padded(signature)).hex()
        if not secret or not same(given, hex_digest(secret, payload.encode())):
            return None
        content = untrusted_json.loads(base64.urlsafe_b64decode(_padded(payload)))
    except (binascii.Error, ValueError):
        return None
    fits = isinstance(content, dict) and str(content.get("algorithm", "")).upper() == "HMAC-SHA256"
    return content if fits else None


def _padded(text: str) -> str:
    return text + "=" * (-len(text) % 4)
