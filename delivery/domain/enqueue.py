"""Putting something into the outbox."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from channels.models import Channel
from common import restores
from common.audit import record
from delivery import rules
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from platforms.types import Outgoing


@transaction.atomic
def enqueue(
    channel: Channel,
    *,
    kind: str,
    outgoing: Outgoing,
    due_at: datetime,
    by: Any,
    not_after: datetime | None = None,
    approved: bool = True,
    urgent: bool = False,
    parent: Delivery | None = None,
    is_repeat: bool = False,
    written_at: datetime | None = None,
) -> Delivery:
    """The delivery that sends `outgoing` at `due_at` (aware), at the latest at `not_after`.

    What is `urgent` leaves before all others of its channel. Without `approved` it waits for `release` and expires at
    `due_at`. A child is sent once its `parent` is published, as an answer to it. `outgoing.key` makes it unique: a
    second call with the same key raises `IntegrityError`. `written_at`: since when its content exists; where that is
    before a restore, the network is searched for it first.
    """
    restore = restores.recent_after(written_at) if written_at else None
    delivery = Delivery.objects.create(
        municipality_id=channel.municipality_id,
        channel=channel,
        kind=kind,
        parent=parent,
        is_repeat=is_repeat,
        restored_at=restore.restored_at if restore else None,
        duplicate_check_at=timezone.now() if restore else None,
        payload=outgoing.to_json(),
        key=UUID(outgoing.key),
        urgent=urgent,
        state=State.SCHEDULED if approved else State.WAITING,
        reason="" if approved else ReasonCode.NOT_APPROVED,
        due_at=due_at,
        not_after=not_after or rules.not_after(due_at, channel.municipality.not_after_minutes),
        next_at=due_at,
        state_at=timezone.now(),
    )
    record("delivery.enqueue", by=by, target=delivery, due_at=due_at.isoformat(), kind=kind)
    return delivery
