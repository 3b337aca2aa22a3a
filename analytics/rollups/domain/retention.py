"""Retention of metric snapshots: they are kept for SNAPSHOTS_KEEP_MONTHS; the facts built from them stay for good."""

from datetime import date

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from analytics import partitions
from analytics.rollups.domain import rollup
from municipalities.tenancy import everywhere


def oldest_kept(today: date) -> date | None:
    """First day of the oldest month whose snapshots are kept; None: all are kept."""
    months = settings.SNAPSHOTS_KEEP_MONTHS
    if not months:
        return None
    number = today.year * 12 + today.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def purge_expired_snapshots() -> list[date]:
    """Drop expired months once their facts are built; returns their first days."""
    month = oldest_kept(timezone.now().date())
    if month is None or not any(day < month for day in partitions.stored()):
        return []
    rollup.rebuild_dirty_days()
    with everywhere("drop months whose facts are built"), transaction.atomic():
        rollup.lock()
        with connection.cursor() as cursor:
            # a day was marked meanwhile: its facts come first, the month is dropped tomorrow
            cursor.execute("SELECT EXISTS (SELECT FROM analytics_dirtyday WHERE day <= %s)", [month])
            if cursor.fetchone()[0]:
                return []
        return partitions.drop_before(month)
