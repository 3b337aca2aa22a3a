"""Webhook events of LinkedIn, where it approved that use.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/organization-social-action-notifications

Up to ten in one call, repeated every five minutes until they are answered: `notificationId` is the key.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from platforms import signatures
from platforms.types import MessageChanges, RawEvent

KINDS = {"COMMENT": "comment", "COMMENT_EDIT": "comment", "COMMENT_DELETE": "comment", "ADMIN_COMMENT": "comment"}
KINDS |= {"SHARE_MENTION": "mention"}


def greeting(query: Mapping[str, str], secret: str) -> str | None:
    """The proof that we know the application's secret; asked for again every two hours."""
    code = query.get("challengeCode", "")
    if not code or not secret:
        return None
    return json.dumps({"challengeCode": code, "challengeResponse": signatures.hex_digest(secret, code.encode())})


def events(payload: Any) -> list[RawEvent]:
    notifications = payload.get("notifications") if isinstance(payload, Mapping) else None
    return [_event(one) for one in notifications if isinstance(one, dict)] if isinstance(notifications, list) else []


def message_changes(event: RawEvent) -> MessageChanges | None:
    """Which comment was deleted. The others are asked for: an event names neither who wrote it nor where it stands."""
    named = str(event.payload.get("generatedActivity") or "")
    is_deleted = event.payload.get("action") == "COMMENT_DELETE" and named.startswith("urn:li:comment:")
    return MessageChanges(deleted=(named,)) if is_deleted else None


def _event(one: Mapping[str, Any]) -> RawEvent:
    key = str(one.get("notificationId") or hashlib.sha256(json.dumps(one, sort_keys=True).encode()).hexdigest())
    entity = str(one.get("organizationalEntity") or "")
    kind = KINDS.get(str(one.get("action") or ""), "other")
    return RawEvent(key, entity.rpartition(":")[2], kind, one, _moment(one.get("lastModifiedAt")))


def _moment(milliseconds: Any) -> datetime | None:
    if not isinstance(milliseconds, int) or isinstance(milliseconds, bool) or not 0 < milliseconds < 10**14:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
