"""Webhook events of Threads, one per call. https://developers.facebook.com/docs/threads/webhooks"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from platforms.meta import events, reading
from platforms.types import RawEvent

KINDS = {"replies": "comment", "mentions": "mention", "publish": "post", "delete": "post"}


def raw_events(payload: Any) -> list[RawEvent]:
    """Any other shape is read like the rest of Meta's events."""
    values = payload.get("values") if isinstance(payload, Mapping) else None
    if not isinstance(values, Mapping):
        return events.events(payload)
    changed = values.get("value")
    value: Mapping[str, Any] = changed if isinstance(changed, Mapping) else {}
    account = _owner(value) or str(payload.get("target_id") or "")
    kind = KINDS.get(str(values.get("field") or ""), "other")
    # A repeated event has another time and the same values.
    key = hashlib.sha256(f"{account} {json.dumps(values, sort_keys=True)}".encode()).hexdigest()
    return [RawEvent(key, account, kind, dict(values), reading.unix_time(payload.get("time")))]


def root_post(values: Any) -> str:
    """The post at the beginning of the conversation: answers deep below it are counted there, too."""
    value = values.get("value") if isinstance(values, Mapping) else None
    for name in ("root_post", "replied_to"):
        post = value.get(name) if isinstance(value, Mapping) else None
        if isinstance(post, Mapping) and post.get("id"):
            return str(post["id"])
    return ""


def _owner(value: Mapping[str, Any]) -> str:
    root = value.get("root_post")
    return str(root.get("owner_id") or "") if isinstance(root, Mapping) else ""
