"""The last moment before a call that cannot be taken back.

`common.http` calls a `Departure` right before the first byte of the one request that publishes. It asks the gate once
more and marks the attempt as sent, in one committed transaction. What it raises stops the request.
"""

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from delivery import gates
from delivery.domain import attempts
from delivery.enums import State
from delivery.models import Attempt, Delivery

# What the gate looks at; the content was frozen long ago.
FRESH = (
    "municipality_id", "kind", "due_at", "not_after", "lease_until", "channel__state",
    "parent__state", "parent__kind", "parent__municipality_id",
)  # fmt: skip
RENEW_AFTER = timedelta(seconds=5)
RENEW_EVERY = timedelta(seconds=10)


class Held(Exception):
    """The gate said no at the last moment; nothing has left."""

    def __init__(self, verdict: gates.Verdict) -> None:
        super().__init__(verdict)
        self.verdict = verdict


class Overtaken(Exception):
    """The attempt is not ours any more (the sweeper has it, or a person was faster); nothing has left."""


class Departure:
    """Callable. `stopped` says that it raised, so that nothing can have left. `on_sign` hears each sign of life."""

    def __init__(self, delivery: Delivery, attempt: Attempt, on_sign: Callable[[], None] = lambda: None) -> None:
        self.on_sign = on_sign
        self.delivery = delivery
        self.attempt = attempt
        self.stopped = False
        self.renewed_at = timezone.now()

    def __call__(self) -> None:
        self.stopped = True
        self.on_sign()
        with transaction.atomic():
            self._mark()
        self.stopped = False

    def note(self, token: str) -> None:
        """Write down, committed, under which id the network holds what we have prepared: a witness after a crash."""
        ours = Delivery.objects.filter(pk=self.delivery.pk, state=State.SENDING)
        if not ours.update(token=token):
            raise Overtaken
        self.delivery.token = token

    def alive(self) -> None:
        """The next chunk of a large file is on its way: the lease begins anew, at most every few seconds."""
        self.on_sign()
        now = timezone.now()
        if now - self.renewed_at < RENEW_EVERY:
            return
        self.renewed_at = now
        ours = Delivery.objects.filter(pk=self.delivery.pk, state=State.SENDING)
        ours.update(lease_until=attempts.call_lease(now, self.delivery))

    def _mark(self) -> None:
        rows = Delivery.objects.filter(pk=self.delivery.pk, state=State.SENDING).only(*FRESH)
        locked = rows.select_related("channel", "parent").select_for_update(of=("self",)).order_by().first()
        if locked is None:
            raise Overtaken
        now = timezone.now()
        verdict = gates.ask(locked, now)
        if verdict.kind != "go":
            raise Held(verdict)
        # A second time in the same attempt: the network refused an expired session before acting.
        mine = Attempt.objects.filter(pk=self.attempt.pk, closed_at=None, sent_at=self.attempt.sent_at)
        if not mine.update(sent_at=now):
            raise Overtaken
        until = attempts.call_lease(now, self.delivery)
        if locked.lease_until < until - RENEW_AFTER:
            # Uploads took their time; the call itself shall have a whole lease.
            Delivery.objects.filter(pk=locked.pk).update(lease_until=until)
        self.attempt.sent_at = now
