"""Webhook events of Meta. https://developers.facebook.com/docs/graph-api/webhooks/getting-started

The shape of an entry's changes is from memory (docs/platforms/facebook.md): unknown shapes are stored as "other".
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from platforms import signatures
from platforms.types import RawEvent

KINDS = {"comment": "comment", "post": "post", "photo": "post", "video": "post", "status": "post", "share": "post"}
# What a page subscribes to, for itself and for the Instagram account that is linked to it.
PAGE_FIELDS = "feed,mention"
FIELDS = {"mention": "mention", "mentions": "mention", "comments": "comment", "live_comments": "comment"}


def events(payload: Any) -> list[RawEvent]:
    """One event for each change of each entry. Meta repeats a change with the very same content, which is its key."""
    raw_events = []
    for entry in _list(payload, "entry"):
        account = str(entry.get("id") or "")
        for change in _list(entry, "changes"):
            content = change.get("value")
            value: dict[str, Any] = content if isinstance(content, dict) else {}
            raw_events.append(RawEvent(_key(account, change), account, _kind(change, value), change, _at(entry, value)))
    return raw_events


def deauthorisation(raw_body: bytes, secret: str) -> RawEvent | None:
    """The person whose consent ended, from the form of the deauthorise and data deletion callbacks."""
    form = parse_qs(raw_body.decode("ascii", errors="replace"))
    signed_request = (form.get("signed_request") or [""])[0]
    content = signatures.signed_request(signed_request, secret)
    if not content or not content.get("user_id"):
        return None
    key = hashlib.sha256(signed_request.encode()).hexdigest()
    return RawEvent(key, "", "deauthorised", {}, moment(content.get("issued_at")), grantor=str(content["user_id"]))


class Notified:
    """The webhook part of a connector, signed by our application's secret."""

    @classmethod
    def verify(cls, raw_body: bytes, headers: Mapping[str, str], secret: str) -> bool:
        return signatures.hub(raw_body, headers.get("x-hub-signature-256", ""), secret)

    @classmethod
    def answer_challenge(cls, query: Mapping[str, str], secret: str, token: str) -> str | None:
        return signatures.hub_greeting(query, token)

    @classmethod
    def events(cls, payload: Any) -> list[RawEvent]:
        return events(payload)

    @classmethod
    def about(cls, payload: Any) -> str:
        """A page's change names the post, an Instagram account's the media."""
        content = payload.get("value") if isinstance(payload, Mapping) else None
        value: Mapping[str, Any] = content if isinstance(content, dict) else {}
        media = value.get("media")
        return str(value.get("post_id") or (media.get("id") if isinstance(media, dict) else "") or "")

    @classmethod
    def deauthorisation(cls, raw_body: bytes, secret: str) -> RawEvent | None:
        return deauthorisation(raw_body, secret)


def _list(holder: Any, name: str) -> list[dict[str, Any]]:
    listed = holder.get(name) if isinstance(holder, Mapping) else None
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _kind(change: Mapping[str, Any], value: Mapping[str, Any]) -> str:
    field = str(change.get("field") or "")
    return FIELDS.get(field) or (KINDS.get(str(value.get("item") or ""), "other") if field == "feed" else "other")


def _key(account: str, change: Mapping[str, Any]) -> str:
    return hashlib.sha256(f"{account} {json.dumps(change, sort_keys=True)}".encode()).hexdigest()


def _at(entry: Mapping[str, Any], value: Mapping[str, Any]) -> datetime | None:
    return moment(value.get("created_time")) or moment(entry.get("time"))


def moment(seconds: Any) -> datetime | None:
    """A time in seconds. Some entries count thousandths of them."""
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 < seconds < 10**14:
        return None
    return datetime.fromtimestamp(seconds / 1000 if seconds > 10**11 else seconds, UTC)
