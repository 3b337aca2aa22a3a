"""Retention of readings: they are kept for READINGS_KEEP_MONTHS; the facts made of them stay for good."""

from datetime import date

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from analytics import partitions
from analytics.rollups.domain import rollup


def oldest_kept(today: date) -> date | None:
    """First day of the oldest month whose readings are kept; None: all are."""
    months = settings.READINGS_KEEP_MONTHS
    if not months:
        return None
    number = today.year * 12 + today.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def forget_readings() -> list[date]:
    """Drop the months that are no longer kept, once their facts are made; returns them."""
    month = oldest_kept(timezone.now().date())
    if month is None or not any(day < month for day in partitions.stored()):
        return []
    rollup.fold()
    with transaction.atomic():
        rollup.lock()
        with connection.cursor() as cursor:
            # a day that somebody marked meanwhile: its facts first, the month tomorrow
            cursor.execute("SELECT EXISTS (SELECT FROM analytics_staleday WHERE day <= %s)", [month])
            if cursor.fetchone()[0]:
                return []
        return partitions.forget_before(month)
