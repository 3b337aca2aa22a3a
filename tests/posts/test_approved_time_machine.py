"""Random sequences of everything people and machines may do with a post, on the real database.

Whatever order they come in: no verb puts an approved post at a time for which its approvals do not hold, and nothing
leaves earlier than somebody approved. The second is asked after every step, with rows that say that everything is due,
as a mistake in any verb would leave them. What "leaves" means is decided by the outbox itself: the claim, then the gate
right before the call. What was approved is counted here from the decisions alone, and the tests at the end show that
this count finds what is early.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, settings
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

from common.errors import ActionNotAllowed
from delivery.domain import answer, claim, settle, sweep
from delivery.domain.move import Moved, NoSuchMove
from delivery.domain.pre_send_check import PreSendCheck, PublishBlocked
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from municipalities.enums import Approval
from platforms.errors import OutcomeUnknown, Rejected
from platforms.types import Published
from posts.editing.domain.submit import submit, take_back
from posts.enums import DecisionKind, Stage
from posts.models import Decision, Post, Publication
from posts.review.domain import emergency
from posts.review.domain.approve import approve, send_back
from posts.rules import EMERGENCY_HOLDS, ResolvedTime, resolve_moment
from posts.scheduling.domain.schedule import ask_to_publish_now, move, publish_now, schedule, unschedule
from tests.posts.deciders import member, on_the_list
from tests.posts.desk import Desk, in_hours

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900)]

RESETS = {DecisionKind.SUBMITTED, DecisionKind.RETURNED, DecisionKind.TAKEN_BACK}
NEEDED = {Approval.NONE: 0, Approval.ONE: 1, Approval.TWO: 2}
# Hours by which the time of a post changes: within a window of 24 hours, and farther than one or two of them.
SHIFTS = st.sampled_from([-45, -20, -20, 5, 20])


# ---- what must hold


def approvals(version: int) -> tuple[dict[int, datetime | None], datetime | None]:
    """The approved times by approver, and when an emergency was declared, since the last reset."""
    times: dict[int, datetime | None] = {}
    emergency_at = None
    for decision in Decision.objects.filter(version=version).order_by("pk"):
        if decision.kind in RESETS:
            times, emergency_at = {}, None
        elif decision.kind == DecisionKind.APPROVED:
            times[decision.by_id] = decision.due_at
        elif decision.kind == DecisionKind.EMERGENCY:
            emergency_at = decision.at
    return times, emergency_at


def assert_approved(desk: Desk, version: int) -> list[datetime]:
    """Enough people have approved it. The times that they approved; who left it open counts for none."""
    times, _emergency_at = approvals(version)
    assert len(times) >= NEEDED[Approval(desk.municipality.approval)], "not approved"
    return [time for time in times.values() if time is not None]


def assert_may_leave(desk: Desk, version: int, moment: datetime) -> None:
    """What leaves at `moment` needs no approval, is an emergency, or is not earlier than anybody's approval holds."""
    emergency_at = approvals(version)[1]
    if desk.municipality.approval == Approval.NONE or (emergency_at and moment < emergency_at + EMERGENCY_HOLDS):
        return
    window = timedelta(hours=desk.municipality.move_window_hours)
    early = [time for time in assert_approved(desk, version) if moment < time - window]
    assert not early, f"left early: at {moment}, approved for {early}"


def assert_may_be_planned(desk: Desk, post: Post) -> None:
    """Right after a verb has set its time: an approved post has one for which all approvals hold."""
    if post.stage != Stage.APPROVED or post.due_at is None or desk.municipality.approval == Approval.NONE:
        return
    window = timedelta(hours=desk.municipality.move_window_hours)
    far = [time for time in assert_approved(desk, desk.version(post).pk) if abs(post.due_at - time) > window]
    assert not far, f"planned at another time: {post.due_at}, approved for {far}"


class Verbs(RuleBasedStateMachine):
    """`desk` and `people` are set by the test; every example runs in a savepoint that is taken back."""

    desk: Desk
    people: dict[str, Any]
    counts: Counter[str]

    @initialize(
        hours=st.sampled_from([130, 130, 130, 70, None]),
        approval=st.sampled_from([Approval.ONE, Approval.TWO]),
        emergencies=st.sampled_from([False, False, False, True]),
    )
    def begin(self, hours: float | None, approval: Approval, emergencies: bool) -> None:
        self.savepoint = transaction.savepoint()
        self.clock = time_machine.travel(timezone.now(), tick=True)
        self.clock.start()
        self.sent = 0
        self.emergencies = emergencies
        self.desk.house_rule(approval=approval, move_window_hours=24)
        self.another_post(hours)

    def another_post(self, hours: float | None) -> None:
        """A post on two channels that is approved; where two people have to, for two times within one window."""
        both = (self.desk.mastodon.pk, self.desk.bluesky.pk)
        self.post = self.desk.write(time=in_hours(hours) if hours else None, channels=both)
        self.decide("submit")
        self.decide("approve")
        if self.desk.municipality.approval == Approval.TWO and hours:
            self.another_time(-20, move, False)
            self.decide("approve", "second")

    def teardown(self) -> None:
        if hasattr(self, "clock"):
            self.clock.stop()
            transaction.savepoint_rollback(self.savepoint)

    # ---- time, and the rules of the house

    @rule(hours=st.sampled_from([0.1, 2, 12, 30]))
    def wait(self, hours: float) -> None:
        self.travel(timezone.now() + timedelta(hours=hours))

    @rule(hours=st.sampled_from([47, 40, 25, 23, 1]))
    def waited(self, hours: float) -> None:
        self.wait_until_shortly_before(hours)

    def wait_until_shortly_before(self, hours: float) -> None:
        """So many hours before the time of the post: at the edges of the windows of its approvals."""
        self.travel(max(timezone.now(), self.shifted(-hours).due_at))

    @rule(
        hours=st.sampled_from([0, 2, 24, 24, 24, 72]),
        approval=st.sampled_from([Approval.ONE, Approval.ONE, Approval.TWO, Approval.TWO, Approval.NONE]),
    )
    def house(self, hours: int, approval: Approval) -> None:
        self.desk.house_rule(move_window_hours=hours, approval=approval)

    # ---- people decide and choose times

    @rule(act=st.sampled_from(["approve", "approve", "submit", "return", "take_back"]), again=st.booleans())
    def decided(self, act: str, again: bool) -> None:
        """`again`: whatever it is, all agree in the end."""
        self.decide(act)
        if again:
            self.decide("submit")
            self.decide("approve")
        self.decide("approve", "second")

    def decide(self, act: str, who: str = "approver") -> None:
        people, version = self.people, self.desk.version
        acts: dict[str, Callable[[], Any]] = {
            "submit": lambda: submit(self.fresh(), by=people["officer"]),
            "approve": lambda: approve(self.fresh(), version(self.post), by=people[who]),
            "return": lambda: send_back(self.fresh(), version(self.post), by=people[who], note="Не."),
            "take_back": lambda: take_back(self.fresh(), by=people["officer"]),
        }
        self.tried(act, acts[act])

    @rule(hours=SHIFTS, is_unscheduled=st.booleans())
    def moved(self, hours: int, is_unscheduled: bool) -> None:
        self.another_time(hours, move, is_unscheduled)

    @rule(hours=SHIFTS, is_unscheduled=st.booleans())
    def scheduled(self, hours: int, is_unscheduled: bool) -> None:
        self.another_time(hours, schedule, is_unscheduled)

    def another_time(self, hours: int, verb: Any, is_unscheduled: bool) -> None:
        time = self.shifted(hours)
        if is_unscheduled:
            self.tried("unschedule", lambda: unschedule(self.fresh(), by=self.people["officer"]))
        if self.tried(verb.__name__, lambda: verb(self.fresh(), time, by=self.people["officer"])):
            assert_may_be_planned(self.desk, self.fresh())

    @rule(waits=st.booleans(), asks=st.booleans())
    def published_now(self, waits: bool, asks: bool) -> None:
        """`waits`: until its time is near. `asks`: for approval again, where it is refused."""
        if waits:
            self.wait_until_shortly_before(20)
        if self.tried("publish_now", lambda: publish_now(self.fresh(), by=self.people["officer"])):
            assert_may_be_planned(self.desk, self.fresh())
        elif asks:
            self.tried("ask_to_publish_now", lambda: ask_to_publish_now(self.fresh(), by=self.people["officer"]))

    @precondition(lambda self: self.emergencies)
    @rule()
    def declared_emergency(self) -> None:
        reason = "Пукла је цев на главном воду."
        self.tried("emergency", lambda: emergency.publish(self.fresh(), reason=reason, by=self.people["officer"]))

    @rule(data=st.data(), hours=st.sampled_from([1, 30, 100]))
    def answered(self, data: st.DataObject, hours: int) -> None:
        """Somebody presses a button on the page of a delivery, also one that the page would not offer."""
        rows = [delivery for delivery in self.desk.deliveries(self.post) if delivery.state != State.SENDING]
        if not rows:
            return
        delivery = data.draw(st.sampled_from(rows))
        act = data.draw(st.sampled_from(["still_send", "send_now", "send_again", "it_is_not_there", "choose_time"]))
        more = [timezone.now() + timedelta(hours=hours)] if act == "choose_time" else []
        self.tried(act, lambda: getattr(answer, act)(delivery, *more, by=self.people["officer"]))

    # ---- machines

    @rule(
        result=st.sampled_from(["published", "rejected", "unknown"]),
        waits=st.booleans(),
        next_hours=st.sampled_from([130, 20]),
    )
    def work(self, result: str, waits: bool, next_hours: int) -> None:
        """A publisher claims what is due (`waits`: what comes next, at its time), and this is the network's answer."""
        coming = [delivery.next_at for delivery in self.desk.deliveries(self.post) if delivery.state == State.SCHEDULED]
        if waits and coming:
            self.travel(max(timezone.now(), *coming))
        if self.claim(result) and result == "published":
            self.another_post(next_hours)
        sweep.sweep(timezone.now())

    def claim(self, result: str) -> int:
        """Do what a publisher does with what is due. How many left; of each is asserted that it may."""
        left = 0
        now = timezone.now()
        claim.settle_overdue(now)
        for work in claim.take_due(now, 50):
            try:
                PreSendCheck(work.delivery, work.attempt)()
            except PublishBlocked as held:
                settle.settle(work.delivery, work.attempt, held)
                continue
            left += 1
            assert_may_leave(self.desk, Publication.objects.get(delivery=work.delivery).version_id, timezone.now())
            settle.settle(work.delivery, work.attempt, self.answer_of(result))
        return left

    @invariant()
    def nothing_leaves_early(self) -> None:
        """Whatever is in the rows: all that is open is made due at this moment, past the verbs, and put back after."""
        point = transaction.savepoint()
        now = timezone.now()
        self.counts["steps"] += 1
        open_rows = Delivery.objects.filter(publication__post=self.post, state__in=[State.WAITING, State.SCHEDULED])
        times = {"due_at": now, "next_at": now, "not_after": now + timedelta(hours=2)}
        open_rows.update(state=State.SCHEDULED, reason="", **times)
        self.counts["left"] += self.claim("published")
        self.counts["too early"] += Delivery.objects.filter(
            publication__post=self.post, state=State.WAITING, reason=ReasonCode.TOO_EARLY
        ).count()
        transaction.savepoint_rollback(point)

    def answer_of(self, result: str) -> Any:
        self.sent += 1
        if result == "published":
            return Published(f"r{self.sent}", "https://social.example/1", timezone.now())
        return Rejected("Не може.") if result == "rejected" else OutcomeUnknown("Ништа.")

    def travel(self, moment: datetime) -> None:
        self.clock.stop()
        self.clock = time_machine.travel(moment, tick=True)
        self.clock.start()

    def tried(self, name: str, act: Callable[[], Any]) -> bool:
        """Whether it was done and not refused."""
        with suppress(ActionNotAllowed, Moved, NoSuchMove, ValueError), transaction.atomic():
            act()
            self.counts[name] += 1
            return True
        return False

    def fresh(self) -> Post:
        return self.desk.reload(self.post)

    def shifted(self, hours: float) -> ResolvedTime:
        """The time of the post, later by so many hours."""
        return resolve_moment((self.fresh().due_at or timezone.now()) + timedelta(hours=hours))


@pytest.mark.parametrize(
    "examples", [6, pytest.param(10, marks=pytest.mark.slow), pytest.param(45, marks=pytest.mark.long)]
)
def test_nothing_leaves_earlier_than_it_was_approved_for(desk: Desk, examples: int) -> None:
    cast = desk.cast
    on_the_list(cast, cast.officer)
    Verbs.desk = desk
    Verbs.people = {"officer": cast.officer, "approver": cast.approver, "second": member(cast, "second")}
    Verbs.counts = Counter()
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        Verbs,
        settings=settings(
            max_examples=examples,
            stateful_step_count=18,
            deadline=None,
            # The same sequences each time: a red build is about the change that made it red.
            derandomize=True,
            database=None,
            suppress_health_check=quiet,
            # Making a sequence shorter takes minutes here, longer than a test may run.
            phases=[Phase.explicit, Phase.generate],
        ),
    )
    # The sequences did come to the points that this is about.
    counts = Verbs.counts
    assert counts["left"] > examples, counts
    assert counts["too early"] > examples, counts
    assert min(counts["move"], counts["schedule"], counts["publish_now"]) > 0, counts


# ---- the assertions above find what is early


FIVE_DAYS = 24 * 5


def sent(desk: Desk, *times: float) -> int:
    """The version of a post that was approved by a person for each of these times, in hours from now."""
    desk.house_rule(approval=Approval.TWO if len(times) == 2 else Approval.ONE, move_window_hours=24)
    people = [desk.cast.approver, member(desk.cast, "second")]
    post = submit(desk.write(time=in_hours(times[0])), by=desk.cast.officer)
    for hours, person in zip(times, people, strict=False):
        post = move(post, in_hours(hours), by=desk.cast.officer)
        post = approve(post, desk.version(post), by=person)
    assert post.stage == Stage.APPROVED
    return desk.version(post).pk


@pytest.mark.parametrize(
    ("times", "at"),
    [([FIVE_DAYS], 0), ([FIVE_DAYS], FIVE_DAYS - 25), ([FIVE_DAYS, FIVE_DAYS - 20], FIVE_DAYS - 40)],
    ids=["now", "an hour too early", "within the window of the last approval only"],
)
def test_an_early_departure_is_noticed(desk: Desk, times: list[float], at: float) -> None:
    version = sent(desk, *times)
    with pytest.raises(AssertionError, match="left early"):
        assert_may_leave(desk, version, timezone.now() + timedelta(hours=at))
    assert_may_leave(desk, version, timezone.now() + timedelta(hours=FIVE_DAYS - 23))


def test_a_departure_without_enough_approvals_is_noticed(desk: Desk) -> None:
    version = sent(desk, FIVE_DAYS)
    moment = timezone.now() + timedelta(hours=FIVE_DAYS)
    desk.house_rule(approval=Approval.TWO)
    with pytest.raises(AssertionError, match="not approved"):
        assert_may_leave(desk, version, moment)
    desk.house_rule(approval=Approval.ONE)
    post = take_back(Post.objects.get(versions=version), by=desk.cast.officer)
    with pytest.raises(AssertionError, match="not approved"):
        assert_may_leave(desk, desk.version(post).pk, moment)


def test_an_emergency_that_is_over_is_noticed(desk: Desk) -> None:
    on_the_list(desk.cast, desk.cast.officer)
    desk.house_rule(approval=Approval.ONE)
    post = emergency.publish(desk.write(), reason="Пукла је цев на главном воду.", by=desk.cast.officer)
    version = desk.version(post).pk
    assert_may_leave(desk, version, timezone.now() + EMERGENCY_HOLDS / 2)
    with pytest.raises(AssertionError, match="not approved"):
        assert_may_leave(desk, version, timezone.now() + EMERGENCY_HOLDS)


@pytest.mark.parametrize("hours", [0, FIVE_DAYS - 25, FIVE_DAYS + 25])
def test_a_time_for_which_no_approval_holds_is_noticed(desk: Desk, hours: float) -> None:
    post = Post.objects.get(versions=sent(desk, FIVE_DAYS))
    assert_may_be_planned(desk, post)
    Post.objects.filter(pk=post.pk).update(due_at=in_hours(hours).due_at)
    with pytest.raises(AssertionError, match="another time"):
        assert_may_be_planned(desk, desk.reload(post))
