"""What a person decides about a second post on the network (`delivery.domain.strays`)."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from common.audit import record
from delivery.domain.move import NoSuchMove
from delivery.models import Delivery, StrayPost


@transaction.atomic
def take_down(stray: StrayPost, *, by: Any) -> None:
    """Ask for it; a worker does it. Raises `NoSuchMove` when it was decided about before."""
    now = timezone.now()
    undecided = StrayPost.objects.filter(pk=stray.pk, settled_at=None, withdrawal_asked_at=None)
    if not undecided.update(withdrawal_asked_at=now, next_at=now, problem=""):
        raise NoSuchMove("It was decided about before.")
    record("delivery.take_down_stray", by=by, target=stray.delivery)


@transaction.atomic
def keep(stray: StrayPost, *, by: Any) -> None:
    """Both stay. Raises `NoSuchMove` when it was decided about before."""
    if not StrayPost.objects.filter(pk=stray.pk, settled_at=None, withdrawal_asked_at=None).update(
        settled_at=timezone.now()
    ):
        raise NoSuchMove("It was decided about before.")
    clear_mark(stray.delivery_id)
    record("delivery.keep_stray", by=by, target=stray.delivery)


def clear_mark(delivery_id: int) -> None:
    """Its last undecided second post was settled."""
    if not StrayPost.objects.filter(delivery_id=delivery_id, settled_at=None).exists():
        Delivery.objects.filter(pk=delivery_id).update(stray_at=None)
