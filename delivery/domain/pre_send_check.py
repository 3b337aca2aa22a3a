"""The last moment before a call that cannot be taken back.

`common.http` calls a `PreSendCheck` right before the first byte of the one request that publishes. It asks the policy
once more and marks the attempt as sent, in one committed transaction. What it raises stops the request.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists
from django.utils import timezone

from channels.models import Channel
from common.prepared import instance
from delivery import policies
from delivery.domain import attempts
from delivery.enums import State
from delivery.models import Attempt, Delivery
from municipalities.prepared import Prepared, PreparedUpdate

# What a policy reads; the content was frozen long ago.
OWN = (
    "municipality_id", "channel_id", "kind", "due_at", "not_after", "lease_until", "created_at",
    "restored_at", "verified_at", "is_repeat",
)  # fmt: skip
PARENTS = ("id", "municipality_id", "channel_id", "kind", "state", "created_at", "withdrawal_asked_at")
FRESH = Prepared(
    lambda of: (
        Delivery.objects.filter(pk=of.pk, state=State.SENDING)
        .select_for_update(of=("self",))
        .order_by()
        .values_list(*OWN, *(f"parent__{name}" for name in PARENTS), "channel__state")
    ),
    pk=int,
)
# A second time in the same attempt: the network refused an expired session before acting.
SENT = PreparedUpdate(Attempt, "sent_at", where=("pk", "closed_at__isnull", "sent_at__isnull"))
SENT_AGAIN = PreparedUpdate(Attempt, "sent_at", where=("pk", "closed_at__isnull", "sent_at"))
RENEW_AFTER = timedelta(seconds=5)
RENEW_EVERY = timedelta(seconds=10)


class PublishBlocked(Exception):
    """The policy did not allow it at the last moment; nothing has left."""

    def __init__(self, verdict: policies.PolicyDecision) -> None:
        super().__init__(verdict)
        self.verdict = verdict


class LeaseLost(Exception):
    """The attempt is not ours any more (the sweeper has it, or a person was faster); nothing has left."""


class PreSendCheck:
    """Callable. `stopped`: it raised, so nothing can have left. `on_heartbeat` is called at each sign of progress."""

    def __init__(self, delivery: Delivery, attempt: Attempt, on_heartbeat: Callable[[], None] = lambda: None) -> None:
        self.on_heartbeat = on_heartbeat
        self.delivery = delivery
        self.attempt = attempt
        self.stopped = False
        self.renewed_at = timezone.now()

    def __call__(self) -> None:
        self.stopped = True
        self.on_heartbeat()
        with transaction.atomic():
            self._mark()
        self.stopped = False

    def save_checkpoint(self, token: str) -> None:
        """Write down, committed, under which id the network holds what we have prepared, for reconciliation.

        Only while the attempt is open: another publisher's attempt may be under way, with a checkpoint of its own.
        """
        open_attempt = Attempt.objects.filter(pk=self.attempt.pk, closed_at=None)
        ours = Delivery.objects.filter(Exists(open_attempt), pk=self.delivery.pk, state=State.SENDING)
        if not ours.update(token=token):
            raise LeaseLost
        self.delivery.token = token

    def heartbeat(self) -> None:
        """The next chunk of a large file is on its way: the lease begins anew, at most every few seconds."""
        self.on_heartbeat()
        now = timezone.now()
        if now - self.renewed_at < RENEW_EVERY:
            return
        self.renewed_at = now
        ours = Delivery.objects.filter(pk=self.delivery.pk, state=State.SENDING)
        ours.update(lease_until=attempts.call_lease(now))

    def _mark(self) -> None:
        rows = FRESH.rows(municipality=self.delivery.municipality_id, pk=self.delivery.pk)
        if not rows:
            raise LeaseLost
        locked = _read(self.delivery.pk, *rows)
        now = timezone.now()
        verdict = policies.evaluate(locked, now)
        if verdict.kind != "allow":
            raise PublishBlocked(verdict)
        if not self._sent(now):
            raise LeaseLost
        until = attempts.call_lease(now)
        if locked.lease_until is None or locked.lease_until < until - RENEW_AFTER:
            # Uploads took their time; the call itself shall have a whole lease.
            Delivery.objects.filter(pk=locked.pk).update(lease_until=until)
        self.attempt.sent_at = now

    def _sent(self, now: datetime) -> bool:
        mine, before = {"municipality": self.attempt.municipality_id, "pk": self.attempt.pk}, self.attempt.sent_at
        if before is None:
            return SENT.run({"sent_at": now}, **mine) == 1
        return SENT_AGAIN.run({"sent_at": now}, **mine, sent_at=before) == 1


def _read(pk: int, row: tuple[Any, ...]) -> Delivery:
    """The locked row, with as much of its channel and its parent as a policy reads."""
    own, parents, channel_state = row[: len(OWN)], row[len(OWN) : -1], row[-1]
    delivery: Delivery = instance(Delivery, {"id": pk, "state": State.SENDING, **dict(zip(OWN, own, strict=True))})
    delivery.channel = instance(Channel, {"id": delivery.channel_id, "state": channel_state})
    delivery.parent = instance(Delivery, dict(zip(PARENTS, parents, strict=True))) if parents[0] else None
    return delivery
