"""From looks to daily facts: two ways of counting, gaps that stay gaps, and the same rows when made again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics.enums import Basis, FetchOutcome
from analytics.ingestion.domain import collect
from analytics.models import ChannelDay, DailyFact, MetricSnapshot, Subject
from analytics.rollups.domain import rollup
from channels.models import Channel
from delivery.models import Delivery
from municipalities.tenancy import scope
from tests.analytics import factories
from tests.people import Cast

BELGRADE = ZoneInfo("Europe/Belgrade")
MONDAY = date(2026, 11, 16)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=BELGRADE)


def look(subject: Subject, when: datetime, outcome: FetchOutcome = FetchOutcome.READ, **values: int) -> None:
    with scope(subject.municipality_id):
        subject.refresh_from_db()
        collect.record([subject], {subject.pk: (outcome, values)}, when)


def fact(channel: Channel, day: date, basis: Basis) -> DailyFact | None:
    rollup.rebuild_dirty_days()
    with scope(channel.municipality_id):
        return DailyFact.objects.filter(channel=channel, day=day, basis=basis).first()


@pytest.fixture
def channel(cast: Cast) -> Channel:
    return factories.channel(cast.cuprija, cast.officer)


@pytest.fixture
def subject(channel: Channel) -> Subject:
    factories.published(channel, at(MONDAY, 9))
    collect.enrol()
    with scope(channel.municipality_id):
        return Subject.objects.get(publication__isnull=False)


def test_a_post_counts_to_its_day_of_publication_before_anybody_looked(channel: Channel, subject: Subject) -> None:
    published_fact = fact(channel, MONDAY, Basis.PUBLICATION)
    assert published_fact is not None
    assert (published_fact.posts, published_fact.likes, published_fact.interactions) == (1, None, None)


def test_the_latest_numbers_stand_at_the_day_of_publication(channel: Channel, subject: Subject) -> None:
    look(subject, at(MONDAY, 10), likes=3, replies=1)
    look(subject, at(MONDAY + timedelta(days=1), 10), likes=7, replies=1)
    published_fact = fact(channel, MONDAY, Basis.PUBLICATION)
    assert published_fact is not None
    assert (published_fact.likes, published_fact.replies, published_fact.reposts, published_fact.interactions) == (
        7,
        1,
        None,
        8,
    )


def test_activity_counts_growth_on_its_own_day(channel: Channel, subject: Subject) -> None:
    look(subject, at(MONDAY, 10), likes=3)
    look(subject, at(MONDAY, 23, 59), likes=5)
    look(subject, at(MONDAY + timedelta(days=1), 0, 1), likes=6)
    monday = fact(channel, MONDAY, Basis.ACTIVITY)
    tuesday = fact(channel, MONDAY + timedelta(days=1), Basis.ACTIVITY)
    assert monday is not None
    assert tuesday is not None
    assert (monday.likes, tuesday.likes) == (5, 1)


def test_a_correction_by_the_network_is_kept_as_a_negative_growth(channel: Channel, subject: Subject) -> None:
    look(subject, at(MONDAY, 10), likes=9)
    look(subject, at(MONDAY + timedelta(days=1), 10), likes=6)
    tuesday = fact(channel, MONDAY + timedelta(days=1), Basis.ACTIVITY)
    assert tuesday is not None
    assert (tuesday.likes, tuesday.interactions) == (-3, -3)


def test_a_refused_look_is_written_down_and_changes_no_number(channel: Channel, subject: Subject) -> None:
    look(subject, at(MONDAY, 10), likes=3)
    look(subject, at(MONDAY, 11), FetchOutcome.NOT_REACHED)
    with scope(channel.municipality_id):
        subject.refresh_from_db()
        assert subject.likes == 3
        assert subject.misses == 1
        assert list(MetricSnapshot.objects.order_by("at").values_list("outcome", "likes")) == [
            ("read", 3),
            ("not_reached", None),
        ]


def test_a_post_that_is_gone_is_left_alone_and_a_person_hears_of_it(channel: Channel, subject: Subject) -> None:
    look(subject, at(MONDAY, 9), likes=3)
    look(subject, at(MONDAY, 10), FetchOutcome.GONE)
    with scope(channel.municipality_id):
        subject.refresh_from_db()
        assert subject.next_fetch_at == at(MONDAY, 10, 10)  # one look may be wrong
        assert subject.publication.delivery.state == "published"
    look(subject, at(MONDAY, 10, 10), FetchOutcome.GONE)
    with scope(channel.municipality_id):
        subject = Subject.objects.get(pk=subject.pk)
        assert (subject.next_fetch_at, subject.likes) == (None, 3)
        assert subject.publication.delivery.state == "missing"


def test_a_post_that_comes_back_between_two_looks_is_not_gone(channel: Channel, subject: Subject) -> None:
    look(subject, at(MONDAY, 10), FetchOutcome.GONE)
    look(subject, at(MONDAY, 11), likes=1)
    look(subject, at(MONDAY, 12), FetchOutcome.GONE)
    with scope(channel.municipality_id):
        assert Subject.objects.get(pk=subject.pk).publication.delivery.state == "published"


def test_what_we_took_down_ourselves_is_not_found_missing(channel: Channel, subject: Subject) -> None:
    with scope(channel.municipality_id):
        Delivery.objects.update(state="withdrawn")
    look(subject, at(MONDAY, 10), FetchOutcome.GONE)
    look(subject, at(MONDAY, 10, 10), FetchOutcome.GONE)
    with scope(channel.municipality_id):
        assert Delivery.objects.get().state == "withdrawn"
        assert Subject.objects.get(pk=subject.pk).next_fetch_at is None


def test_what_people_are_asked_to_do_is_counted_apart(channel: Channel) -> None:
    for call in ("apply", "apply", ""):
        factories.published(channel, at(MONDAY, 9), call=call)
    collect.enrol()
    with scope(channel.municipality_id):
        asked = Subject.objects.filter(traits__call_kind="apply").first()
    assert asked is not None
    look(asked, at(MONDAY, 10), likes=6)
    rollup.rebuild_dirty_days()
    with scope(channel.municipality_id):
        for basis, expected in (
            (Basis.PUBLICATION, [("", 1, None), ("apply", 2, 6)]),
            (Basis.ACTIVITY, [("apply", 0, 6)]),
        ):
            facts = DailyFact.objects.filter(basis=basis).order_by("traits__call_kind")
            assert list(facts.values_list("traits__call_kind", "posts", "interactions")) == expected


def test_a_refused_look_at_followers_names_the_gap_but_keeps_an_earlier_number(channel: Channel) -> None:
    collect.enrol()
    with scope(channel.municipality_id):
        follower_subject = Subject.objects.get(publication__isnull=True)
    look(follower_subject, at(MONDAY, 8), followers=120)
    look(follower_subject, at(MONDAY, 20), FetchOutcome.NOT_REACHED)
    look(follower_subject, at(MONDAY + timedelta(days=1), 8), FetchOutcome.NOT_REACHED)
    rollup.rebuild_dirty_days()
    with scope(channel.municipality_id):
        assert list(ChannelDay.objects.order_by("day").values_list("followers", "gap")) == [
            (120, ""),
            (None, "not_reached"),
        ]


def test_enrolling_twice_makes_one_subject(channel: Channel, subject: Subject) -> None:
    assert collect.enrol() == 0


def test_a_claim_gives_a_look_to_one_worker(channel: Channel, subject: Subject) -> None:
    assert sum(len(ids) for ids in collect.claim().values()) == 2
    assert collect.claim() == {}


def test_pulls_lie_in_the_partition_of_their_month(channel: Channel, subject: Subject) -> None:
    from django.db import connection

    from analytics import partitions

    partitions.ensure(MONDAY, MONDAY)
    look(subject, at(MONDAY, 10), likes=1)
    with scope(subject.municipality_id), connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM analytics_metricsnapshot")
        assert cursor.fetchall() == [("analytics_metricsnapshot_2026_11",)]
    assert partitions.healthy()


def test_a_pull_without_a_month_raises_the_alarm(channel: Channel, subject: Subject) -> None:
    from analytics import partitions

    look(subject, at(date(2019, 5, 1), 10), likes=1)
    assert not partitions.healthy()
