"""Thin doors for beat. Arguments are ids; what is due stands in the database."""

from celery import shared_task

from analytics import months, partitions
from analytics.comparison.domain import training_figures
from analytics.history.domain import fetch, imports
from analytics.indicators.domain import measure
from analytics.ingestion.domain import collect as ingestion_collect
from analytics.ingestion.domain import webhooks
from analytics.rollups.domain import daily_counts, monthly_medians, retention, rollup
from municipalities.queries import today


@shared_task(name="analytics.tasks.tick")
def tick() -> None:
    """Find new subjects and hand out what is due, a task per channel."""
    ingestion_collect.enrol()
    webhooks.wake()
    for channel_id, subject_ids in ingestion_collect.claim().items():
        collect.delay(channel_id, subject_ids)


@shared_task(name="analytics.tasks.collect")
def collect(channel_id: int, subject_ids: list[int]) -> None:
    ingestion_collect.collect(channel_id, subject_ids)


@shared_task(name="analytics.tasks.fold")
def fold() -> None:
    """Make facts of what was told since the last time; one that is still at it goes on alone."""
    rollup.fold(wait=False)
    daily_counts.fold()


@shared_task(name="analytics.tasks.count_days")
def count_days() -> None:
    """Count questions, needs and hidden comments of recent days again: some change by the clock alone."""
    daily_counts.sweep()


@shared_task(name="analytics.tasks.count_all_days")
def count_all_days() -> None:
    """Count every day again that is not closed, so that nothing which nobody marked stays wrong for long."""
    daily_counts.rebuild()


@shared_task(name="analytics.tasks.forget_readings")
def forget_readings() -> None:
    retention.forget_readings()


@shared_task(name="analytics.tasks.make_months")
def make_months() -> None:
    partitions.ensure(*partitions.ahead())


@shared_task(name="analytics.tasks.tidy_months")
def tidy_months() -> None:
    partitions.tidy()


@shared_task(name="analytics.tasks.bring_past")
def bring_past() -> None:
    fetch.work()


@shared_task(name="analytics.tasks.forget_past")
def forget_past() -> None:
    imports.forget()


@shared_task(name="analytics.tasks.renew_comparison")
def renew_comparison() -> None:
    """What pages over all municipalities read: medians of the months whose posts are still looked at (90 days reach
    into four of them), and the figures around trainings."""
    monthly_medians.renew(months.first_of(today(), -3))
    training_figures.renew()


@shared_task(name="analytics.tasks.measure_indicators")
def measure_indicators() -> None:
    """Values of the indicators: of the last 28 days, and of the months that are due."""
    measure.renew()
