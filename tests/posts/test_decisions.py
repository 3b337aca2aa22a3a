"""Who has to agree before a post goes out: one approver, two, or the mentor first; in whose name; and what is open."""

from datetime import timedelta

import pytest
import time_machine

from django.utils import timezone

from common.errors import ActionNotAllowed
from common.models import AuditEvent
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from municipalities.domain import deciders
from municipalities.enums import Approval, Role
from municipalities.models import Delegation, Membership, Pairing
from municipalities.queries import access, today
from municipalities.rules import Verb
from notifications.enums import NotificationKind
from notifications.models import Notification
from posts.approval import approval_progress
from posts.editing.domain.submit import submit, take_back
from posts.enums import DecisionKind, DenialReason, ReviewStep, Stage
from posts.models import Decision, Thread
from posts.publishing.domain.policy import may_send
from posts.queries import decisions
from posts.review.domain.approve import approve, endorse, send_back
from posts.review.domain.comment import comment
from posts.scheduling.domain.schedule import move, publish_now, schedule
from tests.posts.deciders import home_of, member, stand_in, submitted
from tests.posts.desk import Desk, in_hours


def told(kind: NotificationKind) -> set[str]:
    return {notification.user.name for notification in Notification.objects.filter(kind=kind).select_related("user")}


# ---------------------------------------------------------------- two approvers


def test_two_approvers_are_two_persons_and_the_first_yes_sends_nothing(desk: Desk) -> None:
    desk.house_rule(approval=Approval.TWO)
    second = member(desk.cast, "second")
    post = submitted(desk, hours=5)
    version = desk.version(post)
    post = approve(post, version, by=desk.cast.approver)
    assert (post.stage, desk.states(post)) == (Stage.SUBMITTED, [State.WAITING])
    assert may_send(desk.deliveries(post)[0]).reason == ReasonCode.NOT_APPROVED
    with pytest.raises(ActionNotAllowed, match="decided on this version already"):
        approve(post, version, by=desk.cast.approver)
    post = approve(post, version, by=second)
    assert (post.stage, desk.states(post)) == (Stage.APPROVED, [State.SCHEDULED])
    assert may_send(desk.deliveries(post)[0]).kind == "allow"


def test_the_second_approver_hears_that_it_is_their_turn(desk: Desk) -> None:
    desk.house_rule(approval=Approval.TWO)
    member(desk.cast, "second")
    post = submitted(desk)
    Notification.objects.all().delete()
    approve(post, desk.version(post), by=desk.cast.approver)
    assert told(NotificationKind.SUBMITTED) == {"Second"}
    assert told(NotificationKind.DECIDED) == set()


def test_neither_of_two_approvers_wrote_it_unless_the_house_allows_that(desk: Desk) -> None:
    desk.house_rule(approval=Approval.TWO)
    second = member(desk.cast, "second")
    post = submit(desk.write(), by=second)
    with pytest.raises(ActionNotAllowed, match="You wrote this post"):
        approve(post, desk.version(post), by=second)
    desk.house_rule(may_approve_own=True)
    approve(post, desk.version(post), by=second)
    assert approve(post, desk.version(post), by=desk.cast.approver).stage == Stage.APPROVED


def test_one_of_two_may_still_return_it_and_both_decide_again_afterwards(desk: Desk) -> None:
    desk.house_rule(approval=Approval.TWO)
    second = member(desk.cast, "second")
    post = submitted(desk)
    approve(post, desk.version(post), by=desk.cast.approver)
    post = send_back(post, desk.version(post), by=second, note="Недостаје сат.")
    assert post.stage == Stage.RETURNED
    post = submit(post, by=desk.cast.officer)  # unchanged, hence the same version
    assert approval_progress(desk.version(post), desk.municipality).approvals == ()
    approve(post, desk.version(post), by=second)
    assert approve(post, desk.version(post), by=desk.cast.approver).stage == Stage.APPROVED


def test_a_far_move_between_two_approvals_asks_the_first_again(desk: Desk) -> None:
    desk.house_rule(approval=Approval.TWO)
    second = member(desk.cast, "second")
    post = submitted(desk, hours=5)
    approve(post, desk.version(post), by=desk.cast.approver)
    post = move(post, in_hours(20), by=desk.cast.officer)
    assert len(approval_progress(desk.version(post), desk.municipality).approvals) == 1
    post = move(post, in_hours(60), by=desk.cast.officer)
    assert approval_progress(desk.version(post), desk.municipality).approvals == ()
    approve(post, desk.version(post), by=second)
    assert desk.reload(post).stage == Stage.SUBMITTED


def test_both_approvers_hear_of_a_move_within_the_window(desk: Desk) -> None:
    desk.house_rule(approval=Approval.TWO)
    second = member(desk.cast, "second")
    post = submitted(desk, hours=5)
    for approver in (desk.cast.approver, second):
        post = approve(post, desk.version(post), by=approver)
    post = move(post, in_hours(10), by=desk.cast.officer)
    assert post.stage == Stage.APPROVED
    assert told(NotificationKind.MOVED) == {"Approver", "Second"}


# ---------------------------------------------------------------- the mentor first


def test_the_approver_waits_for_the_mentor_and_the_mentor_approves_nothing(desk: Desk) -> None:
    desk.house_rule(approval=Approval.MENTOR)
    post = submitted(desk, hours=5)
    version = desk.version(post)
    assert told(NotificationKind.SUBMITTED) == {"Mentor"}
    with pytest.raises(ActionNotAllowed, match="mentor reads it first"):
        approve(post, version, by=desk.cast.approver)
    post = endorse(post, version, by=desk.cast.mentor, note="Јасно је.")
    assert (post.stage, desk.states(post)) == (Stage.SUBMITTED, [State.WAITING])
    assert told(NotificationKind.SUBMITTED) == {"Mentor", "Approver"}
    post = approve(post, version, by=desk.cast.approver)
    assert (post.stage, desk.states(post)) == (Stage.APPROVED, [State.SCHEDULED])
    assert may_send(desk.deliveries(post)[0]).kind == "allow"
    assert [decision.kind for decision in decisions(post)] == [
        DecisionKind.APPROVED, DecisionKind.ENDORSED, DecisionKind.SUBMITTED,
    ]  # fmt: skip


def test_a_mentor_never_approves(desk: Desk) -> None:
    desk.house_rule(approval=Approval.MENTOR)
    post = submitted(desk)
    endorse(post, desk.version(post), by=desk.cast.mentor)
    for act in (approve, lambda *args, by: send_back(*args, by=by, note="Не")):
        with pytest.raises(ActionNotAllowed, match="cannot approve posts here"):
            act(post, desk.version(post), by=desk.cast.mentor)


def test_only_a_mentor_who_is_paired_today_reads(desk: Desk) -> None:
    post = submitted(desk)
    for stranger in (desk.cast.officer, desk.cast.approver, desk.cast.staff, desk.cast.stranger):
        with pytest.raises(ActionNotAllowed, match="Only a mentor"):
            endorse(post, desk.version(post), by=stranger)
    Pairing.objects.filter(municipality=desk.municipality).update(ends_on=today() - timedelta(days=1))
    with pytest.raises(ActionNotAllowed, match="Only a mentor"):
        endorse(post, desk.version(post), by=desk.cast.mentor)


def test_without_a_mentor_the_step_is_left_out_and_the_decision_says_so(desk: Desk) -> None:
    desk.house_rule(approval=Approval.MENTOR)
    Pairing.objects.filter(municipality=desk.municipality).update(ends_on=today() - timedelta(days=1))
    post = submitted(desk, hours=5)
    assert told(NotificationKind.SUBMITTED) == {"Approver"}
    post = approve(post, desk.version(post), by=desk.cast.approver)
    assert post.stage == Stage.APPROVED
    assert Decision.objects.get(kind=DecisionKind.APPROVED).without_mentor
    # a mentor who comes later takes nothing back
    Pairing.objects.create(mentor=desk.cast.mentor, municipality=desk.municipality, starts_on=today())
    assert may_send(desk.deliveries(post)[0]).kind == "allow"


def test_a_new_version_is_read_anew(desk: Desk) -> None:
    desk.house_rule(approval=Approval.MENTOR)
    post = submitted(desk)
    endorse(post, desk.version(post), by=desk.cast.mentor)
    post = take_back(post, by=desk.cast.officer)
    post = submit(desk.change(post, desk.draft("Друго")), by=desk.cast.officer)
    with pytest.raises(ActionNotAllowed, match="mentor reads it first"):
        approve(post, desk.version(post), by=desk.cast.approver)


def test_two_steps_are_two_persons(desk: Desk) -> None:
    desk.house_rule(approval=Approval.MENTOR)
    Membership.objects.create(user=desk.cast.mentor, municipality=desk.municipality, role=Role.APPROVER)
    post = submitted(desk)
    endorse(post, desk.version(post), by=desk.cast.mentor)
    with pytest.raises(ActionNotAllowed, match="Another person"):
        approve(post, desk.version(post), by=desk.cast.mentor)


# ---------------------------------------------------------------- a rule that was tightened


@pytest.mark.parametrize(
    ("before", "after"),
    [(Approval.ONE, Approval.TWO), (Approval.NONE, Approval.ONE), (Approval.ONE, Approval.MENTOR)],
)
def test_the_gate_asks_by_the_rule_of_now(desk: Desk, before: Approval, after: Approval) -> None:
    desk.house_rule(approval=before)
    if before == Approval.NONE:
        post = schedule(desk.write(), in_hours(5), by=desk.cast.officer)
    else:
        post = submitted(desk, hours=5)
        post = approve(post, desk.version(post), by=desk.cast.approver)
    (delivery,) = desk.deliveries(post)
    assert may_send(delivery).kind == "allow"
    desk.house_rule(approval=after)
    assert may_send(delivery).reason == ReasonCode.NOT_APPROVED
    with pytest.raises(ActionNotAllowed, match="lacks an approval"):
        publish_now(post, by=desk.cast.officer)


def test_what_lacks_an_approval_now_waits_at_the_approvers(desk: Desk) -> None:
    second = member(desk.cast, "second")
    post = submitted(desk, hours=5)
    post = approve(post, desk.version(post), by=desk.cast.approver)
    assert home_of(desk, second).waiting == []
    desk.house_rule(approval=Approval.TWO)
    (waits,) = home_of(desk, second).waiting
    assert (waits.post, waits.denial, waits.progress.missing) == (post, None, (ReviewStep.SECOND,))
    (waits,) = home_of(desk, desk.cast.approver).waiting
    assert waits.denial == DenialReason.TWICE
    approve(post, desk.version(post), by=second)
    assert may_send(desk.deliveries(post)[0]).kind == "allow"
    assert home_of(desk, second).waiting == []


def test_a_rule_that_comes_to_ask_the_mentor_is_met_by_mentor_and_approver(desk: Desk) -> None:
    post = submitted(desk, hours=5)
    post = approve(post, desk.version(post), by=desk.cast.approver)
    desk.house_rule(approval=Approval.MENTOR)
    endorse(post, desk.version(post), by=desk.cast.mentor)
    assert may_send(desk.deliveries(post)[0]).reason == ReasonCode.NOT_APPROVED
    approve(post, desk.version(post), by=desk.cast.approver)
    assert may_send(desk.deliveries(post)[0]).kind == "allow"
    with pytest.raises(ActionNotAllowed, match="does not wait"):
        endorse(post, desk.version(post), by=desk.cast.mentor)


def test_a_rule_that_was_loosened_needs_no_more(desk: Desk) -> None:
    desk.house_rule(approval=Approval.TWO)
    member(desk.cast, "second")
    post = submitted(desk, hours=5)
    approve(post, desk.version(post), by=desk.cast.approver)
    desk.house_rule(approval=Approval.ONE)
    assert approval_progress(desk.version(post), desk.municipality).met
    # it still stands at "submitted": somebody approves it, or takes it back
    assert may_send(desk.deliveries(post)[0]).reason == ReasonCode.NOT_APPROVED


# ---------------------------------------------------------------- standing in


def test_a_delegate_approves_in_the_name_of_who_is_away(desk: Desk) -> None:
    deputy = member(desk.cast, "deputy", Role.OFFICER)
    post = submitted(desk)
    with pytest.raises(ActionNotAllowed, match="cannot approve posts here"):
        approve(post, desk.version(post), by=deputy)
    stand_in(desk.cast, deputy)
    assert access(deputy, desk.municipality).may(Verb.POST_APPROVE)
    assert not access(deputy, desk.municipality).may(Verb.MEMBERS_MANAGE)
    assert approve(post, desk.version(post), by=deputy).stage == Stage.APPROVED
    made = Decision.objects.get(kind=DecisionKind.APPROVED)
    assert (made.by, made.for_whom) == (deputy, desk.cast.approver)


def test_a_delegate_hears_of_what_waits(desk: Desk) -> None:
    stand_in(desk.cast, member(desk.cast, "deputy", Role.OFFICER))
    submitted(desk)
    assert told(NotificationKind.SUBMITTED) == {"Approver", "Deputy"}


@pytest.mark.parametrize("own_allowed", [False, True])
def test_a_delegate_never_approves_their_own_words(desk: Desk, own_allowed: bool) -> None:
    desk.house_rule(may_approve_own=own_allowed)
    stand_in(desk.cast, desk.cast.officer)
    post = submitted(desk)
    with pytest.raises(ActionNotAllowed, match="You wrote this post"):
        approve(post, desk.version(post), by=desk.cast.officer)


def test_nobodys_own_words_are_approved_in_their_name(desk: Desk) -> None:
    deputy = member(desk.cast, "deputy", Role.OFFICER)
    stand_in(desk.cast, deputy)
    post = submit(desk.write(), by=desk.cast.approver)
    with pytest.raises(ActionNotAllowed, match="another person"):
        approve(post, desk.version(post), by=deputy)


def test_who_is_away_and_who_stands_in_are_one_voice_of_two(desk: Desk) -> None:
    desk.house_rule(approval=Approval.TWO)
    deputy = member(desk.cast, "deputy", Role.OFFICER)
    stand_in(desk.cast, deputy)
    post = submitted(desk)
    approve(post, desk.version(post), by=deputy)
    with pytest.raises(ActionNotAllowed, match="Another person"):
        approve(post, desk.version(post), by=desk.cast.approver)
    second = member(desk.cast, "second")
    assert approve(post, desk.version(post), by=second).stage == Stage.APPROVED


def test_a_delegation_begins_and_ends_by_itself(desk: Desk) -> None:
    deputy = member(desk.cast, "deputy", Role.OFFICER)
    first = today() + timedelta(days=2)
    deciders.delegate(
        desk.municipality, approver=desk.cast.approver, to=deputy, starts_on=first, ends_on=first, by=desk.cast.approver
    )
    seen = []
    for days in (0, 2, 3):
        with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
            seen.append(access(deputy, desk.municipality).may(Verb.POST_APPROVE))
    assert seen == [False, True, False]


def test_a_delegation_ends_with_either_membership_and_by_hand(desk: Desk) -> None:
    deputy = member(desk.cast, "deputy", Role.OFFICER)

    def may() -> bool:
        return access(deputy, desk.municipality).may(Verb.POST_APPROVE)

    row = stand_in(desk.cast, deputy)
    assert may()
    lender = Membership.objects.filter(user=desk.cast.approver)
    lender.update(ended_at=timezone.now())
    assert not may()
    lender.update(ended_at=None)
    Membership.objects.filter(user=deputy).update(role=Role.VIEWER)
    assert not may()
    Membership.objects.filter(user=deputy).update(role=Role.OFFICER)
    deciders.end_delegation(row, by=desk.cast.approver)
    deciders.end_delegation(row, by=desk.cast.approver)
    assert not may()
    assert AuditEvent.objects.filter(verb="member.end_delegation").count() == 1


def test_a_delegation_is_to_a_colleague_who_publishes_for_a_while_and_one_at_a_time(desk: Desk) -> None:
    deputy, day = member(desk.cast, "deputy", Role.OFFICER), today()
    municipality, by = desk.municipality, desk.cast.approver
    bad = [
        {"to": by},
        {"to": desk.cast.viewer},
        {"to": desk.cast.stranger},
        {"to": desk.cast.mentor},
        {"approver": desk.cast.officer, "to": deputy},
        {"to": deputy, "ends_on": day - timedelta(days=1)},
        {"to": deputy, "starts_on": day - timedelta(days=9), "ends_on": day - timedelta(days=3)},
        {"to": deputy, "ends_on": day + timedelta(days=200)},
    ]
    for fields in bad:
        asked = {"approver": by, "starts_on": day, "ends_on": day + timedelta(days=3), **fields}
        with pytest.raises(ActionNotAllowed):
            deciders.delegate(municipality, by=by, **asked)
    stand_in(desk.cast, deputy)
    with pytest.raises(ActionNotAllowed, match="already"):
        stand_in(desk.cast, desk.cast.officer, days=1)
    assert Delegation.objects.count() == 1


# ---------------------------------------------------------------- open conversations


def test_an_approval_says_what_becomes_of_open_conversations(desk: Desk) -> None:
    post = submitted(desk)
    comment(post, "Додајте сат.", by=desk.cast.mentor)
    comment(post, "И место.", by=desk.cast.mentor)
    with pytest.raises(ActionNotAllowed, match="2 conversations are open"):
        approve(post, desk.version(post), by=desk.cast.approver)
    approve(post, desk.version(post), by=desk.cast.approver, threads="leave")
    ids = sorted(Thread.objects.values_list("pk", flat=True))
    made = Decision.objects.get(kind=DecisionKind.APPROVED)
    assert (made.threads, made.threads_left) == ({"left": ids}, 2)
    assert Thread.objects.filter(resolved_at__isnull=True).count() == 2


def test_an_approval_may_resolve_what_is_open(desk: Desk) -> None:
    post = submitted(desk)
    comment(post, "Додајте сат.", by=desk.cast.mentor)
    approve(post, desk.version(post), by=desk.cast.approver, threads="resolve")
    (thread,) = Thread.objects.all()
    assert thread.resolved_by == desk.cast.approver
    assert Decision.objects.get(kind=DecisionKind.APPROVED).threads == {"resolved": [thread.pk]}


def test_a_conversation_that_was_not_on_the_page_is_not_left_unread(desk: Desk) -> None:
    post = submitted(desk)
    comment(post, "Прво.", by=desk.cast.mentor)
    seen = list(Thread.objects.values_list("pk", flat=True))
    comment(post, "Друго.", by=desk.cast.mentor)
    with pytest.raises(ActionNotAllowed, match="while you were reading"):
        approve(post, desk.version(post), by=desk.cast.approver, threads="leave", seen=seen)
    assert desk.reload(post).stage == Stage.SUBMITTED


# ---------------------------------------------------------------- edit after approval


def test_an_edit_after_approval_needs_a_new_one(desk: Desk) -> None:
    post = submitted(desk, hours=5)
    post = approve(post, desk.version(post), by=desk.cast.approver)
    (before,) = desk.deliveries(post)
    post = take_back(post, by=desk.cast.officer)
    assert Delivery.objects.get(pk=before.pk).state == State.CANCELLED
    post = submit(desk.change(post, desk.draft("Измењено"), time=in_hours(5)), by=desk.cast.officer)
    assert may_send(desk.deliveries(post)[0]).reason == ReasonCode.NOT_APPROVED
    with pytest.raises(ActionNotAllowed):
        publish_now(post, by=desk.cast.officer)


def test_every_verb_of_deciding_writes_one_event(desk: Desk) -> None:
    desk.house_rule(approval=Approval.MENTOR)
    post = submitted(desk)
    endorse(post, desk.version(post), by=desk.cast.mentor)
    approve(post, desk.version(post), by=desk.cast.approver)
    events = AuditEvent.objects.filter(target_type="posts.post").order_by("id").values_list("verb", flat=True)
    assert list(events) == ["post.create", "post.edit", "post.submit", "post.endorse", "post.approve"]


def test_what_waits_for_whom_takes_the_same_few_queries(desk: Desk, django_assert_max_num_queries) -> None:
    desk.house_rule(approval=Approval.MENTOR)
    counts = []
    for _round in range(2):
        submitted(desk)
        endorse(post := submitted(desk), desk.version(post), by=desk.cast.mentor)
        with django_assert_max_num_queries(5) as queries:
            waiting = home_of(desk, desk.cast.approver).waiting
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert [item.denial for item in waiting].count(None) == 2
    assert [item.denial for item in waiting].count(DenialReason.MENTOR) == 2
