"""Celery tasks. Due work is found in the database."""

import logging

from celery import shared_task

from participation.domain import editions

log = logging.getLogger(__name__)


@shared_task(name="participation.tasks.make_editions")
def make_editions() -> None:
    """Queue what withdrawals made necessary, and make what is queued, one after the other."""
    editions.replace_outdated()
    for pk in editions.due():
        try:
            editions.make(pk)
        except Exception:
            # A broken one is given up; another failure is tried again when the lease is over. The others go on.
            log.exception("The report of a consultation could not be made")


@shared_task(name="participation.tasks.purge_editions")
def purge_editions() -> None:
    editions.purge_strays()
