"""The review page: what it shows to whom, and its acts."""

from __future__ import annotations

from typing import Any

import pytest

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from delivery.domain.move import move as move_delivery
from delivery.enums import ReasonCode, State
from municipalities.enums import Approval
from municipalities.tenancy import scope
from posts.draft import Shown
from posts.editing.domain.submit import submit, take_back
from posts.editing.thread_positions import ThreadPosition
from posts.enums import Stage
from posts.models import Post
from posts.review.domain.approve import approve
from posts.review.domain.comment import comment
from posts.review.domain.suggest import accept, suggest
from posts.review.domain.thread import resolve
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, in_hours, opened


@pytest.fixture
def desk(cast: Cast) -> Desk:
    with scope(cast.cuprija):
        return opened(cast)


@pytest.fixture
def submitted(desk: Desk) -> Post:
    with scope(desk.municipality):
        return submit(desk.write(time=in_hours(5)), by=desk.cast.officer)


def url(name: str, *args: Any) -> str:
    return reverse(name, args=["cuprija", *args])


def page(client: Client, post: Post, query: str = "") -> str:
    answer = client.get(url("post", post.pk) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def version_of(desk: Desk, post: Post) -> int:
    with scope(desk.municipality):
        return desk.version(post).pk


def fresh(desk: Desk, post: Post) -> Post:
    with scope(desk.municipality):
        return desk.reload(post)


def on_network(desk: Desk, post: Post) -> None:
    with scope(desk.municipality):
        approve(post, desk.version(post), by=desk.cast.approver)
        for delivery in desk.deliveries(post):
            now = timezone.now()
            move_delivery(delivery, State.SENDING, because=ReasonCode.DUE, lease_until=now)
            move_delivery(
                delivery, State.PUBLISHED, because=ReasonCode.SENT, remote_id="1", published_at=now,
                permalink="https://social.example/1",
            )  # fmt: skip


def test_the_approver_sees_the_version_and_approves_it(desk: Desk, submitted: Post) -> None:
    client = sign_in(desk.cast.approver)
    shown = page(client, submitted)
    assert "Publish this post as it is?" in shown
    assert "You decide on the text that Officer submitted" in shown
    client.post(url("post_decide", submitted.pk), {"version": version_of(desk, submitted), "decision": "approve"})
    assert fresh(desk, submitted).stage == Stage.APPROVED


def test_the_approver_returns_it_with_a_note(desk: Desk, submitted: Post) -> None:
    client = sign_in(desk.cast.approver)
    sent = {"version": version_of(desk, submitted), "decision": "return"}
    assert "Write a note" in client.post(url("post_decide", submitted.pk), sent, follow=True).content.decode()
    client.post(url("post_decide", submitted.pk), {**sent, "note": "Додај сат."})
    assert fresh(desk, submitted).stage == Stage.RETURNED
    assert "Додај сат." in page(sign_in(desk.cast.officer), submitted)
    assert "Додај сат." in sign_in(desk.cast.officer).get(url("post_edit", submitted.pk)).content.decode()


def test_an_old_page_approves_nothing_new(desk: Desk, submitted: Post) -> None:
    seen = version_of(desk, submitted)
    with scope(desk.municipality):
        post = take_back(submitted, by=desk.cast.officer)
        submit(desk.change(post, desk.draft("Друга")), by=desk.cast.officer)
    client = sign_in(desk.cast.approver)
    answer = client.post(url("post_decide", submitted.pk), {"version": seen, "decision": "approve"}, follow=True)
    assert "The post was changed after you opened it" in answer.content.decode()
    assert fresh(desk, submitted).stage == Stage.SUBMITTED


@pytest.mark.parametrize("version", ["", "0", "x", "9" * 40, "-1"])
def test_a_decision_about_no_version_is_not_found(desk: Desk, submitted: Post, version: str) -> None:
    answer = sign_in(desk.cast.approver).post(url("post_decide", submitted.pk), {"version": version})
    assert answer.status_code == 404


def test_who_submitted_it_sees_why_they_cannot_approve(desk: Desk) -> None:
    with scope(desk.municipality):
        post = submit(desk.write(), by=desk.cast.approver)
    client = sign_in(desk.cast.approver)
    assert "waits for another approver" in page(client, post)
    client.post(url("post_decide", post.pk), {"version": version_of(desk, post), "decision": "approve"})
    assert fresh(desk, post).stage == Stage.SUBMITTED


def test_an_officer_decides_nothing(desk: Desk, submitted: Post) -> None:
    client = sign_in(desk.cast.officer)
    assert "Publish this post as it is" not in page(client, submitted)
    assert client.post(url("post_decide", submitted.pk), {"version": version_of(desk, submitted)}).status_code == 403


def test_take_back_opens_the_composer(desk: Desk, submitted: Post) -> None:
    answer = sign_in(desk.cast.officer).post(url("post_take_back", submitted.pk))
    assert answer.headers["Location"] == url("post_edit", submitted.pk)


def test_an_approved_post_is_published_by_a_button(desk: Desk, submitted: Post) -> None:
    with scope(desk.municipality):
        approve(submitted, desk.version(submitted), by=desk.cast.approver)
    client = sign_in(desk.cast.officer)
    client.post(url("post_publish", submitted.pk))
    with scope(desk.municipality):
        (delivery,) = desk.deliveries(submitted)
    assert (delivery.due_at - timezone.now()).total_seconds() < 5
    client.post(url("post_unschedule", submitted.pk))
    with scope(desk.municipality):
        assert desk.states(submitted) == []


def test_older_versions_can_be_read(desk: Desk, submitted: Post) -> None:
    with scope(desk.municipality):
        post = take_back(submitted, by=desk.cast.officer)
        submit(desk.change(post, desk.draft("Сасвим друго")), by=desk.cast.officer)
    client = sign_in(desk.cast.approver)
    assert "Сасвим друго" in page(client, submitted)
    old = page(client, submitted, "?version=1")
    assert "an earlier text" in old
    assert "Publish this post as it is" not in old
    assert client.get(url("post", submitted.pk) + "?version=77").status_code == 404


# ---------------------------------------------------------------- who sees what


def test_staff_see_a_post_only_once_it_is_public_and_then_without_its_history(desk: Desk, submitted: Post) -> None:
    with scope(desk.municipality):
        resolve(comment(submitted, "Тајна примедба", by=desk.cast.mentor), by=desk.cast.officer)
    client = sign_in(desk.cast.staff)
    assert client.get(url("post", submitted.pk)).status_code == 404
    on_network(desk, submitted)
    shown = page(client, submitted)
    assert "Тајна примедба" not in shown
    assert "https://social.example/1" in shown


def test_staff_of_a_house_that_agreed_read_drafts(desk: Desk, submitted: Post) -> None:
    desk.house_rule(staff_may_read_drafts=True)
    assert "Conversations" in page(sign_in(desk.cast.staff), submitted)


def test_a_stranger_finds_nothing(desk: Desk, submitted: Post) -> None:
    client = sign_in(desk.cast.stranger)
    assert client.get(url("post", submitted.pk)).status_code == 404
    for name in ("thread_begin", "post_decide", "post_take_back", "post_publish", "post_activity"):
        assert client.post(url(name, submitted.pk)).status_code == 404


def test_a_published_post_is_neither_deleted_nor_taken_back(desk: Desk, submitted: Post) -> None:
    on_network(desk, submitted)
    client = sign_in(desk.cast.officer)
    shown = page(client, submitted)
    assert url("post_delete", submitted.pk) not in shown
    answer = client.post(url("post_delete", submitted.pk), follow=True)
    assert "Remove it there first" in answer.content.decode()
    assert fresh(desk, submitted).deleted_at is None


def test_the_activity_names_what_happened(desk: Desk, submitted: Post) -> None:
    shown = sign_in(desk.cast.officer).get(url("post_activity", submitted.pk)).content.decode()
    assert "Submitted it for approval" in shown
    assert sign_in(desk.cast.viewer).get(url("post_activity", submitted.pk)).status_code == 403


def test_the_page_takes_the_same_few_queries_for_little_and_for_much(
    desk: Desk, submitted: Post, django_assert_max_num_queries: Any
) -> None:
    client, counts = sign_in(desk.cast.approver), []
    for _round in range(2):
        page(client, submitted)  # takes in what is new
        with django_assert_max_num_queries(14) as queries:  # two for the names of who decides next
            page(client, submitted)
        counts.append(len(queries))
        with scope(desk.municipality):
            for number in range(3):
                comment(submitted, f"Примедба {number}", by=desk.cast.mentor)
                post = take_back(desk.reload(submitted), by=desk.cast.officer)
                both = (desk.mastodon.pk, desk.bluesky.pk)
                submit(
                    desk.change(post, desk.draft(f"Текст {number}", channels=both), time=in_hours(5)),
                    by=desk.cast.officer,
                )
    assert counts[0] == counts[1]


def test_a_mentors_page_takes_few_queries_also_with_everything_on_it(
    desk: Desk, django_assert_max_num_queries: Any
) -> None:
    """Pictures, a link that is counted, accepted words, talk; the mentor reads first; at the first look and later."""
    client = sign_in(desk.cast.mentor)
    desk.house_rule(approval=Approval.MENTOR)
    with scope(desk.municipality):
        picture = Shown(desk.picture().pk, "Фонтана на тргу")
        post = desk.write(time=in_hours(5), media=(picture,), link="https://cuprija.rs/voda", tracked=True)
        proposed = suggest(
            post, "до поднева", where=ThreadPosition("sr-Cyrl", quote="до 15 часова"), by=desk.cast.mentor
        )
        accept(post, [proposed.pk], by=desk.cast.officer)
        post = submit(desk.reload(post), by=desk.cast.officer)
    client.get(url("workspace"))  # signs the session in
    for _look in range(3):
        with scope(desk.municipality):
            comment(post, "@Officer, од када?", by=desk.cast.officer)
        with django_assert_max_num_queries(14):
            shown = page(client, post)
        assert "Фонтана на тргу" in shown
