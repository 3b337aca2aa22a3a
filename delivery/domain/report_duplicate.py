"""Reporting a second post on the network; `delivery.domain.duplicates` searches for them and acts on decisions."""

from datetime import datetime

from common.audit import record
from delivery.models import Delivery, DuplicatePost
from platforms.types import Published


def report_duplicate(delivery: Delivery, post: Published, now: datetime) -> None:
    """Record a post that the delivery brought about beside its own; people are notified.

    The caller holds the delivery's row lock.
    """
    fields = {"municipality_id": delivery.municipality_id, "permalink": post.permalink, "detected_at": now}
    _duplicate, is_new = DuplicatePost.objects.get_or_create(
        delivery=delivery, remote_id=post.remote_id, defaults=fields
    )
    if is_new:
        Delivery.objects.filter(pk=delivery.pk).update(duplicate_at=now, notified_at=None)
        record("delivery.duplicate", by=None, target=delivery)
