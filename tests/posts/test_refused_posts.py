"""A post that a network refused: what the page of its delivery offers, and what it says after an answer."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from municipalities.enums import Approval
from posts.editing.domain.submit import submit
from posts.enums import Stage
from posts.models import Post
from posts.review.domain.approve import approve
from posts.rules import Timing
from tests.people import sign_in
from tests.posts.desk import Desk


def refused(desk: Desk, reason: ReasonCode = ReasonCode.REJECTED) -> tuple[Post, Delivery]:
    post = submit(desk.write(), by=desk.cast.officer)
    post = approve(post, desk.version(post), by=desk.cast.approver, timing=Timing(on_approval=True))
    (delivery,) = desk.deliveries(post)
    Delivery.objects.filter(pk=delivery.pk).update(state=State.FAILED, reason=reason)
    return post, Delivery.objects.get(pk=delivery.pk)


def page(desk: Desk, delivery: Delivery) -> Any:
    return sign_in(desk.cast.officer).get(reverse("delivery", args=["cuprija", delivery.pk]))


def send_again(desk: Desk, delivery: Delivery) -> Any:
    sent = {"answer": "send_again", "seen": delivery.state_at.isoformat()}
    return sign_in(desk.cast.officer).post(reverse("delivery_answer", args=["cuprija", delivery.pk]), sent, follow=True)


def test_the_first_button_changes_what_was_refused(desk: Desk) -> None:
    post, delivery = refused(desk)
    text = page(desk, delivery).text
    assert text.index("Change the post") < text.index("Send it as it is")
    answer = sign_in(desk.cast.officer).post(reverse("post_take_back", args=["cuprija", post.pk]))
    assert answer["Location"] == reverse("post_edit", args=["cuprija", post.pk])
    post = desk.reload(post)
    assert (post.stage, post.due_at, post.on_approval) == (Stage.DRAFT, None, True)


def test_what_did_not_reach_the_network_is_sent_again_as_it_is(desk: Desk) -> None:
    _post, delivery = refused(desk, ReasonCode.TRIES_USED_UP)
    text = page(desk, delivery).text
    assert "Change the post" not in text
    assert "Send it again" in text


def test_it_is_said_to_be_sent_again_only_if_it_may(desk: Desk) -> None:
    _post, delivery = refused(desk)
    assert "It is sent again in a moment." in send_again(desk, delivery).text


def test_what_lacks_an_approval_by_now_is_not_said_to_be_sent(desk: Desk) -> None:
    _post, delivery = refused(desk)
    desk.house_rule(approval=Approval.TWO)
    text = send_again(desk, delivery).text
    assert "It is sent again in a moment." not in text
    assert "It is not sent as things are: It has not been approved." in text


def test_a_mentor_sees_no_button_to_change_it(desk: Desk) -> None:
    _post, delivery = refused(desk)
    answer = sign_in(desk.cast.mentor).get(reverse("delivery", args=["cuprija", delivery.pk]))
    assert "Change the post" not in answer.text
