"""Converts between an account's media and our types.
https://developers.facebook.com/docs/instagram-platform/reference/instagram-media

A comment has a combined id, "<media>_<comment>": answering, hiding and finding it need both.
"""

from collections.abc import Mapping
from typing import Any

from platforms.matching import Candidate
from platforms.meta import reading
from platforms.types import Message
from platforms.visibility import Visibility

FIELDS = "id,caption,timestamp,permalink,media_type,alt_text,children{id,media_type,alt_text}"
STORY_FIELDS = "id,timestamp,permalink,media_type"
ANSWER_FIELDS = "id,text,timestamp,username,from{id,username},parent_id,hidden"
COMMENT_FIELDS = f"{ANSWER_FIELDS},replies.limit(50){{{ANSWER_FIELDS}}}"
SITE = "https://www.instagram.com"


def comment_id(media: str, comment: str) -> str:
    return f"{media}_{comment}"


def parted(remote_id: str) -> tuple[str, str]:
    """(media, comment), the second "" for a post."""
    media, _, comment = remote_id.partition("_")
    return media, comment


def comparable(caption: str) -> str:
    """The network leaves the @ out of captions for a person without every role on the page."""
    return caption.replace("@", "")


def candidate(media: Mapping[str, Any]) -> Candidate:
    parts: list[Mapping[str, Any]] = [*reading.data(media.get("children"))] or [media]
    return Candidate(
        remote_id=str(media["id"]),
        permalink=str(media.get("permalink") or ""),
        text=comparable(str(media.get("caption") or "")),
        at=reading.when(media),
        alts=tuple(str(part.get("alt_text") or "") for part in parts if part.get("media_type") == "IMAGE"),
        has_video=any(part.get("media_type") == "VIDEO" for part in parts),
    )


def comment_candidate(comment: Mapping[str, Any], media: str, reply_to: str) -> Candidate:
    remote_id = comment_id(media, str(comment["id"]))
    return Candidate(
        remote_id, "", comparable(str(comment.get("text") or "")), reading.when(comment), reply_to=reply_to
    )


def author(comment: Mapping[str, Any]) -> tuple[str, str]:
    """(id, name) of the author, "" for what the network does not return."""
    sender = comment.get("from") or {}
    return str(sender.get("id") or ""), str(sender.get("username") or comment.get("username") or "")


def message(comment: Mapping[str, Any], media: str, above: str = "") -> Message:
    """`above`: the comment that this one answers."""
    author_id, name = author(comment)
    return Message(
        remote_id=comment_id(media, str(comment["id"])),
        in_reply_to=comment_id(media, above) if above else media,
        root=media,
        author_id=author_id,
        author_handle=f"@{name}" if name else "",
        author_name=name,
        author_url=f"{SITE}/{name}/" if name else "",
        author_avatar_url="",
        text=str(comment.get("text") or ""),
        url="",
        at=reading.when(comment),
        visibility=Visibility.PUBLIC,
        is_hidden=comment.get("hidden") is True,
    )
