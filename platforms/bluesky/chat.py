"""Private messages: the chat service of the network, called through the account's own server.

https://github.com/bluesky-social/atproto/tree/main/lexicons/chat/bsky/convo (read on 30 November 2026).
The service is one for the whole network and is not open source. It wants an app password that was made with access to
direct messages; with another one there are no private messages, and everything else works. A conversation of two is
immutable; one of a group is left out, since an answer there is read by all of them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from platforms import matching
from platforms.bluesky.calls import Calls
from platforms.errors import NeedsConsent, OutcomeUnknown, Rejected
from platforms.matching import Candidate
from platforms.reply_windows import OTHER_PERSON, RECIPIENT_GONE, without_limit
from platforms.times import moment
from platforms.types import (
    Attachment,
    AttachmentKind,
    FindResult,
    Inconclusive,
    Message,
    Outgoing,
    Published,
)
from platforms.visibility import Visibility

LEXICONS = "https://github.com/bluesky-social/atproto/tree/main/lexicons/chat/bsky/convo"
SERVICE = "did:web:api.bsky.chat#bsky_chat"
HEADERS = {"atproto-proxy": SERVICE}
WINDOWS = (without_limit(f"{LEXICONS}/sendMessage.json", "2026-11-30"),)
PREFIX = "chat:"
PAGE, PAGES = 100, 5
# When a channel is connected: conversations, and messages of each.
FIRST_CONVERSATIONS, FIRST_MESSAGES = 20, 20
CREATED, DELETED = "#logCreateMessage", "#logDeleteMessage"
VIEW, DELETED_VIEW = "#messageView", "#deletedMessageView"
# What the service says of a recipient who takes no messages from us. It documents none of these.
UNREACHABLE = ("block", "disabled incoming", "requires incoming messages", "deactivated", "account not found")


@dataclass(frozen=True)
class Log:
    """What was read, oldest first, and where to go on."""

    items: tuple[Message, ...]
    deleted: tuple[str, ...]
    cursor: str
    is_past: bool = False


def fetch(calls: Calls, cursor: str) -> Log:
    """What was written since `cursor`; without one, the newest messages there are."""
    return _since(calls, cursor) if cursor else _first(calls)


def _first(calls: Calls) -> Log:
    """The position is read before the messages: what comes in between is read twice, and nothing is left out."""
    convos = [one for one in _convos(calls) if isinstance(one.get("rev"), str)]
    direct = [one for one in convos if other_member(one, calls.did)][:FIRST_CONVERSATIONS]
    items = [message for convo in direct for message in _of(calls, convo, FIRST_MESSAGES)]
    cursor = max((one["rev"] for one in convos), default="")
    return Log(tuple(sorted(items, key=lambda one: one.at)), (), cursor, is_past=bool(items))


def _convos(calls: Calls) -> list[dict[str, Any]]:
    listed = calls.get("chat.bsky.convo.listConvos", {"limit": PAGE}, headers=HEADERS).get("convos")
    return _objects(listed)


def _of(calls: Calls, convo: Mapping[str, Any], amount: int) -> list[Message]:
    params = {"convoId": convo["id"], "limit": amount}
    listed = calls.get("chat.bsky.convo.getMessages", params, headers=HEADERS).get("messages")
    member = other_member(convo, calls.did)
    # Newest first; turned round, those of one moment keep their order.
    read = [_message(view, str(convo["id"]), member, calls.did) for view in reversed(_objects(listed))]
    return [one for one in read if one]


def _since(calls: Calls, cursor: str) -> Log:
    written: list[tuple[str, dict[str, Any]]] = []
    deleted: list[str] = []
    for _ in range(PAGES):
        page = calls.get("chat.bsky.convo.getLog", {"cursor": cursor}, headers=HEADERS)
        logs = _objects(page.get("logs"))
        for log in logs:
            convo, view, kind = log.get("convoId"), log.get("message"), str(log.get("$type"))
            if not isinstance(convo, str) or not isinstance(view, dict) or not view.get("id"):
                continue
            if kind.endswith(DELETED) or (kind.endswith(CREATED) and str(view.get("$type")).endswith(DELETED_VIEW)):
                deleted.append(remote_id(convo, str(view["id"])))
            elif kind.endswith(CREATED):
                written.append((convo, view))
        before, cursor = cursor, str(page.get("cursor") or cursor)
        if not logs or cursor == before:
            break
    members = _members(calls, {convo for convo, _view in written})
    read = [_message(view, convo, members.get(convo, {}), calls.did) for convo, view in written]
    return Log(tuple(one for one in read if one), tuple(dict.fromkeys(deleted)), cursor)


def _members(calls: Calls, convos: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """The other person of each conversation of two."""
    if not convos:
        return {}
    known = {str(one.get("id")): one for one in _convos(calls)}
    for convo in sorted(set(convos) - set(known)):
        known[convo] = _convo(calls, convo)
    return {convo: other_member(known[convo], calls.did) for convo in convos}


def _convo(calls: Calls, convo: str) -> dict[str, Any]:
    """Empty where we are in it no more."""
    try:
        view = calls.get("chat.bsky.convo.getConvo", {"convoId": convo}, headers=HEADERS).get("convo")
    except Rejected:
        return {}
    return view if isinstance(view, dict) else {}


def other_member(convo: Mapping[str, Any], own: str) -> Mapping[str, Any]:
    """The profile of the other person; empty for a group and for what cannot be read."""
    members, kind = _objects(convo.get("members")), convo.get("kind")
    is_group = isinstance(kind, dict) and not str(kind.get("$type")).endswith("#directConvo")
    dids = {str(one.get("did") or "") for one in members}
    if is_group or len(members) != 2 or len(dids) != 2 or own not in dids or "" in dids:
        return {}
    return next(one for one in members if one.get("did") != own)


def _message(view: Mapping[str, Any], convo: str, member: Mapping[str, Any], own: str) -> Message | None:
    """None for a deleted one, for one of a group, and for what cannot be read."""
    try:
        sender, text, at = view["sender"]["did"], view["text"], moment(view["sentAt"])
    except (KeyError, TypeError, ValueError):
        return None
    did = member.get("did")
    if sender not in (own, did) or not did or not isinstance(text, str) or not view.get("id"):
        return None
    handle, above = str(member.get("handle") or ""), view.get("replyTo")
    return Message(
        remote_id=remote_id(convo, str(view["id"])),
        in_reply_to=remote_id(convo, str(above["id"])) if isinstance(above, dict) and above.get("id") else None,
        root=None,
        author_id=str(did),
        author_handle=handle,
        author_name=str(member.get("displayName") or handle),
        author_url=f"https://bsky.app/profile/{handle or did}",
        author_avatar_url=str(member.get("avatar") or ""),
        text=text,
        url="",
        at=at,
        visibility=Visibility.DIRECT,
        kind="private",
        conversation=convo,
        attachments=tuple(_attachments(view.get("embed"))),
        is_ours=sender == own,
    )


def _attachments(embed: Any) -> Iterator[Attachment]:
    """A post that was shared."""
    if not isinstance(embed, dict):
        return
    record = embed.get("record")
    parts = str(record.get("uri") if isinstance(record, dict) else "").removeprefix("at://").split("/")
    if len(parts) == 3 and parts[1] == "app.bsky.feed.post":
        yield Attachment(AttachmentKind.LINK, url=f"https://bsky.app/profile/{parts[0]}/post/{parts[2]}"[:2000])
    else:
        yield Attachment(AttachmentKind.OTHER)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def remote_id(convo: str, message: str) -> str:
    return f"{PREFIX}{convo}/{message}"


# ---- answers


@contextmanager
def _apart_from_the_session() -> Iterator[None]:
    """A service that refuses our session says nothing about what the session may do elsewhere."""
    try:
        yield
    except NeedsConsent as refused:
        raise NeedsConsent(refused.message, refused.evidence, is_permission=True) from None


@_apart_from_the_session()
def send(calls: Calls, outgoing: Outgoing) -> Published:
    """One message to the other person of a conversation of two, which is asked for first."""
    convo = outgoing.conversation
    is_same = str(outgoing.reply_to or "").startswith(remote_id(convo, "")) and "/" not in convo
    member = other_member(_convo(calls, convo), calls.did) if is_same else {}
    if not member or member.get("did") != outgoing.recipient or outgoing.visibility != Visibility.DIRECT:
        raise Rejected(OTHER_PERSON, code="recipient")
    body = {"convoId": convo, "message": {"text": outgoing.text}}
    try:
        sent = calls.write("chat.bsky.convo.sendMessage", body, headers=HEADERS)
    except Rejected as refused:
        if any(word in refused.message.lower() for word in UNREACHABLE):
            raise Rejected(RECIPIENT_GONE, code="recipient_gone", evidence=refused.evidence) from None
        raise
    if not isinstance(sent, dict) or not sent.get("id"):
        raise OutcomeUnknown("The server's answer names no post.")
    return Published(remote_id(convo, str(sent["id"])), "", _when(sent))


def _when(view: Mapping[str, Any]) -> datetime:
    try:
        return moment(str(view["sentAt"]))
    except (KeyError, ValueError):
        return datetime.now(UTC)


@_apart_from_the_session()
def find(calls: Calls, outgoing: Outgoing, since: datetime, bound: Collection[str]) -> FindResult:
    """Our message with this text in the conversation. It has no key of its own."""
    views, is_complete = _written_since(calls, outgoing.conversation, since - matching.SLACK)
    candidates = [_candidate(view, outgoing) for view in views if _is_ours(view, calls.did)]
    result = matching.match_candidates(candidates, outgoing, since, datetime.now(UTC), bound)
    if not is_complete and not any(one.text == outgoing.text for one in candidates):
        return Inconclusive("the conversation's list did not reach back far enough")
    return result


def _candidate(view: Mapping[str, Any], outgoing: Outgoing) -> Candidate:
    convo = outgoing.conversation
    return Candidate(
        remote_id(convo, str(view["id"])), "", str(view.get("text") or ""), _when(view), reply_to=outgoing.reply_to
    )


def _is_ours(view: Mapping[str, Any], own: str) -> bool:
    sender = view.get("sender")
    is_there = bool(view.get("id")) and not str(view.get("$type")).endswith(DELETED_VIEW)
    return is_there and isinstance(sender, dict) and sender.get("did") == own


def _written_since(calls: Calls, convo: str, since: datetime) -> tuple[list[dict[str, Any]], bool]:
    """The newest messages of a conversation, and whether they reach back to `since`."""
    views: list[dict[str, Any]] = []
    params: dict[str, Any] = {"convoId": convo, "limit": PAGE}
    for _ in range(PAGES):
        page = calls.get("chat.bsky.convo.getMessages", params, headers=HEADERS)
        listed = _objects(page.get("messages"))
        views += listed
        if not listed or not page.get("cursor") or _oldest(listed) < since:
            return views, True
        params["cursor"] = page["cursor"]
    return views, False


def _oldest(views: Iterable[Mapping[str, Any]]) -> datetime:
    return min(_when(view) for view in views)
