"""Converts between Mastodon's Status entity and our types. https://docs.joinmastodon.org/entities/Status/"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from platforms.counting import REMOTE_MENTION
from platforms.errors import OutcomeUnknown
from platforms.history import material
from platforms.markup import plain
from platforms.matching import Candidate
from platforms.times import moment
from platforms.types import Attachment, AttachmentKind, Message, Outgoing, PastPost, Published
from platforms.visibility import Visibility, of

# app/models/account.rb, MENTION_RE: not within a word, an address of mail or a path.
MENTION = re.compile(r"(?<![\w/])@\w[\w.-]*(?:@[\w.-]+)?")
# The mention that sends a direct status to its recipient.
RECIPIENT = re.compile(r"\A\s*@\w[\w.-]*(?:@[\w.-]+)?[,:]?\s+")
COUNTS = {
    "likes": "favourites_count",
    "reposts": "reblogs_count",
    "replies": "replies_count",
    "quotes": "quotes_count",  # since 4.5
}
# https://docs.joinmastodon.org/entities/Status/#visibility ; other software has more: "local" and "list:1" (Pleroma),
# "mutuals_only" (GoToSocial), "limited" (circles). Whoever these are for, they are not everybody.
VISIBILITIES = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "private": Visibility.FOLLOWERS,
    "direct": Visibility.DIRECT,
}
OWN_NAMES = {own: name for name, own in VISIBILITIES.items()}
ACCOUNT_COUNTS = {"followers": "followers_count", "following": "following_count", "posts": "statuses_count"}


# /@name/1, /@name/statuses/1, /users/name/statuses/1, /notice/1; ids are numbers, or letters elsewhere.
LINK_PATH = re.compile(r"/(?:@[^/@]+(?:/statuses)?|users/[^/]+/statuses|notice|objects)/([\w-]+)/?")


def named_by(link: str, server: str) -> str | None:
    """The id in a post's address on this server; None for another server's, and for one we do not know how to read."""
    parts, home = urlsplit(link.strip()), urlsplit(server)
    match = LINK_PATH.fullmatch(parts.path)
    return match[1] if match and (parts.scheme, parts.netloc.lower()) == (home.scheme, home.netloc.lower()) else None


def published(status: Any) -> Published:
    """Raises `OutcomeUnknown` for an answer that is no status."""
    if not isinstance(status, dict) or not status.get("id") or "scheduled_at" in status:
        raise OutcomeUnknown("The server's answer is not a post.")
    return Published(str(status["id"]), str(status.get("url") or status.get("uri") or ""), when(status))


def when(status: Mapping[str, Any]) -> datetime:
    try:
        return moment(str(status["created_at"]))
    except (KeyError, ValueError):
        return datetime.now(UTC)


def numbers(entity: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, int]:
    """The counts of an entity; -1 (an account that hides its numbers) and invalid values are left out."""
    counts = {metric: entity.get(name) for metric, name in names.items()}
    return {m: v for m, v in counts.items() if isinstance(v, int) and not isinstance(v, bool) and v >= 0}


def attachments(status: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = status.get("media_attachments")
    return [one for one in listed if isinstance(one, dict) and one.get("id")] if isinstance(listed, list) else []


def description(attachment: Mapping[str, Any]) -> str:
    return str(attachment.get("description") or "")


def changed_descriptions(shown: Sequence[Mapping[str, Any]], outgoing: Outgoing) -> list[dict[str, str]]:
    """`media_attributes` of the files of a status whose description is another one in `outgoing`. None where the status
    has other files than were sent, since then nobody knows which is which."""
    meant = [outgoing.video.alt] if outgoing.video else [picture.alt for picture in outgoing.pictures]
    if len(meant) != len(shown):
        return []
    pairs = zip(shown, meant, strict=True)
    return [{"id": str(one["id"]), "description": alt} for one, alt in pairs if alt != description(one)]


def comparable(text: str) -> str:
    """A mention of a remote account is shown without its server, so texts are compared without it."""
    return REMOTE_MENTION.sub(r"@\1", text)


def text_of(status: Mapping[str, Any]) -> str | None:
    """The text as people see it."""
    content = status.get("content")
    return plain(content) if isinstance(content, str) else None


def visibility(status: Mapping[str, Any]) -> Visibility:
    return of(status.get("visibility"), VISIBILITIES)


def is_public_post(status: Mapping[str, Any]) -> bool:
    """Whether it is our own, public, and no reply."""
    is_answer = status.get("in_reply_to_id") or status.get("reblog")
    return status.get("visibility", "public") in ("public", "unlisted") and not is_answer


def past_post(status: Mapping[str, Any]) -> PastPost:
    kinds = [str(media.get("type")) for media in status.get("media_attachments") or () if isinstance(media, dict)]
    video = bool({"video", "gifv"} & set(kinds))
    return PastPost(
        remote_id=str(status["id"]),
        at=when(status),
        permalink=str(status.get("url") or status.get("uri") or ""),
        text=text_of(status) or "",
        values=numbers(status, COUNTS),
        material=material(kinds.count("image"), video=video, link=bool(status.get("card"))),
    )


def candidate(status: Mapping[str, Any], source: str | None, outgoing: Outgoing) -> Candidate:
    """`source`: the text as it was sent, where the server keeps it."""
    parent, shown = status.get("in_reply_to_id"), attachments(status)
    # A moving picture and a video without sound both become a "gifv".
    films = {"video", "gifv"} if outgoing.video else {"video"}
    return Candidate(
        remote_id=str(status["id"]),
        permalink=str(status.get("url") or status.get("uri") or ""),
        text=comparable(plain(str(status.get("content") or "")) if source is None else source),
        at=when(status),
        alts=tuple(description(one) for one in shown if one.get("type") not in films),
        reply_to=str(parent) if parent else None,
        has_video=any(one.get("type") in films for one in shown),
    )


def message(status: Mapping[str, Any], own_id: str, root: str | None = None, *, one_private: bool = False) -> Message:
    """Another person's status as a message to us. `one_private`: the server has one word for all that is not public."""
    account = status.get("account") or {}
    parent = status.get("in_reply_to_id")
    is_reply = bool(parent) and (root is not None or str(status.get("in_reply_to_account_id")) == own_id)
    other = other_person(status, own_id, one_private=one_private)
    read = Message(
        remote_id=str(status["id"]),
        in_reply_to=str(parent) if parent else None,
        root=root,
        author_id=str(account.get("id", "")),
        author_handle=str(account.get("acct", "")),
        author_name=str(account.get("display_name") or account.get("acct", "")),
        author_url=str(account.get("url", "")),
        author_avatar_url=str(account.get("avatar", "")),
        text=plain(str(status.get("content") or "")),
        url=str(status.get("url") or ""),
        at=when(status),
        visibility=visibility(status),
        kind="reply" if is_reply else "mention",
        is_hidden=status.get("hidden") is True,
    )
    return _private(read, other, status) if other else read


def own_message(
    status: Mapping[str, Any], own_id: str, other: Mapping[str, Any], *, one_private: bool
) -> Message | None:
    """What the account itself wrote to `other` (an Account) alone; None where it is no such message."""
    if other_person(status, own_id, one_private=one_private) != str(other.get("id")):
        return None
    written = message({**status, "account": other}, own_id)
    return replace(_private(written, written.author_id, status), is_ours=True)


def _private(read: Message, other: str, status: Mapping[str, Any]) -> Message:
    listed = tuple(map(partial(_attachment, str(status["id"])), attachments(status)))
    text = RECIPIENT.sub("", read.text)
    return replace(
        read, kind="private", visibility=Visibility.DIRECT, conversation=other, attachments=listed, text=text
    )


def other_person(status: Mapping[str, Any], own_id: str, *, one_private: bool = False) -> str:
    """The account id of the one person with whom we share this status, "" where it is not between two people: it is
    not direct, it mentions others, or the server lists no mentions.

    A server with one word for all that is not public lists none either: there a text that names nobody else counts. An
    answer goes to its author alone in any case.
    """
    author = str((status.get("account") or {}).get("id") or "")
    if one_private:
        names = {name.lower() for name in MENTION.findall(plain(str(status.get("content") or "")))}
        is_theirs = status.get("visibility") == "private" and author != own_id and len(names) <= 1
        return author if is_theirs else ""
    if status.get("visibility") != "direct":
        return ""
    named = mentioned(status)
    others = (named | {author}) - {own_id}
    return others.pop() if author and own_id in named | {author} and named and len(others) == 1 else ""


def mentioned(status: Mapping[str, Any]) -> set[str]:
    """Account ids. https://docs.joinmastodon.org/entities/Status/#mentions"""
    listed = status.get("mentions")
    return {str(one.get("id")) for one in listed if isinstance(one, dict)} if isinstance(listed, list) else set()


# https://docs.joinmastodon.org/entities/MediaAttachment/#type ; "unknown" is what the server has not fetched.
KINDS = {
    "image": AttachmentKind.PICTURE,
    "gifv": AttachmentKind.VIDEO,
    "video": AttachmentKind.VIDEO,
    "audio": AttachmentKind.VOICE,
}


def _attachment(status_id: str, media: Mapping[str, Any]) -> Attachment:
    kind = KINDS.get(str(media.get("type")), AttachmentKind.OTHER)
    return Attachment(kind, f"{status_id}/{media['id']}"[:2000])
