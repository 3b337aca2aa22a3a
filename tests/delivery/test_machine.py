"""Random schedules of claims, crashes, answers, pauses and people's answers, on the real database and the fake network.

Whatever order they come in: nothing is public twice, what says *published* is public, an attempt has one worker, and
nothing leaves while it is paused. The network is one that posts twice when a call is repeated.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from django.db import transaction
from django.utils import timezone

from channels.connector_factory import open_channel
from channels.domain import credentials
from delivery import policies
from delivery.domain import answer, claim, content, reconcile, sweep
from delivery.domain.cancel import cancel
from delivery.domain.deliver import make
from delivery.domain.move import Moved, NoSuchMove
from delivery.enums import ReasonCode, State
from delivery.models import Attempt, Delivery
from municipalities.tenancy import everywhere
from platforms.errors import PlatformError
from platforms.types import Credential
from tests.delivery.conftest import Outbox
from tests.publishing import deliver

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]

LOST = ("commit_then_drop", "commit_then_500", "truncate_body", "drop_before", "html_error", "commit_late")
# What a gateway gave up is carried out before the commit window is over, or never.
LATEST = timedelta(minutes=15, seconds=30)


class Schedules(RuleBasedStateMachine):
    """`outbox` is set by the test; every example runs in a savepoint that is taken back."""

    outbox: Outbox

    @initialize()
    def begin(self) -> None:
        self.savepoint = transaction.savepoint()
        self.outbox.network.reset()
        self.outbox.network.options(software="pleroma", idempotency="ignored")
        made = self.outbox.network.account("mastodon", "opstina")
        with self.outbox.inside():
            credentials.store(self.outbox.channel, Credential.from_json(made["credential"]))
        self.outbox.gate.say()
        self.paused = False
        self.clock = time_machine.travel(timezone.now(), tick=True)
        self.clock.start()
        self.opened: list[tuple[int, int]] = []
        self.made = 0
        self.calls_when_paused: int | None = None
        self.late_since: datetime | None = None

    def teardown(self) -> None:
        if hasattr(self, "clock"):
            self.clock.stop()
            transaction.savepoint_rollback(self.savepoint)

    # ---- time passes

    @rule(seconds=st.sampled_from([5, 60, 300, 3600]), carried_out=st.booleans())
    def wait(self, seconds: int, carried_out: bool = True) -> None:
        if self.outbox.network.world.late and self.late_since is None:
            self.late_since = timezone.now()
        if self.late_since and timezone.now() + timedelta(seconds=seconds) > self.late_since + LATEST:
            self.act_late() if carried_out else self.outbox.network.never_carry_out_late()
            self.late_since = None
        later = timezone.now() + timedelta(seconds=seconds)
        self.clock.stop()
        self.clock = time_machine.travel(later, tick=True)
        self.clock.start()

    @rule()
    @precondition(lambda self: self.outbox.network.world.late)
    def act_late(self) -> None:
        """The network carries out what its gateway had given up."""
        self.outbox.network.carry_out_late()
        if self.calls_when_paused is not None:
            self.calls_when_paused = self._public()  # these calls left before the pause

    # ---- people

    @rule(due_in=st.sampled_from([-1, 0, 60]), urgent=st.booleans())
    @precondition(lambda self: self.made < 6)
    def put(self, due_in: int, urgent: bool) -> None:
        self.made += 1
        self.outbox.put(f"обавештење број {self.made * 1111}", due_in=due_in, urgent=urgent)

    @rule()
    def pause(self) -> None:
        self.paused = True
        self.outbox.gate.say(policies.defer(ReasonCode.PAUSED, "пауза"))
        self.calls_when_paused = self._public()

    @rule()
    def resume(self) -> None:
        self.paused, self.calls_when_paused = False, None
        self.outbox.gate.say(policies.allow())

    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        """A person presses a button that the delivery offers. They may be wrong when they say that it is not there."""
        delivery = self._one(data, State.WAITING, State.EXPIRED, State.FAILED, State.UNCONFIRMED)
        if delivery is None:
            return
        act = data.draw(st.sampled_from(["still_send", "send_now", "send_again", "drop", "look"]))
        with self.outbox.inside(), suppress(Moved, NoSuchMove), transaction.atomic():
            if act == "drop":
                cancel(delivery, by=self.outbox.cast.officer)
            elif act == "look" and delivery.state == State.UNCONFIRMED:
                answer.it_is_not_there(delivery, by=self.outbox.cast.officer)
            elif act in ("still_send", "send_now", "send_again"):
                getattr(answer, act)(delivery, by=self.outbox.cast.officer)

    # ---- machines

    @rule(fault=st.sampled_from([None, None, *LOST]))
    def publish(self, fault: str | None) -> None:
        """A publisher claims what is due and delivers all of it."""
        for work in claim.take_due(timezone.now(), 5):
            self._plan(fault)
            make(work.delivery, work.attempt)

    @rule(data=st.data(), times=st.integers(1, 3), fault=st.sampled_from([None, *LOST]))
    @precondition(lambda self: self.opened)
    def make_opened(self, data: st.DataObject, times: int, fault: str | None) -> None:
        """What a look opened is made late, again, or several times."""
        opened = data.draw(st.sampled_from(self.opened))
        self._plan(fault)
        for _ in range(times):
            deliver(*opened)

    @rule(sent=st.booleans(), landed=st.booleans(), found=st.booleans())
    def crash(self, sent: bool, landed: bool, found: bool) -> None:
        """A worker dies after it claimed: before its call, or after it, whether that arrived or not."""
        for work in claim.take_due(timezone.now(), 1):
            if not sent:
                continue
            with self.outbox.inside():
                Attempt.objects.filter(pk=work.attempt.pk).update(sent_at=timezone.now())
                if landed:
                    outgoing = content.outgoing(work.delivery)
                    # a fault that was meant for a message which nobody needed any more; whoever dies hears no answer
                    with suppress(PlatformError):
                        open_channel(work.delivery.channel).publish(outgoing, content.Files(outgoing))
        if found:
            self.wait(300)
            self.tidy()

    @rule(taken=st.booleans())
    def tidy(self, taken: bool = True) -> None:
        """Sweep and look. `taken`: a publisher makes what the look opened at once."""
        sweep.sweep(timezone.now())
        for delivery_id in reconcile.claim_reconciliations(timezone.now()):
            if (number := reconcile.reconcile(delivery_id)) is not None:
                self.opened.append((delivery_id, number))
                if taken:
                    deliver(delivery_id, number)

    # ---- what must hold

    @invariant()
    def nothing_is_public_twice(self) -> None:
        if hasattr(self, "opened"):
            twice = [text for text, times in Counter(self.outbox.texts()).items() if times > 1]
            assert twice == []

    @invariant()
    def what_says_published_is_public(self) -> None:
        if hasattr(self, "opened"):
            public = set(self.outbox.texts())
            for delivery in self._all():
                if delivery.state == State.PUBLISHED:
                    assert delivery.payload["text"] in public
                elif delivery.payload["text"] in public:
                    # it may be under way or unknown; it is never about to be sent again
                    assert delivery.state in (State.SENDING, State.CHECKING, State.UNCONFIRMED, State.CANCELLED), (
                        delivery.state
                    )

    @invariant()
    def nothing_leaves_while_it_is_paused(self) -> None:
        if getattr(self, "calls_when_paused", None) is not None:
            assert self._public() == self.calls_when_paused

    @invariant()
    def one_open_attempt_and_it_is_being_sent(self) -> None:
        if hasattr(self, "opened"):
            with everywhere("the machine looks"):
                for attempt in Attempt.objects.filter(closed_at=None).select_related("delivery"):
                    assert attempt.delivery.state == State.SENDING

    def _public(self) -> int:
        return len(self.outbox.texts())

    def _plan(self, fault: str | None) -> None:
        if fault and not self.paused:
            self.outbox.network.plan(fault, "/api/v1/statuses$", method="POST")

    def _all(self) -> list[Delivery]:
        with everywhere("the machine looks"):
            return list(Delivery.objects.select_related("channel", "municipality").order_by("pk"))

    def _one(self, data: st.DataObject, *states: State) -> Delivery | None:
        deliveries = [delivery for delivery in self._all() if delivery.state in states]
        return data.draw(st.sampled_from(deliveries)) if deliveries else None


SIZES = [4, pytest.param(8, marks=pytest.mark.slow), pytest.param(25, marks=pytest.mark.long)]


@pytest.mark.parametrize("examples", SIZES)
def test_no_schedule_publishes_twice_or_lies(careful: Outbox, examples: int) -> None:
    Schedules.outbox = careful
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        Schedules,
        settings=settings(max_examples=examples, stateful_step_count=30, deadline=None, suppress_health_check=quiet),
    )
