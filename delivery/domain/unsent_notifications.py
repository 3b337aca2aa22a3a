"""Telling people once: which deliveries need somebody who has not heard of it."""

from datetime import datetime

from django.db import transaction

from delivery import queries
from delivery.models import Delivery


@transaction.atomic
def claim_unsent_notifications(now: datetime, limit: int = 500) -> list[Delivery]:
    """Mark them as notified and return them. Call it in the transaction that writes the mail, with `everywhere`."""
    deliveries = queries.without_notification().select_for_update(skip_locked=True, of=("self",))
    taken = list(deliveries.select_related("channel", "municipality")[:limit])
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in taken]).update(notified_at=now)
    return taken
