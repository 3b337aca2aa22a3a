"""Celery tasks of reports, generated one after the other; the database holds what is due."""

import logging

from celery import shared_task

from reports.domain import make as reports
from reports.domain import schedules

log = logging.getLogger(__name__)


@shared_task(name="reports.tasks.generate_reports")
def generate_reports() -> None:
    """Start what schedules request, generate what is requested, notify the people who wait."""
    schedules.begin_due()
    for kind, pk in reports.due():
        try:
            reports.make(kind, pk)
        except Exception:
            # A broken one is given up; another failure is tried again when the lease is over. The others go on.
            log.exception("A report could not be made")
    schedules.notify_ready()


@shared_task(name="reports.tasks.purge_expired")
def purge_expired() -> None:
    reports.purge_expired()
