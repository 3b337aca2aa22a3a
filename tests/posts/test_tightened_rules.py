"""The rule about approvals is changed while posts are scheduled: what lacks an approval is not called scheduled."""

from __future__ import annotations

from typing import Any

import pytest

from django.urls import reverse

from channels.enums import ChannelState
from channels.models import Channel
from delivery.domain import answer
from delivery.domain.move import move
from delivery.enums import ReasonCode, State
from municipalities.domain import house_rules
from municipalities.enums import Approval
from municipalities.models import Municipality
from posts.editing.domain.submit import submit
from posts.enums import Stage
from posts.models import Post, Version
from posts.review.domain import emergency
from posts.review.domain.approve import approve
from posts.scheduling.domain.schedule import publish_now, schedule, unschedule
from tests.people import sign_in
from tests.posts.deciders import member, on_the_list
from tests.posts.desk import Desk, in_hours

REASON = "Двоје људи је на годишњем одмору."


def scheduled(desk: Desk) -> Post:
    post = submit(desk.write(time=in_hours(30)), by=desk.cast.officer)
    return approve(post, desk.version(post), by=desk.cast.approver)


def change(desk: Desk, approval: Approval, by: Any = None) -> int:
    return house_rules.edit(
        Municipality.objects.get(pk=desk.municipality.pk),
        {"approval": approval},
        by=by or desk.cast.approver,
        reason=REASON,
    ).blocked


def reason(desk: Desk, post: Post) -> tuple[str, str]:
    (delivery,) = desk.deliveries(post)
    return delivery.state, delivery.reason


def test_what_lacks_an_approval_waits_at_once_and_goes_on_with_it(desk: Desk) -> None:
    second, post = member(desk.cast, "second"), scheduled(desk)
    assert change(desk, Approval.TWO) == 1
    assert reason(desk, post) == (State.WAITING, ReasonCode.NOT_APPROVED)
    post = approve(post, desk.version(post), by=second)
    assert desk.states(post) == [State.SCHEDULED]


def test_what_has_both_approvals_stays_scheduled(desk: Desk) -> None:
    second, post = member(desk.cast, "second"), scheduled(desk)
    desk.house_rule(approval=Approval.TWO)
    approve(post, desk.version(post), by=second)
    desk.house_rule(approval=Approval.ONE)
    assert change(desk, Approval.TWO) == 0
    assert desk.states(post) == [State.SCHEDULED]


def test_a_rule_that_is_relaxed_again_lets_it_go_and_what_nobody_approved_not(desk: Desk) -> None:
    member(desk.cast, "second")
    post, unapproved = scheduled(desk), submit(desk.write(time=in_hours(31)), by=desk.cast.officer)
    assert change(desk, Approval.TWO) == 1
    Municipality.objects.filter(pk=desk.municipality.pk).update(approval=Approval.MENTOR)
    municipality = Municipality.objects.get(pk=desk.municipality.pk)
    house_rules._write(municipality, {"approval": {"before": "mentor", "after": Approval.ONE}})
    assert desk.states(post) == [State.SCHEDULED]
    assert reason(desk, unapproved) == (State.WAITING, ReasonCode.NOT_APPROVED)


def test_a_post_of_another_municipality_and_an_emergency_are_left_alone(desk: Desk) -> None:
    member(desk.cast, "second")
    on_the_list(desk.cast, desk.cast.officer)
    urgent = desk.write("Вода није за пиће!")
    emergency.publish(urgent, reason="Пукла је цев на главном воду.", by=desk.cast.officer)
    assert change(desk, Approval.TWO) == 0
    assert desk.states(urgent) == [State.SCHEDULED]


def test_a_post_that_needed_no_approval_waits_for_one(desk: Desk) -> None:
    desk.house_rule(approval=Approval.NONE)
    post = schedule(desk.write(), in_hours(30), by=desk.cast.officer)
    assert change(desk, Approval.ONE) == 1
    assert reason(desk, post) == (State.WAITING, ReasonCode.NOT_APPROVED)


def test_a_post_without_a_time_waits_for_the_second_approver_too_and_is_approved_again_without_one(desk: Desk) -> None:
    second, post = member(desk.cast, "second"), submit(desk.write(), by=desk.cast.officer)
    post = approve(post, desk.version(post), by=desk.cast.approver)
    assert post.stage == Stage.APPROVED
    assert change(desk, Approval.TWO) == 0
    assert desk.reload(post).stage == Stage.SUBMITTED
    Municipality.objects.filter(pk=desk.municipality.pk).update(approval=Approval.MENTOR)
    municipality = Municipality.objects.get(pk=desk.municipality.pk)
    house_rules._write(municipality, {"approval": {"before": "mentor", "after": Approval.ONE}})
    assert desk.reload(post).stage == Stage.APPROVED
    change(desk, Approval.TWO)
    assert approve(desk.reload(post), desk.version(post), by=second).stage == Stage.APPROVED


def test_what_lacks_an_approval_waits_although_its_channel_must_be_reconnected(desk: Desk) -> None:
    member(desk.cast, "second")
    post = scheduled(desk)
    (delivery,) = desk.deliveries(post)
    Channel.objects.filter(pk=delivery.channel_id).update(state=ChannelState.NEEDS_CONSENT)
    assert change(desk, Approval.TWO) == 1
    assert reason(desk, post) == (State.WAITING, ReasonCode.NOT_APPROVED)


@pytest.mark.parametrize("state", [ChannelState.NEEDS_CONSENT, ChannelState.DISCONNECTED])
def test_a_post_on_a_channel_that_must_be_reconnected_is_not_called_scheduled(desk: Desk, state: ChannelState) -> None:
    post, client = scheduled(desk), sign_in(desk.cast.officer)
    (delivery,) = desk.deliveries(post)
    pages = [reverse("posts", args=["cuprija"]), reverse("post", args=["cuprija", post.pk])]
    pages.append(reverse("delivery", args=["cuprija", delivery.pk]))
    assert all("Scheduled</span>" in client.get(page).text for page in pages)
    Channel.objects.filter(pk=delivery.channel_id).update(state=state)
    for page in pages:
        text = client.get(page).text
        assert "Scheduled</span>" not in text
        assert "Reconnect the channel</span>" in text


@pytest.mark.parametrize("state", [State.EXPIRED, State.FAILED])
def test_an_answer_schedules_nothing_that_lacks_an_approval(desk: Desk, state: State) -> None:
    member(desk.cast, "second")
    (delivery,) = desk.deliveries(scheduled(desk))
    if state == State.FAILED:
        move(delivery, State.SENDING, because=ReasonCode.DUE, lease_until=in_hours(1).due_at)
        move(delivery, State.FAILED, because=ReasonCode.REJECTED, lease_until=None)
    else:
        move(delivery, State.EXPIRED, because=ReasonCode.TOO_LATE)
    desk.house_rule(approval=Approval.TWO)
    if state == State.FAILED:
        answer.send_again(delivery, by=desk.cast.officer)
    else:
        answer.choose_time(delivery, in_hours(40).due_at, by=desk.cast.officer)
    assert (delivery.state, delivery.reason) == (State.WAITING, ReasonCode.NOT_APPROVED)


def test_what_is_taken_off_the_schedule_lacks_the_approval_that_it_lacked_before(desk: Desk) -> None:
    member(desk.cast, "second")
    post = scheduled(desk)
    change(desk, Approval.TWO)
    post = unschedule(post, by=desk.cast.officer)
    assert post.stage == Stage.SUBMITTED
    assert "Waiting for approval</span>" in sign_in(desk.cast.officer).get(reverse("posts", args=["cuprija"])).text


def test_what_is_published_now_and_not_taken_by_a_worker_yet_waits_as_well(desk: Desk) -> None:
    member(desk.cast, "second")
    post = approve(submit(desk.write(), by=desk.cast.officer), Version.objects.get(), by=desk.cast.approver)
    post = publish_now(post, by=desk.cast.officer)
    assert desk.states(post) == [State.SCHEDULED]
    assert change(desk, Approval.TWO) == 1
    assert reason(desk, post) == (State.WAITING, ReasonCode.NOT_APPROVED)


def test_what_is_sent_before_the_time_that_was_approved_waits_at_once(desk: Desk) -> None:
    (delivery,) = desk.deliveries(scheduled(desk))
    answer.send_now(delivery, by=desk.cast.officer)
    assert (delivery.state, delivery.reason) == (State.WAITING, ReasonCode.TOO_EARLY)


def test_who_tightens_the_rule_is_told_what_waits(desk: Desk) -> None:
    member(desk.cast, "second")
    scheduled(desk)
    client, page = sign_in(desk.cast.approver), reverse("settings_rules", args=["cuprija"])
    form = client.get(page).context["form"]
    values = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in values.items() if value not in (None, False)}
    saved = client.post(reverse("settings_rules_save", args=["cuprija"]), {**sent, "approval": "two"}, follow=True)
    assert "One scheduled delivery of a post now waits for another approval" in saved.text
    assert "The approval holds from" not in client.get(reverse("post", args=["cuprija", Post.objects.get().pk])).text
    shown = client.get(reverse("posts", args=["cuprija"])).text
    assert "Scheduled</span>" not in shown
