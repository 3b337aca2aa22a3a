"""Older posts. https://developers.facebook.com/docs/graph-api/reference/page/published_posts/"""

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

    def past_post(self, post: Mapping[str, Any]) -> PastPost:
        kinds = {str(shown.get("media_type")) for shown in reading.data(post.get("attachments"))}
        pictures = len(posts.photo_ids(post)) or int(bool(kinds & posts.PHOTOS))
        made_of = history.material(pictures, video=bool(kinds & posts.VIDEOS), link=bool(kinds & {"link", "share"}))
        return PastPost(
            remote_id=str(post["id"]),
            at=posts.when(post),
            permalink=str(post.get("permalink_url") or ""),
            text=str(post.get("message") or ""),
            values=counters(post),
            material=made_of,
        )
