"""A published thread is corrected and taken down as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from django.utils import timezone, translation

from common.errors import ActionNotAllowed
from delivery.dispatch import publish_due
from delivery.enums import State
from delivery.models import Delivery
from delivery.policies import THREAD_PART
from municipalities.tenancy import everywhere, scope
from posts.editing.correction_plan import plan_corrections
from posts.editing.domain import corrections, removals
from posts.editing.domain.submit import submit
from posts.enums import AmendmentWay, PartState
from posts.models import AmendmentPart, Post
from posts.queries import publications
from posts.review.domain.approve import approve
from tests.delivery.conftest import allowed, network
from tests.people import Cast
from tests.platforms.fakes import FakeServer
from tests.posts.amended import Street, street
from tests.posts.desk import in_hours

__all__ = ["allowed", "network"]

pytestmark = pytest.mark.django_db
THREAD = "Вашар почиње у 9 часова.\n---\nПаркинг је иза школе.\n---\nДођите!"
POSTS = ["Вашар почиње у 9 часова.", "Паркинг је иза школе.", "Дођите!"]


@pytest.fixture
def desk(cast: Cast, network: FakeServer) -> Iterator[Street]:
    with scope(cast.cuprija), translation.override("en"):
        yield street(cast, network)


def soon(desk: Street, rounds: int = 5) -> None:
    """Everything that is due within a moment, workers and publishers."""
    for _round in range(rounds):
        publish_due(timezone.now() + timedelta(seconds=10))
    with everywhere("a test"):
        Delivery.objects.filter(withdrawal_asked_at__isnull=False).update(next_at=timezone.now())
    desk.go()
    for _round in range(rounds):
        publish_due(timezone.now() + timedelta(seconds=10))


def published(desk: Street) -> Post:
    post = desk.published(THREAD, desk.mastodon)
    soon(desk)
    return post


def shown(desk: Street) -> list[str]:
    return [post["text"] for post in desk.network.public("opstina")]


def approved(desk: Street, post: Post) -> None:
    submit(desk.reload(post), by=desk.cast.officer)
    approve(post, desk.version(post), by=desk.cast.approver)


def test_a_thread_goes_out_from_one_text(desk: Street) -> None:
    post = published(desk)
    assert shown(desk) == POSTS
    assert len(desk.deliveries(post)) == 1, "the further posts are no publications of their own"


def test_its_first_post_is_changed_and_the_others_stay(desk: Street) -> None:
    post = published(desk)
    approved(desk, desk.chosen(post, THREAD.replace("у 9", "у 10")))
    soon(desk)
    assert shown(desk) == ["Вашар почиње у 10 часова.", *POSTS[1:]]


def test_its_further_posts_are_changed_one_by_one_and_keep_their_place(desk: Street) -> None:
    post = published(desk)
    before = [shown_post["id"] for shown_post in desk.network.public("opstina")]
    changed = THREAD.replace("у 9", "у 10").replace("иза школе", "код пијаце").replace("Дођите!", "Дођите сви!")
    approved(desk, desk.chosen(post, changed))
    for _round in range(4):
        soon(desk)
    assert shown(desk) == ["Вашар почиње у 10 часова.", "Паркинг је код пијаце.", "Дођите сви!"]
    assert [shown_post["id"] for shown_post in desk.network.public("opstina")] == before
    assert AmendmentPart.objects.get().state == PartState.DONE
    again = desk.correct(desk.reload(post), changed)
    version = corrections.prepare(again, by=desk.cast.officer)
    (plan,) = plan_corrections(again, version, {})
    assert plan.changes == frozenset(), "what was edited is what is public"


def test_a_change_of_one_further_post_leaves_the_first_one_alone(desk: Street) -> None:
    post = published(desk)
    approved(desk, desk.chosen(post, THREAD.replace("иза школе", "код пијаце")))
    for _round in range(2):
        soon(desk)
    assert shown(desk) == [POSTS[0], "Паркинг је код пијаце.", POSTS[2]]
    edits = [entry["path"] for entry in desk.network.ledger() if entry["method"] == "PUT"]
    assert edits == [f"/api/v1/statuses/{Delivery.objects.filter(kind=THREAD_PART).earliest('pk').remote_id}"]


def test_another_number_of_posts_replaces_the_whole_thread(desk: Street) -> None:
    post = published(desk)
    post = desk.correct(post, THREAD.removesuffix("\n---\nДођите!"))
    version = corrections.prepare(post, by=desk.cast.officer)
    (plan,) = plan_corrections(post, version, {})
    assert (plan.changes, plan.ways) == (frozenset({"thread"}), (AmendmentWay.RESEND, AmendmentWay.BY_HAND))
    corrections.choose(post, version, desk.ways(post, mastodon=AmendmentWay.RESEND), by=desk.cast.officer)
    approved(desk, post)
    for _round in range(3):
        soon(desk)
    assert shown(desk) == POSTS[:2]


def test_a_thread_that_is_still_going_out_is_not_corrected(desk: Street) -> None:
    post = desk.write(THREAD, channels=(desk.mastodon.pk,), time=in_hours(1))
    approved(desk, post)
    publish_due(desk.deliveries(post)[0].due_at)
    assert shown(desk) == POSTS[:1]
    with pytest.raises(ActionNotAllowed, match="not been published everywhere yet"):
        corrections.begin(post, reason="Погрешан сат", by=desk.cast.officer)


def test_a_removal_is_over_when_the_last_post_is_down(desk: Street) -> None:
    post = published(desk)
    (publication,) = publications(post)
    removals.take_down(post, [publication.pk], reason="Погрешна најава", by=desk.cast.approver)
    desk.go()
    with everywhere("a test"):
        Delivery.objects.filter(withdrawal_asked_at__isnull=False).update(next_at=timezone.now())
    desk.go()
    assert shown(desk) == []
    assert AmendmentPart.objects.get().state == PartState.DONE


def test_a_post_of_a_thread_that_stays_is_said(desk: Street) -> None:
    post = published(desk)
    (publication,) = publications(post)
    third = Delivery.objects.get(kind=THREAD_PART, payload__text=POSTS[2])
    body: dict[str, Any] = {"error": "This action is not allowed"}
    for _round in range(2):
        desk.network.plan("status", f"/statuses/{third.remote_id}$", method="DELETE", status=422, body=body)
    removals.take_down(post, [publication.pk], reason="Погрешна најава", by=desk.cast.approver)
    for _round in range(2):
        with everywhere("a test"):
            Delivery.objects.filter(withdrawal_asked_at__isnull=False).update(next_at=timezone.now())
        desk.go()
    assert shown(desk) == POSTS[2:]
    part = AmendmentPart.objects.get()
    third.refresh_from_db()
    assert (third.state, part.state, bool(part.problem)) == (State.PUBLISHED, PartState.REFUSED, True)
