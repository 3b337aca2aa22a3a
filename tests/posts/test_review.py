"""Submit, approve, return, take back: of a version, by another person."""

import pytest
import time_machine

from django.utils import translation

from common.dates import date_time
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from notifications.models import Notification
from posts.editing.domain.submit import submit, take_back
from posts.enums import DecisionKind, Stage
from posts.publishing.domain.policy import may_send
from posts.queries import decisions, publications, upcoming
from posts.review.domain.approve import approve, send_back
from tests.posts.deciders import home_of
from tests.posts.desk import Desk, in_hours


def test_a_submitted_post_waits_and_the_approver_hears_of_it(desk: Desk) -> None:
    post = submit(desk.write(time=in_hours(5)), by=desk.cast.officer)
    assert post.stage == Stage.SUBMITTED
    assert desk.states(post) == [State.WAITING]
    notification = Notification.objects.get()
    assert notification.user == desk.cast.approver
    assert notification.url == f"/m/cuprija/posts/{post.pk}/"


def test_mail_is_in_the_readers_language(desk: Desk) -> None:
    desk.cast.approver.language = "sr-latn"
    desk.cast.approver.save()
    post = submit(desk.write(time=in_hours(5)), by=desk.cast.officer)
    with translation.override("sr-latn"):
        assert date_time(post.due_at) in Notification.objects.get().body
    assert date_time(post.due_at) not in Notification.objects.get().body


def test_an_approval_in_time_schedules_what_waited(desk: Desk) -> None:
    post = submit(desk.write(time=in_hours(5)), by=desk.cast.officer)
    post = approve(post, desk.version(post), by=desk.cast.approver)
    assert post.stage == Stage.APPROVED
    assert desk.states(post) == [State.SCHEDULED]
    assert may_send(desk.deliveries(post)[0]).kind == "allow"


def test_a_late_approval_expires_the_delivery(desk: Desk) -> None:
    with time_machine.travel("2026-11-25T08:00:00+00:00", tick=False) as clock:
        post = submit(desk.write(time=in_hours(1)), by=desk.cast.officer)
        clock.shift(3601)
        post = approve(post, desk.version(post), by=desk.cast.approver)
        assert desk.states(post) == [State.EXPIRED]


def test_nobody_approves_their_own_words(desk: Desk) -> None:
    post = submit(desk.write(), by=desk.cast.officer)
    with pytest.raises(ActionNotAllowed):
        approve(post, desk.version(post), by=desk.cast.officer)
    assert desk.reload(post).stage == Stage.SUBMITTED


def test_who_submitted_a_version_does_not_approve_it(desk: Desk) -> None:
    post = submit(desk.write(), by=desk.cast.approver)
    with pytest.raises(ActionNotAllowed):
        approve(post, desk.version(post), by=desk.cast.approver)


def test_the_house_may_allow_to_approve_ones_own(desk: Desk) -> None:
    desk.house_rule(may_approve_own=True)
    post = submit(desk.write(), by=desk.cast.approver)
    assert approve(post, desk.version(post), by=desk.cast.approver).stage == Stage.APPROVED


def test_an_approval_is_of_the_version_on_the_page(desk: Desk) -> None:
    post = submit(desk.write("Прва"), by=desk.cast.officer)
    seen = desk.version(post)
    post = take_back(post, by=desk.cast.officer)
    post = submit(desk.change(post, desk.draft("Друга")), by=desk.cast.officer)
    with pytest.raises(ActionNotAllowed):
        approve(post, seen, by=desk.cast.approver)
    assert desk.reload(post).stage == Stage.SUBMITTED


def test_two_approvers_decide_once(desk: Desk) -> None:
    post = submit(desk.write(), by=desk.cast.officer)
    version = desk.version(post)
    approve(post, version, by=desk.cast.approver)
    with pytest.raises(ActionNotAllowed):
        send_back(post, version, by=desk.cast.approver, note="Касно")


def test_a_returned_post_needs_a_note_and_withdraws_what_waited(desk: Desk) -> None:
    post = submit(desk.write(time=in_hours(5)), by=desk.cast.officer)
    (waiting,) = desk.deliveries(post)
    with pytest.raises(ActionNotAllowed):
        send_back(post, desk.version(post), by=desk.cast.approver, note="  ")
    post = send_back(post, desk.version(post), by=desk.cast.approver, note="Додај сат.")
    assert post.stage == Stage.RETURNED
    assert desk.states(post) == []
    assert Delivery.objects.get(pk=waiting.pk).state == State.CANCELLED
    (mine,) = home_of(desk, desk.cast.officer).returned
    assert mine.returned.note == "Додај сат."
    assert "Додај сат." in Notification.objects.get(user=desk.cast.officer).body


def test_taking_an_approved_post_back_holds_it_and_ends_the_approval(desk: Desk) -> None:
    post = submit(desk.write(time=in_hours(5)), by=desk.cast.officer)
    post = approve(post, desk.version(post), by=desk.cast.approver)
    (scheduled,) = desk.deliveries(post)
    take_back(post, by=desk.cast.officer)
    assert desk.states(post) == []
    assert may_send(Delivery.objects.get(pk=scheduled.pk)).kind == "defer"
    # the same words, submitted again, have to be approved again
    post = submit(desk.reload(post), by=desk.cast.officer)
    assert may_send(desk.deliveries(post)[0]).reason == ReasonCode.NOT_APPROVED


def test_an_empty_post_is_not_submitted(desk: Desk) -> None:
    with pytest.raises(ActionNotAllowed):
        submit(desk.write("  "), by=desk.cast.officer)


def test_a_post_too_long_for_a_network_is_not_submitted_with_a_time(desk: Desk) -> None:
    post = desk.write("а" * 301, channels=(desk.bluesky.pk,), time=in_hours(5))
    with pytest.raises(ActionNotAllowed) as refused:
        submit(post, by=desk.cast.officer)
    assert refused.value.details[0].startswith(desk.bluesky.name)
    assert desk.reload(post).stage == Stage.DRAFT


def test_a_past_time_is_not_submitted(desk: Desk) -> None:
    with time_machine.travel("2026-11-25T08:00:00+00:00", tick=False) as clock:
        post = desk.write(time=in_hours(1))
        clock.shift(3601)
        with pytest.raises(ActionNotAllowed):
            submit(post, by=desk.cast.officer)


def test_every_verb_writes_one_event(desk: Desk) -> None:
    post = submit(desk.write(), by=desk.cast.officer)
    approve(post, desk.version(post), by=desk.cast.approver)
    verbs = AuditEvent.objects.filter(target_type="posts.post").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["post.create", "post.edit", "post.submit", "post.approve"]
    assert [decision.kind for decision in decisions(post)] == [DecisionKind.APPROVED, DecisionKind.SUBMITTED]


def test_what_waits_for_whom(desk: Desk, django_assert_num_queries) -> None:
    late, soon = desk.write("Касније", time=in_hours(50)), desk.write("Скоро", time=in_hours(5))
    for post in (late, soon):
        submit(post, by=desk.cast.officer)
    desk.write("Нацрт")
    with django_assert_num_queries(4):
        shown = home_of(desk, desk.cast.approver)
    assert [item.post.excerpt for item in shown.mine] == ["Скоро", "Касније"]
    assert [post.excerpt for post in shown.upcoming] == ["Скоро", "Касније"]
    with django_assert_num_queries(2):
        assert [post.excerpt for post in upcoming()] == ["Скоро", "Касније"]


def test_a_paused_house_sends_nothing(desk: Desk) -> None:
    from municipalities.models import Pause

    post = submit(desk.write(time=in_hours(5)), by=desk.cast.officer)
    post = approve(post, desk.version(post), by=desk.cast.approver)
    Pause.objects.create(municipality=desk.municipality, reason="Дан жалости", by=desk.cast.approver)
    verdict = may_send(desk.deliveries(post)[0])
    assert (verdict.kind, verdict.reason, verdict.words) == ("defer", ReasonCode.PAUSED, "Approver: Дан жалости")


def test_a_publication_that_was_replaced_is_not_sent(desk: Desk) -> None:
    post = submit(desk.write(time=in_hours(5)), by=desk.cast.officer)
    post = approve(post, desk.version(post), by=desk.cast.approver)
    publication = publications(post).get()
    publication.live = False
    publication.save()
    assert may_send(publication.delivery).reason == ReasonCode.HELD
