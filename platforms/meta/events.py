"""Webhook events of Meta. https://developers.facebook.com/docs/graph-api/webhooks/getting-started

The shape of an entry's changes is from memory (docs/platforms/facebook.md): unknown shapes are stored as "other". What
is about private messages stands in `messaging`, or in `standby` while another application answers the conversation:
https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/standby (read on 30 November 2026).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from platforms import signatures
from platforms.meta import private_messages
from platforms.meta.reading import unix_time
from platforms.types import RawEvent

KINDS = {"comment": "comment", "post": "post", "photo": "post", "video": "post", "status": "post", "share": "post"}
# What a page subscribes to, for itself and for the Instagram account that is linked to it.
PAGE_FIELDS = "feed,mention"
# And where it may read private messages; without the permission the network refuses the whole list.
PRIVATE_FIELDS = "messages,message_echoes,message_edits,message_reads,messaging_postbacks"
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
        raw_events += _private(entry, account)
    return raw_events


def _private(entry: Mapping[str, Any], account: str) -> Iterator[RawEvent]:
    """The key leaves out in which of the two lists an item stands."""
    for field in ("messaging", "standby"):
        for item in _list(entry, field):
            kind = "private" if private_messages.is_about_messages(item) else "other"
            at = unix_time(item.get("timestamp")) or unix_time(entry.get("time"))
            yield RawEvent(_key(account, item), account, kind, {"field": field, "value": item}, at)


def deauthorisation(raw_body: bytes, secret: str) -> RawEvent | None:
    """The person whose consent ended, from the form of the deauthorise and data deletion callbacks."""
    form = parse_qs(raw_body.decode("ascii", errors="replace"))
    signed_request = (form.get("signed_request") or [""])[0]
    content = signatures.signed_request(signed_request, secret)
    if not content or not content.get("user_id"):
        return None
    key = hashlib.sha256(signed_request.encode()).hexdigest()
    return RawEvent(key, "", "deauthorised", {}, unix_time(content.get("issued_at")), grantor=str(content["user_id"]))


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
    try:
        content = json.dumps(change, sort_keys=True)
    except RecursionError:
        content = "nested too deeply"  # no body of a webhook is: `common.untrusted_json`
    return hashlib.sha256(f"{account} {content}".encode(errors="replace")).hexdigest()


def _at(entry: Mapping[str, Any], value: Mapping[str, Any]) -> datetime | None:
    return unix_time(value.get("created_time")) or unix_time(entry.get("time"))
