"""A post that a network refused: what the page of its delivery offers, and what it says after an answer."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from django.urls import reverse

from delivery.domain import settle
from delivery.enums import Outcome, ReasonCode, State, Step
from delivery.models import Attempt, Delivery
from municipalities.enums import Approval
from municipalities.tenancy import scope
from platforms.errors import NotAllowed, Rejected, refusals_of
from posts.draft import Draft, Shown
from posts.editing.domain.submit import submit
from posts.enums import Stage
from posts.models import Post
from posts.review.domain.approve import approve
from posts.rules import Timing
from tests.browsing import PHONE, WIDE, enter, violations
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, opened


def refused(
    desk: Desk,
    reason: ReasonCode = ReasonCode.REJECTED,
    *,
    draft: Draft | None = None,
    evidence: dict[str, Any] | None = None,
) -> tuple[Post, Delivery]:
    written = desk.write()
    if draft:
        written = desk.change(written, draft)
    post = submit(written, by=desk.cast.officer)
    post = approve(post, desk.version(post), by=desk.cast.approver, timing=Timing(on_approval=True))
    (delivery,) = desk.deliveries(post)
    Delivery.objects.filter(pk=delivery.pk).update(state=State.FAILED, reason=reason)
    Attempt.objects.create(
        municipality=desk.municipality,
        delivery=delivery,
        number=1,
        step=Step.CREATE,
        opened_at=delivery.due_at,
        closed_at=delivery.due_at,
        outcome=Outcome.REJECTED,
        detail={"evidence": evidence or {}},
    )
    return post, Delivery.objects.get(pk=delivery.pk)


def shown(desk: Desk, delivery: Delivery) -> Any:
    return sign_in(desk.cast.officer).get(reverse("delivery", args=["cuprija", delivery.pk]))


def send_again(desk: Desk, delivery: Delivery) -> Any:
    sent = {"answer": "send_again", "seen": delivery.state_at.isoformat()}
    return sign_in(desk.cast.officer).post(reverse("delivery_answer", args=["cuprija", delivery.pk]), sent, follow=True)


def test_the_first_button_changes_what_was_refused(desk: Desk) -> None:
    post, delivery = refused(desk)
    text = shown(desk, delivery).text
    assert text.index("Change the post") < text.index("Send it as it is")
    answer = sign_in(desk.cast.officer).post(reverse("post_take_back", args=["cuprija", post.pk]))
    assert answer["Location"] == reverse("post_edit", args=["cuprija", post.pk])
    post = desk.reload(post)
    assert (post.stage, post.due_at, post.on_approval) == (Stage.DRAFT, None, True)


@pytest.mark.parametrize(
    ("field", "button"),
    [("pictures", "Change the picture"), ("video", "Change the video"), (None, "Change the post")],
)
def test_the_first_button_names_the_part_that_the_network_refused(desk: Desk, field: str | None, button: str) -> None:
    _post, delivery = refused(desk, evidence=settle.interpret(Rejected("No.", field)).evidence)
    text = shown(desk, delivery).text
    assert text.index(button) < text.index("Send it as it is")


def test_a_picture_that_is_missing_is_what_is_changed(desk: Desk) -> None:
    _post, delivery = refused(desk, ReasonCode.PICTURE_MISSING)
    assert "Change the picture" in shown(desk, delivery).text


def test_a_refused_upload_of_a_picture_is_about_the_picture() -> None:
    with pytest.raises(Rejected) as refusal, refusals_of("pictures"):
        raise Rejected("Media type is not accepted", code="422")
    assert refusal.value.field == "pictures"
    with pytest.raises(NotAllowed) as refusal, refusals_of("pictures"):
        raise NotAllowed("The permission is missing.")
    assert refusal.value.field is None


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
def test_changing_a_refused_picture_opens_the_composer_at_the_picture(
    page: Any, live_server: Any, cast: Cast, size: dict[str, int]
) -> None:
    with scope(cast.cuprija):
        desk = opened(cast)
        draft = desk.draft(media=(Shown(desk.picture().pk, "Фонтана на тргу"),))
        _post, delivery = refused(desk, draft=draft, evidence={"field": "pictures"})
    page.set_viewport_size(size)
    enter(page, live_server, cast.officer)
    page.goto(live_server.url + reverse("delivery", args=["cuprija", delivery.pk]))
    page.get_by_role("button", name="Change the picture").click()
    page.wait_for_url("**/edit/#pictures")
    expect(page.locator("#pictures")).to_be_focused()
    expect(page.locator("#picture-list .picture-thumb")).to_be_in_viewport(ratio=1)
    assert violations(page) == []


def test_what_did_not_reach_the_network_is_sent_again_as_it_is(desk: Desk) -> None:
    _post, delivery = refused(desk, ReasonCode.TRIES_USED_UP)
    text = shown(desk, delivery).text
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
