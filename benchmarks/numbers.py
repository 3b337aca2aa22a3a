"""`make bench ARGS=analytics`: how fast snapshots are stored, facts are built, and the pages of statistics answer.

Works in databases that are reused, filled by `benchmarks.scale`: one of full size, one with a hundredth of the posts.
Everything written for a measurement is rolled back.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from analytics.comparison.domain import training_figures
from analytics.indicators.domain import definitions
from analytics.indicators.domain import measure as indicator_measure
from analytics.ingestion import rules
from analytics.ingestion.domain import bulk_insert
from analytics.logframe import INDICATORS
from analytics.metrics import ADDED, INTERACTIONS
from analytics.models import MetricSnapshot, Subject
from analytics.rollups.domain import monthly_medians, rebuild, rollup
from benchmarks import measure, scale
from benchmarks.number_pages import PAGES
from channels.models import Channel
from municipalities.tenancy import everywhere

Say = Callable[[str], Any]
RUNS = 5
# As many snapshots as `analytics.ingestion.domain.collect` writes at once, and so many of these in a run.
BATCH, BATCHES = 200, 50


@dataclass(frozen=True)
class Figures:
    """Results for one size. Rates are rows a second, `sums` milliseconds from facts and from snapshots by what is
    summed."""

    posts: int
    snapshots: int
    metric_values: int
    fill: dict[str, float]
    copied: float
    stored: float
    recorded: float
    hour_snapshots: int
    hour_days: int
    hour_seconds: float
    rebuild_seconds: float
    facts: int
    bytes_per_value: float
    facts_bytes: int
    sums: dict[str, tuple[float, float]]
    pages: list[measure.Figures]

    def json(self) -> dict[str, Any]:
        return asdict(self)


def measured(address: str, part: int, say: Say) -> Figures:
    """Fill the database in use if it is empty, and measure. `part`: 100 is a hundredth of the posts."""
    filled = scale.existing() or scale.fill(scale.Size().part(part), say)
    with everywhere("the benchmark's measurements"):
        copied, stored, recorded = _ingest()
        say(f"  snapshots: copied {copied:,.0f}/s, stored {stored:,.0f}/s, recorded {recorded:,.0f}/s")
        snapshots, days, seconds = _hour()
        say(f"  an hour: {snapshots:,} snapshots into {days:,} days in {seconds:.2f} s")
        rebuilt = _rebuild()
        say(f"  everything again: {rebuilt:.0f} s")
        first = timezone.localdate() - timedelta(days=scale.Size().days)
        sums = _sums(filled.home.pk, first)
        say(f"  what is made of facts (medians, trainings, indicators): {_derive(filled, first):.0f} s")
        with measure.served({"DATABASE_URL": address}) as base:
            pages = [
                figures
                for who, user in (("officer", filled.officer), ("staff", filled.staff))
                for figures in measure.measured(
                    {name: p.path(filled.home.slug, first) for name, p in PAGES.items() if p.who == who}, user, base
                )
            ]
        return Figures(
            filled.posts, filled.snapshots, filled.metric_values, filled.seconds, copied, stored, recorded, snapshots,
            days, seconds,
            rebuilt, _count("analytics_dailyfact"), _snapshot_bytes() / max(filled.metric_values, 1), _bytes_of_facts(),
            sums,
            pages,
        )  # fmt: skip


# ---- snapshots


def _ingest() -> tuple[float, float, float]:
    """Rows a second: by COPY of all at once, by our own statement, and with everything that a fetch changes."""
    subjects = list(Subject.objects.filter(kind="publication").order_by("pk")[: BATCH * BATCHES])
    now = timezone.now()
    snapshots = [
        MetricSnapshot(
            subject_id=subject.pk,
            municipality_id=subject.municipality_id,
            at=now,
            outcome="read",
            likes=subject.likes,
            reposts=subject.reposts,
            replies=subject.replies,
            views=subject.views,
            reach=subject.reach,
        )
        for subject in subjects
    ]
    lines = "".join(
        "\t".join(
            "\\N" if value is None else str(value)
            for value in (getattr(snapshot, key) for key in bulk_insert.SNAPSHOT_COLUMNS)
        )
        + "\n"
        for snapshot in snapshots
    )
    batches = [slice(start, start + BATCH) for start in range(0, len(snapshots), BATCH)]

    def copied() -> None:
        with connection.cursor() as cursor:
            cursor.copy_expert(
                f"COPY analytics_metricsnapshot ({', '.join(bulk_insert.SNAPSHOT_COLUMNS)}) FROM STDIN", StringIO(lines)
            )

    def stored() -> None:
        for batch in batches:
            bulk_insert.write_snapshots(snapshots[batch])

    def recorded() -> None:
        for batch in batches:
            bulk_insert.write(subjects[batch], snapshots[batch])

    return (_rate(copied, len(snapshots)), _rate(stored, len(snapshots)), _rate(recorded, len(snapshots)))


def _rate(act: Callable[[], None], rows: int) -> float:
    times = []
    for _run in range(RUNS):
        with taken_back():
            began = time.perf_counter()
            act()
            times.append(time.perf_counter() - began)
    return rows / statistics.median(times)


@contextmanager
def taken_back() -> Iterator[None]:
    """What is written inside never was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# ---- facts


def _hour() -> tuple[int, int, float]:
    """The fetches of one hour by the real schedule, and how long their facts take: fetches, days, seconds (the
    median)."""
    now = timezone.now()
    subjects = [subject for n, subject in enumerate(_young(now)) if _is_due(subject, now, n)]
    subjects += Subject.objects.filter(kind="channel")[: Channel.objects.count() // 6]
    times, days = [], 0
    for _run in range(RUNS):
        with taken_back():
            snapshots = [_next_snapshot(subject, now) for subject in subjects]
            for start in range(0, len(snapshots), BATCH):
                bulk_insert.write(subjects[start : start + BATCH], snapshots[start : start + BATCH])
            began = time.perf_counter()
            days = rollup.rebuild_dirty_days()
            times.append(time.perf_counter() - began)
    return len(subjects), days, statistics.median(times)


def _young(now: datetime) -> list[Subject]:
    return list(
        Subject.objects.filter(published_at__gt=now - rules.FETCH_SCHEDULE[-1][0], published_at__lt=now).order_by("pk")
    )


def _is_due(subject: Subject, now: datetime, n: int) -> bool:
    """Whether its fetch falls into this hour, by the interval of the schedule."""
    assert subject.published_at is not None
    after = rules.next_fetch(subject.published_at, now)
    return after is not None and n % max(int((after - now).total_seconds() // 3600), 1) == 0


def _next_snapshot(subject: Subject, now: datetime) -> MetricSnapshot:
    """A few more of everything."""
    snapshot = MetricSnapshot(subject=subject, municipality_id=subject.municipality_id, at=now, outcome="read")
    if subject.kind == "channel":
        snapshot.followers = subject.followers
    for key in ADDED:
        value = getattr(subject, key)
        setattr(snapshot, key, None if value is None else value + 1 + value // 50)
    return snapshot


def _rebuild() -> float:
    """Seconds to make all facts from nothing."""
    channels = list(Channel.objects.order_by("pk").values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE analytics_dailyfact, analytics_monthlyfact, analytics_channelday")
    began = time.perf_counter()
    rebuild.rebuild_channels(rebuild.oldest(), timezone.localdate(), channels)
    seconds = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE analytics_dailyfact, analytics_monthlyfact, analytics_channelday")
    return seconds


def _derive(filled: scale.Filled, first: date) -> float:
    """Seconds to build what the programme's pages read besides facts, as its tasks do."""
    began = time.perf_counter()
    monthly_medians.renew(first.replace(day=1))
    training_figures.renew()
    for programme in filled.staff.programmes.all():
        definitions.choose(programme, list(INDICATORS), by=filled.staff)
    indicator_measure.renew()
    return time.perf_counter() - began


# ---- sums of a page, from facts and from snapshots

_ALL = " + ".join(f"coalesce(p.{key}, 0)" for key in INTERACTIONS)
FROM_FACTS = """
SELECT f.channel_id, t.category, t.call_kind, sum(f.posts), sum(f.interactions), sum(f.views)
FROM analytics_dailyfact f JOIN analytics_traits t ON t.id = f.traits_id
WHERE f.municipality_id = ANY(%(ids)s) AND f.basis = 'publication' AND f.day BETWEEN %(first)s AND %(last)s
GROUP BY 1, 2, 3;
"""
DAYS_FROM_FACTS = """
SELECT municipality_id, day, sum(interactions) FROM analytics_dailyfact
WHERE municipality_id = ANY(%(ids)s) AND basis = 'activity' AND day BETWEEN %(first)s AND %(last)s GROUP BY 1, 2
"""
FROM_SNAPSHOTS = f"""
SELECT s.channel_id, t.category, t.call_kind, count(*), sum({_ALL}), sum(p.views)
FROM (
    SELECT DISTINCT ON (p.subject_id) p.*
    FROM analytics_metricsnapshot p JOIN analytics_subject s ON s.id = p.subject_id
    WHERE s.municipality_id = ANY(%(ids)s) AND s.kind <> 'channel' AND s.published_on BETWEEN %(first)s AND %(last)s
      AND p.outcome = 'read' ORDER BY p.subject_id, p.at DESC
) p JOIN analytics_subject s ON s.id = p.subject_id JOIN analytics_traits t ON t.id = s.traits_id
GROUP BY 1, 2, 3
"""  # noqa: S608 -- names from the catalogue
DAYS_FROM_SNAPSHOTS = f"""
SELECT municipality_id, day, sum(total - coalesce(before, 0)) FROM (
    SELECT municipality_id, day, total, lag(total) OVER (PARTITION BY subject_id ORDER BY at) AS before FROM (
        SELECT p.subject_id, s.municipality_id, p.at, (p.at AT TIME ZONE 'Europe/Belgrade')::date AS day,
               {_ALL} AS total
        FROM analytics_metricsnapshot p JOIN analytics_subject s ON s.id = p.subject_id
        WHERE s.municipality_id = ANY(%(ids)s) AND s.kind <> 'channel' AND p.outcome = 'read'
          AND s.published_on <= %(last)s AND p.at < %(last)s::date + 1 AND p.at > %(first)s::date - 100
    ) snapshots
) grown WHERE day BETWEEN %(first)s AND %(last)s GROUP BY 1, 2
"""  # noqa: S608 -- names from the catalogue


def _sums(home: int, first: date) -> dict[str, tuple[float, float]]:
    """The two sums that every page needs: posts by channel and traits, and activity by day."""
    last = timezone.localdate() - timedelta(days=1)
    everybody = list(Channel.objects.order_by().values_list("municipality_id", flat=True).distinct())
    statements = {
        "One municipality, 90 days": ([home], last - timedelta(days=89)),
        "One municipality, 3 years": ([home], first),
        "All municipalities, 28 days": (everybody, last - timedelta(days=27)),
        "All municipalities, 3 years": (everybody, first),
    }
    durations = {}
    for name, (ids, since) in statements.items():
        values = {"ids": ids, "first": since, "last": last}
        durations[name] = (
            round(_took(values, FROM_FACTS, DAYS_FROM_FACTS), 1),
            round(_took(values, FROM_SNAPSHOTS, DAYS_FROM_SNAPSHOTS), 1),
        )
    return durations


def _took(values: dict[str, Any], *statements: str) -> float:
    """Milliseconds of these statements, one after the other; the median."""
    times = []
    for _run in range(RUNS):
        began = time.perf_counter()
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement, values)
                cursor.fetchall()
        times.append((time.perf_counter() - began) * 1000)
        if times[0] > 3000:  # once is enough to know
            break
    return statistics.median(times)


# ---- sizes


def _snapshot_bytes() -> int:
    """Of all snapshots, indexes included."""
    return _one(
        "SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits "
        "WHERE inhparent = 'analytics_metricsnapshot'::regclass"
    )


def _bytes_of_facts() -> int:
    return _one(
        "SELECT pg_total_relation_size('analytics_dailyfact') + pg_total_relation_size('analytics_monthlyfact') "
        "+ pg_total_relation_size('analytics_channelday')"
    )


def _count(table: str) -> int:
    return _one(f"SELECT count(*) FROM {table}")  # noqa: S608 -- our own names


def _one(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0] or 0)
