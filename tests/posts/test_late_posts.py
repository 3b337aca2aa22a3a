"""A post that is late, being checked or public twice, on Home and in the calendar."""

from __future__ import annotations

from datetime import timedelta

import pytest

from django.urls import reverse
from django.utils import timezone

from delivery.enums import ReasonCode, State
from delivery.models import Delivery
from municipalities.tenancy import scope
from posts.models import Post
from posts.scheduling.domain.schedule import schedule
from tests.people import Cast, sign_in
from tests.posts.desk import Desk, in_hours, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(cast: Cast) -> Desk:
    with scope(cast.cuprija):
        return opened(cast)


def scheduled(desk: Desk) -> list[Delivery]:
    """The deliveries of one post on all channels."""
    desk.house_rule(approval="none")
    both = (desk.mastodon.pk, desk.bluesky.pk)
    post: Post = schedule(desk.write("Позив за јавну расправу", channels=both), in_hours(1), by=desk.cast.officer)
    return desk.deliveries(post)


def page(desk: Desk, name: str) -> str:
    return str(sign_in(desk.cast.officer).get(reverse(name, args=["cuprija"])).content.decode())


@pytest.mark.parametrize("at", [0, -1])
def test_home_and_calendar_show_the_channel_that_is_late_and_why(desk: Desk, at: int) -> None:
    with scope(desk.cast.cuprija):
        late = scheduled(desk)[at]
        now = timezone.now()
        Delivery.objects.filter(pk=late.pk).update(
            reason=ReasonCode.NOT_REACHED, due_at=now - timedelta(minutes=3), next_at=now + timedelta(minutes=3)
        )
    home = page(desk, "workspace")
    assert "Delayed" in home
    assert "The network could not be reached." in home
    assert "Delayed" in page(desk, "calendar")


def test_home_says_that_the_portal_is_checking(desk: Desk) -> None:
    with scope(desk.cast.cuprija):
        for delivery in scheduled(desk):
            Delivery.objects.filter(pk=delivery.pk).update(
                state=State.CHECKING, reason=ReasonCode.OUTCOME_UNKNOWN, unknown_since=timezone.now()
            )
    home = page(desk, "workspace")
    assert "Checking" in home
    assert "It was sent, but the network gave no usable answer." in home


def test_home_asks_for_a_decision_about_a_second_post(desk: Desk) -> None:
    with scope(desk.cast.cuprija):
        now = timezone.now()
        Delivery.objects.filter(pk__in=[row.pk for row in scheduled(desk)]).update(
            state=State.PUBLISHED, reason=ReasonCode.SENT, remote_id="1", published_at=now, duplicate_at=now
        )
    home = page(desk, "workspace")
    assert "Public twice" in home
    assert "Decide whether that post is taken down." in home
    assert "The network published it." not in home
