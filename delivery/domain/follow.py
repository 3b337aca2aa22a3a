"""What follows a post once it is out: the first comment, a delivery of its own, so that its failure never touches the
post and the post is never sent again for its sake.
"""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid5

from django.utils import timezone

from channels import validation
from delivery.domain import restored
from delivery.domain.enqueue import enqueue
from delivery.models import Delivery
from delivery.policies import FIRST_COMMENT
from platforms.types import Outgoing

# Readers of the post should find it there; the network needs a moment to know the post.
AFTER = timedelta(seconds=3)
NAMESPACE = UUID("5b0a2a64-5f0c-4d0e-9a55-0c7b6d0f6c11")


def first_comment(delivery: Delivery) -> Delivery | None:
    """The delivery of the first comment of what is public now; None where there is none, or the network takes none.

    Inside the transaction that publishes. Its key follows from the post's, so that there is never a second one.
    """
    frozen = Outgoing.from_json(delivery.payload)
    if not frozen.first_comment.strip():
        return None
    if not validation.limits(delivery.channel).of_format(frozen.settings).comment_characters:
        return None
    key = uuid5(NAMESPACE, delivery.key.hex)
    if Delivery.objects.filter(key=key).exists():
        return None
    bare = Outgoing(frozen.first_comment, frozen.language, key.hex, timezone.now())
    comment = enqueue(
        delivery.channel,
        kind=FIRST_COMMENT,
        outgoing=replace(bare, reply_to=delivery.remote_id),
        due_at=timezone.now() + AFTER,
        by=None,
        urgent=delivery.urgent,
        parent=delivery,
    )
    if delivery.restored_at:
        # The post was found after a restore: its comment went out with it, or did not.
        restored.verify_first(comment, delivery.restored_at, since=delivery.published_at or comment.due_at)
    return comment
