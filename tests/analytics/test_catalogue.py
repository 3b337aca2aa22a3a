"""What the metrics mean, and who tells them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from django.test import Client

from analytics.metrics import ADDED, BELIEVED_UP_TO, METRICS, POST_METRICS, believed
from analytics.models import Counts, MetricCoverage
from channels import validation
from municipalities.tenancy import scope
from tests.analytics import factories
from tests.people import Cast, sign_in

PAGE = "/m/cuprija/analytics/metrics/"


def test_every_column_of_a_look_is_in_the_catalogue() -> None:
    assert tuple(field.name for field in Counts._meta.get_fields()) == POST_METRICS
    assert set(METRICS) == {*POST_METRICS, "followers"}


def test_reach_is_added_over_nothing_and_followers_over_channels_only() -> None:
    def answers(key: str) -> list[bool]:
        metric = METRICS[key]
        return [metric.over_posts.allowed, metric.over_days.allowed, metric.over_channels.allowed]

    assert answers("reach") == [False, False, False]
    assert answers("followers") == [False, False, True]
    assert answers("likes") == [True, True, True]
    assert "reach" not in ADDED
    assert {key for key, metric in METRICS.items() if metric.is_paid} == {"paid_views"}


def test_networks_say_what_they_tell_by_which_name_and_what_they_changed() -> None:
    facebook = next(one for one in validation.metric_descriptions("views") if one.platform == "facebook")
    assert facebook.own_name == "post_media_view"
    assert [str(day) for day, _words, _source in facebook.changes] == ["2025-11-15"]
    assert {one.platform for one in validation.metric_descriptions("paid_views")} == {"facebook"}
    assert {one.platform for one in validation.metric_descriptions("followers")} == set(validation.networks()) - {
        # they take no posts, so nothing of them is counted
        "google_business",
        "mail",
        "viber_bot",
        "wordpress",  # a site has readers, whom it does not count
    }


def test_names_remarks_and_changes_are_of_what_is_told(subtests: pytest.Subtests) -> None:
    for platform in sorted(validation.networks()):
        with subtests.test(platform=platform):
            from platforms.registry import connector

            kind = connector(platform)
            metrics = kind.measures | kind.account_measures
            assert set(kind.remarks) <= metrics
            assert {change.metric for change in kind.changes} <= metrics
            assert metrics & set(METRICS) <= set(kind.own_names)
            assert [change.on for change in kind.changes] == sorted(change.on for change in kind.changes)


def test_a_name_that_an_installation_sets_differently_is_the_one_that_is_shown(settings: Any) -> None:
    settings.NETWORK_OPTIONS = {"facebook": {"post_metrics": {"views": "post_views_2027"}}}
    assert (
        next(one for one in validation.metric_descriptions("views") if one.platform == "facebook").own_name
        == "post_views_2027"
    )


def test_what_is_no_count_is_no_reading(subtests: pytest.Subtests) -> None:
    for garbage in ["12", -1, float("nan"), 3.5, float("inf"), True, None, [], {}, 10**30, BELIEVED_UP_TO + 1]:
        with subtests.test(garbage=garbage):
            assert believed({"likes": garbage, "replies": 0}, POST_METRICS) == {"replies": 0}


def test_a_million_reactions_are_believed() -> None:
    assert believed({"likes": 1_000_000, "strange": 3}, POST_METRICS) == {"likes": 1_000_000}


@pytest.mark.django_db
def test_the_page_says_since_when_and_until_when_each_channel_is_told(
    cast: Cast,
) -> None:
    channel = factories.channel(cast.cuprija, cast.officer, platform="facebook", name="Strana")
    now = datetime(2026, 11, 25, tzinfo=UTC)
    with scope(cast.cuprija):
        for metric, days in (("likes", 0), ("views", 20)):
            MetricCoverage.objects.create(
                municipality=cast.cuprija, channel=channel, metric=metric,
                first_at=now - timedelta(days=90), last_at=now - timedelta(days=days),
            )  # fmt: skip
    page = _text(sign_in(cast.officer))
    assert "since 27 Aug 2026" in page
    assert "last reported on 5 Nov 2026" in page
    assert "not reported by the network" in page
    assert "not reported yet" in page


@pytest.mark.django_db
def test_the_page_asks_the_same_number_of_questions_for_one_channel_and_for_many(
    cast: Cast,
) -> None:
    client = sign_in(cast.officer)
    factories.channel(cast.cuprija, cast.officer)
    client.get(PAGE)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        client.get(PAGE)
    for _ in range(5):
        factories.channel(cast.cuprija, cast.officer, platform="bluesky")
    with CaptureQueriesContext(connection) as many:
        client.get(PAGE)
    assert len(one) == len(many) <= 12


def _text(client: Client) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())
