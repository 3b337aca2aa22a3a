"""Stories of a page, as they are listed. https://developers.facebook.com/docs/page-stories-api

A story's id begins with `story:`, since it is asked for in another way than a post. The list names the photo or the
video that a story was made of, which is known before it is published: so an unknown outcome is settled exactly.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from platforms.meta.calls import Calls
from platforms.times import moment
from platforms.types import Published

MARK = "story:"
FIELDS = "post_id,status,creation_time,media_type,media_id,url"
LIVE = "PUBLISHED"
LISTED = 100
PAGES = 3


@dataclass(frozen=True)
class Story:
    """One that is public now."""

    post_id: str
    media_id: str
    is_video: bool
    url: str
    at: datetime

    @property
    def published(self) -> Published:
        return Published(remote_id(self.post_id), self.url or address(self.post_id), self.at)


def remote_id(post_id: str) -> str:
    return f"{MARK}{post_id}"


def is_story(remote: str) -> bool:
    return remote.startswith(MARK)


def post_id(remote: str) -> str:
    """The network's own id."""
    return remote.removeprefix(MARK)


def address(post_id: str) -> str:
    return f"https://www.facebook.com/{post_id}"


def live(calls: Calls, page_id: str) -> Iterator[Story]:
    """Those that are public now, as the network orders them. Archived ones are over."""
    for one in calls.listed(f"/{page_id}/stories", PAGES, fields=FIELDS, limit=LISTED):
        if one.get("post_id") and str(one.get("status") or "").upper() == LIVE:
            yield Story(
                post_id=str(one["post_id"]),
                media_id=str(one.get("media_id") or ""),
                is_video=str(one.get("media_type") or "").lower() == "video",
                url=_https(one.get("url")),
                at=_when(one),
            )


def made_of(calls: Calls, page_id: str, media_id: str) -> Story | None:
    """The public story that was made of this photo or video."""
    return next((story for story in live(calls, page_id) if story.media_id == media_id), None)


def _https(value: Any) -> str:
    return value if isinstance(value, str) and value.startswith("https://") else ""


def _when(story: Mapping[str, Any]) -> datetime:
    """Seconds since 1970 in the guide's example; a time as of posts is read too."""
    value = str(story.get("creation_time") or "")
    try:
        return datetime.fromtimestamp(int(value), UTC) if value.isdigit() else moment(value)
    except (ValueError, OverflowError, OSError):
        return datetime.now(UTC)
