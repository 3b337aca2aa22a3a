"""Find what is due, ask whether it may go out, and open its attempt, all in one transaction.

When the worker dies afterwards, the attempt stands in the database and the sweeper finds it. `SKIP LOCKED` lets two
claims work side by side without claiming the same row.
"""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from channels import rate_limits
from delivery import policies, queries
from delivery.domain import attempts
from delivery.domain.hold_back import hold_back
from delivery.domain.move import move, move_all
from delivery.enums import ReasonCode, State
from delivery.models import Attempt, Delivery
from municipalities.tenancy import everywhere, scope

log = logging.getLogger(__name__)

AFTER_TROUBLE = timedelta(minutes=1)
OVERDUE_BATCH = 200
HasRoom = Callable[[queries.QueueHead], bool]


@dataclass(frozen=True)
class Work:
    """An attempt to be made, with the delivery's channel and credential as they were at the claim."""

    delivery: Delivery
    attempt: Attempt


def take_due(now: datetime, limit: int, has_room: HasRoom = lambda head: True) -> list[Work]:
    """Claim what is due for the caller, who begins at once; expire or hold what may not go out."""
    with everywhere("claim due deliveries"):
        heads = filter_available(queries.heads(now), now)
        ordered = round_robin(heads, queries.in_flight()) if len(heads) > limit else heads
        chosen = [head for head in ordered if head.urgent or has_room(head)][:limit]
        if not chosen:
            return []
        with transaction.atomic():
            going = _may_go(queries.locked(now, [head.pk for head in chosen]), now)
            if not going:
                return []
            move_all(going, State.SENDING, because=ReasonCode.DUE, lease_until=attempts.call_lease(now))
            opened = attempts.open_all(going, opened_at=now, taken_at=now)
    return [Work(delivery, attempt) for delivery, attempt in zip(going, opened, strict=True)]


def take_opened(limit: int) -> list[Work]:
    """Take attempts that were opened for any publisher: a call repeated under its key, the last step of what a network
    has prepared. The caller begins at once."""
    works = []
    for delivery_id, number in queries.untaken(limit):
        delivery = queries.with_its_row(delivery_id)
        with scope(delivery.municipality_id):
            if attempt := attempts.take(delivery, number):
                works.append(Work(delivery, attempt))
    return works


def settle_overdue(now: datetime) -> None:
    """What waited until its time was up, and what nobody could send in time: a person decides."""
    with everywhere("settle what is overdue"), transaction.atomic():
        rows = queries.overdue(now).select_related("channel", "parent")
        for delivery in rows.select_for_update(skip_locked=True, of=("self",))[:OVERDUE_BATCH]:
            _one(delivery, now)


def filter_available(heads: list[queries.QueueHead], now: datetime) -> list[queries.QueueHead]:
    """Without those whose network takes nothing at the moment. Of a server that has failed, one as a probe."""
    if not heads:
        return []
    apps = {head.pk: rate_limits.app_of(head.platform, head.server) for head in heads}
    servers = {head.server for head in heads}
    at = rate_limits.snapshot([head.channel_id for head in heads], servers, now, set(apps.values()) - {""})
    probed: set[str] = set()
    queue_heads = []
    for head in heads:
        circuit = at.circuit(head.server)
        shut = circuit == "open" or (circuit == "probing" and head.server in probed)
        if head.urgent or not (shut or at.limited_until(head.channel_id, apps[head.pk])):
            queue_heads.append(head)
            probed.add(head.server)
    return queue_heads


def round_robin(heads: Sequence[queries.QueueHead], under_way: Mapping[int, int]) -> list[queries.QueueHead]:
    """Urgent ones first. Then each municipality in turn, those before that have the least under way."""
    turns = Counter(under_way)
    ordered = []
    for head in sorted(heads, key=lambda head: (not head.urgent, head.due_at, head.pk)):
        ordered.append((not head.urgent, turns[head.municipality_id], head.due_at, head.pk, head))
        turns[head.municipality_id] += 1
    return [entry[-1] for entry in sorted(ordered, key=lambda entry: entry[:-1])]


def _may_go(deliveries: list[Delivery], now: datetime) -> list[Delivery]:
    """Those which may go now; the others are held or expire."""
    try:
        with scope(*(delivery.municipality_id for delivery in deliveries)), transaction.atomic():
            verdicts = policies.evaluate_all(deliveries, now)
    except Exception:
        # One of them spoils it. Asked one by one, it stops no other.
        return [delivery for delivery in deliveries if _one(delivery, now)]
    going = [delivery for delivery in deliveries if verdicts[delivery.pk].kind == "allow"]
    for delivery in deliveries:
        if verdicts[delivery.pk].kind != "allow":
            _one(delivery, now)
    return going


def _one(delivery: Delivery, now: datetime) -> bool:
    """Whether it may go now; what may not is held or expires. In a savepoint: a policy that fails stops no other."""
    try:
        with scope(delivery.municipality_id), transaction.atomic():
            if delivery.state == State.WAITING:
                # It waited, and its time is up.
                move(delivery, State.EXPIRED, because=ReasonCode(delivery.reason), problem=delivery.problem)
                return False
            verdict = policies.evaluate(delivery, now)
            if verdict.kind != "allow":
                hold_back(delivery, verdict)
            return verdict.kind == "allow"
    except Exception:
        log.exception("Delivery %s could not be claimed", delivery.pk)
        Delivery.objects.filter(pk=delivery.pk).update(next_at=now + AFTER_TROUBLE)
        return False
