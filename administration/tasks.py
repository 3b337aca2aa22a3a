"""Tasks of exports: built one at a time, where nobody waits for them, and deleted when they expire. And the start of a
reset of the demo, which is a process of its own."""

import logging
import subprocess
import sys
import threading

from celery import shared_task

from django.conf import settings

from administration.domain import demo_reset, exports
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


@shared_task(name="administration.tasks.reset_demo")
def reset_demo() -> None:
    """Start the process that resets the demo, if somebody asked for it. Nothing of it runs in this process: the demo's
    commands change how models fill in times, also for the tasks beside this one."""
    row = demo_reset.claim()
    if row is None:
        return
    command = [sys.executable, "-m", "django", "reset_demo", str(row.pk), str(row.attempts)]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL)
    # Somebody has to read its exit code; this task does not wait for it.
    threading.Thread(target=process.wait, daemon=True).start()
