"""Celery tasks, most of them periodic. Arguments are ids; the database holds what is due."""

from celery import shared_task

from analytics import months, partitions
from analytics.comparison.domain import training_figures
from analytics.history.domain import fetch, imports
from analytics.indicators.domain import measure
from analytics.ingestion.domain import collect as ingestion_collect
from analytics.ingestion.domain import webhooks
from analytics.rollups.domain import daily_counts, monthly_medians, retention, rollup
from municipalities.queries import today


@shared_task(name="analytics.tasks.start_fetches")
def start_fetches() -> None:
    """Create new subjects and start one task per channel for what is due."""
    ingestion_collect.enrol()
    webhooks.read_events()
    for channel_id, subject_ids in ingestion_collect.claim().items():
        collect.delay(channel_id, subject_ids)


@shared_task(name="analytics.tasks.collect")
def collect(channel_id: int, subject_ids: list[int]) -> None:
    ingestion_collect.collect(channel_id, subject_ids)


@shared_task(name="analytics.tasks.rebuild_rollups")
def rebuild_rollups() -> None:
    """Rebuild facts of dirty days; returns at once while another process does the same."""
    rollup.rebuild_dirty_days(wait=False)
    daily_counts.rebuild_dirty_days()


@shared_task(name="analytics.tasks.count_days")
def count_days() -> None:
    """Count questions, needs and hidden comments of recent days again: some change with the clock alone."""
    daily_counts.sweep()


@shared_task(name="analytics.tasks.count_all_days")
def count_all_days() -> None:
    """Count every day again that is not closed, so that an unmarked day does not stay wrong for long."""
    daily_counts.rebuild()


@shared_task(name="analytics.tasks.purge_expired_snapshots")
def purge_expired_snapshots() -> None:
    retention.purge_expired_snapshots()


@shared_task(name="analytics.tasks.create_partitions")
def create_partitions() -> None:
    partitions.ensure(*partitions.ahead())


@shared_task(name="analytics.tasks.reindex_partitions")
def reindex_partitions() -> None:
    partitions.reindex()


@shared_task(name="analytics.tasks.import_history")
def import_history() -> None:
    fetch.work()


@shared_task(name="analytics.tasks.purge_expired_imports")
def purge_expired_imports() -> None:
    imports.purge_expired()


@shared_task(name="analytics.tasks.refresh_comparison")
def refresh_comparison() -> None:
    """Renew what pages over all municipalities read: medians of the months whose posts are still polled (90 days
    reach into four of them), and the figures around trainings."""
    monthly_medians.renew(months.first_of(today(), -3))
    training_figures.renew()


@shared_task(name="analytics.tasks.measure_indicators")
def measure_indicators() -> None:
    """Measure the indicators: of the last 28 days, and of the months that are due."""
    measure.renew()
