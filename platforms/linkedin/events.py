"""What LinkedIn tells by itself, where it approved that use.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/organization-social-action-notifications

Up to ten in one call, told again every five minutes until they are answered: `notificationId` is the key.
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
    told = payload.get("notifications") if isinstance(payload, Mapping) else None
    return [_event(one) for one in told if isinstance(one, dict)] if isinstance(told, list) else []


def told(event: RawEvent) -> MessageChanges | None:
    """Which comment was deleted. The others are asked for: an event names neither who wrote it nor where it stands."""
    named = str(event.payload.get("generatedActivity") or "")
    gone = event.payload.get("action") == "COMMENT_DELETE" and named.startswith("urn:li:comment:")
    return MessageChanges(gone=(named,)) if gone else None


def _event(one: Mapping[str, Any]) -> RawEvent:
    key = str(one.get("notificationId") or hashlib.sha256(json.dumps(one, sort_keys=True).encode()).hexdigest())
    entity = str(one.get("organizationalEntity") or "")
    kind = KINDS.get(str(one.get("action") or ""), "other")
    return RawEvent(key, entity.rpartition(":")[2], kind, one, _moment(one.get("lastModifiedAt")))


def _moment(told: Any) -> datetime | None:
    if not isinstance(told, int) or isinstance(told, bool) or not 0 < told < 10**14:
        return None
    return datetime.fromtimestamp(told / 1000, UTC)
