"""The benchmark's three years, in small: what it makes agrees with itself and looks like life."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Avg, Count, Sum
from django.urls import reverse
from django.utils import timezone

from analytics import partitions
from analytics.models import ChannelDay, DailyFact, DirtyDay, MetricSnapshot, MonthlyFact, Subject
from analytics.rollups.domain import rebuild, rollup
from benchmarks import scale
from channels.models import Channel
from municipalities.tenancy import everywhere
from posts.models import Publication
from tests.database import owner_rights
from tests.people import sign_in

SMALL = scale.Size(posts=1500, municipalities=4, days=240)


@pytest.fixture
def filled(db: None) -> Any:
    with everywhere("a small benchmark"):
        with owner_rights():
            filled = scale.fill(SMALL)
        yield filled


def test_every_post_has_all_that_pages_join_and_its_looks_and_facts_agree(filled: scale.Filled) -> None:
    subjects = Subject.objects.filter(kind="publication")
    assert abs(filled.posts - SMALL.posts) < SMALL.posts * 0.05
    assert subjects.count() == Publication.objects.count() == filled.posts
    assert Channel.objects.count() == SMALL.municipalities * 5
    assert filled.metric_values > filled.posts * 15
    assert partitions.healthy()
    for basis in ("publication", "activity"):
        for key in ("likes", "views", "interactions"):
            facts = DailyFact.objects.filter(basis=basis).aggregate(told=Sum(key))["told"]
            assert facts == MonthlyFact.objects.filter(basis=basis).aggregate(told=Sum(key))["told"]
            assert facts == subjects.aggregate(told=Sum(key))["told"] > 0
    assert DailyFact.objects.filter(basis="publication").aggregate(told=Sum("posts"))["told"] == filled.posts
    assert not DirtyDay.objects.exists()
    rows = sorted(DailyFact.objects.values_list("channel_id", "day", "basis", "traits_id", "likes"))
    rebuild.rebuild_channels(rebuild.oldest(), timezone.localdate(), list(Channel.objects.values_list("pk", flat=True)))
    assert sorted(DailyFact.objects.values_list("channel_id", "day", "basis", "traits_id", "likes")) == rows


def facts() -> dict[str, list[tuple[Any, ...]]]:
    """All rows but their ids, in order."""
    rows_by_model = {}
    for kind in (DailyFact, MonthlyFact, ChannelDay):
        columns = [field.attname for field in kind._meta.concrete_fields if field.attname != "id"]
        rows_by_model[kind.__name__] = sorted(kind.objects.values_list(*columns), key=repr)
    return rows_by_model


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_facts_that_were_made_side_by_side_are_those_that_one_would_make() -> None:
    """Outside a transaction, as here, so many channels are made in lanes; inside one they are not."""
    with everywhere("a small benchmark"):
        with owner_rights():
            scale.fill(SMALL)
        assert Channel.objects.count() >= rebuild.MIN_CHANNELS_FOR_LANES
        side_by_side = facts()
        assert all(side_by_side.values())
        channels = list(Channel.objects.values_list("pk", flat=True))
        with transaction.atomic():
            for kind in (DailyFact, MonthlyFact, ChannelDay):
                kind.objects.all().delete()
            rebuild.rebuild_channels(rebuild.oldest(), timezone.localdate(), channels)
            assert facts() == side_by_side
        DailyFact.objects.filter(basis="activity").update(likes=1)
        assert rebuild.rebuild_channels(rebuild.oldest(), timezone.localdate(), channels) > 0
        assert facts() == side_by_side


@pytest.mark.django_db(transaction=True)
def test_nobody_folds_while_a_lane_is_at_work_and_the_other_lane_goes_on() -> None:
    def at_once(act: Callable[[], Any]) -> Any:
        """On a connection of its own."""

        def acted() -> Any:
            try:
                with transaction.atomic():
                    return act()
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(acted).result(timeout=60)

    with transaction.atomic():
        rollup.lock_lane(0)
        assert at_once(lambda: rollup.lock(wait=False)) is False
        at_once(lambda: rollup.lock_lane(1))
    assert at_once(lambda: rollup.lock(wait=False)) is True


def test_it_looks_like_life(filled: scale.Filled) -> None:
    outcomes = dict(MetricSnapshot.objects.values_list("outcome").annotate(n=Count("*")))
    assert set(outcomes) == {"read", "unchanged", "not_reached", "needs_consent"}
    assert DailyFact.objects.filter(basis="activity", likes__lt=0).exists()
    likes = sorted(Subject.objects.filter(likes__isnull=False).values_list("likes", flat=True))
    assert likes[-1] > 20 * likes[len(likes) // 2] > 0
    by_weekday = dict(
        Subject.objects.filter(kind="publication").values_list("published_on__iso_week_day").annotate(n=Count("pk"))
    )
    assert by_weekday[2] > 2 * by_weekday[7]
    assert ChannelDay.objects.filter(followers=None).exclude(gap="").exists()
    posts = Subject.objects.filter(kind="publication").select_related("traits")
    trained = timezone.localdate() - timedelta(days=SMALL.days // 12)
    calls = [
        some.exclude(traits__call_kind="").count() / some.count()
        for some in (posts.filter(published_on__lt=trained - timedelta(100)), posts.filter(published_on__gt=trained))
    ]
    assert calls[0] < calls[1]
    assert posts.aggregate(told=Avg("interactions"))["told"] > 1


def test_pages_open_on_it(filled: scale.Filled) -> None:
    officer, staff = sign_in(filled.officer), sign_in(filled.staff)
    slug = filled.home.slug
    assert officer.get(reverse("analytics", args=[slug]) + "?days=90").status_code == 200
    assert officer.get(reverse("post", args=[slug, _a_post(filled)])).status_code == 200
    assert staff.get(reverse("programme") + "?days=90").status_code == 200


def _a_post(filled: scale.Filled) -> int:
    return int(Publication.objects.filter(municipality=filled.home)[0].post_id)


def test_an_installation_that_is_used_is_left_alone(filled: scale.Filled, settings: Any) -> None:
    settings.DATABASE_OWNER_URL = ""  # no other connection: this one is in a transaction
    with pytest.raises(CommandError, match="Only an empty installation"):
        call_command("seed_scale", of=1000)
