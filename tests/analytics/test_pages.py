"""The two pages of numbers: who may open them, what they show, and that they cost the same at any size."""

from __future__ import annotations

from datetime import timedelta

import pytest

from django.urls import reverse
from django.utils import timezone

from analytics.enums import FetchOutcome
from analytics.ingestion.domain import collect
from analytics.models import Subject
from analytics.rollups.domain import rollup
from municipalities.models import Municipality
from municipalities.tenancy import scope
from tests.analytics import factories
from tests.people import Cast, sign_in

pytestmark = pytest.mark.usefixtures("db")


def fill(municipality: Municipality, by: object, posts: int, likes: int = 5, channels: int = 1) -> None:
    """`posts` published one a day up to yesterday on each channel, each read once; followers read every day."""
    now = timezone.now()
    for _ in range(channels):
        channel = factories.channel(municipality, by)
        for day in range(1, posts + 1):
            factories.published(channel, now - timedelta(days=day))
    collect.enrol()
    with scope(municipality):
        for subject in Subject.objects.all():
            values = {"likes": likes, "replies": 1} if subject.publication_id else {"followers": 400}
            for day in (2, 1):
                collect.record([subject], {subject.pk: (FetchOutcome.READ, values)}, now - timedelta(days=day))
    rollup.rebuild_dirty_days()


def address(cast: Cast) -> str:
    return reverse("analytics", args=[cast.cuprija.slug])


def test_an_officer_sees_the_numbers_of_the_period(cast: Cast) -> None:
    fill(cast.cuprija, cast.officer, posts=3)
    answer = sign_in(cast.officer).get(address(cast), {"basis": "publication"})
    stats = {str(tile["label"]): tile["value"] for tile in answer.context["tiles"]}
    assert stats == {
        "Posts": 3,
        "Interactions with the posts of these days": 18,
        "Interactions per post": 6.0,
        "Followers": 400,
    }


def test_a_stranger_gets_not_found_and_a_stranger_to_the_programme_too(cast: Cast) -> None:
    assert sign_in(cast.stranger).get(address(cast)).status_code == 404
    assert sign_in(cast.officer).get(reverse("programme")).status_code == 404


def test_an_empty_workspace_says_what_to_do(cast: Cast) -> None:
    answer = sign_in(cast.officer).get(address(cast))
    assert "No channel yet" in answer.content.decode()


def test_a_metric_the_network_does_not_tell_is_no_zero(cast: Cast) -> None:
    fill(cast.cuprija, cast.officer, posts=1)
    (line,) = sign_in(cast.officer).get(reverse("analytics_posts", args=["cuprija"])).context["lines"]
    subject = line.subject
    assert (subject.likes, subject.reposts, subject.replies, subject.interactions) == (5, None, 1, 6)


def test_the_dashboard_tells_what_people_were_asked_to_do(cast: Cast) -> None:
    page = factories.channel(cast.cuprija, cast.officer)
    for call in ("pay", "pay", ""):
        factories.published(page, timezone.now() - timedelta(days=2), call=call)
    collect.enrol()
    rollup.rebuild_dirty_days()
    tables = sign_in(cast.officer).get(reverse("analytics_works", args=["cuprija"])).context["tables"]
    (by_call,) = [table for table in tables if table.key == "call"]
    assert [(row.label, row.totals.posts) for row in by_call.rows] == [("Pay", 2), ("Nothing: it only informs", 1)]


@pytest.mark.parametrize(("posts", "channels"), [(1, 1), (25, 2)])
def test_the_dashboard_costs_the_same_at_any_size(
    cast: Cast, posts: int, channels: int, django_assert_num_queries
) -> None:
    fill(cast.cuprija, cast.officer, posts=posts, channels=channels)
    client = sign_in(cast.officer)
    client.get(address(cast))
    with django_assert_num_queries(12):
        client.get(address(cast))


def test_the_newest_posts_stand_on_the_dashboard_on_their_first_day(cast: Cast) -> None:
    now = timezone.now()
    factories.published(factories.channel(cast.cuprija, cast.officer), now)
    collect.enrol()
    with scope(cast.cuprija):
        subjects = list(Subject.objects.filter(publication__isnull=False))
        collect.record(subjects, {subjects[0].pk: (FetchOutcome.READ, {"likes": 3})}, now)
    (newest,) = sign_in(cast.officer).get(address(cast)).context["newest"]
    assert (newest.likes, newest.reposts, newest.interactions) == (3, None, 3)


def test_practice_numbers_stay_out_of_a_real_installation(cast: Cast, settings) -> None:
    settings.DEMO = False
    channel = factories.channel(cast.cuprija, cast.officer, is_practice=True)
    factories.published(channel, timezone.now() - timedelta(days=2))
    collect.enrol()
    tiles = sign_in(cast.officer).get(address(cast)).context["tiles"]
    assert (tiles[0]["label"], tiles[0]["value"]) == ("Posts", 0)
