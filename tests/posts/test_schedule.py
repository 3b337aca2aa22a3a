"""Schedule, publish now, move, take off the schedule; each thing once on each channel."""

import pytest

from django.utils import timezone

from common.errors import ActionNotAllowed
from delivery.domain.move import move as move_delivery
from delivery.enums import ReasonCode, State
from municipalities.enums import Approval
from notifications.models import Notification
from posts.draft import ChannelLayout
from posts.editing.domain.submit import submit, take_back
from posts.enums import Stage
from posts.models import Post
from posts.review.domain.approve import approve
from posts.rules import ResolvedTime, resolve_moment
from posts.scheduling.domain.schedule import move, publish_now, schedule, unschedule
from tests.posts.desk import Desk, in_hours


def approved(desk: Desk, hours: float | None = None, **fields) -> Post:
    time = in_hours(hours) if hours else None
    post = submit(desk.write(time=time, **fields), by=desk.cast.officer)
    return approve(post, desk.version(post), by=desk.cast.approver)


def published(desk: Desk, post: Post) -> None:
    """Leave the post's deliveries as a worker leaves them."""
    now = timezone.now()
    for number, delivery in enumerate(desk.deliveries(post)):
        move_delivery(delivery, State.SENDING, because=ReasonCode.DUE, lease_until=now)
        move_delivery(delivery, State.PUBLISHED, because=ReasonCode.SENT, remote_id=f"r{number}", published_at=now)


def test_an_approved_post_is_scheduled_on_each_channel(desk: Desk) -> None:
    post = approved(desk, channels=(desk.mastodon.pk, desk.bluesky.pk))
    assert desk.states(post) == []
    schedule(post, in_hours(3), by=desk.cast.officer)
    assert desk.states(post) == [State.SCHEDULED, State.SCHEDULED]
    assert {delivery.channel_id for delivery in desk.deliveries(post)} == {desk.mastodon.pk, desk.bluesky.pk}


def test_what_is_not_approved_is_not_scheduled_nor_published(desk: Desk) -> None:
    post = desk.write()
    for act in (
        lambda: schedule(post, in_hours(3), by=desk.cast.officer),
        lambda: publish_now(post, by=desk.cast.officer),
    ):
        with pytest.raises(ActionNotAllowed):
            act()
    assert desk.states(post) == []


def test_a_house_without_approval_publishes_a_draft_at_once(desk: Desk) -> None:
    desk.house_rule(approval=Approval.NONE)
    post = publish_now(desk.write(), by=desk.cast.officer)
    assert post.stage == Stage.APPROVED
    (delivery,) = desk.deliveries(post)
    assert delivery.state == State.SCHEDULED
    assert abs((delivery.due_at - timezone.now()).total_seconds()) < 5


def test_each_script_apart_is_a_delivery_of_its_own(desk: Desk) -> None:
    layout = {desk.mastodon.pk: ChannelLayout("separate", ("sr-Cyrl", "sr-Latn"))}
    post = publish_now(approved(desk, layout=layout), by=desk.cast.officer)
    texts = [delivery.payload["text"] for delivery in desk.deliveries(post)]
    assert [text.split()[0] for text in texts] == ["Вода", "Voda"]
    assert len({delivery.key for delivery in desk.deliveries(post)}) == 2


def test_not_after_follows_the_houses_patience(desk: Desk) -> None:
    desk.house_rule(not_after_minutes=30)
    (delivery,) = desk.deliveries(approved(desk, 5))
    assert (delivery.not_after - delivery.due_at).total_seconds() == 30 * 60


def test_a_past_time_is_refused(desk: Desk) -> None:
    with pytest.raises(ActionNotAllowed):
        schedule(approved(desk), resolve_moment(timezone.now()), by=desk.cast.officer)
    with pytest.raises(ActionNotAllowed):
        schedule(approved(desk), in_hours(24 * 400), by=desk.cast.officer)


def test_a_move_within_the_window_keeps_the_approval_and_tells_the_approver(desk: Desk) -> None:
    post = approved(desk, 5)
    Notification.objects.all().delete()
    post = move(post, in_hours(20), by=desk.cast.officer)
    assert post.stage == Stage.APPROVED
    (delivery,) = desk.deliveries(post)
    assert (delivery.state, delivery.due_at) == (State.SCHEDULED, post.due_at)
    assert Notification.objects.get().user == desk.cast.approver


def test_a_move_that_is_taken_back_before_anybody_saw_it_tells_nobody(desk: Desk) -> None:
    """Two tries to move a post gave its approver four notifications, and none of them needed an answer."""
    post = approved(desk, 5)
    Notification.objects.all().delete()
    at = ResolvedTime(timezone.localtime(post.due_at).replace(tzinfo=None), 0, post.due_at)
    for _time in range(2):
        post = move(post, in_hours(20), by=desk.cast.officer)
        assert Notification.objects.count() == 1
        post = move(post, at, by=desk.cast.officer)
        assert not Notification.objects.exists()


def test_who_saw_the_move_is_told_that_it_was_taken_back(desk: Desk) -> None:
    post = approved(desk, 5)
    at = ResolvedTime(timezone.localtime(post.due_at).replace(tzinfo=None), 0, post.due_at)
    Notification.objects.all().delete()
    post = move(post, in_hours(20), by=desk.cast.officer)
    Notification.objects.update(read_at=timezone.now())
    move(post, at, by=desk.cast.officer)
    (row,) = Notification.objects.unread()
    assert (row.user, row.subject.endswith("is back at its time")) == (desk.cast.approver, True)


def test_asking_again_replaces_the_request_that_nobody_saw(desk: Desk) -> None:
    post = approved(desk, 5)
    Notification.objects.all().delete()
    for hours in (40, 90, 200):
        post = move(post, in_hours(hours), by=desk.cast.officer)
    assert Notification.objects.filter(kind="submitted").count() == 1


def test_a_move_outside_the_window_asks_again(desk: Desk) -> None:
    post = move(approved(desk, 5), in_hours(40), by=desk.cast.officer)
    assert post.stage == Stage.SUBMITTED
    assert desk.states(post) == [State.WAITING]


def test_small_moves_do_not_add_up_to_a_large_one(desk: Desk) -> None:
    post = move(approved(desk, 5), in_hours(25), by=desk.cast.officer)
    assert post.stage == Stage.APPROVED
    assert move(post, in_hours(45), by=desk.cast.officer).stage == Stage.SUBMITTED


def test_a_submitted_post_moves_and_still_waits(desk: Desk) -> None:
    post = submit(desk.write(time=in_hours(5)), by=desk.cast.officer)
    post = move(post, in_hours(100), by=desk.cast.officer)
    (delivery,) = desk.deliveries(post)
    assert (delivery.state, delivery.due_at) == (State.WAITING, post.due_at)


def test_an_expired_delivery_gets_a_new_time(desk: Desk) -> None:
    post = approved(desk, 5)
    (delivery,) = desk.deliveries(post)
    move_delivery(delivery, State.EXPIRED, because=ReasonCode.TOO_LATE)
    post = move(post, in_hours(6), by=desk.cast.officer)
    assert desk.states(post) == [State.SCHEDULED]


def test_a_draft_moves_without_any_delivery(desk: Desk) -> None:
    time = in_hours(5)
    post = move(desk.write(), time, by=desk.cast.officer)
    assert (post.stage, desk.states(post)) == (Stage.DRAFT, [])
    assert post.due_at == time.due_at


def test_off_the_schedule_and_on_again(desk: Desk) -> None:
    post = unschedule(approved(desk, 5), by=desk.cast.officer)
    assert (post.due_at, desk.states(post)) == (None, [])
    post = schedule(post, in_hours(6), by=desk.cast.officer)
    assert desk.states(post) == [State.SCHEDULED]


def test_what_is_published_is_not_sent_again(desk: Desk) -> None:
    post = publish_now(approved(desk), by=desk.cast.officer)
    published(desk, post)
    publish_now(post, by=desk.cast.officer)
    assert desk.states(post) == [State.PUBLISHED]
    with pytest.raises(ActionNotAllowed):
        take_back(post, by=desk.cast.officer)
    with pytest.raises(ActionNotAllowed):
        move(post, in_hours(5), by=desk.cast.officer)


def test_a_channel_that_failed_can_be_served_by_a_changed_post(desk: Desk) -> None:
    post = publish_now(approved(desk, channels=(desk.mastodon.pk, desk.bluesky.pk)), by=desk.cast.officer)
    good, bad = sorted(desk.deliveries(post), key=lambda delivery: delivery.channel_id)
    now = timezone.now()
    for delivery in (good, bad):
        move_delivery(delivery, State.SENDING, because=ReasonCode.DUE, lease_until=now)
    move_delivery(good, State.PUBLISHED, because=ReasonCode.SENT, remote_id="1", published_at=now)
    move_delivery(bad, State.FAILED, because=ReasonCode.REJECTED, problem="too long")
    post = take_back(post, by=desk.cast.officer)
    both = (desk.mastodon.pk, desk.bluesky.pk)
    post = submit(desk.change(post, desk.draft("Краће", channels=both)), by=desk.cast.officer)
    post = publish_now(approve(post, desk.version(post), by=desk.cast.approver), by=desk.cast.officer)
    assert sorted(desk.states(post)) == [State.PUBLISHED, State.SCHEDULED]


def test_one_post_for_both_scripts_is_not_followed_by_one_for_each(desk: Desk) -> None:
    both = (desk.mastodon.pk, desk.bluesky.pk)
    post = publish_now(approved(desk, channels=(desk.mastodon.pk,)), by=desk.cast.officer)
    published(desk, post)
    layout = {desk.mastodon.pk: ChannelLayout("separate", ("sr-Cyrl", "sr-Latn"))}
    Post.objects.filter(pk=post.pk).update(stage=Stage.DRAFT)
    post = submit(desk.change(desk.reload(post), desk.draft(channels=both, layout=layout)), by=desk.cast.officer)
    post = publish_now(approve(post, desk.version(post), by=desk.cast.approver), by=desk.cast.officer)
    assert [delivery.channel_id for delivery in desk.deliveries(post)].count(desk.mastodon.pk) == 1


def test_what_is_going_out_cannot_be_taken_back(desk: Desk) -> None:
    post = publish_now(approved(desk), by=desk.cast.officer)
    move_delivery(desk.deliveries(post)[0], State.SENDING, because=ReasonCode.DUE, lease_until=timezone.now())
    with pytest.raises(ActionNotAllowed):
        take_back(post, by=desk.cast.officer)


def test_a_post_without_channels_is_refused(desk: Desk) -> None:
    with pytest.raises(ActionNotAllowed):
        publish_now(approved(desk, channels=()), by=desk.cast.officer)
