"""Emergencies: a list by name, a reason, first out of the door, through a pause, and looked at afterwards."""

from datetime import timedelta

import pytest
import time_machine

from django.db import IntegrityError, transaction
from django.utils import timezone

from channels.domain.pause import pause
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from delivery.domain.claim import take_due
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from delivery.queries import heads
from municipalities.domain import deciders
from municipalities.enums import Approval, Role
from municipalities.models import Membership
from municipalities.queries import access
from municipalities.rules import Verb
from municipalities.tenancy import scope
from notifications.enums import NotificationKind
from notifications.models import Notification
from posts.editing.domain.submit import submit, take_back
from posts.enums import Category, DecisionKind, Stage
from posts.home import home_dashboard
from posts.models import Decision, Post
from posts.publishing.domain.policy import may_send
from posts.review.domain import emergency
from posts.review.domain.approve import approve
from posts.scheduling.domain.schedule import move, publish_now
from tests.posts.deciders import home_of, member, on_the_list, stand_in, submitted
from tests.posts.desk import Desk, in_hours

REASON = "Пукла је цев на главном воду, вода није за пиће."


def out(desk: Desk, text: str = "Вода није за пиће!") -> Post:
    on_the_list(desk.cast, desk.cast.officer)
    return emergency.publish(desk.write(text), reason=REASON, by=desk.cast.officer)


def the_emergency() -> Decision:
    return Decision.objects.get(kind=DecisionKind.EMERGENCY)


def told(kind: NotificationKind) -> set[str]:
    return {notification.user.name for notification in Notification.objects.filter(kind=kind).select_related("user")}


def test_only_somebody_on_the_list_publishes_without_approval(desk: Desk) -> None:
    post = desk.write()
    for person in (desk.cast.officer, desk.cast.approver, desk.cast.mentor, desk.cast.stranger):
        with pytest.raises(ActionNotAllowed, match="not on the emergency list"):
            emergency.publish(post, reason=REASON, by=person)
    on_the_list(desk.cast, desk.cast.officer)
    post = emergency.publish(post, reason=REASON, by=desk.cast.officer)
    (delivery,) = desk.deliveries(post)
    assert (delivery.state, delivery.urgent) == (State.SCHEDULED, True)
    assert may_send(delivery).kind == "allow"
    assert (post.stage, post.category) == (Stage.APPROVED, Category.EMERGENCY)


@pytest.mark.parametrize("reason", ["", "хитно", " " * 30, "а" * 501])
def test_an_emergency_needs_a_reason(desk: Desk, reason: str) -> None:
    on_the_list(desk.cast, desk.cast.officer)
    post = desk.write()
    with pytest.raises(ActionNotAllowed, match="Describe the emergency in one sentence"):
        emergency.publish(post, reason=reason, by=desk.cast.officer)
    assert desk.states(post) == []


def test_the_table_itself_refuses_an_emergency_without_reason_or_review(desk: Desk) -> None:
    post = submitted(desk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(
            municipality=desk.municipality,
            version=desk.version(post),
            kind=DecisionKind.EMERGENCY,
            by=desk.cast.officer,
        )


def test_what_waits_for_approval_can_become_an_emergency(desk: Desk) -> None:
    on_the_list(desk.cast, desk.cast.officer)
    post = submitted(desk, hours=5)
    (before,) = desk.deliveries(post)
    post = emergency.publish(post, reason=REASON, by=desk.cast.officer)
    assert Delivery.objects.get(pk=before.pk).state == State.CANCELLED
    assert [delivery.urgent for delivery in desk.deliveries(post)] == [True]


def test_all_who_decide_hear_of_it_with_the_reason(desk: Desk) -> None:
    stand_in(desk.cast, member(desk.cast, "deputy", Role.OFFICER))
    post = out(desk)
    assert told(NotificationKind.EMERGENCY) == {"Approver", "Deputy"}
    one = Notification.objects.filter(kind=NotificationKind.EMERGENCY).first()
    assert one is not None
    assert REASON in one.body
    assert one.url == f"/m/cuprija/posts/{post.pk}/#emergency"


# ---------------------------------------------------------------- first, and through a pause


def test_an_emergency_leaves_its_channel_before_all_others(desk: Desk) -> None:
    early, late = (submitted(desk, text, hours=1) for text in ("Прва", "Друга"))
    for post in (early, late):
        approve(post, desk.version(post), by=desk.cast.approver)
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        first = desk.deliveries(out(desk))[0]
        now = timezone.now()
        Delivery.objects.exclude(pk=first.pk).update(not_after=now + timedelta(hours=1))
        assert [delivery.pk for delivery in heads(now)] == [first.pk]
        assert [work.delivery.pk for work in take_due(now, 50)] == [first.pk]
        # the others wait until it has left
        assert take_due(now, 50) == []
        Delivery.objects.filter(pk=first.pk).update(
            state=State.PUBLISHED, remote_id="1", published_at=now, lease_until=None
        )
        assert [work.delivery.pk for work in take_due(now, 50)] == [desk.deliveries(early)[0].pk]


def test_an_emergency_does_not_wait_for_a_call_that_is_being_made(desk: Desk) -> None:
    post = submitted(desk, hours=1)
    approve(post, desk.version(post), by=desk.cast.approver)
    with time_machine.travel(in_hours(1).due_at + timedelta(minutes=1), tick=False):
        assert len(take_due(timezone.now(), 50)) == 1
        first = desk.deliveries(out(desk))[0]
        assert [work.delivery.pk for work in take_due(timezone.now(), 50)] == [first.pk]


def test_an_emergency_on_one_channel_holds_up_no_other(desk: Desk) -> None:
    post = submitted(desk, hours=1, channels=(desk.bluesky.pk,))
    approve(post, desk.version(post), by=desk.cast.approver)
    with time_machine.travel(in_hours(1).due_at + timedelta(minutes=1), tick=False):
        first = desk.deliveries(out(desk))[0]
        claimed = [work.delivery.pk for work in take_due(timezone.now(), 50)]
        assert claimed == [first.pk, desk.deliveries(post)[0].pk]


def test_a_pause_lets_emergencies_through_and_nothing_else(desk: Desk) -> None:
    normal = submitted(desk, hours=5)
    approve(normal, desk.version(normal), by=desk.cast.approver)
    pause(desk.municipality, "Дан жалости", by=desk.cast.approver)
    assert may_send(desk.deliveries(out(desk))[0]).kind == "allow"
    assert may_send(desk.deliveries(normal)[0]).reason == ReasonCode.PAUSED


def test_in_a_house_without_approval_a_pause_asks_for_the_list_too(desk: Desk) -> None:
    desk.house_rule(approval=Approval.NONE)
    pause(desk.municipality, "Дан жалости", by=desk.cast.approver)
    post = publish_now(desk.write(), by=desk.cast.officer)
    assert may_send(desk.deliveries(post)[0]).reason == ReasonCode.PAUSED
    assert may_send(desk.deliveries(out(desk))[0]).kind == "allow"


# ---------------------------------------------------------------- what stops it


def test_who_was_taken_off_the_list_sends_nothing_any_more(desk: Desk) -> None:
    post = out(desk)
    deciders.end_emergency(on_the_list(desk.cast, desk.cast.officer), by=desk.cast.approver)
    assert may_send(desk.deliveries(post)[0]).reason == ReasonCode.NOT_APPROVED


def test_the_place_on_the_list_ends_with_the_membership(desk: Desk) -> None:
    post = out(desk)
    assert access(desk.cast.officer, desk.municipality).may(Verb.POST_EMERGENCY)
    Membership.objects.filter(user=desk.cast.officer).update(ended_at=timezone.now())
    assert not access(desk.cast.officer, desk.municipality).may(Verb.POST_EMERGENCY)
    assert may_send(desk.deliveries(post)[0]).reason == ReasonCode.NOT_APPROVED


def test_only_people_who_publish_are_put_on_the_list(desk: Desk) -> None:
    for person in (desk.cast.viewer, desk.cast.mentor, desk.cast.stranger, desk.cast.staff):
        with pytest.raises(ActionNotAllowed):
            deciders.allow_emergency(desk.municipality, person, by=desk.cast.approver)
    on_the_list(desk.cast, desk.cast.officer)
    on_the_list(desk.cast, desk.cast.officer)
    assert AuditEvent.objects.filter(verb="member.allow_emergency").count() == 1


def test_an_emergency_is_now_and_not_later(desk: Desk) -> None:
    post = out(desk)
    (delivery,) = desk.deliveries(post)
    with time_machine.travel(timezone.now() + timedelta(hours=7), tick=False):
        assert may_send(delivery).reason == ReasonCode.NOT_APPROVED
    assert move(post, in_hours(3), by=desk.cast.officer).stage == Stage.SUBMITTED
    assert desk.states(post) == [State.WAITING]


def test_what_failed_is_sent_again_as_an_emergency_and_what_is_on_its_way_is_not(desk: Desk) -> None:
    post = out(desk)
    with pytest.raises(ActionNotAllowed, match="already"):
        emergency.publish(post, reason=REASON, by=desk.cast.officer)
    Delivery.objects.update(state=State.FAILED)
    emergency.publish(post, reason=REASON, by=desk.cast.officer)
    assert desk.states(post) == [State.SCHEDULED]


def test_an_emergency_is_no_approval(desk: Desk) -> None:
    post = out(desk)
    with pytest.raises(ActionNotAllowed, match="lacks an approval"):
        publish_now(post, by=desk.cast.officer)
    post = take_back(post, by=desk.cast.officer)
    post = submit(desk.change(post, desk.draft("Вода је опет за пиће.")), by=desk.cast.officer)
    with pytest.raises(ActionNotAllowed):
        publish_now(post, by=desk.cast.officer)


# ---------------------------------------------------------------- afterwards


def test_another_approver_looks_at_it_afterwards(desk: Desk) -> None:
    post = out(desk)
    (waits,) = home_of(desk, desk.cast.approver).emergencies
    assert waits.version.post == post
    made = emergency.review(waits, in_order=True, by=desk.cast.approver)
    assert made.kind == DecisionKind.REVIEWED
    assert home_of(desk, desk.cast.approver).emergencies == []
    assert told(NotificationKind.DECIDED) == {"Officer"}
    with pytest.raises(ActionNotAllowed, match="reviewed already"):
        emergency.review(waits, in_order=True, by=desk.cast.approver)


def test_nobody_reviews_their_own_emergency_whatever_the_house_allows(desk: Desk) -> None:
    desk.house_rule(may_approve_own=True)
    on_the_list(desk.cast, desk.cast.approver)
    emergency.publish(desk.write(), reason=REASON, by=desk.cast.approver)
    with pytest.raises(ActionNotAllowed, match="another person has to review"):
        emergency.review(the_emergency(), in_order=True, by=desk.cast.approver)
    stand_in(desk.cast, deputy := member(desk.cast, "deputy", Role.OFFICER))
    with pytest.raises(ActionNotAllowed, match="another person has to review"):
        emergency.review(the_emergency(), in_order=True, by=deputy)
    second = member(desk.cast, "second")
    assert emergency.review(the_emergency(), in_order=True, by=second).by == second


@pytest.mark.parametrize("name", ["officer", "mentor", "viewer", "staff", "administrator"])
def test_only_who_approves_reviews(desk: Desk, name: str) -> None:
    out(desk)
    with pytest.raises(ActionNotAllowed):
        emergency.review(the_emergency(), in_order=True, by=getattr(desk.cast, name))


def test_an_objection_says_why_and_stops_what_has_not_gone_out(desk: Desk) -> None:
    post = out(desk)
    with pytest.raises(ActionNotAllowed, match="what was not in order"):
        emergency.review(the_emergency(), in_order=False, note=" ", by=desk.cast.approver)
    emergency.review(the_emergency(), in_order=False, note="То није ванредно.", by=desk.cast.approver)
    assert may_send(desk.deliveries(post)[0]).reason == ReasonCode.NOT_APPROVED


def test_the_review_is_due_after_the_houses_hours_and_reminded_of_until_it_is_done(desk: Desk) -> None:
    desk.house_rule(emergency_review_hours=10)
    second = member(desk.cast, "second")
    out(desk)
    row = the_emergency()
    assert row.review_due_at is not None
    assert row.review_due_at - row.at < timedelta(hours=10, seconds=5)
    counts = []
    for hours in (4, 6, 7, 11, 12, 36):
        Notification.objects.all().delete()
        counts.append(emergency.remind(row.at + timedelta(hours=hours)))
        assert told(NotificationKind.REVIEW_DUE) == ({"Approver", "Second"} if counts[-1] else set())
    assert counts == [0, 1, 0, 1, 0, 1]
    emergency.review(row, in_order=True, by=second)
    assert emergency.remind(row.at + timedelta(days=30)) == 0


def test_who_published_it_is_not_reminded_of_a_review_they_may_not_make(desk: Desk) -> None:
    second = member(desk.cast, "second")
    on_the_list(desk.cast, second)
    emergency.publish(desk.write(), reason=REASON, by=second)
    emergency.remind(timezone.now() + timedelta(hours=13))
    assert told(NotificationKind.REVIEW_DUE) == {"Approver"}


def test_emergencies_of_others_are_not_seen(desk: Desk) -> None:
    out(desk)
    cast = desk.cast
    assert len(home_of(desk, cast.approver).emergencies) == 1
    with scope(cast.novi_pazar):
        rights = access(cast.approver, cast.cuprija)
        assert home_dashboard(cast.approver, cast.novi_pazar, rights).emergencies == []


def test_every_verb_of_an_emergency_writes_one_event(desk: Desk) -> None:
    out(desk)
    emergency.remind(timezone.now() + timedelta(hours=13))
    emergency.review(the_emergency(), in_order=True, by=desk.cast.approver)
    events = AuditEvent.objects.filter(target_type="posts.post").order_by("id").values_list("verb", flat=True)
    assert list(events) == [
        "post.create", "post.edit", "post.emergency", "post.remind_review", "post.review_emergency",
    ]  # fmt: skip
