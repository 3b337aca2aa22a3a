"""Converts between a page's posts and our types. https://developers.facebook.com/docs/pages-api/posts"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from platforms import counting
from platforms.errors import OutcomeUnknown
from platforms.matching import Candidate
from platforms.times import moment
from platforms.types import Message, Outgoing, Published
from platforms.visibility import Visibility

FIELDS = (
    "id,message,created_time,permalink_url,attachments{media_type,target{id},subattachments{media_type,target{id}}}"
)
COMMENT_FIELDS = (
    "id,message,created_time,from{id,name},parent{id},is_hidden,can_hide,permalink_url,attachment{type,target{id}}"
)
PHOTOS = frozenset({"photo", "album"})
VIDEOS = frozenset({"video", "video_inline", "video_autoplay"})


def link(outgoing: Outgoing) -> str:
    """The address that the post shows as a card: the card's own, else the last one of the text."""
    if outgoing.link_card:
        return outgoing.link_card.url
    addresses = counting.urls(outgoing.text)
    return addresses[-1][2] if addresses else ""


def when(entity: Mapping[str, Any]) -> datetime:
    """ "2026-11-25T08:00:00+0000"; now, where the network returned no time."""
    try:
        return moment(str(entity["created_time"]))
    except (KeyError, ValueError):
        return datetime.now(UTC)


def created(answer: Mapping[str, Any]) -> str:
    """The id of the created object. Raises `OutcomeUnknown` for an answer without one."""
    post_id = answer.get("post_id") or answer.get("id")
    if not post_id:
        raise OutcomeUnknown("The server's answer names no post.")
    return str(post_id)


def published(post: Mapping[str, Any]) -> Published:
    return Published(str(post["id"]), str(post.get("permalink_url") or ""), when(post))


def photo_ids(post: Mapping[str, Any]) -> tuple[str, ...]:
    """Ids of the post's photos, in their order."""
    return tuple(_targets(post, PHOTOS))


def _targets(post: Mapping[str, Any], kinds: frozenset[str]) -> list[str]:
    ids: list[str] = []
    for attachment in _data(post.get("attachments")):
        inner = [one for one in _data(attachment.get("subattachments")) if one.get("media_type") in kinds]
        outer = [attachment] if attachment.get("media_type") in kinds else []
        ids += [str((one.get("target") or {}).get("id") or "") for one in inner or outer]
    return ids


def _data(edge: Any) -> list[dict[str, Any]]:
    items = edge.get("data") if isinstance(edge, Mapping) else None
    return [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []


def candidate(post: Mapping[str, Any]) -> Candidate:
    return Candidate(
        remote_id=str(post["id"]),
        permalink=str(post.get("permalink_url") or ""),
        text=str(post.get("message") or ""),
        at=when(post),
        alts=("",) * len(photo_ids(post)),
        has_video=bool(_targets(post, VIDEOS)),
    )


def comment_candidate(comment: Mapping[str, Any], parent: str) -> Candidate:
    return Candidate(
        remote_id=str(comment["id"]),
        permalink=str(comment.get("permalink_url") or ""),
        text=str(comment.get("message") or ""),
        at=when(comment),
        alts=("",) if "photo" in str((comment.get("attachment") or {}).get("type")) else (),
        reply_to=parent,
    )


def is_own(entity: Mapping[str, Any], page_id: str) -> bool:
    """Whether the page itself wrote it. An author that is not visible to us is another person."""
    return str((entity.get("from") or {}).get("id") or "") == page_id


def message(comment: Mapping[str, Any], root: str) -> Message:
    """Another person's comment. The author is unknown unless they allowed the app."""
    author = comment.get("from") or {}
    parent = (comment.get("parent") or {}).get("id")
    author_id = str(author.get("id") or "")
    return Message(
        remote_id=str(comment["id"]),
        in_reply_to=str(parent) if parent else root,
        root=root,
        author_id=author_id,
        author_handle=str(author.get("name") or ""),
        author_name=str(author.get("name") or ""),
        author_url=f"https://www.facebook.com/{author_id}" if author_id else "",
        author_avatar_url="",
        text=str(comment.get("message") or ""),
        url=str(comment.get("permalink_url") or ""),
        at=when(comment),
        visibility=Visibility.PUBLIC,
        is_hidden=comment.get("is_hidden") is True,
    )


def mention(post: Mapping[str, Any]) -> Message:
    """Another person's post that mentions the page."""
    author = post.get("from") or {}
    return Message(
        remote_id=str(post["id"]),
        in_reply_to=None,
        root=None,
        author_id=str(author.get("id") or ""),
        author_handle=str(author.get("name") or ""),
        author_name=str(author.get("name") or ""),
        author_url="",
        author_avatar_url="",
        text=str(post.get("message") or ""),
        url=str(post.get("permalink_url") or ""),
        at=when(post),
        visibility=Visibility.PUBLIC,
        kind="mention",
    )
