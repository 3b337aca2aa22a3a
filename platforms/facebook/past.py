"""Posts from before. https://developers.facebook.com/docs/graph-api/reference/page/published_posts/

Their counters come in the same answer; views and reach are insights of each post, which the first look asks for.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from platforms import past
from platforms.facebook import posts
from platforms.facebook.insights import COUNTERS, counters
from platforms.meta import reading
from platforms.meta.calls import Calls
from platforms.types import PastPost, PastPosts

PAGE = 25


class Past:
    remembers: ClassVar[bool] = True

    calls: Calls
    account_id: str

    def past_posts(self, since: datetime, cursor: str | None = None) -> PastPosts:
        place = {"after": cursor} if cursor else {}
        path, fields = f"/{self.account_id}/published_posts", f"{posts.FIELDS},{COUNTERS}"
        told = self.calls.get(path, fields=fields, limit=PAGE, **place)
        return past.page((_post(one) for one in reading.data(told) if one.get("id")), since, reading.after(told))


def _post(one: Mapping[str, Any]) -> PastPost:
    kinds = {str(shown.get("media_type")) for shown in reading.data(one.get("attachments"))}
    pictures = len(posts.photo_ids(one)) or int(bool(kinds & posts.PHOTOS))
    made_of = past.material(pictures, video=bool(kinds & posts.VIDEOS), link=bool(kinds & {"link", "share"}))
    return PastPost(
        remote_id=str(one["id"]),
        at=posts.when(one),
        permalink=str(one.get("permalink_url") or ""),
        text=str(one.get("message") or ""),
        values=counters(one),
        material=made_of,
    )
