"""The benchmark's three years, in small: what it makes agrees with itself and looks like life."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from django.core.management import CommandError, call_command
from django.db.models import Avg, Count, Sum
from django.urls import reverse
from django.utils import timezone

from analytics import partitions
from analytics.domain import rebuild
from analytics.models import ChannelDay, DailyFact, MonthlyFact, Pull, StaleDay, Subject
from channels.models import Channel
from municipalities.tenancy import everywhere
from portal.bench import scale
from posts.models import Publication
from tests.people import sign_in

SMALL = scale.Size(posts=1500, municipalities=4, days=240)


@pytest.fixture
def filled(db: None) -> Any:
    with everywhere("a small benchmark"):
        yield scale.fill(SMALL)


def test_every_post_has_all_that_pages_join_and_its_looks_and_facts_agree(filled: scale.Filled) -> None:
    subjects = Subject.objects.filter(kind="publication")
    assert abs(filled.posts - SMALL.posts) < SMALL.posts * 0.05
    assert subjects.count() == Publication.objects.count() == filled.posts
    assert Channel.objects.count() == SMALL.municipalities * 5
    assert filled.readings > filled.posts * 15
    assert partitions.healthy()
    for basis in ("publication", "activity"):
        for key in ("likes", "views", "interactions"):
            facts = DailyFact.objects.filter(basis=basis).aggregate(told=Sum(key))["told"]
            assert facts == MonthlyFact.objects.filter(basis=basis).aggregate(told=Sum(key))["told"]
            assert facts == subjects.aggregate(told=Sum(key))["told"] > 0
    assert DailyFact.objects.filter(basis="publication").aggregate(told=Sum("posts"))["told"] == filled.posts
    assert not StaleDay.objects.exists()
    rows = sorted(DailyFact.objects.values_list("channel_id", "day", "basis", "traits_id", "likes"))
    rebuild.make_again(rebuild.oldest(), timezone.localdate(), list(Channel.objects.values_list("pk", flat=True)))
    assert sorted(DailyFact.objects.values_list("channel_id", "day", "basis", "traits_id", "likes")) == rows


def test_it_looks_like_life(filled: scale.Filled) -> None:
    outcomes = dict(Pull.objects.values_list("outcome").annotate(n=Count("*")))
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


def test_an_installation_that_is_used_is_left_alone(filled: scale.Filled) -> None:
    with pytest.raises(CommandError, match="Only an empty installation"):
        call_command("seed_scale", of=1000)
