"""Reports: made one after the other; what is due stands in the database."""

import logging

from celery import shared_task

from reports.domain import make as reports
from reports.domain import schedules

log = logging.getLogger(__name__)


@shared_task(name="reports.tasks.make")
def make() -> None:
    """Begin what schedules ask for, make what is asked for, tell who waits."""
    schedules.begin_due()
    for kind, pk in reports.due():
        try:
            reports.make(kind, pk)
        except Exception:
            # A broken one is given up; another failure is tried again when the lease is over. The others go on.
            log.exception("A report could not be made")
    schedules.tell_ready()


@shared_task(name="reports.tasks.forget")
def forget() -> None:
    reports.forget()
