"""Older posts. https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media"""

from collections.abc import Mapping
from typing import Any, ClassVar

from platforms import history
from platforms.instagram import posts
from platforms.instagram.insights import COUNTERS
from platforms.meta import reading
from platforms.meta.history import ListedHistory
from platforms.types import PastPost


class History(ListedHistory):
    past_list: ClassVar[str] = "media"
    past_fields: ClassVar[str] = ",".join([posts.FIELDS, *COUNTERS.values()])
    past_page: ClassVar[int] = 50

    def past_post(self, media: Mapping[str, Any]) -> PastPost:
        pictures = len(reading.data(media.get("children"))) or 1
        return PastPost(
            remote_id=str(media["id"]),
            at=reading.when(media),
            permalink=str(media.get("permalink") or ""),
            text=str(media.get("caption") or ""),
            values=reading.counted(media, COUNTERS),
            material=history.material(pictures, video=media.get("media_type") == "VIDEO"),
        )
