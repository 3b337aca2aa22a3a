"""Random sequences of everything people and machines may do with a post, on the real database.

Whatever order they come in, nothing leaves earlier than somebody approved. What "leaves" means is decided by the outbox
itself: the claim, then the gate right before the call. What was approved is counted here from the decisions alone.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from django.db import transaction
from django.utils import timezone

from delivery.domain import answer, attempts, claim, settle, sweep
from delivery.domain.departure import Departure, Held
from delivery.domain.move import Moved, NoSuchMove
from delivery.enums import State
from delivery.models import Delivery
from delivery.queries import with_its_row
from municipalities.enums import Approval
from platforms.errors import OutcomeUnknown, Rejected
from platforms.types import Published
from posts.domain import emergency
from posts.domain.approve import approve, send_back
from posts.domain.refused import Refused
from posts.domain.schedule import ask_to_publish_now, move, publish_now, schedule, unschedule
from posts.domain.submit import submit, take_back
from posts.enums import DecisionKind
from posts.models import Decision, Post, Publication
from posts.rules import EMERGENCY_HOLDS
from tests.posts.deciders import member, on_the_list
from tests.posts.desk import Desk, in_hours

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(240)]

RESETS = {DecisionKind.SUBMITTED, DecisionKind.RETURNED, DecisionKind.TAKEN_BACK}
HOURS = st.sampled_from([1, 5, 20, 30, 50, 100, 130])
NEEDED = {Approval.NONE: 0, Approval.ONE: 1, Approval.TWO: 2}


class Verbs(RuleBasedStateMachine):
    """`desk` and `people` are set by the test; every example runs in a savepoint that is taken back."""

    desk: Desk
    people: dict[str, Any]
    departures = 0

    @initialize(hours=st.sampled_from([130, 100, 20, None]), is_approved=st.sampled_from([True, True, False]))
    def begin(self, hours: float | None, is_approved: bool) -> None:
        self.savepoint = transaction.savepoint()
        self.clock = time_machine.travel(timezone.now(), tick=True)
        self.clock.start()
        self.sent = 0
        self.desk.house_rule(approval=Approval.ONE, move_window_hours=24)
        both = (self.desk.mastodon.pk, self.desk.bluesky.pk)
        self.post = self.desk.write(time=in_hours(hours) if hours else None, channels=both)
        self.decided("submit", "approver")
        if is_approved:
            self.decided("approve", "approver")

    def teardown(self) -> None:
        if hasattr(self, "clock"):
            self.clock.stop()
            transaction.savepoint_rollback(self.savepoint)

    # ---- time, and the rules of the house

    @rule(hours=st.sampled_from([0.1, 2, 12, 30, 80]))
    def wait(self, hours: float) -> None:
        self.travel(timezone.now() + timedelta(hours=hours))

    @rule(hours=st.sampled_from([0, 2, 24, 24, 72]), approval=st.sampled_from([Approval.ONE, *NEEDED]))
    def house(self, hours: int, approval: Approval) -> None:
        self.desk.house_rule(move_window_hours=hours, approval=approval)

    # ---- people decide and choose times

    @rule(
        act=st.sampled_from(["submit", "approve", "approve", "approve", "return", "take_back"]),
        who=st.sampled_from(["approver", "second"]),
    )
    def decided(self, act: str, who: str) -> None:
        people, version = self.people, self.desk.version
        acts: dict[str, Callable[[], Any]] = {
            "submit": lambda: submit(self.fresh(), by=people["officer"]),
            "approve": lambda: approve(self.fresh(), version(self.post), by=people[who]),
            "return": lambda: send_back(self.fresh(), version(self.post), by=people[who], note="Не."),
            "take_back": lambda: take_back(self.fresh(), by=people["officer"]),
        }
        self.tried(acts[act])

    @rule(hours=HOURS, verb=st.sampled_from([move, schedule]), is_unscheduled=st.booleans())
    def another_time(self, hours: int, verb: Any, is_unscheduled: bool) -> None:
        if is_unscheduled:
            self.tried(lambda: unschedule(self.fresh(), by=self.people["officer"]))
        self.tried(lambda: verb(self.fresh(), in_hours(hours), by=self.people["officer"]))

    @rule()
    def published_now(self) -> None:
        self.tried(lambda: publish_now(self.fresh(), by=self.people["officer"]))
        self.called("published")

    @rule()
    def asked_to_publish_now(self) -> None:
        self.tried(lambda: ask_to_publish_now(self.fresh(), by=self.people["officer"]))

    @rule()
    def declared_emergency(self) -> None:
        self.tried(lambda: emergency.publish(self.fresh(), reason="Пукла је цев.", by=self.people["officer"]))

    @rule(data=st.data(), hours=HOURS)
    def answered(self, data: st.DataObject, hours: int) -> None:
        """Somebody presses a button on the page of a delivery, also one that the page would not offer."""
        if (delivery := self.one(data)) is None:
            return
        act = data.draw(st.sampled_from(["still_send", "send_now", "send_again", "it_is_not_there", "choose_time"]))
        more = [timezone.now() + timedelta(hours=hours)] if act == "choose_time" else []
        self.tried(lambda: getattr(answer, act)(delivery, *more, by=self.people["officer"]))

    @rule()
    def written_past_the_verbs(self) -> None:
        """A time in the rows themselves, as a mistake elsewhere would leave it."""
        now = timezone.now()
        Post.objects.filter(pk=self.post.pk).update(due_at=now)
        for delivery in self.desk.deliveries(self.post):
            if delivery.state in (State.WAITING, State.SCHEDULED):
                times = {"due_at": now, "next_at": now, "not_after": now + timedelta(hours=2)}
                Delivery.objects.filter(pk=delivery.pk).update(**times)
        self.called("published")

    # ---- machines

    @rule(told=st.sampled_from(["published", "rejected", "unknown"]), waits=st.booleans())
    def work(self, told: str, waits: bool) -> None:
        """A publisher claims what is due (`waits`: what comes next, at its time), and this is what the network says."""
        coming = [each.next_at for each in self.desk.deliveries(self.post) if each.state == State.SCHEDULED]
        if waits and coming:
            self.travel(max(timezone.now(), *coming))
        self.called(told)

    def called(self, told: str) -> None:
        for pk, number in claim.claim_due(timezone.now()):
            delivery = with_its_row(pk)
            attempt = attempts.take(delivery, number)
            assert attempt is not None
            try:
                Departure(delivery, attempt)()
            except Held as held:
                settle.settle(delivery, attempt, held)
                continue
            self.left(delivery)
            settle.settle(delivery, attempt, self.answer_of(told))

    def travel(self, moment: datetime) -> None:
        self.clock.stop()
        self.clock = time_machine.travel(moment, tick=True)
        self.clock.start()

    @rule()
    def tidy(self) -> None:
        sweep.sweep(timezone.now())

    def answer_of(self, told: str) -> Any:
        self.sent += 1
        if told == "published":
            return Published(f"r{self.sent}", "https://social.example/1", timezone.now())
        return Rejected("Не може.") if told == "rejected" else OutcomeUnknown("Ништа.")

    # ---- what must hold

    def left(self, delivery: Delivery) -> None:
        Verbs.departures += 1
        now, house = timezone.now(), self.desk.house
        if house.approval == Approval.NONE:
            return
        times, emergency_at = self.approvals(Publication.objects.get(delivery=delivery).version_id)
        if emergency_at and now < emergency_at + EMERGENCY_HOLDS:
            return
        window = timedelta(hours=house.move_window_hours)
        assert len(times) >= NEEDED[Approval(house.approval)]
        early = [time for time in times.values() if time is not None and now < time - window]
        assert not early, f"left at {now}, approved for {early}"

    def approvals(self, version: int) -> tuple[dict[int, datetime | None], datetime | None]:
        """The approved times by approver, and when an emergency was declared, since the last reset."""
        times: dict[int, datetime | None] = {}
        emergency_at = None
        for each in Decision.objects.filter(version=version).order_by("pk"):
            if each.kind in RESETS:
                times, emergency_at = {}, None
            elif each.kind == DecisionKind.APPROVED:
                times[each.by_id] = each.due_at
            elif each.kind == DecisionKind.EMERGENCY:
                emergency_at = each.at
        return times, emergency_at

    def tried(self, act: Callable[[], Any]) -> None:
        with suppress(Refused, Moved, NoSuchMove, ValueError), transaction.atomic():
            act()

    def fresh(self) -> Post:
        return self.desk.reload(self.post)

    def one(self, data: st.DataObject) -> Delivery | None:
        found = [each for each in self.desk.deliveries(self.post) if each.state != State.SENDING]
        return data.draw(st.sampled_from(found)) if found else None


def test_nothing_leaves_earlier_than_it_was_approved_for(desk: Desk) -> None:
    cast = desk.cast
    on_the_list(cast, cast.officer)
    Verbs.desk = desk
    Verbs.people = {"officer": cast.officer, "approver": cast.approver, "second": member(cast, "second")}
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        Verbs,
        settings=settings(
            max_examples=80,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=quiet,
            # Making a sequence shorter takes minutes here, longer than a test may run.
            phases=[Phase.explicit, Phase.generate],
        ),
    )
    # The sequences did come to the point that this is about.
    assert Verbs.departures > 20
