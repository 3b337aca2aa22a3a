"""Changing what is public: a delivery of its own, whose parent is the published post.

It takes the path of every delivery: queued, claimed, checked by its policy, recorded before the call. The same change
may be sent to a network twice (`platforms.protocols.Publishes.edit`), so a call without an answer is repeated.
"""

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from delivery.domain.cancel import WITH_PARENT, cancel
from delivery.domain.enqueue import enqueue
from delivery.domain.move import Moved, NoSuchMove, move
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from delivery.policies import EDIT
from platforms.types import Outgoing, Published


@transaction.atomic
def edit(delivery: Delivery, outgoing: Outgoing, *, by: Any, urgent: bool = False) -> Delivery:
    """The delivery that makes `outgoing` of a published one, as soon as may be. Raises `NoSuchMove`, `Moved`."""
    if delivery.state != State.PUBLISHED or delivery.withdrawal_asked_at or delivery.only_seen:
        raise NoSuchMove("Only what is published and stays so can be changed.")
    locked = Delivery.objects.select_for_update().filter(pk=delivery.pk, state=State.PUBLISHED)
    if not locked.filter(withdrawal_asked_at=None).exists():
        raise Moved(f"Delivery {delivery.pk} is no longer published.")
    return enqueue(
        delivery.channel,
        kind=EDIT,
        # what followed the post stays as it is
        outgoing=replace(outgoing, first_comment="", thread=()),
        due_at=timezone.now(),
        by=by,
        urgent=urgent,
        parent=delivery,
    )


def changed(delivery: Delivery, published: Published, *, because: ReasonCode = ReasonCode.CHANGED) -> None:
    """The network has changed it. From now on the parent is watched for what was sent last."""
    parent = delivery.parent
    assert parent is not None  # a constraint says so
    now = timezone.now()
    move(
        delivery,
        State.PUBLISHED,
        because=because,
        remote_id=parent.remote_id,
        permalink=published.permalink or parent.permalink,
        published_at=now,
    )
    watched = {"shown": None, "shown_now": "", "changed_at": None, "noted_at": None, "watched_from": now}
    Delivery.objects.filter(pk=parent.pk).update(**watched)


def drop_edits(delivery: Delivery) -> None:
    """There is nothing left to change. One that is under way is blocked by its policy, or rejected by the network."""
    for child in delivery.children.filter(kind=EDIT, state__in=WITH_PARENT):
        cancel(child, by=None)
