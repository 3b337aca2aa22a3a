"""Converts between Bluesky's records and views and our types. https://docs.bsky.app/docs/advanced-guides/posts"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from platforms.history import material
from platforms.times import moment
from platforms.types import LinkCard, Message, Outgoing, PastPost, Picture, Published, Video
from platforms.visibility import Visibility

POST = "app.bsky.feed.post"
IN_GRID = 4
COUNTS = {"likes": "likeCount", "reposts": "repostCount", "replies": "replyCount", "quotes": "quoteCount"}
ACCOUNT_COUNTS = {"followers": "followersCount", "following": "followsCount", "posts": "postsCount"}


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def post(
    outgoing: Outgoing,
    facets: list[dict[str, Any]],
    embed: dict[str, Any] | None,
    reply: dict[str, Any] | None,
) -> dict[str, Any]:
    """The record, the same bytes at every attempt."""
    record: dict[str, Any] = {
        "$type": POST,
        "text": outgoing.text,
        "createdAt": iso(outgoing.created_at),
        "langs": [outgoing.language],
    }
    more = {"facets": facets, "embed": embed, "reply": reply}
    return record | {key: value for key, value in more.items() if value}


def pictures(shown: Sequence[Picture], blobs: Sequence[Any]) -> dict[str, Any]:
    """Up to four stand in a grid that every app shows; more are a gallery."""
    items = [
        {"image": blob, "alt": one.alt, "aspectRatio": {"width": one.width, "height": one.height}}
        for one, blob in zip(shown, blobs, strict=True)
    ]
    if len(items) <= IN_GRID:
        return {"$type": "app.bsky.embed.images", "images": items}
    typed = [{"$type": "app.bsky.embed.gallery#image", **item} for item in items]
    return {"$type": "app.bsky.embed.gallery", "items": typed}


def video(film: Video, blob: Any, captions: Any) -> dict[str, Any]:
    """`captions`: the blob of the file with them, None without."""
    embed: dict[str, Any] = {"$type": "app.bsky.embed.video", "video": blob}
    if film.alt.strip():
        embed["alt"] = film.alt
    if film.width and film.height:
        embed["aspectRatio"] = {"width": film.width, "height": film.height}
    if captions and film.captions:
        embed["captions"] = [{"lang": film.captions.language, "file": captions}]
    return embed


def external(card: LinkCard, thumb: Any) -> dict[str, Any]:
    embed = {"uri": card.url, "title": card.title, "description": card.description}
    return {"$type": "app.bsky.embed.external", "external": embed | ({"thumb": thumb} if thumb else {})}


def shown_pictures(embed: Any) -> list[Mapping[str, Any]]:
    """The pictures of an embed, in a grid or a gallery."""
    content: Mapping[str, Any] = embed if isinstance(embed, Mapping) else {}
    listed = content.get("images") or content.get("items")
    return [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []


def alts(record: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(image.get("alt") or "") for image in shown_pictures(record.get("embed")))


def text_of(view: Mapping[str, Any]) -> str | None:
    """The text of a post that the network's index shows."""
    text = (view.get("record") or {}).get("text")
    return text if isinstance(text, str) else None


def permalink(uri: str) -> str:
    """A DID in the address keeps it alive when the handle changes."""
    did, _, key = uri.removeprefix("at://").split("/")
    return f"https://bsky.app/profile/{did}/post/{key}"


LINK = re.compile(r"https://bsky\.app/profile/[\w.:%-]+/post/([2-7a-z]{13})/?")


def named_by(link: str, account_id: str) -> str | None:
    """The address of our record that a link of the app leads to. Handles change, so the record key decides."""
    match = LINK.fullmatch(link.strip().partition("?")[0])
    return f"at://{account_id}/{POST}/{match[1]}" if match else None


def published(uri: str, at: datetime) -> Published:
    return Published(uri, permalink(uri), at)


def numbers(view: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, int]:
    counts = {metric: view.get(name) for metric, name in names.items()}
    return {m: v for m, v in counts.items() if isinstance(v, int) and not isinstance(v, bool) and v >= 0}


def past_post(view: Mapping[str, Any]) -> PastPost:
    embed = (view.get("record") or {}).get("embed")
    content: Mapping[str, Any] = embed if isinstance(embed, dict) else {}
    inner = content.get("media")
    media: Mapping[str, Any] = inner if isinstance(inner, dict) else content
    kind, uri = str(media.get("$type") or ""), str(view["uri"])
    return PastPost(
        remote_id=uri,
        at=when(view),
        permalink=permalink(uri),
        text=text_of(view) or "",
        values=numbers(view, COUNTS),
        material=material(len(shown_pictures(media)), video=kind.endswith(".video"), link=kind.endswith(".external")),
    )


def message(view: Mapping[str, Any], kind: str = "reply") -> Message:
    """A post view or a notification as a message to us: both have uri, author, record and indexedAt."""
    author = view.get("author") or {}
    record = view.get("record") or {}
    reply = record.get("reply") or {}
    uri = str(view["uri"])
    return Message(
        remote_id=uri,
        in_reply_to=(reply.get("parent") or {}).get("uri"),
        root=(reply.get("root") or {}).get("uri"),
        author_id=str(author.get("did", "")),
        author_handle=str(author.get("handle", "")),
        author_name=str(author.get("displayName") or author.get("handle", "")),
        author_url=f"https://bsky.app/profile/{author.get('did', '')}",
        author_avatar_url=str(author.get("avatar") or ""),
        text=str(record.get("text") or ""),
        url=permalink(uri),
        at=when(view),
        visibility=Visibility.PUBLIC,
        kind=kind,
    )


def when(view: Mapping[str, Any]) -> datetime:
    """When the network saw it: an author can write any time into a record."""
    try:
        return moment(str(view.get("indexedAt") or (view.get("record") or {})["createdAt"]))
    except (KeyError, ValueError):
        return datetime.now(UTC)


# ---- Record keys: a timestamp and a clock id in 13 characters. https://atproto.com/specs/tid


ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def tid(microseconds: int, clock: int) -> str:
    number = ((microseconds & ((1 << 53) - 1)) << 10) | (clock & 1023)
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(60, -1, -5))


def record_key(key: str, created_at: datetime) -> str:
    """The same key for the same post at every attempt, which makes a repeated call harmless."""
    clock = int.from_bytes(hashlib.sha256(key.encode()).digest()[:2], "big")
    return tid((created_at - EPOCH) // timedelta(microseconds=1), clock)
