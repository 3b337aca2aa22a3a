"""Older posts, as Facebook and Instagram list them: newest first, in pages with a cursor.

Their counters come with the list; other metrics are insights of each post, which are requested at its first fetch.
"""

from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from platforms import history
from platforms.meta import reading
from platforms.meta.calls import Calls
from platforms.types import PastPost, PastPosts


class ListedHistory:
    """`past_list`: the list of an account's own posts. `past_fields`: what is asked of each. `past_page`: how many."""

    has_history: ClassVar[bool] = True
    past_list: ClassVar[str]
    past_fields: ClassVar[str]
    past_page: ClassVar[int]

    calls: Calls
    account_id: str

    def past_posts(self, since: datetime, cursor: str | None = None) -> PastPosts:
        place = {"after": cursor} if cursor else {}
        path = f"/{self.account_id}/{self.past_list}"
        listed = self.calls.get(path, fields=self.past_fields, limit=self.past_page, **place)
        posts = (self.past_post(one) for one in reading.data(listed) if one.get("id"))
        return history.page(posts, since, reading.after(listed))

    @abstractmethod
    def past_post(self, post: Mapping[str, Any]) -> PastPost: ...
