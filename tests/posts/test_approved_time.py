"""An approval holds for its time: whatever is done with a post, nothing of it leaves earlier than that."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from django.urls import reverse
from django.utils import timezone

from common.errors import ActionNotAllowed
from delivery.domain import answer, claim
from delivery.domain.move import NoSuchMove
from delivery.domain.move import move as move_delivery
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from delivery.queries import without_notification
from municipalities.enums import Approval
from municipalities.tenancy import everywhere, scope
from notifications.enums import MailFrequency, NotificationKind
from notifications.models import MailPreference, Notification
from posts.editing.domain.submit import submit
from posts.enums import DecisionKind, Stage
from posts.models import Decision, Post
from posts.publishing.domain.policy import may_send
from posts.queries import decisions
from posts.review.domain import emergency
from posts.review.domain.approve import approve, time_shown
from posts.rules import EMERGENCY_HOLDS
from posts.scheduling.domain.schedule import ask_to_publish_now, move, publish_now, schedule, unschedule
from posts.scheduling.domain.wall_times import update_due_times
from tests.people import sign_in
from tests.posts.deciders import member, on_the_list
from tests.posts.desk import Desk, in_hours

FIVE_DAYS = 24 * 5


def url(name: str, *args: int) -> str:
    return reverse(name, args=["cuprija", *args])


def approved(desk: Desk, hours: float | None = FIVE_DAYS) -> Post:
    """Approved for a time so many hours from now, or with the time left open."""
    post = submit(desk.write(time=in_hours(hours) if hours else None), by=desk.cast.officer)
    return approve(post, desk.version(post), by=desk.cast.approver)


def test_what_is_approved_for_a_later_time_is_not_published_now(desk: Desk) -> None:
    post = approved(desk)
    with pytest.raises(ActionNotAllowed, match="approved for"):
        publish_now(post, by=desk.cast.officer)
    assert [(delivery.state, delivery.due_at) for delivery in desk.deliveries(post)] == [(State.SCHEDULED, post.due_at)]


def test_off_the_schedule_and_on_again_brings_no_earlier_time(desk: Desk) -> None:
    post = unschedule(approved(desk), by=desk.cast.officer)
    for act in (
        lambda: publish_now(post, by=desk.cast.officer),
        lambda: schedule(post, in_hours(1), by=desk.cast.officer),
    ):
        with pytest.raises(ActionNotAllowed, match="approved for"):
            act()
    assert desk.states(post) == []
    assert move(post, in_hours(1), by=desk.cast.officer).stage == Stage.SUBMITTED


def test_two_approvals_for_different_times_hold_both(desk: Desk) -> None:
    """The window does not begin anew with the second approval."""
    desk.house_rule(approval=Approval.TWO)
    second = member(desk.cast, "second")
    post = submit(desk.write(time=in_hours(FIVE_DAYS)), by=desk.cast.officer)
    approve(post, desk.version(post), by=desk.cast.approver)
    post = move(post, in_hours(FIVE_DAYS - 23), by=desk.cast.officer)
    post = approve(post, desk.version(post), by=second)
    assert post.stage == Stage.APPROVED
    assert move(post, in_hours(FIVE_DAYS - 46), by=desk.cast.officer).stage == Stage.SUBMITTED


def test_the_gate_holds_what_was_moved_past_the_verbs(desk: Desk) -> None:
    post = approved(desk)
    (delivery,) = desk.deliveries(post)
    now = timezone.now()
    Post.objects.filter(pk=post.pk).update(due_at=now)
    Delivery.objects.filter(pk=delivery.pk).update(due_at=now, next_at=now, not_after=now + timedelta(hours=2))
    delivery.refresh_from_db()
    assert may_send(delivery).kind == "defer"
    assert claim.take_due(now + timedelta(seconds=1), 50) == []
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == (State.WAITING, "too_early")


def test_an_early_publication_within_the_window_tells_the_approvers_at_once(desk: Desk) -> None:
    other = member(desk.cast, "other")
    post = approved(desk, 20)
    Notification.objects.all().delete()
    post = publish_now(post, by=desk.cast.officer)
    rows = Notification.objects.all()
    assert {row.user for row in rows} == {desk.cast.approver, other}
    assert all(row.mail_due_at <= timezone.now() for row in rows)
    assert all("earlier than it was approved for" in row.subject for row in rows)


def test_the_page_of_an_early_time_says_before_the_click_that_it_asks_again(desk: Desk) -> None:
    post = approved(desk)
    client = sign_in(desk.cast.officer)
    shown = client.get(url("post", post.pk)).content.decode()
    assert "Ask to publish now" in shown
    assert "requires a new approval" in shown
    assert 'data-confirm-yes="Publish now"' not in shown
    # A page that was opened before says less, so its click does nothing.
    page_after = client.post(url("post_publish", post.pk), follow=True).content.decode()
    assert "an approval holds 24 hours before and after its time" in page_after
    assert desk.states(post) == [State.SCHEDULED]


def test_asking_to_publish_now_submits_it_again_and_the_approval_then_holds_for_now(desk: Desk) -> None:
    post = approved(desk)
    Notification.objects.all().delete()
    sign_in(desk.cast.officer).post(url("post_publish", post.pk), {"ask": "again"})
    post = desk.reload(post)
    assert (post.stage, post.due_at, desk.states(post)) == (Stage.SUBMITTED, None, [])
    (row,) = Notification.objects.all()
    assert row.user == desk.cast.approver
    assert "is to be published now" in row.subject
    assert next(decision.kind for decision in decisions(post)) == DecisionKind.SUBMITTED
    post = approve(post, desk.version(post), by=desk.cast.approver)
    post = publish_now(post, by=desk.cast.officer)
    assert may_send(desk.deliveries(post)[0]).kind == "allow"


def test_asking_is_refused_while_the_approval_holds_for_now(desk: Desk) -> None:
    post = approved(desk, 5)
    with pytest.raises(ActionNotAllowed, match="Publish the post now"):
        ask_to_publish_now(post, by=desk.cast.officer)
    assert desk.states(post) == [State.SCHEDULED]


def test_an_approval_without_a_time_and_a_house_without_approval_hold_for_every_time(desk: Desk) -> None:
    post = publish_now(approved(desk, None), by=desk.cast.officer)
    assert may_send(desk.deliveries(post)[0]).kind == "allow"
    post = approved(desk)
    desk.house_rule(approval=Approval.NONE)
    post = publish_now(post, by=desk.cast.officer)
    assert may_send(desk.deliveries(post)[0]).kind == "allow"
    assert not Notification.objects.filter(subject__contains="earlier").exists()


def test_an_emergency_passes_and_once_it_has_lapsed_the_approved_time_holds(desk: Desk) -> None:
    on_the_list(desk.cast, desk.cast.officer)
    post = emergency.publish(approved(desk), reason="Пукла је цев на главном воду.", by=desk.cast.officer)
    (delivery,) = desk.deliveries(post)
    assert may_send(delivery).kind == "allow"
    with time_machine.travel(timezone.now() + EMERGENCY_HOLDS, tick=False):
        assert may_send(delivery).reason == ReasonCode.TOO_EARLY


def test_a_narrower_window_holds_what_was_moved_before(desk: Desk) -> None:
    post = move(approved(desk, 30), in_hours(10), by=desk.cast.officer)
    (delivery,) = desk.deliveries(post)
    desk.house_rule(move_window_hours=2)
    with time_machine.travel(delivery.due_at, tick=False):
        assert may_send(delivery).reason == ReasonCode.TOO_EARLY
    shown = sign_in(desk.cast.officer).get(url("post", post.pk)).content.decode()
    assert "It will not go out at its time" in shown


def test_what_is_held_as_too_early_says_so_and_goes_out_at_another_time(desk: Desk) -> None:
    post = approved(desk)
    (delivery,) = desk.deliveries(post)
    now = timezone.now()
    Delivery.objects.filter(pk=delivery.pk).update(due_at=now, next_at=now, not_after=now + timedelta(hours=2))
    claim.take_due(now + timedelta(seconds=1), 50)
    delivery.refresh_from_db()
    with everywhere("what people have not been told"):
        assert delivery in without_notification()
    client = sign_in(desk.cast.officer)
    for page in (url("post", post.pk), url("delivery", delivery.pk)):
        assert "Its approval holds for a later time." in client.get(page).content.decode()
    with pytest.raises(NoSuchMove):
        answer.still_send(delivery, by=desk.cast.officer)
    post = move(post, in_hours(FIVE_DAYS - 20), by=desk.cast.officer)
    delivery.refresh_from_db()
    assert (post.stage, delivery.state) == (Stage.APPROVED, State.SCHEDULED)
    assert delivery.next_at == delivery.due_at == post.due_at


def test_no_answer_about_a_delivery_brings_it_out_early(desk: Desk) -> None:
    post = approved(desk)
    (delivery,) = desk.deliveries(post)
    now = timezone.now()
    move_delivery(delivery, State.EXPIRED, because=ReasonCode.TOO_LATE)
    answer.choose_time(delivery, now + timedelta(minutes=5), by=desk.cast.officer)
    with time_machine.travel(now + timedelta(minutes=6), tick=False):
        assert claim.take_due(timezone.now(), 50) == []
    delivery.refresh_from_db()
    assert delivery.reason == ReasonCode.TOO_EARLY


def test_the_first_comment_follows_a_post_that_is_out(desk: Desk) -> None:
    """A window that is narrowed in between does not keep it back: what it belongs to is public."""
    post = publish_now(approved(desk, 20), by=desk.cast.officer)
    (delivery,) = desk.deliveries(post)
    move_delivery(delivery, State.SENDING, because=ReasonCode.DUE, lease_until=timezone.now())
    move_delivery(delivery, State.PUBLISHED, because=ReasonCode.SENT, remote_id="1", published_at=timezone.now())
    desk.house_rule(move_window_hours=1)
    assert may_send(delivery).kind == "allow"


def test_the_writer_who_may_approve_alone_publishes_now_whatever_time_was_chosen(desk: Desk) -> None:
    desk.house_rule(may_approve_own=True)
    post = desk.write(time=in_hours(FIVE_DAYS))
    post = submit(post, by=desk.cast.approver, now=True)
    post = approve(post, desk.version(post), by=desk.cast.approver)
    post = publish_now(post, by=desk.cast.approver)
    assert may_send(desk.deliveries(post)[0]).kind == "allow"


def test_an_earlier_time_tells_at_once_and_a_later_one_as_people_wish(desk: Desk) -> None:
    post = approved(desk, 20)
    MailPreference.objects.create(user=desk.cast.approver, kind=NotificationKind.MOVED, frequency=MailFrequency.DIGEST)
    Notification.objects.all().delete()
    post = move(post, in_hours(30), by=desk.cast.officer)
    later = Notification.objects.get()
    post = move(post, in_hours(2), by=desk.cast.officer)
    earlier = Notification.objects.exclude(pk=later.pk).get()
    assert (later.mail_frequency, earlier.mail_frequency) == (MailFrequency.DIGEST, MailFrequency.AT_ONCE)
    post = schedule(unschedule(post, by=desk.cast.officer), in_hours(3), by=desk.cast.officer)
    assert Notification.objects.filter(subject__contains="earlier than it was approved for").count() == 1


def test_nobody_approves_another_time_than_the_one_on_the_page(desk: Desk) -> None:
    """The time is moved between the approver's reading and the click."""
    post = submit(desk.write(time=in_hours(FIVE_DAYS)), by=desk.cast.officer)
    client = sign_in(desk.cast.approver)
    shown = client.get(url("post", post.pk)).content.decode()
    assert f'name="time" value="{time_shown(post)}"' in shown.replace("&#x2B;", "+")
    seen, version = time_shown(post), desk.version(post).pk
    move(post, in_hours(1), by=desk.cast.officer)
    form = {"version": version, "decision": "approve", "time": seen}
    page_after = client.post(url("post_decide", post.pk), form, follow=True).content.decode()
    assert "The time of this post was changed after you opened it" in page_after
    assert desk.reload(post).stage == Stage.SUBMITTED


def test_the_dialog_for_another_time_says_for_which_hours_the_approval_holds(desk: Desk) -> None:
    client = sign_in(desk.cast.officer)
    shown = client.get(url("post_move", approved(desk).pk)).content.decode()
    assert "The approval of this post holds from" in shown
    assert "The approval of this post holds from" not in client.get(url("post_move", desk.write().pk)).content.decode()


@pytest.mark.parametrize("name", ["post", "post_move"])
def test_the_pages_of_an_approved_post_take_the_same_few_queries(
    desk: Desk, name: str, django_assert_max_num_queries: Any
) -> None:
    """Also after many decisions, with two approvals for different times, and outside the hours for which they hold."""
    second = member(desk.cast, "second")
    client, post = sign_in(desk.cast.officer), approved(desk)
    counts = []
    for _round in range(2):
        client.get(url(name, post.pk))  # signs the session in, and takes in what is new
        with django_assert_max_num_queries(12) as queries:
            shown = client.get(url(name, post.pk)).content.decode()
        assert "approval holds" in shown or "approval of this post holds" in shown
        counts.append(len(queries))
        desk.house_rule(approval=Approval.TWO)
        for hours in (FIVE_DAYS - 50, FIVE_DAYS):
            post = move(post, in_hours(hours), by=desk.cast.officer)
            approve(post, desk.version(post), by=desk.cast.approver)
            post = move(post, in_hours(hours - 20), by=desk.cast.officer)
            post = approve(post, desk.version(post), by=second)
    assert counts[0] == counts[1]


def test_a_change_of_the_time_zone_moves_the_approved_time_along(desk: Desk) -> None:
    """Approved for ten o'clock on the clock in Belgrade: that stays approved, also where no move keeps an approval."""
    desk.house_rule(move_window_hours=0)
    post = approved(desk, 30)
    wrong = post.due_at + timedelta(hours=1)
    # as an older version of the time-zone data derived it
    Post.objects.filter(pk=post.pk).update(due_at=wrong)
    Decision.objects.filter(version__post=post).update(due_at=wrong)
    assert update_due_times() == 1
    with scope(desk.municipality):
        (delivery,) = desk.deliveries(post)
        with time_machine.travel(delivery.due_at, tick=False):
            assert may_send(delivery).kind == "allow"
