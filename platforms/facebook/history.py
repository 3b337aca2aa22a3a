"""Posts from before. https://developers.facebook.com/docs/graph-api/reference/page/published_posts/"""

from collections.abc import Mapping
from typing import Any, ClassVar

from platforms import history
from platforms.facebook import posts
from platforms.facebook.insights import COUNTERS, counters
from platforms.meta import reading
from platforms.meta.history import ListedHistory
from platforms.types import PastPost


class History(ListedHistory):
    past_list: ClassVar[str] = "published_posts"
    past_fields: ClassVar[str] = f"{posts.FIELDS},{COUNTERS}"
    past_page: ClassVar[int] = 25

    def past_post(self, told: Mapping[str, Any]) -> PastPost:
        kinds = {str(shown.get("media_type")) for shown in reading.data(told.get("attachments"))}
        pictures = len(posts.photo_ids(told)) or int(bool(kinds & posts.PHOTOS))
        made_of = history.material(pictures, video=bool(kinds & posts.VIDEOS), link=bool(kinds & {"link", "share"}))
        return PastPost(
            remote_id=str(told["id"]),
            at=posts.when(told),
            permalink=str(told.get("permalink_url") or ""),
            text=str(told.get("message") or ""),
            values=counters(told),
            material=made_of,
        )
