"""Taking down what is public: who may, who is asked, and what the public sees in the end."""

from __future__ import annotations

import pytest

from channels.domain.pause import pause
from channels.models import Channel
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from delivery.enums import State
from municipalities.enums import Approval
from notifications.models import Notification
from posts.editing.domain import removals
from posts.enums import AmendmentState, PartState
from posts.models import Amendment, Post
from posts.queries import publications
from tests.delivery.conftest import allowed, network
from tests.posts.amended import FIRST, Street, desk, fresh, on, once, post
from tests.posts.deciders import member, on_the_list, stand_in

__all__ = ["allowed", "desk", "fresh", "network", "once", "post"]
REASON = "Адреса је погрешна и људи иду на погрешно место."


def everything(post: Post) -> list[int]:
    return [publication.pk for publication in publications(post)]


def test_an_approvers_own_act_is_enough(desk: Street, post: Post) -> None:
    made = removals.take_down(post, everything(post), reason=REASON, by=desk.cast.approver)
    assert (made.state, made.decided_by) == (AmendmentState.AGREED, desk.cast.approver)
    desk.go()
    assert desk.texts() == []
    assert set(desk.states(post)) == {State.WITHDRAWN}
    done = desk.amendment(post)
    assert (done.state, {part.state for part in done.parts.all()}) == (AmendmentState.DONE, {PartState.DONE})
    event = AuditEvent.objects.get(verb="post.remove")
    assert (event.actor_id, event.detail["reason"]) == (desk.cast.approver.pk, REASON)


def test_an_officer_asks_and_nothing_happens_until_an_approver_agrees(desk: Street, post: Post) -> None:
    asked = removals.take_down(post, everything(post), reason=REASON, by=desk.cast.officer)
    desk.go()
    assert (asked.state, desk.texts()) == (AmendmentState.OPEN, [FIRST, FIRST])
    row = Notification.objects.get(user=desk.cast.approver, subject__contains="removal of")
    assert REASON in row.body
    assert row.url.endswith("#removal")
    removals.agree(asked, by=desk.cast.approver)
    desk.go()
    assert desk.texts() == []
    assert Notification.objects.filter(user=desk.cast.officer, subject__contains="is taken down").exists()


def test_one_channel_is_taken_down_and_the_others_stay(desk: Street, post: Post) -> None:
    removals.take_down(post, [desk.on(post, "bluesky").pk], reason=REASON, by=desk.cast.approver)
    desk.go()
    assert desk.texts() == [FIRST]
    assert desk.on(post, "mastodon").delivery.state == State.PUBLISHED


def test_an_approver_declines_with_a_note_and_the_post_stays(desk: Street, post: Post) -> None:
    asked = removals.take_down(post, everything(post), reason=REASON, by=desk.cast.officer)
    with pytest.raises(ActionNotAllowed, match="note"):
        removals.decline(asked, by=desk.cast.approver, note=" ")
    removals.decline(asked, by=desk.cast.approver, note="Адреса је тачна.")
    desk.go()
    assert (desk.amendment(post).state, desk.texts()) == (AmendmentState.DECLINED, [FIRST, FIRST])
    assert Notification.objects.filter(user=desk.cast.officer, body__contains="Адреса је тачна.").exists()
    with pytest.raises(ActionNotAllowed):
        removals.agree(asked, by=desk.cast.approver)


def test_whoever_asked_takes_the_question_back(desk: Street, post: Post) -> None:
    asked = removals.take_down(post, everything(post), reason=REASON, by=desk.cast.officer)
    with pytest.raises(ActionNotAllowed):
        removals.drop(asked, by=desk.cast.approver)
    removals.drop(asked, by=desk.cast.officer)
    assert desk.amendment(post).state == AmendmentState.DROPPED
    removals.take_down(post, everything(post), reason=REASON, by=desk.cast.officer)  # and may ask again


def test_an_officer_does_not_agree_to_it(desk: Street, post: Post) -> None:
    asked = removals.take_down(post, everything(post), reason=REASON, by=desk.cast.officer)
    with pytest.raises(ActionNotAllowed):
        removals.agree(asked, by=desk.cast.officer)


def test_where_the_house_asks_nobody_an_officer_takes_it_down(desk: Street, post: Post) -> None:
    desk.house_rule(approval=Approval.NONE)
    removals.take_down(post, everything(post), reason=REASON, by=desk.cast.officer)
    desk.go()
    assert desk.texts() == []


def test_two_approvals_for_a_post_are_one_for_taking_it_down(desk: Street, post: Post) -> None:
    desk.house_rule(approval=Approval.TWO)
    removals.take_down(post, everything(post), reason=REASON, by=desk.cast.approver)
    desk.go()
    assert desk.texts() == []


def test_somebody_on_the_emergency_list_takes_it_down_and_the_approvers_hear_of_it(desk: Street, post: Post) -> None:
    on_the_list(desk.cast, desk.cast.officer)
    made = removals.take_down(post, everything(post), reason=REASON, by=desk.cast.officer)
    assert (made.state, made.is_emergency) == (AmendmentState.AGREED, True)
    desk.go()
    assert desk.texts() == []
    assert Notification.objects.filter(user=desk.cast.approver, kind="emergency", body__contains=REASON).exists()


def test_who_stands_in_for_an_approver_says_for_whom(desk: Street, post: Post) -> None:
    other = member(desk.cast, "other", role="officer")
    stand_in(desk.cast, other)
    made = removals.take_down(post, everything(post), reason=REASON, by=other)
    assert (made.decided_by, made.for_whom) == (other, desk.cast.approver)


def test_a_pause_does_not_keep_anything_on_a_network(desk: Street, post: Post) -> None:
    pause(desk.municipality, reason="Дан жалости", by=desk.cast.approver)
    removals.take_down(post, everything(post), reason=REASON, by=desk.cast.approver)
    desk.go()
    assert desk.texts() == []


def test_a_network_that_cannot_is_named_and_nothing_is_noted(desk: Street, post: Post) -> None:
    Channel.objects.filter(platform="bluesky").update(platform="viber", name="Вибер општине")
    with pytest.raises(ActionNotAllowed, match="Вибер општине"):
        removals.take_down(post, everything(post), reason=REASON, by=desk.cast.approver)
    assert not Amendment.objects.exists()


@on("mastodon")
def test_a_refusal_of_the_network_is_said_and_the_part_ends(desk: Street, post: Post) -> None:
    desk.network.plan("status", "/api/v1/statuses/", method="DELETE", status=422, body={"error": "Not now"})
    removals.take_down(post, everything(post), reason=REASON, by=desk.cast.approver)
    desk.go()
    (part,) = desk.amendment(post).parts.all()
    assert (part.state, desk.texts()) == (PartState.REFUSED, [FIRST])
    assert part.problem
    assert desk.on(post, "mastodon").delivery.state == State.PUBLISHED


@pytest.mark.parametrize("reason", ["", "   ", "не", "x" * 501])
def test_a_reason_says_something(desk: Street, post: Post, reason: str) -> None:
    with pytest.raises(ActionNotAllowed, match="sentence"):
        removals.take_down(post, everything(post), reason=reason, by=desk.cast.approver)


def test_what_is_not_public_or_not_of_this_post_is_not_taken_down(desk: Street, post: Post) -> None:
    other = desk.published("Друга објава о нечем другом.")
    for chosen in ([], [10**9], [*everything(post), *everything(other)]):
        with pytest.raises(ActionNotAllowed, match="at least one"):
            removals.take_down(post, chosen, reason=REASON, by=desk.cast.approver)
    removals.take_down(post, everything(post), reason=REASON, by=desk.cast.approver)
    with pytest.raises(ActionNotAllowed):
        removals.take_down(post, everything(post), reason=REASON, by=desk.cast.approver)
