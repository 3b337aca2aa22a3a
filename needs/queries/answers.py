"""How many people answered a post that asks something, by the messages below it."""

from dataclasses import dataclass

from django.db.models import CharField, Count, Q, Value
from django.db.models.functions import Cast, Concat

from inbox.enums import MessageKind
from inbox.models import Message
from posts.models import Post

NO_ANSWERS = (MessageKind.SPAM, MessageKind.UNLAWFUL)


@dataclass(frozen=True)
class AnswerCounts:
    """Messages below a post, and by how many people. Votes in a network's poll are not among them."""

    messages: int
    people: int


def count_answers(post: Post) -> AnswerCounts:
    """Of the open scope. A person who answers on two networks counts twice. One query."""
    person = Concat(Cast("channel", CharField()), Value(" "), "author_id")
    counts = (
        Message.objects.filter(publication__post=post)
        .exclude(kind__in=NO_ANSWERS)
        .aggregate(messages=Count("pk"), people=Count(person, distinct=True, filter=~Q(author_id="")))
    )
    return AnswerCounts(counts["messages"], counts["people"])
