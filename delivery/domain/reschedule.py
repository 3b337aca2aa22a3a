"""A new time. The content stays, and so does the approval; whether that is right is the caller's question."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from common.audit import record
from delivery import rules
from delivery.domain.hold_back import hold_back_unapproved
from delivery.domain.move import Moved, move
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from delivery.queries import MOVABLE

# "Now" is a moment ago by the time it arrives, and forms know no seconds.
SLACK = timedelta(minutes=1)


@transaction.atomic
def reschedule(delivery: Delivery, due_at: datetime, *, by: Any, not_after: datetime | None = None) -> None:
    """Give a waiting, scheduled or expired delivery another time (aware); parts that follow move along.

    Raises `ValueError` for a time in the past, `NoSuchMove` or `Moved` when it is being or has been sent.
    """
    if due_at < timezone.now() - SLACK:
        raise ValueError("The new time lies in the past.")
    shift = due_at - delivery.due_at
    times = new_times(delivery, due_at, not_after)
    # What was held back as too early has nothing else to wait for; the policy decides again at the new time.
    is_too_early = delivery.state == State.WAITING and delivery.reason == ReasonCode.TOO_EARLY
    if delivery.state in (State.WAITING, State.SCHEDULED) and not is_too_early:
        _set(delivery, times, by)
    else:
        move(
            delivery,
            State.SCHEDULED,
            because=ReasonCode.TIME_CHOSEN,
            by=by,
            attempt_count=0,
            **{**times, "next_at": due_at},
        )
    if delivery.state == State.SCHEDULED:
        hold_back_unapproved(delivery)
    for child in delivery.children.filter(state__in=MOVABLE):
        reschedule(child, max(child.due_at + shift, due_at), by=by)


def new_times(delivery: Delivery, due_at: datetime, not_after: datetime | None = None) -> dict[str, datetime]:
    """`due_at`, `not_after` and `next_at`: when a worker handles it; for what is held, when it is too late."""
    not_after = not_after or rules.not_after(due_at, delivery.municipality.not_after_minutes)
    held = delivery.state == State.WAITING and delivery.reason != ReasonCode.NOT_APPROVED
    return {"due_at": due_at, "not_after": not_after, "next_at": not_after if held else due_at}


def _set(delivery: Delivery, times: dict[str, datetime], by: Any) -> None:
    if not Delivery.objects.filter(pk=delivery.pk, state=delivery.state).update(**times):
        raise Moved(f"Delivery {delivery.pk} is no longer {delivery.state}.")
    came_from, to = delivery.due_at.isoformat(), times["due_at"].isoformat()
    record("delivery.reschedule", by=by, target=delivery, came_from=came_from, to=to)
    for name, value in times.items():
        setattr(delivery, name, value)
