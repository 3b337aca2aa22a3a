"""A week after publication the mentor learns how a post did on which they said a word: once, and honestly."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from django.utils import timezone

from analytics.models import Subject
from channels.models import Channel
from common.models import AuditEvent
from mentoring.domain.feedback import give
from mentoring.domain.performance import notify_mentors
from mentoring.enums import RubricLevel
from mentoring.models import PerformanceNotice
from mentoring.tasks import notify_performance
from municipalities.models import Pairing
from municipalities.queries import today
from municipalities.tenancy import scope
from notifications.enums import NotificationKind
from notifications.models import Notification
from portal.schedule import SCHEDULE
from posts.models import Post
from posts.review.domain.comment import comment
from tests.analytics.factories import channel, published, traits_of
from tests.people import Cast

NOW = timezone.now()


@pytest.fixture
def page(cast: Cast) -> Channel:
    return channel(cast.cuprija, cast.approver)


def out(page: Channel, at: datetime, interactions: int | None) -> Post:
    """A post that went out on `page`, and what the network told of it."""
    publication = published(page, at)
    with scope(page.municipality_id):
        Subject.objects.create(
            municipality_id=page.municipality_id, kind="publication", channel=page, publication=publication,
            traits=traits_of(publication), published_at=at, published_on=timezone.localdate(at),
            interactions=interactions,
        )  # fmt: skip
    return publication.post


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def commented(post: Post, by: Any) -> None:
    with scope(post.municipality_id):
        comment(post, "Добар наслов.", by=by)
    Notification.objects.all().delete()


def notices() -> list[Notification]:
    return list(Notification.objects.filter(kind=NotificationKind.PERFORMANCE))


def test_the_mentor_is_told_once_a_week_after(cast: Cast, page: Channel) -> None:
    for interactions in (4, 8, 10, 12, 40):
        out(page, ago(30), interactions)
    post = out(page, ago(7.1), 34)
    commented(post, cast.mentor)
    assert notify_mentors(NOW) == 1
    (notification,) = notices()
    assert notification.user == cast.mentor
    assert notification.url == f"/m/cuprija/posts/{post.pk}/"
    assert "It got 34 interactions" in notification.body
    assert "10.0 (median of 5 posts in 90 days)" in notification.body
    assert notify_mentors(NOW) == 0
    assert notify_mentors(NOW + timedelta(days=1)) == 0
    assert len(notices()) == 1
    assert AuditEvent.objects.filter(verb="feedback.tell_performance", target_id=str(post.pk)).count() == 1


def test_all_channels_count_together(cast: Cast, page: Channel) -> None:
    post = out(page, ago(8), 10)
    other = channel(cast.cuprija, cast.approver)
    twin = out(other, ago(8), 5)
    with scope(cast.cuprija):
        Subject.objects.get(publication__post=twin).publication.__class__.objects.filter(post=twin).update(post=post)
    commented(post, cast.mentor)
    assert notify_mentors(NOW) == 1
    assert "It got 15 interactions" in notices()[0].body


@pytest.mark.parametrize(("days", "count"), [(6.9, 0), (7.1, 1), (13.9, 1), (14.1, 0)])
def test_it_comes_after_the_first_week_and_not_long_after(cast: Cast, page: Channel, days: float, count: int) -> None:
    commented(out(page, ago(days), 3), cast.mentor)
    assert notify_mentors(NOW) == count


def test_feedback_by_the_rubric_is_a_word_too(cast: Cast, page: Channel) -> None:
    post = out(page, ago(8), 3)
    with scope(cast.cuprija):
        give(post, {"tone": RubricLevel.GOOD}, "", by=cast.mentor)
    assert notify_mentors(NOW) == 1


def test_nobody_else_is_told(cast: Cast, page: Channel) -> None:
    out(page, ago(8), 3)  # nobody said a word about it
    commented(out(page, ago(8), 3), cast.officer)  # not a mentor
    assert notify_mentors(NOW) == 0
    mine = out(page, ago(8), 3)
    commented(mine, cast.mentor)
    Pairing.objects.filter(municipality=cast.cuprija).update(ends_on=today() - timedelta(days=1))
    assert notify_mentors(NOW) == 0


def test_what_no_network_told_is_not_told_as_zero(cast: Cast, page: Channel) -> None:
    commented(out(page, ago(8), None), cast.mentor)
    assert notify_mentors(NOW) == 0
    with scope(cast.cuprija):
        Subject.objects.update(interactions=0)
    assert notify_mentors(NOW) == 1
    assert "It got 0 interactions" in notices()[0].body


def test_few_posts_have_no_usual(cast: Cast, page: Channel) -> None:
    for interactions in (4, 8, 10, 12):
        out(page, ago(30), interactions)
    commented(out(page, ago(8), 3), cast.mentor)
    notify_mentors(NOW)
    assert "not enough posts" in notices()[0].body
    with scope(cast.cuprija):
        row = PerformanceNotice.objects.get()
    assert (row.median, row.counted, row.interactions) == (None, 4, 3)


def test_practice_never_counts(cast: Cast) -> None:
    practice = channel(cast.cuprija, cast.approver, is_practice=True)
    commented(out(practice, ago(8), 3), cast.mentor)
    assert notify_mentors(NOW) == 0


def test_beat_rings_it(cast: Cast, page: Channel) -> None:
    assert SCHEDULE["notify-performance"]["task"] == notify_performance.name
    commented(out(page, ago(8), 3), cast.mentor)
    notify_performance()
    assert len(notices()) == 1
