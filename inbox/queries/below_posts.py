"""What citizens wrote below one of our posts, for its page."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F

from inbox.enums import MessageState
from inbox.models import Message
from posts.models import Post

SHOWN = 3


@dataclass(frozen=True)
class PostComments:
    """`waiting`: how many wait for an answer; `first`: those of them whose deadline is first."""

    waiting: int
    first: Sequence[Message] = ()


def comments_below(post: Post) -> PostComments:
    """In the open scope of its municipality. One query, and one more where some wait."""
    open_messages = Message.objects.filter(publication__post=post, state=MessageState.OPEN)
    waiting = open_messages.count()
    if not waiting:
        return PostComments(0)
    first = open_messages.select_related("channel").order_by(F("due_at").asc(nulls_last=True), "at", "pk")
    return PostComments(waiting, list(first[:SHOWN]))
