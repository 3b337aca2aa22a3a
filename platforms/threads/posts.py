"""Converts between an account's posts and our types. https://developers.facebook.com/docs/threads/threads-media"""

from collections.abc import Mapping
from typing import Any

from platforms.matching import Candidate
from platforms.meta import reading
from platforms.types import Message
from platforms.visibility import Visibility

FIELDS = "id,text,timestamp,permalink,media_type,alt_text,children{id,media_type,alt_text},replied_to"
REPLY_FIELDS = (
    "id,text,username,timestamp,permalink,has_replies,root_post,replied_to,is_reply,is_reply_owned_by_me,hide_status"
)
HIDDEN = frozenset({"HIDDEN", "COVERED", "BLOCKED", "RESTRICTED"})
SITE = "https://www.threads.com"


def _id(entity: Mapping[str, Any], name: str) -> str:
    return str((entity.get(name) or {}).get("id") or "")


def candidate(post: Mapping[str, Any]) -> Candidate:
    parts: list[Mapping[str, Any]] = [*reading.data(post.get("children"))] or [post]
    return Candidate(
        remote_id=str(post["id"]),
        permalink=str(post.get("permalink") or ""),
        text=str(post.get("text") or ""),
        at=reading.when(post),
        alts=tuple(str(part.get("alt_text") or "") for part in parts if part.get("media_type") == "IMAGE"),
        reply_to=_id(post, "replied_to") or None,
        has_video=any(part.get("media_type") == "VIDEO" for part in parts),
    )


def message(reply: Mapping[str, Any], root: str = "", kind: str = "reply") -> Message:
    """Threads names people by their user name alone."""
    name = str(reply.get("username") or "")
    above = _id(reply, "replied_to")
    return Message(
        remote_id=str(reply["id"]),
        in_reply_to=(above or root or None) if kind == "reply" else above or None,
        root=_id(reply, "root_post") or root or None,
        author_id=name,
        author_handle=f"@{name}" if name else "",
        author_name=name,
        author_url=f"{SITE}/@{name}" if name else "",
        author_avatar_url="",
        text=str(reply.get("text") or ""),
        url=str(reply.get("permalink") or ""),
        at=reading.when(reply),
        visibility=Visibility.PUBLIC,
        kind=kind,
        is_hidden=reply.get("hide_status") in HIDDEN,
    )
