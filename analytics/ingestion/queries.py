"""Publications and channels whose metrics are not fetched yet."""

from django.db.models import Exists, OuterRef, QuerySet

from analytics.models import Subject
from channels.enums import ChannelState
from channels.models import Channel
from channels.queries import takes_posts
from delivery.enums import State
from delivery.rules import SEEN
from posts.models import Publication

BATCH_SIZE = 1000


def publications_without_subject() -> QuerySet[Publication]:
    """Published publications without a subject, oldest first, one batch."""
    seen = Subject.objects.filter(publication=OuterRef("pk"))
    return (
        Publication.objects.filter(~Exists(seen), delivery__state=State.PUBLISHED)
        .exclude(delivery__remote_id__startswith=SEEN)
        .select_related("delivery", "version", "channel")
        .order_by("pk")[:BATCH_SIZE]
    )


def channels_without_subject() -> QuerySet[Channel]:
    """Connected channels that take posts and whose metrics are not fetched yet, one batch."""
    seen = Subject.objects.filter(channel=OuterRef("pk"), publication__isnull=True)
    return Channel.objects.filter(takes_posts(), ~Exists(seen), state=ChannelState.CONNECTED)[:BATCH_SIZE]
