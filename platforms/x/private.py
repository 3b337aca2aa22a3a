"""Private messages, where the installation reads them. https://docs.x.com/x-api/direct-messages/lookup/introduction

X charges for each event that is read and each message that is sent, and its list of events cannot begin after a known
one. So they are read only with the option `private_messages`, a few at a time. What people write in X's encrypted chat
is not in this list.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from platforms import matching
from platforms.errors import NotAllowed, OutcomeUnknown, Rejected
from platforms.matching import Candidate
from platforms.reply_windows import ALWAYS, OTHER_PERSON, RECIPIENT_GONE, ReplyWindow
from platforms.times import moment
from platforms.types import (
    Attachment,
    AttachmentKind,
    FindResult,
    Found,
    Inconclusive,
    Message,
    Outgoing,
    Published,
)
from platforms.visibility import Visibility
from platforms.x import posts
from platforms.x.calls import FORBIDDEN, Calls

READ, WRITE = "dm.read", "dm.write"
MANAGE = "https://docs.x.com/x-api/direct-messages/manage/introduction"
WINDOWS = (ReplyWindow(None, MANAGE, "2026-11-30", ALWAYS, scope=WRITE),)
PREFIX = "dm:"
PAGES = 5
# Who wrote it is returned where it is expanded.
FIELDS = "id,text,event_type,dm_conversation_id,created_at,attachments,entities"
# "You do not have permission to DM one or more participants." and what version 1.1 said. Observed, not documented.
UNREACHABLE = ("permission to dm", "cannot send messages")


@dataclass(frozen=True)
class Page:
    items: tuple[Message, ...]
    cursor: str


def fetch(calls: Calls, own: str, cursor: str, amount: int) -> Page:
    """What was written after the event `cursor`, oldest first; without one, the newest `amount`."""
    read: dict[int, Message | None] = {}
    params = _params(amount)
    for _ in range(PAGES if cursor else 1):
        page = calls.get("/dm_events", **params)
        people = posts.people_of(page)
        events = [one for one in _objects(page.get("data")) if _number(one)]
        read |= {_number(one): _message(one, own, people) for one in events}
        following = (page.get("meta") or {}).get("next_token")
        if not events or not following or min(map(_number, events)) <= _known(cursor):
            break
        params["pagination_token"] = following
    new = {number: one for number, one in sorted(read.items()) if number > _known(cursor)}
    newest = max([*read, _known(cursor)])
    return Page(tuple(one for one in new.values() if one), str(newest) if newest else cursor)


def _params(amount: int) -> dict[str, Any]:
    return {
        "dm_event.fields": FIELDS,
        "event_types": "MessageCreate",
        "expansions": "sender_id",
        "user.fields": "username,name,profile_image_url",
        "max_results": amount,
    }


def _known(cursor: str) -> int:
    return int(cursor) if cursor.isdecimal() else 0


def _number(event: Mapping[str, Any]) -> int:
    text = str(event.get("id") or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 25 else 0


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def other_person(conversation: str, own: str) -> str:
    """The other one's id, by the form of the conversation's: "smaller-larger". "" for a group."""
    ids = conversation.split("-")
    if len(ids) != 2 or own not in ids or not all(one.isdecimal() for one in ids) or ids[0] == ids[1]:
        return ""
    return ids[0] if ids[1] == own else ids[1]


def _message(event: Mapping[str, Any], own: str, people: Mapping[str, Mapping[str, Any]]) -> Message | None:
    """None for an event of a group, and for what cannot be read."""
    conversation, sender = str(event.get("dm_conversation_id") or ""), str(event.get("sender_id") or "")
    other = other_person(conversation, own)
    try:
        text, at = posts.text(event), moment(str(event["created_at"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    attachments = tuple(_attachments(event))
    if not other or sender not in (own, other) or not (text or attachments):
        return None
    person = people.get(other, {})
    name = str(person.get("username") or "")
    return Message(
        remote_id=f"{PREFIX}{_number(event)}",
        in_reply_to=None,
        root=None,
        author_id=other,
        author_handle=f"@{name}" if name else other,
        author_name=str(person.get("name") or ""),
        author_url=f"https://x.com/{name}" if name else "",
        author_avatar_url=str(person.get("profile_image_url") or ""),
        text=text,
        url="",
        at=at,
        visibility=Visibility.DIRECT,
        kind="private",
        conversation=conversation,
        attachments=attachments,
        is_ours=sender == own,
    )


def _attachments(event: Mapping[str, Any]) -> Iterator[Attachment]:
    """Pictures are given out only to another kind of access than ours. A shared post is an address in the text."""
    held = event.get("attachments")
    if isinstance(held, dict) and held.get("media_keys"):
        yield Attachment(AttachmentKind.OTHER)


# ---- answers


def send(calls: Calls, own: str, outgoing: Outgoing) -> Published:
    """One message to one person, whose id is in the address of the call."""
    other = other_person(outgoing.conversation, own)
    is_same = other and other == outgoing.recipient and str(outgoing.reply_to or "").startswith(PREFIX)
    if not is_same or outgoing.visibility != Visibility.DIRECT:
        raise Rejected(OTHER_PERSON, code="recipient")
    try:
        answer = calls.public(f"/dm_conversations/with/{other}/messages", {"text": outgoing.text})
    except Rejected as refused:
        said = f"{refused.message} {refused.evidence.get('body', '')}".lower()
        if refused.code == FORBIDDEN and any(words in said for words in UNREACHABLE):
            raise Rejected(RECIPIENT_GONE, code="recipient_gone", evidence=refused.evidence) from None
        if refused.code == FORBIDDEN:
            raise NotAllowed(refused.message, None, FORBIDDEN, refused.evidence) from None
        raise
    data = answer.get("data")
    number = _number({"id": data.get("dm_event_id")}) if isinstance(data, Mapping) else 0
    if not number:
        raise OutcomeUnknown("The server's answer names no post.")
    return Published(f"{PREFIX}{number}", "", datetime.now(UTC))


def find(
    calls: Calls, own: str, outgoing: Outgoing, since: datetime, bound: Collection[str], *, amount: int
) -> FindResult:
    """Our message with this text in the conversation."""
    other = other_person(outgoing.conversation, own)
    if not other:
        return Inconclusive("this is no conversation of two")
    candidates, is_whole = [], False
    params = _params(amount)
    for _ in range(PAGES):
        page = calls.get(f"/dm_conversations/with/{other}/dm_events", **params)
        events = [one for one in _objects(page.get("data")) if _number(one)]
        candidates += [_candidate(one, outgoing) for one in events if str(one.get("sender_id")) == own]
        following = (page.get("meta") or {}).get("next_token")
        is_whole = not following or not events or min(map(posts.when, events)) < since - matching.SLACK
        if is_whole:
            break
        params["pagination_token"] = following
    result = matching.match_candidates(candidates, outgoing, since, datetime.now(UTC), bound)
    if not is_whole and not isinstance(result, Found):
        return Inconclusive("the conversation's list did not reach back far enough")
    return result


def _candidate(event: Mapping[str, Any], outgoing: Outgoing) -> Candidate:
    text = posts.text(event, outgoing.text)
    return Candidate(f"{PREFIX}{_number(event)}", "", text, posts.when(event), reply_to=outgoing.reply_to)
