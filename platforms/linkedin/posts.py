"""Converts between LinkedIn's posts and our types.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from platforms.errors import OutcomeUnknown
from platforms.linkedin import little_text
from platforms.matching import Candidate
from platforms.types import Outgoing, Published


def body(author: str, outgoing: Outgoing, content: Mapping[str, Any] | None) -> dict[str, Any]:
    fields = {
        "author": author,
        "commentary": little_text.escaped(outgoing.text),
        "visibility": "PUBLIC",
        "distribution": {
            "feedDistribution": "MAIN_FEED",
            "targetEntities": [],
            "thirdPartyDistributionChannels": [],
        },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
    }
    return fields | ({"content": dict(content)} if content else {})


def content(outgoing: Outgoing, images: Sequence[str], video: str = "", document: str = "") -> dict[str, Any] | None:
    """`images`: of the pictures in their order, or of the card. The network reads no page: its card is ours."""
    if document:
        return {"media": {"id": document, "title": outgoing.document_title}}
    if video:
        title = {"title": outgoing.title} if outgoing.title else {}
        return {"media": {"id": video, **title}}
    if outgoing.pictures:
        shown = [
            {"id": image, **({"altText": picture.alt} if picture.alt.strip() else {})}
            for image, picture in zip(images, outgoing.pictures, strict=True)
        ]
        return {"media": shown[0]} if len(shown) == 1 else {"multiImage": {"images": shown}}
    card = outgoing.link_card
    if card is None:
        return None
    article = {"source": card.url, "title": card.title}
    article |= {"description": card.description} if card.description else {}
    return {"article": article | ({"thumbnail": images[0]} if images else {})}


def created(headers: Mapping[str, str]) -> str:
    """The id of the created object: in a header, beside an empty body."""
    post_id = headers.get("x-restli-id") or headers.get("x-linkedin-id")
    if not post_id:
        raise OutcomeUnknown("The server's answer names no post.")
    return str(post_id)


def permalink(urn: str) -> str:
    return f"https://www.linkedin.com/feed/update/{urn}/"


def when(milliseconds: Any) -> datetime:
    """Now, where the network returned no time."""
    known = isinstance(milliseconds, int) and not isinstance(milliseconds, bool) and milliseconds > 0
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if known else datetime.now(UTC)


def made_at(post: Mapping[str, Any]) -> datetime:
    return when(post.get("publishedAt") or post.get("createdAt"))


def published(post: Mapping[str, Any]) -> Published:
    return Published(str(post["id"]), permalink(str(post["id"])), made_at(post))


def candidate(post: Mapping[str, Any]) -> Candidate:
    shown = post.get("content") or {}
    media = shown.get("media") or {}
    images = (shown.get("multiImage") or {}).get("images") or ([media] if _is(media, "image") else [])
    return Candidate(
        remote_id=str(post["id"]),
        permalink=permalink(str(post["id"])),
        text=little_text.plain(str(post.get("commentary") or "")),
        at=made_at(post),
        alts=tuple(str(image.get("altText") or "") for image in images),
        has_video=_is(media, "video"),
    )


def _is(media: Mapping[str, Any], kind: str) -> bool:
    return str(media.get("id") or "").startswith(f"urn:li:{kind}:")
