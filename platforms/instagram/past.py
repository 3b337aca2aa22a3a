"""Posts from before. https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media

Likes and comments come in the same answer; the rest are insights of each post, which the first look asks for.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from platforms import past
from platforms.instagram import posts
from platforms.instagram.insights import COUNTERS
from platforms.meta import reading
from platforms.meta.calls import Calls
from platforms.types import PastPost, PastPosts

PAGE = 50


class Past:
    remembers: ClassVar[bool] = True

    calls: Calls
    account_id: str

    def past_posts(self, since: datetime, cursor: str | None = None) -> PastPosts:
        place = {"after": cursor} if cursor else {}
        fields = ",".join([posts.FIELDS, *COUNTERS.values()])
        told = self.calls.get(f"/{self.account_id}/media", fields=fields, limit=PAGE, **place)
        return past.page((_post(one) for one in reading.data(told) if one.get("id")), since, reading.after(told))


def _post(media: Mapping[str, Any]) -> PastPost:
    pictures = len(reading.data(media.get("children"))) or 1
    return PastPost(
        remote_id=str(media["id"]),
        at=reading.when(media),
        permalink=str(media.get("permalink") or ""),
        text=str(media.get("caption") or ""),
        values=reading.counted(media, COUNTERS),
        material=past.material(pictures, video=media.get("media_type") == "VIDEO"),
    )
