"""What a person decides about a second post on the network (`delivery.domain.duplicates`)."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from common.audit import record
from delivery.domain.move import NoSuchMove
from delivery.domain.withdraw import reaches_everybody
from delivery.models import Delivery, DuplicatePost


@transaction.atomic
def take_down(duplicate: DuplicatePost, *, by: Any) -> None:
    """Ask for it; a worker does it. Raises `NoSuchMove` when it was decided about before, or the network keeps it for
    the other person."""
    if not reaches_everybody(duplicate.delivery):
        raise NoSuchMove("The other person keeps a private message.")
    now = timezone.now()
    undecided = DuplicatePost.objects.filter(pk=duplicate.pk, settled_at=None, withdrawal_asked_at=None)
    if not undecided.update(withdrawal_asked_at=now, next_at=now, problem=""):
        raise NoSuchMove("It was decided about before.")
    record("delivery.take_down_duplicate", by=by, target=duplicate.delivery)


@transaction.atomic
def keep(duplicate: DuplicatePost, *, by: Any) -> None:
    """Both stay. Raises `NoSuchMove` when it was decided about before."""
    if not DuplicatePost.objects.filter(pk=duplicate.pk, settled_at=None, withdrawal_asked_at=None).update(
        settled_at=timezone.now()
    ):
        raise NoSuchMove("It was decided about before.")
    clear_mark(duplicate.delivery_id)
    record("delivery.keep_duplicate", by=by, target=duplicate.delivery)


def clear_mark(delivery_id: int) -> None:
    """Its last undecided second post was settled."""
    if not DuplicatePost.objects.filter(delivery_id=delivery_id, settled_at=None).exists():
        Delivery.objects.filter(pk=delivery_id).update(duplicate_at=None)
