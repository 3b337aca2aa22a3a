"""What citizens wrote below one of our posts, for its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Window

from inbox.enums import MessageState
from inbox.queries.readable import readable_messages
from municipalities.queries import Access
from posts.models import Post

SHOWN = 3


@dataclass(frozen=True)
class PostComments:
    """`waiting`: how many wait for an answer; `first`: those of them whose deadline is first."""

    waiting: int
    first: Sequence[Any] = ()


def comments_below(post: Post, access: Access) -> PostComments:
    """In the open scope of its municipality, of what this person may read. One query."""
    rows = readable_messages(access).filter(publication__post=post, state=MessageState.OPEN).select_related("channel")
    rows = rows.annotate(waiting=Window(Count("pk")))
    first: list[Any] = list(rows.order_by(F("due_at").asc(nulls_last=True), "at", "pk")[:SHOWN])
    return PostComments(first[0].waiting if first else 0, first)
