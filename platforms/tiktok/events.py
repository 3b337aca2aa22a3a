"""Webhook events of TikTok. https://developers.tiktok.com/doc/webhooks-overview

One address for the whole application, entered at TikTok; without a 200 an event is repeated for three days.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from platforms import signatures
from platforms.types import RawEvent

# As long as TikTok repeats events. A repeated one has the same key, and an old end of consent ends no newer one.
OLDEST = timedelta(hours=73)


def is_signed(raw: bytes, signature: str, secret: str, now: datetime) -> bool:
    """`TikTok-Signature: t=…,s=…`. https://developers.tiktok.com/doc/webhooks-verification"""
    parts = dict(part.strip().partition("=")[::2] for part in signature.split(","))
    when = parts.get("t", "")
    if not secret or not re.fullmatch(r"[0-9]{1,11}", when):
        return False
    fresh = abs(now.timestamp() - int(when)) <= OLDEST.total_seconds()
    return fresh and signatures.same(parts.get("s", ""), signatures.hex_digest(secret, when.encode() + b"." + raw))


def raw_events(payload: Any) -> list[RawEvent]:
    if not isinstance(payload, Mapping) or not payload:
        return []
    name, account = str(payload.get("event") or ""), str(payload.get("user_openid") or "")
    is_end = name == "authorization.removed"
    kind = "deauthorised" if is_end else "status" if name.startswith("post.publish.") else "other"
    key = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
    at = _moment(payload.get("create_time"))
    return [RawEvent(key, account, kind, dict(payload), at, account if is_end else "")]


def _moment(seconds: Any) -> datetime | None:
    known = isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < 10**11
    return datetime.fromtimestamp(seconds, UTC) if known else None
