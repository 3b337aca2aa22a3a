"""Converts between TikTok's videos and our types. https://developers.tiktok.com/doc/tiktok-api-v2-video-object

Only public posts are listed, without the number of their pictures.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from platforms.counting import normalised
from platforms.matching import Candidate
from platforms.tiktok.calls import Calls
from platforms.types import Outgoing

FIELDS = "id,create_time,title,video_description,share_url"
LINK = re.compile(r"/@[\w.]+/(?:video|photo)/(\d+)/?")
HOSTS = frozenset({"tiktok.com", "www.tiktok.com", "m.tiktok.com"})


def several(calls: Calls, numbers: Sequence[str], fields: str) -> dict[str, dict[str, Any]]:
    """Id → fields of the video, for at most twenty."""
    answer = calls.ask("/video/query/", {"filters": {"video_ids": list(numbers)}}, fields=fields)
    return {str(one.get("id") or ""): one for one in _videos(answer)}


def listed(calls: Calls, since: datetime, pages: int, size: int) -> list[dict[str, Any]]:
    """Own posts, the newest first, back to `since`."""
    posts: list[dict[str, Any]] = []
    body: dict[str, Any] = {"max_count": size}
    for _ in range(pages):
        answer = calls.ask("/video/list/", body, fields=FIELDS)
        page = _videos(answer)
        posts += page
        if not answer.get("has_more") or not page or when(page[-1]) < since:
            break
        body["cursor"] = answer.get("cursor")
    return posts


def _videos(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [one for one in answer.get("videos") or () if isinstance(one, dict)]


def when(post: Mapping[str, Any]) -> datetime:
    """Now, where the network returned no time."""
    seconds = post.get("create_time")
    known = isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < 10**11
    return datetime.fromtimestamp(seconds, UTC) if known and seconds else datetime.now(UTC)


def permalink(post: Mapping[str, Any]) -> str:
    """Without the parameters that TikTok adds to track who shared it."""
    parts = urlsplit(str(post.get("share_url") or ""))
    return f"https://{parts.netloc}{parts.path}" if parts.netloc in HOSTS else ""


def number(link: str) -> str | None:
    """Of the address of a post. Short ones (vm.tiktok.com) name none."""
    parts = urlsplit(link.strip())
    match = LINK.fullmatch(parts.path) if (parts.hostname or "") in HOSTS else None
    return match[1] if match else None


def candidate(post: Mapping[str, Any], outgoing: Outgoing) -> Candidate:
    """Which of its two texts holds ours depends on the kind of post, so the one that fits is taken."""
    texts = [str(post.get(name) or "") for name in ("video_description", "title")]
    same = [text for text in texts if normalised(text) == normalised(outgoing.text)]
    is_photo = "/photo/" in str(post.get("share_url") or "")
    return Candidate(
        remote_id=str(post.get("id") or ""),
        permalink=permalink(post),
        text=(same or [text for text in texts if text] or [""])[0],
        at=when(post),
        alts=("",) * len(outgoing.pictures) if is_photo else (),
        has_video=not is_photo,
    )
