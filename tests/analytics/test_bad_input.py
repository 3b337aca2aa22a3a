"""What networks and people get wrong, and how the numbers say so: a gap with a reason, never a 0 and never a guess."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from django.utils import timezone, translation

from analytics.dashboards.queries.follower_breaks import breaks
from analytics.enums import Basis, FetchOutcome, SubjectKind
from analytics.ingestion.domain import collect
from analytics.models import ChannelDay, DailyFact, MetricSnapshot, MonthlyFact, Subject
from analytics.rollups.domain import rollup
from channels.models import Channel
from municipalities.tenancy import scope
from tests.analytics import factories
from tests.analytics.test_collect import account, again, due, fresh, outcomes, post, snapshots, tick  # noqa: F401
from tests.analytics.test_rollup import at, fact, look
from tests.people import Cast, sign_in
from tests.platforms.fakes import FakeServer

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = date(2026, 11, 16)
DAY = timedelta(days=1)


@pytest.fixture
def channel(cast: Cast) -> Channel:
    return factories.channel(cast.cuprija, cast.officer, platform="facebook")


def published(channel: Channel, when: datetime) -> Subject:
    publication = factories.published(channel, when)
    collect.enrol()
    with scope(channel.municipality_id):
        return Subject.objects.get(publication=publication)


# ---- what networks tell


def test_numbers_that_go_down_are_a_minus_on_their_day_and_the_lower_number_stands(channel: Channel) -> None:
    subject = published(channel, at(MONDAY, 9))
    look(subject, at(MONDAY, 10), likes=90, views=1000)
    look(subject, at(MONDAY + DAY, 10), likes=70, views=1000)
    tuesday, monday = fact(channel, MONDAY + DAY, Basis.ACTIVITY), fact(channel, MONDAY, Basis.PUBLICATION)
    assert tuesday is not None
    assert monday is not None
    assert (tuesday.likes, tuesday.interactions, monday.likes) == (-20, -20, 70)


def test_a_metric_that_vanishes_mid_month_is_a_gap_and_no_minus(channel: Channel) -> None:
    subject = published(channel, at(MONDAY, 9))
    look(subject, at(MONDAY, 10), likes=10, views=500)
    for day in (1, 2, 3):
        look(subject, at(MONDAY + day * DAY, 10), likes=10 + day)
    with scope(channel.municipality_id):
        snapshots = list(MetricSnapshot.objects.filter(subject=subject).order_by("at").values_list("outcome", "views"))
    assert snapshots == [("read", 500), ("read", None), ("read", None), ("read", None)]
    for day in (1, 2, 3):
        growth = fact(channel, MONDAY + day * DAY, Basis.ACTIVITY)
        assert growth is not None
        assert (growth.likes, growth.views) == (1, None)
    standing = fact(channel, MONDAY, Basis.PUBLICATION)
    assert standing is not None
    assert (standing.likes, standing.views) == (13, 500)  # what was told last stays
    with scope(channel.municipality_id):
        month = MonthlyFact.objects.get(basis=Basis.ACTIVITY)
        assert (month.likes, month.views) == (13, 500)


def test_a_metric_that_comes_back_grew_by_what_it_grew_and_not_by_all_it_has(channel: Channel) -> None:
    subject = published(channel, at(MONDAY, 9))
    look(subject, at(MONDAY, 10), likes=10, views=500)
    look(subject, at(MONDAY + DAY, 10), likes=11)
    look(subject, at(MONDAY + 2 * DAY, 10), likes=11, views=520)
    back = fact(channel, MONDAY + 2 * DAY, Basis.ACTIVITY)
    assert back is not None
    assert back.views == 20


@pytest.mark.parametrize(
    "garbage",
    [
        {"likes": "12", "replies": 4}, {"likes": -3, "replies": 4}, {"likes": float("nan"), "replies": 4},
        {"likes": 10**18, "replies": 4}, {"likes": None, "replies": 4}, {"likes": [5], "replies": 4},
        {"likes": True, "replies": 4, "hearts": 9},
    ],
)  # fmt: skip
def test_garbage_in_one_number_is_a_gap_there_and_spoils_no_other(channel: Channel, garbage: Any) -> None:
    subject = published(channel, at(MONDAY, 9))
    look(subject, at(MONDAY, 10), likes=2, replies=3)
    look(subject, at(MONDAY, 11), **garbage)
    with scope(channel.municipality_id):
        last = MetricSnapshot.objects.filter(subject=subject).order_by("at").last()
        assert last is not None
        assert (last.likes, last.replies) == (None, 4)
        stored = Subject.objects.get(pk=subject.pk)
    assert (stored.likes, stored.replies, stored.interactions) == (2, 4, 6)


@pytest.mark.parametrize("body", ["[]", '"?"', "{}", '{"id": 5}', "[1, 2]", "<html>", '[{"id": null}]'])
def test_an_answer_that_nobody_expects_is_no_reading_and_the_next_look_comes(
    cast: Cast, fakes: FakeServer, body: str
) -> None:
    subject = post(account(cast, fakes), fakes)
    fakes.plan("status", "/api/v1/statuses", method="GET", times=3, status=200, body=body)
    due(subject)
    tick()
    (snapshot,) = snapshots(subject)
    assert snapshot.outcome != FetchOutcome.READ
    assert (snapshot.likes, snapshot.replies) == (None, None)
    assert again(subject).next_fetch_at is not None


def test_one_post_with_a_million_reactions_is_counted_whole(channel: Channel) -> None:
    subject = published(channel, at(MONDAY, 9))
    look(subject, at(MONDAY, 10), likes=1_000_000, reposts=90_000, replies=45_000, views=80_000_000)
    published_fact = fact(channel, MONDAY, Basis.PUBLICATION)
    assert published_fact is not None
    assert (published_fact.interactions, published_fact.views) == (1_135_000, 80_000_000)


# ---- the clock


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_the_days_on_which_the_clocks_change_begin_and_end_at_midnight_in_belgrade(
    channel: Channel, day: date, hours: int
) -> None:
    first, last = at(day, 0, 0).astimezone(UTC), at(day, 23, 59).astimezone(UTC)
    assert last - first == timedelta(hours=hours) - timedelta(minutes=1)
    subjects = [published(channel, moment) for moment in (first - timedelta(minutes=1), first, last)]
    assert [subject.published_on for subject in subjects] == [day - DAY, day, day]
    (post_of_the_day, midnight) = (subjects[1], at(day + DAY, 0, 0))
    look(post_of_the_day, first + timedelta(minutes=5), likes=1)
    look(post_of_the_day, midnight - timedelta(seconds=1), likes=4)
    look(post_of_the_day, midnight, likes=9)
    grown = [fact(channel, moment_day, Basis.ACTIVITY) for moment_day in (day, day + DAY)]
    assert [row.likes if row else None for row in grown] == [4, 5]


def test_followers_read_a_minute_before_and_after_midnight_belong_to_two_days(channel: Channel) -> None:
    collect.enrol()
    with scope(channel.municipality_id):
        subject = Subject.objects.get(kind=SubjectKind.CHANNEL)
    for moment, followers in ((at(date(2026, 10, 25), 23, 59), 100), (at(date(2026, 10, 26), 0, 1), 101)):
        look(subject, moment, followers=followers)
    rollup.rebuild_dirty_days()
    with scope(channel.municipality_id):
        days = ChannelDay.objects.order_by("day").values_list("day", "followers")
        assert list(days) == [(date(2026, 10, 25), 100), (date(2026, 10, 26), 101)]


# ---- a municipality with nothing, and a page that takes another's place


def test_a_municipality_without_posts_has_no_facts_and_no_zeros(channel: Channel) -> None:
    collect.enrol()
    rollup.rebuild_dirty_days()
    with scope(channel.municipality_id):
        assert not DailyFact.objects.exists()


def test_another_page_in_place_of_the_old_one_is_a_channel_of_its_own(cast: Cast, fakes: FakeServer) -> None:
    """As `channels.domain.connect` leaves it: an account that is connected again must be the same one, another becomes
    a channel of its own."""
    old = account(cast, fakes, "facebook", "stara")
    mine = post(old, fakes, "Вест старе стране")
    due(mine)
    tick()
    with scope(cast.cuprija):
        Channel.objects.filter(pk=old.pk).update(state="disconnected", disconnected_at=timezone.now())
    new = account(cast, fakes, "facebook", "nova")
    other = post(new, fakes, "Вест нове стране")
    before = len(fakes.ledger())
    due(mine, other)
    tick()
    asked = [entry for entry in fakes.ledger()[before:] if mine.remote_id in str(entry)]
    assert asked == []
    assert (outcomes(mine), outcomes(other)) == (["read"], ["read"])


def test_the_line_of_followers_breaks_with_a_reason_where_another_page_takes_its_place(cast: Cast) -> None:
    old = factories.channel(cast.cuprija, cast.officer, platform="facebook", name="Општина")
    new = factories.channel(cast.cuprija, cast.officer, platform="facebook", name="Град")
    other = factories.channel(cast.cuprija, cast.officer, platform="bluesky", name="Плаво небо")
    with scope(cast.cuprija):
        Channel.objects.filter(pk=old.pk).update(
            state="disconnected", disconnected_at=datetime(2026, 11, 10, 12, tzinfo=UTC)
        )
        for channel, first, last in ((old, 1, 10), (new, 12, 20), (other, 1, 20)):
            for day in range(first, last + 1):
                ChannelDay.objects.create(
                    municipality=cast.cuprija, channel=channel, day=date(2026, 11, day), followers=100
                )
        with translation.override("en"):
            follower_breaks = breaks(date(2026, 11, 1), date(2026, 11, 20))
            assert [(follower_break.day.day, follower_break.reason) for follower_break in follower_breaks] == [
                (12, "Another page on Facebook: “Град” in place of “Општина”.")
            ]
            assert breaks(date(2026, 11, 13), date(2026, 11, 20)) == []


def test_a_channel_that_is_added_or_given_up_breaks_the_line_too(cast: Cast) -> None:
    first = factories.channel(cast.cuprija, cast.officer, platform="facebook", name="Општина")
    added = factories.channel(cast.cuprija, cast.officer, platform="bluesky", name="Плаво небо")
    with scope(cast.cuprija):
        for channel, since in ((first, 1), (added, 5)):
            for day in range(since, 21):
                ChannelDay.objects.create(
                    municipality=cast.cuprija, channel=channel, day=date(2026, 11, day), followers=100
                )
        Channel.objects.filter(pk=first.pk).update(
            state="disconnected", disconnected_at=datetime(2026, 11, 15, 12, tzinfo=UTC)
        )
        with translation.override("en"):
            follower_breaks = breaks(date(2026, 11, 1), date(2026, 11, 20))
    assert [(follower_break.day.day, follower_break.reason) for follower_break in follower_breaks] == [
        (5, "“Плаво небо” on Bluesky was connected; its followers count from here."),
        (15, "“Општина” was disconnected; its followers no longer count."),
    ]


def test_the_drawing_is_cut_where_the_channels_change_and_says_what_was_imported(cast: Cast) -> None:
    first = factories.channel(cast.cuprija, cast.officer, platform="facebook", name="Општина")
    added = factories.channel(cast.cuprija, cast.officer, platform="bluesky", name="Плаво небо")
    with scope(cast.cuprija):
        for channel, since in ((first, 1), (added, 12)):
            for day in range(since, 21):
                ChannelDay.objects.create(
                    municipality=cast.cuprija, channel=channel, day=date(2026, 11, day), followers=100,
                    imported=channel == first and day <= 8,
                )  # fmt: skip
    page = (
        sign_in(cast.officer)
        .get("/m/cuprija/analytics/followers-and-links/?days=own&from=2026-11-01&to=2026-11-20")
        .text
    )
    drawing = page.split("chart-mark", 1)[1]
    assert "a channel more" in drawing
    assert "imported up to here" in drawing
    assert "were imported: from a file" in page
    later = (
        sign_in(cast.officer)
        .get("/m/cuprija/analytics/followers-and-links/?days=own&from=2026-11-14&to=2026-11-20")
        .text
    )
    assert "imported" not in later.split("<h2>", 1)[1]
