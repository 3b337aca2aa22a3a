"""Facts made bit by bit are those made of everything at once, whatever networks tell and in whatever order."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from analytics import partitions
from analytics.enums import Basis, FetchOutcome
from analytics.ingestion.domain import bulk_insert, collect, dirty_days, traits
from analytics.metrics import interactions
from analytics.models import ChannelDay, DailyFact, DirtyDay, MetricSnapshot, MonthlyFact, Subject, Traits
from analytics.rollups.domain import rebuild, retention, rollup
from analytics.rollups.queries import Freshness, freshness
from channels.models import Channel
from common.models import AuditEvent
from municipalities.holidays import BELGRADE
from municipalities.tenancy import everywhere, scope
from tests.analytics import factories
from tests.database import owner_cursor
from tests.people import Cast

NUMBERS = ("likes", "replies", "views", "paid_views")
# Both clock changes, and the months that end soon after them.
STARTS = (date(2026, 3, 27), date(2026, 10, 23))
DAYS = 12
MONDAY = date(2026, 11, 16)
NOVEMBER = datetime(2026, 11, 26, 10, tzinfo=UTC)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), BELGRADE)


@dataclass(frozen=True)
class Fetch:
    """`minutes` after the start; one subject, or the channel itself where `post` is None."""

    post: int | None
    minutes: int
    outcome: FetchOutcome
    values: dict[str, int | None]


# Around midnight more often than by chance.
MINUTES = st.one_of(
    st.integers(0, DAYS * 1440),
    st.tuples(st.integers(1, DAYS), st.integers(-90, 90)).map(lambda found: found[0] * 1440 + found[1]),
)
OUTCOMES = st.sampled_from([*[FetchOutcome.READ] * 6, FetchOutcome.UNCHANGED, FetchOutcome.NOT_REACHED])
VALUES = st.fixed_dictionaries({key: st.one_of(st.none(), st.integers(0, 40)) for key in NUMBERS})
FETCHES = st.builds(Fetch, st.one_of(st.none(), st.integers(0, 4)), MINUTES, OUTCOMES, VALUES)
# `True` is a fold between two looks, a pair makes a post of another kind.
ACTS = st.lists(
    st.one_of(FETCHES, FETCHES, FETCHES, st.just(True), st.tuples(st.integers(0, 4), st.booleans())), max_size=40
)


class History:
    """Five posts on two channels, every other one of them from before the portal."""

    def __init__(self, channels: list[Channel], start: date, published: list[int]) -> None:
        self.start = at(start, 0)
        kinds = traits.rows_for([(item, "", "", "text", "", "", False) for item in ("service", "ceremony")])
        self.kinds: list[Traits] = sorted(kinds.values(), key=lambda kind: kind.category)
        self.channels = [
            Subject.objects.create(municipality_id=item.municipality_id, kind="channel", channel=item)
            for item in channels
        ]
        self.posts = [self.post(n, channels[n // 2 % 2], minutes) for n, minutes in enumerate(published)]
        dirty_days.mark_published(self.posts)

    def post(self, n: int, channel: Channel, minutes: int) -> Subject:
        moment = self.moment(minutes)
        publication = factories.published(channel, moment) if n % 2 else None
        return Subject.objects.create(
            municipality_id=channel.municipality_id, kind="publication" if publication else "imported", channel=channel,
            publication=publication, remote_id=f"post-{n}", traits=self.kinds[n % 2], published_at=moment,
            published_on=timezone.localdate(moment),
        )  # fmt: skip

    def moment(self, minutes: int) -> datetime:
        return self.start + timedelta(minutes=minutes)

    def act(self, act: Any) -> None:
        if act is True:
            rollup.rebuild_dirty_days()
        elif isinstance(act, Fetch):
            self.fetch(act)
        else:
            post, boosted = self.posts[act[0]], act[1]
            Subject.objects.filter(pk=post.pk).update(traits=self.kinds[boosted])
            dirty_days.mark_subjects([post.pk])

    def fetch(self, fetch: Fetch) -> None:
        subject = self.channels[fetch.minutes % 2] if fetch.post is None else self.posts[fetch.post]
        moment, read = self.moment(fetch.minutes), fetch.outcome == FetchOutcome.READ
        values = {key: value for key, value in fetch.values.items() if read and fetch.post is not None}
        followers = fetch.values.get("likes") if read and fetch.post is None else None
        snapshot = MetricSnapshot(
            subject=subject, municipality_id=subject.municipality_id, at=moment, outcome=fetch.outcome,
            followers=followers, **values,
        )  # fmt: skip
        for key, value in values.items():
            setattr(subject, key, value)
        subject.interactions = interactions(values) if values else subject.interactions
        bulk_insert.write([subject], [snapshot])


def facts() -> dict[str, list[tuple[Any, ...]]]:
    """All rows but their ids, in order."""
    rows_by_model = {}
    for kind in (DailyFact, MonthlyFact, ChannelDay):
        columns = [field.attname for field in kind._meta.concrete_fields if field.attname != "id"]
        rows_by_model[kind.__name__] = sorted(kind.objects.values_list(*columns), key=repr)
    return rows_by_model


def growth() -> dict[tuple[int, date, int], dict[str, int]]:
    """What activity must be, reckoned plainly: by channel, day and traits."""
    sums: dict[tuple[int, date, int], dict[str, int]] = defaultdict(dict)
    for subject in Subject.objects.exclude(kind="channel"):
        snapshots = subject.snapshots.filter(outcome="read").order_by("at")
        for key in NUMBERS:
            values_by_day: dict[date, int] = {}
            for snapshot in snapshots:
                day = timezone.localdate(snapshot.at)
                if getattr(snapshot, key) is not None and day >= subject.published_on:
                    values_by_day[day] = getattr(snapshot, key)
            # what a post from before had at its first look came on days that nobody knows
            before = next(iter(values_by_day.values()), 0) if subject.kind == "imported" else 0
            for day, value in values_by_day.items():
                row = sums[subject.channel_id, day, subject.traits_id]
                row[key] = row.get(key, 0) + value - before
                before = value
    return {where: row for where, row in sums.items() if any(row.values())}


@pytest.fixture
def channels(cast: Cast) -> list[Channel]:
    return [factories.channel(cast.cuprija, cast.officer) for _ in range(2)]


HISTORY = {
    "start": st.sampled_from(STARTS),
    "published": st.lists(st.integers(0, DAYS * 1440), min_size=5, max_size=5),
    "acts": ACTS,
}


@given(**HISTORY)
# A number of followers that came later than a look which says that nothing has changed since.
@example(
    start=STARTS[0], published=[0] * 5,
    acts=[Fetch(None, 1440, FetchOutcome.UNCHANGED, {}), True, Fetch(None, 0, FetchOutcome.READ, {"likes": 7})],
)  # fmt: skip
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_facts_made_bit_by_bit_are_those_made_of_everything(
    channels: list[Channel], start: date, published: list[int], acts: list[Any]
) -> None:
    _made_in_two_ways(channels, start, published, acts)


@pytest.mark.long
@given(**HISTORY)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_facts_of_many_histories_made_bit_by_bit_are_those_made_of_everything(
    channels: list[Channel], start: date, published: list[int], acts: list[Any]
) -> None:
    _made_in_two_ways(channels, start, published, acts)


def _made_in_two_ways(channels: list[Channel], start: date, published: list[int], acts: list[Any]) -> None:
    with transaction.atomic(), everywhere("two ways to the same facts"):
        history = History(channels, start, published)
        for act in acts:
            history.act(act)
        rollup.rebuild_dirty_days()
        bit_by_bit = facts()
        assert not DirtyDay.objects.exists()
        activity = {
            (row.channel_id, row.day, row.traits_id): {
                key: getattr(row, key) for key in NUMBERS if getattr(row, key) is not None
            }
            for row in DailyFact.objects.filter(basis=Basis.ACTIVITY)
        }
        assert activity == growth()
        rebuild.rebuild(start, start + timedelta(DAYS + 1), by=None)
        assert facts() == bit_by_bit
        for kind in (DailyFact, MonthlyFact, ChannelDay):
            kind.objects.all().delete()
        rebuild.rebuild(start, start + timedelta(DAYS + 1), by=None)
        assert facts() == bit_by_bit
        transaction.set_rollback(True)


@pytest.fixture
def subject(channels: list[Channel]) -> Subject:
    factories.published(channels[0], at(MONDAY, 9))
    collect.enrol()
    rollup.rebuild_dirty_days()
    with scope(channels[0].municipality_id):
        return Subject.objects.get(publication__isnull=False)


def look(subject: Subject, when: datetime, outcome: FetchOutcome = FetchOutcome.READ, **values: int) -> None:
    with scope(subject.municipality_id):
        subject.refresh_from_db()
        collect.record([subject], {subject.pk: (outcome, values)}, when)


def likes_by_day(subject: Subject) -> dict[date, int]:
    rollup.rebuild_dirty_days()
    with scope(subject.municipality_id):
        return dict(DailyFact.objects.filter(basis=Basis.ACTIVITY).values_list("day", "likes"))


def test_a_look_only_marks_days_and_a_fold_makes_them(channels: list[Channel], subject: Subject) -> None:
    look(subject, at(MONDAY, 10), likes=3)
    with scope(subject.municipality_id):
        assert not DailyFact.objects.filter(basis=Basis.ACTIVITY).exists()
        marked = DirtyDay.objects.order_by("basis").values_list("basis", "day")
        assert list(marked) == [("activity", MONDAY), ("publication", MONDAY)]
    assert rollup.rebuild_dirty_days() == 2
    assert rollup.rebuild_dirty_days() == 0
    assert likes_by_day(subject) == {MONDAY: 3}


def test_a_marked_day_keeps_the_oldest_change(channels: list[Channel]) -> None:
    municipality, channel = channels[0].municipality_id, channels[0].pk
    with scope(municipality):
        for hour in (11, 9, 10):
            dirty_days.mark([(municipality, channel, MONDAY, Basis.ACTIVITY)], at(MONDAY, hour))
        assert DirtyDay.objects.get().since == at(MONDAY, 9)


def test_a_metric_that_vanishes_and_comes_back_did_not_grow_from_nothing(subject: Subject) -> None:
    look(subject, at(MONDAY, 10), likes=40, replies=1)
    look(subject, at(MONDAY + timedelta(1), 10), replies=2)
    look(subject, at(MONDAY + timedelta(2), 10), likes=42, replies=2)
    assert likes_by_day(subject) == {MONDAY: 40, MONDAY + timedelta(1): None, MONDAY + timedelta(2): 2}


def test_days_without_growth_have_no_row(subject: Subject) -> None:
    look(subject, at(MONDAY, 10), likes=4)
    look(subject, at(MONDAY + timedelta(1), 10), likes=4)
    assert likes_by_day(subject) == {MONDAY: 4}


def test_a_look_after_days_of_silence_counts_to_its_own_day(subject: Subject) -> None:
    look(subject, at(MONDAY, 10), likes=4)
    look(subject, at(MONDAY + timedelta(6), 10), likes=30)
    assert likes_by_day(subject) == {MONDAY: 4, MONDAY + timedelta(6): 26}


def test_a_look_that_is_written_late_moves_growth_to_its_day(subject: Subject) -> None:
    look(subject, at(MONDAY, 10), likes=4)
    look(subject, at(MONDAY + timedelta(3), 10), likes=30)
    look(subject, at(MONDAY + timedelta(1), 10), likes=20)
    days = {MONDAY: 4, MONDAY + timedelta(1): 16, MONDAY + timedelta(3): 10}
    assert likes_by_day(subject) == days


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_day_of_the_clock_change_ends_at_midnight_in_belgrade(channels: list[Channel], day: date) -> None:
    factories.published(channels[0], at(day, 0, 5))
    collect.enrol()
    with scope(channels[0].municipality_id):
        subject = Subject.objects.get(publication__isnull=False)
    midnight = at(day + timedelta(1), 0)
    look(subject, (midnight.astimezone(UTC) - timedelta(seconds=1)), likes=7)
    look(subject, midnight, likes=9)
    assert likes_by_day(subject) == {day: 7, day + timedelta(1): 2}


def test_a_month_is_the_sum_of_its_days_and_ends_with_its_followers(channels: list[Channel], subject: Subject) -> None:
    for day, likes, followers in ((0, 3, 100), (1, 5, 110), (20, 9, 130)):
        look(subject, at(MONDAY + timedelta(day), 10), likes=likes)
        with scope(subject.municipality_id):
            followed = Subject.objects.get(kind="channel", channel=channels[0])
        look(followed, at(MONDAY + timedelta(day), 11), followers=followers)
    rollup.rebuild_dirty_days()
    with scope(subject.municipality_id):
        rows = MonthlyFact.objects.order_by("basis", "month")
        months = list(rows.values_list("basis", "month", "posts", "likes", "informing", "followers"))
    november, december = date(2026, 11, 1), date(2026, 12, 1)
    assert months == [
        ("activity", november, 0, 5, 0, None),
        ("activity", december, 0, 4, 0, None),
        ("publication", november, 1, 9, 1, 110),
        ("publication", december, 0, None, 0, 130),
    ]


@pytest.mark.django_db(transaction=True)
def test_two_folds_at_once_make_each_day_once_and_a_look_between_them_rings_again(subject: Subject) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    look(subject, at(MONDAY, 10), likes=3)

    def other(*, wait: bool) -> int:
        try:
            return rollup.rebuild_dirty_days(wait=wait)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            rollup.lock()
            assert pool.submit(other, wait=False).result() == 0
            waits = pool.submit(other, wait=True)
        assert waits.result() == 2
        assert rollup.rebuild_dirty_days() == 0
    assert likes_by_day(subject) == {MONDAY: 3}


def test_the_page_can_say_how_fresh_the_facts_are(
    channels: list[Channel], subject: Subject, django_assert_num_queries
) -> None:
    now = timezone.now()
    with scope(subject.municipality_id):
        Subject.objects.filter(pk=subject.pk).update(published_on=timezone.localdate(now))
        assert freshness().up_to is None
        look(subject, now - timedelta(minutes=5), likes=3)
        oldest = DirtyDay.objects.order_by("since")[0]
        with django_assert_num_queries(1):
            assert freshness() == Freshness(oldest.since, waiting=True)
        rollup.rebuild_dirty_days()
        assert freshness() == Freshness(now - timedelta(minutes=5), waiting=False)


# ---- what is kept


@pytest.fixture
def old(channels: list[Channel]) -> Subject:
    """Looked at from three years ago until today, once a month, a like more each time."""
    partitions.ensure(date(2023, 10, 1), date(2026, 11, 1))
    factories.published(channels[0], at(date(2023, 10, 1), 9))
    collect.enrol()
    with scope(channels[0].municipality_id):
        subject = Subject.objects.get(publication__isnull=False)
    for number, month in enumerate(partitions.months(date(2023, 10, 1), date(2026, 11, 1)), 1):
        look(subject, at(month + timedelta(14), 9), likes=number)
    return subject


@time_machine.travel(NOVEMBER, tick=True)
def test_readings_are_forgotten_and_facts_stay(old: Subject, settings: Any) -> None:
    settings.SNAPSHOTS_KEEP_MONTHS = 25
    rollup.rebuild_dirty_days()
    with scope(old.municipality_id):
        before = facts()
        dropped = retention.purge_expired_snapshots()
        assert (dropped[0], dropped[-1], len(dropped)) == (date(2023, 10, 1), date(2024, 9, 1), 12)
        assert facts() == before
        assert partitions.stored()[0] == date(2024, 10, 1)
        # the last reading from before stays, so the first growth after it is still one like
        assert MetricSnapshot.objects.order_by("at").values_list("likes", flat=True)[0] == 12
        assert rebuild.oldest() == date(2024, 10, 2)
        rebuild.rebuild(date(2024, 10, 2), timezone.localdate(), by=None)
        assert facts() == before
        assert retention.purge_expired_snapshots() == []
    assert partitions.healthy()


@time_machine.travel(NOVEMBER, tick=True)
def test_days_whose_readings_are_gone_are_neither_rebuilt_nor_emptied(old: Subject, settings: Any) -> None:
    settings.SNAPSHOTS_KEEP_MONTHS = 25
    retention.purge_expired_snapshots()
    with scope(old.municipality_id):
        before = facts()
        with pytest.raises(rebuild.SnapshotsExpired, match=r"before 02\.10\.2024\. are no longer kept"):
            rebuild.rebuild(date(2024, 9, 1), MONDAY, by=None)
        dirty_days.mark([(old.municipality_id, old.channel_id, date(2024, 1, 15), Basis.ACTIVITY)])
        rollup.rebuild_dirty_days()
        assert facts() == before


@time_machine.travel(NOVEMBER, tick=True)
def test_the_months_before_those_that_are_kept_need_no_partition_of_their_own(old: Subject, settings: Any) -> None:
    settings.SNAPSHOTS_KEEP_MONTHS = 25
    retention.purge_expired_snapshots()
    partitions.ensure(date(2024, 1, 1), date(2026, 12, 1))
    look(old, at(date(2024, 2, 1), 9), likes=1)
    with owner_cursor() as cursor:
        cursor.execute("SELECT count(*) FROM analytics_metricsnapshot_before")
        assert cursor.fetchone() == (2,)


@pytest.mark.django_db(transaction=True)
def test_the_keys_of_months_that_are_over_are_packed_once(subject: Subject) -> None:
    last_month = timezone.now().replace(day=1, hour=12) - timedelta(days=20)
    partitions.ensure(last_month.date(), last_month.date())
    with owner_cursor() as cursor:
        cursor.execute(
            "INSERT INTO analytics_metricsnapshot (subject_id, municipality_id, at, outcome) SELECT %s, %s, "
            "%s::timestamptz + hashint4(n) * interval '1 ms', 'missed' FROM generate_series(1, 30000) n "
            "ON CONFLICT DO NOTHING",
            [subject.pk, subject.municipality_id, last_month],
        )
        cursor.execute("ANALYZE analytics_metricsnapshot")
    assert partitions.reindex() == [f"analytics_metricsnapshot_{last_month:%Y_%m}_pkey"]
    assert partitions.reindex() == []


def test_an_administrator_makes_facts_again_by_a_command(old: Subject, channels: list[Channel], capsys: Any) -> None:
    rollup.rebuild_dirty_days()
    with scope(old.municipality_id):
        before = facts()
        DailyFact.objects.all().delete()
        MonthlyFact.objects.all().delete()
        call_command("rebuild_facts", municipality="cuprija")
        assert facts() == before
    assert "channel days made again, 01.10.2023." in capsys.readouterr().out
    assert AuditEvent.objects.get(verb="facts.rebuild").municipality_id == old.municipality_id
    with pytest.raises(CommandError, match="There is no municipality “nowhere”"):
        call_command("rebuild_facts", municipality="nowhere")
