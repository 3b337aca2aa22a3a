"""Tasks of exports: built one at a time, where nobody waits for them, and deleted when they expire."""

import logging

from celery import shared_task

from administration.domain import exports
from municipalities.tenancy import scope

log = logging.getLogger(__name__)
# Half an hour for the largest; below the hour after which Valkey hands a message out again.
MOST_SECONDS = 30 * 60


@shared_task(name="administration.tasks.build_exports", time_limit=MOST_SECONDS)
def build_exports() -> None:
    for pk, municipality in exports.due():
        with scope(municipality):
            row = exports.claim(pk)
            if row is None:
                continue
            try:
                exports.make(row)
            except Exception:
                # It is tried again when the lease is over; the others go on.
                log.exception("An export could not be made")


@shared_task(name="administration.tasks.purge_exports")
def purge_exports() -> None:
    exports.purge_expired()
